"""Trusted runs are counted and scored as the sandbox counts and scores."""

from __future__ import annotations

import math
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from llamoco_bench.baselines.optimizers import POOL, run_optimizer
from llamoco_bench.baselines.optimizers.run import run_source
from llamoco_bench.errors import UsageError
from llamoco_bench.problems import load_problem
from llamoco_bench.problems.problem import Problem
from llamoco_bench.sandbox import Limits, run_program

MakeSphere = Callable[..., Problem]


def program(body: str) -> str:
    """Program whose `solve` has this body."""
    contract = "def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):"
    return f"import time\nimport numpy as np\n\n{contract}\n" + "".join(
        f"    {line}\n" for line in dedent(body).strip().splitlines()
    )


@pytest.mark.parametrize("name", sorted(POOL))
def test_a_program_comes_to_the_same_in_the_sandbox_as_in_process(name: str, make_sphere: MakeSphere) -> None:
    problem = make_sphere(dim=3, budget=80)
    inside = run_optimizer(name, problem, seed=4)
    outside = run_program(POOL[name].source(), problem, seed=4, limits=Limits(wall_s=60))
    assert outside.error is None
    assert (outside.status, outside.stopped) == ("ok", inside.stopped)
    assert (outside.f0, outside.first_f, outside.evaluations) == (inside.f0, inside.first_f, inside.evaluations)
    assert outside.curve == inside.curve
    assert outside.best_f == inside.best_f
    assert np.array_equal(outside.best_x, inside.best_x)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["slsqp", "heco-de"])
def test_a_constrained_run_comes_to_the_same_in_the_sandbox(name: str, crossing: Problem) -> None:
    inside = run_optimizer(name, crossing, seed=4)
    outside = run_program(POOL[name].source(), crossing, seed=4, limits=Limits(wall_s=60))
    assert outside.error is None
    assert (outside.evaluations, outside.best_f, outside.violation) == (inside.evaluations, inside.best_f, 0.0)


def test_an_unknown_optimizer_is_refused_with_the_near_one(make_sphere: MakeSphere) -> None:
    with pytest.raises(UsageError, match="Did you mean 'slsqp'"):
        run_optimizer("slspq", make_sphere(dim=2, budget=10))


def test_a_whole_number_of_numpy_is_the_same_seed(make_sphere: MakeSphere) -> None:
    problem = make_sphere(dim=2, budget=10)
    seeds: list[Any] = [7, np.int64(7)]
    mine, theirs = (run_optimizer("de", problem, seed=seed) for seed in seeds)
    assert (mine.f0, mine.curve) == (theirs.f0, theirs.curve)


@pytest.mark.parametrize("wall_s", [float("nan"), float("inf"), 0.0, -1, "10"])
def test_a_time_that_nothing_can_be_held_to_is_refused(make_sphere: MakeSphere, wall_s: Any) -> None:
    with pytest.raises(UsageError, match="wall_s must be a number of seconds above 0"):
        run_optimizer("de", make_sphere(dim=2, budget=10), wall_s=wall_s)


def test_a_target_that_is_no_number_is_refused(make_sphere: MakeSphere) -> None:
    with pytest.raises(UsageError, match="target must be a number"):
        run_optimizer("de", make_sphere(dim=2, budget=10), target=float("nan"))


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, None])
def test_a_seed_that_is_none_is_refused_and_no_run_that_failed(make_sphere: MakeSphere, seed: Any) -> None:
    with pytest.raises(UsageError, match=r"seed must be a whole number in \[0, 2\*\*32\), got"):
        run_optimizer("de", make_sphere(dim=2, budget=10), seed=seed)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, pytest.param(10**400, id="beyond a float")])
def test_a_hyper_parameter_that_is_not_finite_is_refused(make_sphere: MakeSphere, value: float) -> None:
    with pytest.raises(UsageError, match=r"f of de is -?(nan|inf), but should be a finite number, like 0\.5"):
        run_optimizer("de", make_sphere(dim=2, budget=10), {"f": value})


def test_the_budget_ends_a_program_that_does_not_count(make_sphere: MakeSphere) -> None:
    run = run_source(program("while True: objective(lower + 1.0)"), make_sphere(dim=2, budget=10), seed=0)
    assert (run.stopped, run.evaluations, run.error) == ("budget", 10, None)


def test_of_a_batch_that_is_too_large_the_points_within_the_budget_count(make_sphere: MakeSphere) -> None:
    body = "objective(np.linspace(upper, (lower + upper) / 2, 25))"
    run = run_source(program(body), make_sphere(dim=2, budget=10), seed=0)
    assert (run.stopped, run.evaluations) == ("budget", 10)
    assert run.curve[-1][0] == 10


def test_a_wall_clock_limit_ends_a_run_at_its_next_evaluation(make_sphere: MakeSphere) -> None:
    body = "while True:\n    time.sleep(0.02)\n    objective(lower)"
    run = run_source(program(body), make_sphere(dim=2, budget=1000), seed=0, wall_s=0.1)
    assert run.stopped == "time"
    assert 0.1 <= run.wall_s < 2.0
    assert 0 < run.evaluations < 10


def test_an_exception_of_a_program_is_recorded_and_what_it_found_is_kept(make_sphere: MakeSphere) -> None:
    run = run_source(program("objective((lower + upper) / 2)\nreturn 1 / 0"), make_sphere(dim=2, budget=10), seed=0)
    assert (run.stopped, run.error) == ("", "ZeroDivisionError: division by zero")
    assert run.evaluations == 1
    assert run.best_f is not None


def test_a_program_cannot_swallow_its_end(make_sphere: MakeSphere) -> None:
    body = "while True:\n    try:\n        objective(lower)\n    except Exception:\n        pass"
    assert run_source(program(body), make_sphere(dim=2, budget=5), seed=0).evaluations == 5


def test_points_outside_the_box_cost_but_do_not_count_as_found(make_sphere: MakeSphere) -> None:
    run = run_source(program("objective(upper + 1.0)\nreturn upper + 1.0"), make_sphere(dim=2, budget=5), seed=0)
    assert run.evaluations >= 1
    assert (run.best_f, run.best_x, run.feasible) == (None, None, False)


def test_constraints_of_the_points_asked_for_last_cost_nothing_more(crossing: Problem) -> None:
    body = "x = (lower + upper) / 2\nfor _ in range(3): objective(x); inequality(x); equality(x)\nreturn x"
    assert run_source(program(body), crossing, seed=0).evaluations == 4  # the returned point is infeasible news


def test_a_returned_point_counts_as_found(disc: Problem) -> None:
    run = run_source(program("return np.full(2, -0.5)"), disc, seed=0)
    assert run.best_f == -1.0
    assert run.evaluations == 1


def test_a_returned_array_of_the_wrong_shape_is_an_error(disc: Problem) -> None:
    run = run_source(program("return np.zeros(3)"), disc, seed=0)
    assert run.error == "ValueError: solve() returned an array of shape (3,), expected (2,)"


def test_f0_depends_on_the_seed_and_not_on_the_program(make_sphere: MakeSphere) -> None:
    problem = make_sphere(dim=3, budget=60)
    first = [run_optimizer(name, problem, seed=1).f0 for name in ("pso", "slsqp")]
    assert first[0] == first[1]
    assert run_optimizer("pso", problem, seed=2).f0 != first[0]


@pytest.mark.parametrize("problem_id", ["synthetic/u0002", pytest.param("cec2020/RC17", marks=pytest.mark.slow)])
def test_a_target_stops_the_program_where_it_is_first_reached(problem_id: str) -> None:
    problem = load_problem(problem_id)
    whole = run_optimizer("slsqp", problem, seed=3)
    assert whole.best_f is not None
    _, target = whole.curve[len(whole.curve) // 2]
    stopped = run_optimizer("slsqp", problem, seed=3, target=target)
    assert stopped.stopped == "target"
    assert stopped.best_f is not None
    assert stopped.best_f <= target
    assert stopped.evaluations < whole.evaluations
    assert stopped.curve[0] == whole.curve[0]


@pytest.mark.parametrize("problem_id", ["synthetic/u0002", "synthetic/c0001"])
def test_compiled_recording_comes_to_the_same_as_the_sandbox(problem_id: str) -> None:
    problem = load_problem(problem_id)
    name = "slsqp" if problem.n_constraints else "sdms-pso"
    mine = run_optimizer(name, problem, seed=5)
    theirs = run_program(POOL[name].source(), problem, seed=5, limits=Limits(wall_s=60))
    assert (mine.best_f, mine.f0, mine.first_f) == (theirs.best_f, theirs.f0, theirs.first_f)
    assert (mine.evaluations, mine.curve) == (theirs.evaluations, theirs.curve)
