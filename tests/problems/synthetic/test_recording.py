from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from llamoco_bench.baselines.optimizers.recorder import Recorder as PythonRecorder
from llamoco_bench.baselines.optimizers.recorder import Stop
from llamoco_bench.problems import load_problem
from llamoco_bench.problems.problem import Problem
from llamoco_bench.problems.synthetic.catalogue import as_problem
from llamoco_bench.problems.synthetic.recording import compiled_recorder
from llamoco_bench.problems.synthetic.reference import ReferenceEvaluator
from llamoco_bench.sandbox.evaluator import Evaluator
from tests.problems.synthetic.making import make, needs_native, points

pytestmark = needs_native


def problem_with(budget: int = 200, constrained: bool = True) -> Problem:
    families = (("ball", False), ("coupling", False), ("shells", True)) if constrained else ()
    return replace(as_problem(make(families=families, dim=3)), budget=budget)


def loose(budget: int = 200) -> Problem:
    """A problem of which most points are feasible."""
    instance = make(families=(("taxicab", False),), dim=3)
    instance = replace(instance, constraints=(replace(instance.constraints[0], bound=250.0),))
    return replace(as_problem(instance), budget=budget)


def recorder_of(problem: Problem, wall_s: float | None = None) -> Any:
    found = compiled_recorder(problem, wall_s, Stop)
    assert found is not None
    return found


def drive(recorder: Any, problem: Problem, seed: int, returned: bool) -> str:
    """Ask at random for functions of single points and batches, some of them again, until the recorder stops it."""
    rng = np.random.default_rng(seed)
    names = ["objective"] * 3 + ["inequality", "equality"] * bool(problem.n_constraints)
    x: Any = None
    try:
        for _ in range(60):
            if x is None or rng.random() < 0.7:
                shape = (3,) if rng.random() < 0.6 else (int(rng.integers(0, 9)), 3)
                x = rng.uniform(-105.0, 105.0, shape)
                if rng.random() < 0.1 and x.size:
                    x[..., 0] = rng.choice([np.nan, np.inf, -np.inf])
            getattr(recorder, str(rng.choice(names)))(x)
        if returned:
            recorder.returned(rng.uniform(-100.0, 100.0, 3))
            recorder.returned(rng.uniform(-100.0, 100.0, 3).tolist())
    except Stop as stop:
        return stop.reason
    return "returned"


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make_problem", [problem_with, loose, lambda budget: problem_with(budget, False)])
def test_it_keeps_what_the_recorder_in_python_keeps(seed: int, make_problem: Any) -> None:
    problem = make_problem(30 + 10 * seed)
    mine, theirs = recorder_of(problem), PythonRecorder(Evaluator(problem))
    assert drive(mine, problem, seed, seed % 2 == 0) == drive(theirs, problem, seed, seed % 2 == 0)
    ledger = theirs.ledger
    assert (mine.evaluations, mine.best_f) == (ledger.evaluations, ledger.best_f)
    np.testing.assert_equal(mine.best_x, ledger.best_x)
    np.testing.assert_equal(mine.first_f, ledger.first_f)
    assert mine.least_violation == pytest.approx(ledger.least_violation, rel=1e-14)
    last_at = dict(mine.curve)
    assert tuple(last_at.items()) == ledger.curve


def test_values_are_those_of_the_problem() -> None:
    problem = problem_with(1000)
    recorder = recorder_of(problem)
    for x in (points(3, 8), points(3, 8)[2]):
        np.testing.assert_array_equal(recorder.equality(x), problem.equality(x))
        np.testing.assert_array_equal(recorder.objective(x), problem.objective(x))
        np.testing.assert_array_equal(recorder.inequality(x), problem.inequality(x))
    assert recorder.evaluations == 9


def test_nothing_is_known_before_the_first_call() -> None:
    recorder = recorder_of(problem_with())
    assert (recorder.evaluations, recorder.best_f, recorder.best_x, recorder.first_f) == (0, None, None, None)
    assert recorder.curve == []
    assert recorder.least_violation == np.inf


def test_the_curve_holds_every_improvement() -> None:
    problem = problem_with(5000, constrained=False)
    recorder = recorder_of(problem)
    f = [recorder.objective(x) for x in points(3, 3000)]
    running = np.minimum.accumulate(f)
    expected = [(1, f[0]), *((i + 1, f[i]) for i in range(1, len(f)) if f[i] < running[i - 1])]
    assert recorder.curve == expected
    assert recorder.best_f == min(f)
    assert recorder.best_x.tolist() == points(3, 3000)[int(np.argmin(f))].tolist()


def test_the_budget_ends_a_batch_after_the_points_that_fit() -> None:
    problem = problem_with(10, constrained=False)
    recorder = recorder_of(problem)
    recorder.objective(points(3, 6))
    with pytest.raises(Stop, match="budget"):
        recorder.objective(points(3, 8)[::-1])
    assert recorder.evaluations == 10
    assert recorder.best_f == np.min(problem.objective(np.vstack((points(3, 6), points(3, 8)[::-1][:4]))))
    with pytest.raises(Stop, match="budget"):
        recorder.objective(points(3, 1)[0])


def test_the_clock_ends_a_run() -> None:
    recorder = recorder_of(problem_with(), wall_s=0.02)
    recorder.objective(points(3, 1)[0])
    time.sleep(0.03)
    with pytest.raises(Stop, match="time"):
        recorder.objective(points(3, 1)[0])


def test_a_program_that_reuses_its_array_is_not_mistaken() -> None:
    problem = problem_with(constrained=False)
    recorder, x = recorder_of(problem), points(3, 1)[0].copy()
    first = recorder.objective(x)
    x += 1.0
    assert recorder.objective(x) == problem.objective(x) != first


def test_what_is_returned_must_be_one_point() -> None:
    recorder = recorder_of(problem_with())
    for wrong in (points(3, 2), points(4, 1)[0], "x"):
        with pytest.raises(ValueError, match=r"expected one of shape|expects points|could not convert"):
            recorder.returned(wrong)


def test_problems_that_are_not_compiled_have_no_such_recorder() -> None:
    assert compiled_recorder(load_problem("cec2020/RC02"), None, Stop) is None
    problem = problem_with()
    assert compiled_recorder(replace(problem, functions=ReferenceEvaluator(make())), None, Stop) is None


def test_bounds_of_a_wrong_length_and_what_is_no_evaluator_are_refused() -> None:
    problem = problem_with()
    kind = type(recorder_of(problem))
    with pytest.raises(ValueError, match="wrong length"):
        kind(problem.functions, np.zeros(2), np.ones(2), 10, 1.0, Stop)
    with pytest.raises(TypeError, match="records an Evaluator"):
        kind("evaluator", problem.lower, problem.upper, 10, 1.0, Stop)
