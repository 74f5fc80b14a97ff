"""Optimizers that are asked for points and told their values do what they do when they are run."""

from __future__ import annotations

import copy
import doctest
import gc
import math
import pickle
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamoco_bench.baselines.optimizers import POOL, AskTell, ask_tell, run_optimizer
from llamoco_bench.errors import UsageError
from llamoco_bench.problems import load_problem
from llamoco_bench.problems.problem import Array, Problem

MakeProblem = Callable[..., Problem]
MakeSphere = Callable[..., Problem]

BUDGETS = {"bo": 40, "la-mcts": 90, "trust-constr": 120, "cobyla": 200}
"""Budgets of those that spend milliseconds on an evaluation."""


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) == before


def opened(name: str, problem: Problem, seed: int = 0) -> AskTell:
    return AskTell(
        name,
        problem.lower,
        problem.upper,
        problem.budget,
        seed=seed,
        n_inequality=problem.n_inequality,
        n_equality=problem.n_equality,
    )


def drive(optimizer: AskTell, problem: Problem) -> Array:
    """Answer all questions; the points that were asked about, (n, dim)."""
    asked = []
    while (x := optimizer.ask()) is not None:
        asked.append(x)
        f, g, h = problem.evaluate(x)
        if problem.n_constraints:
            optimizer.tell(f, g, h)
        else:
            optimizer.tell(f)
    return np.concatenate(asked)


def returned(name: str, problem: Problem, seed: int) -> Array:
    """Call the program with nothing in between; the point that it returns."""
    namespace: dict[str, Callable[..., Array]] = {}
    exec(POOL[name].source(), namespace)
    constraints = {
        "inequality": problem.inequality if problem.n_inequality else None,
        "equality": problem.equality if problem.n_equality else None,
    }
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        return namespace["solve"](
            problem.objective, problem.lower.copy(), problem.upper.copy(), problem.budget, seed, **constraints
        )


@pytest.mark.parametrize("constrained", [False, True])
@pytest.mark.parametrize("name", sorted(POOL))
def test_the_points_and_the_result_are_those_of_a_run_to_the_bit(
    name: str, constrained: bool, make_problem: MakeProblem
) -> None:
    seen: list[Array] = []
    problem = make_problem(
        lambda x: ((x - [0.3, -0.2, 1.1]) ** 2).sum(axis=1) + np.sin(5 * x).sum(axis=1),
        g=(lambda x: x[:, :2] - 0.25) if constrained else None,
        h=(lambda x: x[:, :1] - x[:, 2:]) if constrained else None,
        lower=np.array([-2.0, -3.0, -1.0]),
        upper=np.array([2.0, 1.0, 4.0]),
        budget=BUDGETS.get(name, 400),
        watch=lambda x: seen.append(x.copy()),
    )
    run = run_optimizer(name, problem, seed=11)
    evaluated = np.concatenate(seen[1:])  # the first batch are the reference points of f0
    with opened(name, problem, seed=11) as optimizer:
        asked = drive(optimizer, problem)
        assert np.array_equal(asked, evaluated)
        assert (optimizer.stopped, optimizer.evaluations) == (run.stopped, run.evaluations)
        assert optimizer.best_f == run.best_f
        assert np.array_equal(optimizer.best_x, run.best_x)  # type: ignore[arg-type]
        if run.stopped == "returned":
            assert np.array_equal(optimizer.result(), returned(name, problem, seed=11))  # type: ignore[arg-type]


def test_a_compiled_problem_gives_the_same_as_a_run_in_compiled_code() -> None:
    problem = replace(load_problem("synthetic/c0003"), budget=1500)
    run = run_optimizer("heco-de", problem, seed=5)
    with opened("heco-de", problem, seed=5) as optimizer:
        drive(optimizer, problem)
    assert (optimizer.best_f, optimizer.evaluations) == (run.best_f, run.evaluations)


@pytest.mark.parametrize("name", ["de", "slsqp", "l-bfgs-b", "madde", "sep-cma-es", "ga-tdx"])
@settings(max_examples=15, derandomize=True)
@given(data=st.data())
def test_whatever_is_told_a_program_asks_for_points_within_bounds_and_budget(name: str, data: st.DataObject) -> None:
    dim, budget = data.draw(st.integers(1, 4), "dim"), data.draw(st.integers(1, 60), "budget")
    n_g, n_h = data.draw(st.integers(0, 2), "inequalities"), data.draw(st.integers(0, 2), "equalities")
    rng = np.random.default_rng(data.draw(st.integers(0, 99), "values"))
    unusual = data.draw(st.sampled_from([0.0, np.nan, np.inf, 1e100]), "unusual")
    total = 0
    with AskTell(name, [-1.0] * dim, [2.0] * dim, budget, seed=3, n_inequality=n_g, n_equality=n_h) as optimizer:
        while (x := optimizer.ask()) is not None:
            assert x.dtype == np.float64
            assert x.ndim == 2
            assert x.shape[1] == dim
            assert ((x >= -1.0) & (x <= 2.0)).all()
            total += len(x)
            values = [rng.standard_normal((len(x), width)) for width in (1, n_g, n_h)]
            values[0][rng.random(len(x)) < 0.2] = unusual
            optimizer.tell(values[0][:, 0], *values[1:])
    assert 0 < total <= budget
    assert optimizer.evaluations <= budget


@given(shape=st.lists(st.integers(0, 3), max_size=3).map(tuple).filter(lambda shape: shape != (50,)))
@settings(max_examples=25, derandomize=True)
def test_values_of_a_wrong_shape_are_refused_and_the_question_stands(shape: tuple[int, ...]) -> None:
    with AskTell("de", [0.0] * 2, [1.0] * 2, 200) as optimizer:
        x = optimizer.ask()
        assert x is not None
        with pytest.raises(UsageError, match=r"values should be of shape \(\d+,\)"):
            optimizer.tell(np.zeros(shape))
        assert np.array_equal(optimizer.ask(), x)  # type: ignore[arg-type]
        optimizer.tell(np.zeros(len(x)))
        assert optimizer.evaluations == 0  # counted when the program goes on
        optimizer.ask()
        assert optimizer.evaluations == len(x)


def test_constraints_must_be_told_with_the_objective_and_nothing_is_lost_by_forgetting_them() -> None:
    with AskTell("slsqp", [0.0] * 2, [1.0] * 2, 50, n_inequality=1, n_equality=2) as optimizer:
        x = optimizer.ask()
        assert x is not None
        f, g, h = np.zeros(len(x)), np.zeros((len(x), 1)), np.zeros((len(x), 2))
        for wrong in ((f,), (f, g), (f, h, g), (f, g[:, 0], h), (f, g, "h")):
            with pytest.raises(UsageError, match=r"inequality|equality"):
                optimizer.tell(*wrong)
        optimizer.tell(f, g, h)
        assert optimizer.ask() is not None


def test_points_and_values_are_copies_that_the_caller_may_change(make_sphere: MakeSphere) -> None:
    problem = make_sphere(dim=3, budget=120)
    with opened("sep-cma-es", problem) as kept, opened("sep-cma-es", problem) as spoilt:
        while (x := kept.ask()) is not None:
            y, values = spoilt.ask(), problem.evaluate(x).f
            assert y is not None
            assert np.array_equal(x, y)
            kept.tell(values)
            spoilt.tell(values)
            y[:] = values[:] = np.nan
        assert spoilt.ask() is None
        assert kept.best_f == spoilt.best_f
        assert np.array_equal(kept.best_x, spoilt.best_x)  # type: ignore[arg-type]


def test_several_take_turns(make_sphere: MakeSphere) -> None:
    problem = make_sphere(dim=2, budget=150)
    names = ["pso", "madde", "slsqp"]
    running = {name: opened(name, problem, seed=2) for name in names}
    while running:
        for name, optimizer in list(running.items()):
            x = optimizer.ask()
            if x is None:
                assert optimizer.best_f == run_optimizer(name, problem, seed=2).best_f
                del running[name]
            else:
                optimizer.tell(problem.evaluate(x).f)


def test_a_question_is_asked_before_it_is_answered_and_a_result_needs_an_end() -> None:
    with AskTell("de", [0.0], [1.0], 20) as optimizer:
        with pytest.raises(UsageError, match="call ask"):
            optimizer.tell([0.0])
        with pytest.raises(UsageError, match="has not ended"):
            optimizer.result()


def test_an_exception_of_the_program_reaches_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "    objective(lower[None])\n    raise ZeroDivisionError('of the program')\n"
    source = "def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):\n" + body
    monkeypatch.setattr(type(POOL["de"]), "source", lambda self, config=None: source)
    with AskTell("de", [0.0], [1.0], 20) as optimizer:
        assert optimizer.ask() is not None
        optimizer.tell([1.0])
        for _ in range(2):
            with pytest.raises(ZeroDivisionError, match="of the program"):
                optimizer.ask()
        with pytest.raises(ZeroDivisionError):
            optimizer.result()
        assert (optimizer.stopped, optimizer.best_f, optimizer.evaluations) == ("", 1.0, 1)


def test_the_budget_ends_a_program_that_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "    while True:\n        objective(lower + np.random.rand(8, 1))\n"
    source = "import numpy as np\ndef solve(objective, lower, upper, budget, seed, **constraints):\n" + body
    monkeypatch.setattr(type(POOL["de"]), "source", lambda self, config=None: source)
    with AskTell("de", [0.0], [1.0], 20) as optimizer:
        sizes = []
        while (x := optimizer.ask()) is not None:
            sizes.append(len(x))
            optimizer.tell(x[:, 0])
        assert (sizes, optimizer.stopped) == ([8, 8, 4], "budget")
        assert np.array_equal(optimizer.result(), optimizer.best_x)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(POOL))
def test_a_caller_who_leaves_early_leaves_no_thread_behind(name: str) -> None:
    with AskTell(name, [-1.0] * 3, [1.0] * 3, 400) as optimizer:
        x = optimizer.ask()
        assert x is not None
        optimizer.tell(x.sum(axis=1))
        optimizer.ask()
    assert optimizer.best_f == x.sum(axis=1).min()
    with pytest.raises(UsageError, match="is closed"):
        optimizer.ask()
    with pytest.raises(UsageError, match="is closed"):
        optimizer.result()
    optimizer.close()


def test_one_that_was_never_asked_has_no_thread() -> None:
    before = threading.active_count()
    with AskTell("de", [0.0], [1.0], 20):
        assert threading.active_count() == before


def test_the_thread_of_a_forgotten_one_ends_when_it_is_collected() -> None:
    optimizer = AskTell("de", [0.0], [1.0], 20)
    optimizer.ask()
    assert threading.active_count() > 1
    del optimizer
    gc.collect()


def test_an_interpreter_ends_while_one_is_open() -> None:
    code = (
        "from llamoco_bench.baselines.optimizers import AskTell\n"
        "optimizer = AskTell('slsqp', [0.0], [1.0], 20)\n"
        "optimizer.ask()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_copies_are_refused_with_what_to_do_instead(duplicate: Callable[[object], object]) -> None:
    with AskTell("de", [0.0], [1.0], 20) as optimizer:
        optimizer.ask()
        with pytest.raises(TypeError, match="Make another with the same arguments"):
            duplicate(optimizer)


def test_warnings_of_a_program_are_its_own_and_those_of_the_caller_stay() -> None:
    with AskTell("de", [0.0], [1.0], 60) as optimizer, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        x = optimizer.ask()
        assert x is not None
        warnings.warn("of the caller", UserWarning, stacklevel=1)
        optimizer.tell(x[:, 0])
        optimizer.ask()
    assert [str(warning.message) for warning in caught] == ["of the caller"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("dee", [0.0], [1.0], 10), "Did you mean 'de'"),
        (("de", [0.0], [1.0], 0), "budget of at least 1"),
        (("de", [0.0, 0.0], [1.0], 10), "Bounds"),
        (("de", [[0.0]], [[1.0]], 10), "Bounds"),
        (("de", [1.0], [0.0], 10), "lower <= upper"),
        (("de", [0.0], [1.0], 10, {"popsize": 3}), "hyper-parameter of de"),
        (("de", [0.0], [1.0], 10, None, -1), "seed"),
        (("de", [0.0], [1.0], 10, None, 0.5), "seed must be a whole number in"),
        (("de", [0.0], [1.0], 10.5), "budget must be a whole number, got 10.5"),
        (("de", [0.0], [1.0], math.inf), "budget must be a whole number, got inf"),
        (("de", [0.0], [1.0], "10"), "budget must be a whole number, got '10'"),
        (("de", ["low"], [1.0], 10), "Bounds must be numbers"),
        (("de", [[0.0], [0.0, 1.0]], [1.0], 10), "Bounds must be numbers"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_before_a_thread_starts(
    arguments: tuple[object, ...], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        AskTell(*arguments)  # type: ignore[arg-type]


def test_the_example_works() -> None:
    examples = doctest.DocTestFinder().find(AskTell, module=ask_tell, globs={"AskTell": AskTell})
    results = [doctest.DocTestRunner().run(example) for example in examples if example.examples]
    assert [(result.failed, result.attempted > 0) for result in results] == [(0, True)]
