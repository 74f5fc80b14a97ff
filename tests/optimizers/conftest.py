"""Small problems with known optima, for the optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import pytest

from llamoco_bench.problems.problem import Array, Evaluation, Problem

Function = Callable[[Array], Array]
Watch = Callable[[Array], object]


class MakeProblem(Protocol):
    def __call__(
        self,
        f: Function,
        *,
        lower: Array,
        upper: Array,
        budget: int,
        g: Function | None = None,
        h: Function | None = None,
        watch: Watch | None = None,
    ) -> Problem: ...


def _problem(
    f: Function,
    *,
    lower: Array,
    upper: Array,
    budget: int,
    g: Function | None = None,
    h: Function | None = None,
    watch: Watch | None = None,
) -> Problem:
    """Problem of batch functions of x (n, dim); `watch` sees every batch of points that is evaluated."""

    def none(x: Array) -> Array:
        return np.empty((len(x), 0))

    def evaluate(x: Array) -> Evaluation:
        if watch is not None:
            watch(x)
        return Evaluation(f(x), (g or none)(x), (h or none)(x))

    sample = Evaluation(f(lower[None]), (g or none)(lower[None]), (h or none)(lower[None]))
    return Problem(
        id="test/problem",
        title="a problem",
        lower=lower,
        upper=upper,
        budget=budget,
        n_inequality=sample.g.shape[1],
        n_equality=sample.h.shape[1],
        evaluator=evaluate,
        describe=lambda: (),
        definition="",
        best_known=None,
        best_known_source="",
    )


@pytest.fixture(scope="session")
def make_problem() -> MakeProblem:
    return _problem


class MakeSphere(Protocol):
    def __call__(self, dim: int, budget: int, watch: Watch | None = None) -> Problem: ...


@pytest.fixture(scope="session")
def make_sphere() -> MakeSphere:
    """Sphere in a box that is not symmetric and differs by variable; its optimum, 0, lies off the middle."""

    def make(dim: int, budget: int, watch: Watch | None = None) -> Problem:
        lower = np.linspace(-3.0, -30.0, dim)
        upper = np.linspace(5.0, 20.0, dim)
        optimum = lower + np.linspace(0.3, 0.8, dim) * (upper - lower)
        span = upper - lower

        def f(x: Array) -> Array:
            values: Array = (((x - optimum) / span * 10) ** 2).sum(axis=1)
            return values

        return _problem(f, lower=lower, upper=upper, budget=budget, watch=watch)

    return make


@pytest.fixture(scope="session")
def disc() -> Problem:
    """Linear objective over a disc, 2-D: the optimum, -sqrt(2), lies at -(1, 1) / sqrt(2)."""
    return _problem(
        lambda x: x.sum(axis=1),
        g=lambda x: (x**2).sum(axis=1, keepdims=True) - 1.0,
        lower=np.full(2, -2.0),
        upper=np.full(2, 3.0),
        budget=4000,
    )


@pytest.fixture(scope="session")
def crossing() -> Problem:
    """Nearest point to (3, 3) on the line x + y = 2 with x <= 0.5: 12.5 - 3.75 = 8.5 at (0.5, 1.5)."""
    return _problem(
        lambda x: ((x - 3.0) ** 2).sum(axis=1),
        g=lambda x: x[:, :1] - 0.5,
        h=lambda x: x.sum(axis=1, keepdims=True) - 2.0,
        lower=np.full(2, -4.0),
        upper=np.full(2, 4.0),
        budget=4000,
    )
