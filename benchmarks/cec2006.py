"""Problems of the CEC2006 competition on constrained optimization, for `optimizer_validation`.

J. J. Liang et al., Problem definitions and evaluation criteria for the CEC 2006 special session (2006), with its names,
bounds and best known values; equalities hold to 1e-4.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.problem import Evaluation, Problem

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

BUDGET = 240_000


def _columns(*values: Array) -> Array:
    return np.stack(values, axis=1)


def _none(x: Array) -> Array:
    return np.empty((len(x), 0))


def _problem(
    name: str, f: Function, g: Function, h: Function, box: tuple[list[float], list[float]], best: float
) -> Problem:
    lower, upper = (np.array(side, dtype=float) for side in box)
    sample = lower[None]
    return Problem(
        id=f"cec2006/{name}",
        title=name,
        lower=lower,
        upper=upper,
        budget=BUDGET,
        n_inequality=g(sample).shape[1],
        n_equality=h(sample).shape[1],
        evaluator=lambda x: Evaluation(f(x), g(x), h(x)),
        describe=lambda: (),
        definition="",
        best_known=best,
        best_known_source="CEC2006",
    )


def _g05() -> Problem:
    def f(x: Array) -> Array:
        values: Array = 3 * x[:, 0] + 1e-6 * x[:, 0] ** 3 + 2 * x[:, 1] + 2e-6 / 3 * x[:, 1] ** 3
        return values

    def g(x: Array) -> Array:
        return _columns(-x[:, 3] + x[:, 2] - 0.55, -x[:, 2] + x[:, 3] - 0.55)

    def h(x: Array) -> Array:
        a, b, c, d = x.T
        return _columns(
            1000 * np.sin(-c - 0.25) + 1000 * np.sin(-d - 0.25) + 894.8 - a,
            1000 * np.sin(c - 0.25) + 1000 * np.sin(c - d - 0.25) + 894.8 - b,
            1000 * np.sin(d - 0.25) + 1000 * np.sin(d - c - 0.25) + 1294.8,
        )

    return _problem("g05", f, g, h, ([0, 0, -0.55, -0.55], [1200, 1200, 0.55, 0.55]), 5126.4967140071)


def _g06() -> Problem:
    def g(x: Array) -> Array:
        a, b = x.T
        return _columns(-((a - 5) ** 2) - (b - 5) ** 2 + 100, (a - 6) ** 2 + (b - 5) ** 2 - 82.81)

    return _problem(
        "g06",
        lambda x: (x[:, 0] - 10) ** 3 + (x[:, 1] - 20) ** 3,
        g,
        _none,
        ([13, 0], [100, 100]),
        -6961.81387558015,
    )


def _g11() -> Problem:
    return _problem(
        "g11",
        lambda x: x[:, 0] ** 2 + (x[:, 1] - 1) ** 2,
        _none,
        lambda x: (x[:, 1] - x[:, 0] ** 2)[:, None],
        ([-1, -1], [1, 1]),
        0.7499,
    )


def _g13() -> Problem:
    def h(x: Array) -> Array:
        a = x.T
        return _columns((x**2).sum(axis=1) - 10, a[1] * a[2] - 5 * a[3] * a[4], a[0] ** 3 + a[1] ** 3 + 1)

    bound = [2.3, 2.3, 3.2, 3.2, 3.2]
    box = ([-b for b in bound], bound)
    return _problem("g13", lambda x: np.exp(np.prod(x, axis=1)), _none, h, box, 0.053941514041898)


CEC2006 = {problem.title: problem for problem in (_g05(), _g06(), _g11(), _g13())}
