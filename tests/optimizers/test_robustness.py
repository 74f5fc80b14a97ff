"""Whatever the dimension, the budget, the bounds and the landscape: no crash, and no point outside the box."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamoco_bench.baselines.optimizers import POOL, run_optimizer
from llamoco_bench.problems.problem import Array, Problem

MakeProblem = Callable[..., Problem]

NAMES = sorted(POOL)
COSTLY = {"bo": 25, "la-mcts": 60, "trust-constr": 60, "cobyla": 150}
"""Largest budgets of those that spend milliseconds on an evaluation."""


def _sphere(x: Array) -> Array:
    values: Array = (x**2).sum(axis=1)
    return values


def _plateau(x: Array) -> Array:
    return np.zeros(len(x))


def _partly_unknown(x: Array) -> Array:
    return np.where(x[:, 0] > x[:, 0].mean(), np.nan, _sphere(x))


def _never_known(x: Array) -> Array:
    return np.full(len(x), np.nan)


def _huge(x: Array) -> Array:
    return np.where(x.sum(axis=1) > 0, np.inf, 1e200 * _sphere(x))


def _bottomless(x: Array) -> Array:
    return np.where(x[:, 0] > 0, -np.inf, _sphere(x))


LANDSCAPES = (_sphere, _plateau, _partly_unknown, _never_known, _huge, _bottomless)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, derandomize=True)
@given(data=st.data())
def test_no_problem_makes_a_program_crash_or_leave_the_box(
    name: str, data: st.DataObject, make_problem: MakeProblem
) -> None:
    dim = data.draw(st.integers(1, 6), "dim")
    budget = data.draw(st.integers(1, COSTLY.get(name, 300)), "budget")
    lower = np.array(data.draw(st.lists(st.floats(-1e6, 1e6), min_size=dim, max_size=dim), "lower"))
    width = np.array(data.draw(st.lists(st.floats(1e-6, 1e6), min_size=dim, max_size=dim), "width"))
    f = data.draw(st.sampled_from(LANDSCAPES), "landscape")
    constrained = data.draw(st.booleans(), "constrained")
    seen: list[Array] = []
    problem = make_problem(
        f,
        g=(lambda x: f(x)[:, np.newaxis]) if constrained else None,
        h=(lambda x: x[:, :1] - x[:, -1:]) if constrained else None,
        lower=lower,
        upper=lower + width,
        budget=budget,
        watch=seen.append,
    )
    run = run_optimizer(name, problem, seed=data.draw(st.integers(0, 99), "seed"))
    points = np.concatenate(seen)
    assert run.error is None
    assert run.evaluations <= budget
    assert (points >= lower).all()
    assert (points <= lower + width).all()
