"""What the optimizers reach on problems whose optimum is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from llamoco_bench.baselines.optimizers import POOL, run_optimizer
from llamoco_bench.problems.problem import Array, Problem

MakeSphere = Callable[..., Problem]
MakeProblem = Callable[..., Problem]

SPHERE_BUDGET = 10_000
SPHERE_ACCURACY = {
    "sa": 1e-05,
    "pso": 1e-12,
    "de": 1e-06,
    "dual-annealing": 1e-08,
    "samr-ga": 1e-10,
    "sep-cma-es": 1e-12,
    "bipop-cma-es": 1e-12,
    "deap-de": 1e-06,
    "bo": 0.01,
    "glpso": 0.0001,
    "mmes": 1e-12,
    "la-mcts": 1e-08,
    "madde": 1e-12,
    "sdms-pso": 0.001,
    "amcde": 1e-12,
    "nsa": 0.05,
    "slsqp": 1e-07,
    "trust-constr": 1e-08,
    "cobyla": 1e-08,
    "l-bfgs-b": 1e-08,
    "heco-de": 1e-12,
    "dtpso": 1e-09,
    "ga-tdx": 0.01,
}
"""What is left of about 25 after the budget; default hyper-parameters."""

CONSTRAINED = [name for name in sorted(POOL) if POOL[name].kind == "constrained" or name == "de"]

CROSSING_ACCURACY = {"dtpso": 8.0}
"""This swarm hardly moves along an equality: the band in which it is met is 1e-4 wide."""


def test_an_accuracy_is_stated_for_every_optimizer() -> None:
    assert set(SPHERE_ACCURACY) == set(POOL)


@pytest.mark.parametrize("name", sorted(SPHERE_ACCURACY))
def test_a_shifted_sphere_in_ten_dimensions_is_solved(name: str, make_sphere: MakeSphere) -> None:
    run = run_optimizer(name, make_sphere(dim=10, budget=SPHERE_BUDGET), seed=1)
    assert run.best_f is not None, run.error
    assert run.best_f <= SPHERE_ACCURACY[name]


@pytest.mark.parametrize("name", CONSTRAINED)
def test_an_active_inequality_is_met(name: str, disc: Problem) -> None:
    run = run_optimizer(name, disc, seed=2)
    assert run.best_f is not None, run.error
    assert run.best_f == pytest.approx(-np.sqrt(2.0), abs=1e-3)


@pytest.mark.parametrize("name", CONSTRAINED)
def test_an_equality_and_an_inequality_are_met_together(name: str, crossing: Problem) -> None:
    run = run_optimizer(name, crossing, seed=2)
    assert run.best_f is not None, run.error
    assert run.best_f == pytest.approx(8.5, abs=CROSSING_ACCURACY.get(name, 1e-2))


@pytest.mark.parametrize("name", sorted(POOL))
def test_values_that_are_not_numbers_neither_stop_nor_win(name: str, make_problem: MakeProblem) -> None:
    def f(x: Array) -> Array:
        return np.where(x[:, 0] > 0.2, np.nan, np.where(x[:, 1] > 0.5, np.inf, (x**2).sum(axis=1)))

    problem = make_problem(f, lower=np.full(3, -1.0), upper=np.full(3, 1.0), budget=200)
    run = run_optimizer(name, problem, seed=0)
    assert run.error is None
    assert run.best_f is not None
    assert run.best_f < run.f0 or run.best_f < 0.3


@pytest.mark.parametrize("name", CONSTRAINED)
def test_constraints_that_are_not_numbers_do_not_stop_a_run(name: str, make_problem: MakeProblem) -> None:
    problem = make_problem(
        lambda x: (x**2).sum(axis=1),
        g=lambda x: np.where(x[:, :1] > 0.0, np.nan, x.sum(axis=1, keepdims=True)),
        h=lambda x: np.where(x[:, :1] < -0.5, np.inf, x[:, 1:2] - 0.1),
        lower=np.full(3, -1.0),
        upper=np.full(3, 1.0),
        budget=400,
    )
    run = run_optimizer(name, problem, seed=0)
    assert run.error is None
    assert run.evaluations >= 300  # what is left is less than a generation
