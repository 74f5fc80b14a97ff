"""The functions that a trusted program calls: evaluated in this process, counted and scored as the sandbox does it."""

from __future__ import annotations

import math
import time
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.problems.problem import Array
from llamoco_bench.sandbox.evaluator import Evaluator, remembering
from llamoco_bench.sandbox.ledger import EQUALITY, INEQUALITY, OBJECTIVE, Ledger

_NAMES: Final = ("objective", "inequality", "equality")


class Stop(BaseException):
    """Ends a program in the middle of a call; not an `Exception`, so that no program swallows it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Recorder:
    """Stands between a program and a problem.

    Parameters
    ----------
    evaluator: the problem.
    wall_s: seconds after which the next call stops the program; None for no limit.

    Attributes
    ----------
    ledger: what was spent and found.
    """

    def __init__(self, evaluator: Evaluator, wall_s: float | None = None) -> None:
        self.ledger = Ledger(evaluator)
        self._evaluator = evaluator
        self._deadline = math.inf if wall_s is None else time.monotonic() + wall_s
        self._values = remembering(evaluator)

    def objective(self, x: ArrayLike) -> float | Array:
        """Objective of one point, (dim,) -> float, or of many, (n, dim) -> (n,)."""
        points, single = self._points(x, OBJECTIVE)
        f = self._ask(OBJECTIVE, points)
        return float(f[0]) if single else f

    def inequality(self, x: ArrayLike) -> Array:
        """Inequalities of one point, (n_inequality,), or of many, (n, n_inequality)."""
        points, single = self._points(x, INEQUALITY)
        g = self._ask(INEQUALITY, points)
        return g[0] if single else g

    def equality(self, x: ArrayLike) -> Array:
        """Equalities of one point, (n_equality,), or of many, (n, n_equality)."""
        points, single = self._points(x, EQUALITY)
        h = self._ask(EQUALITY, points)
        return h[0] if single else h

    def returned(self, x: ArrayLike) -> None:
        """Let the point that the program returned count as found, too; an evaluation where it was not asked for.

        Raises
        ------
        ValueError: `x` is not of shape (dim,).
        """
        point = np.array(x, dtype=np.float64)
        if point.shape != (self._evaluator.dim,):
            raise ValueError(f"solve() returned an array of shape {point.shape}, expected ({self._evaluator.dim},)")
        if self.ledger.is_news(point):
            rows = point[np.newaxis, :]
            self.ledger.record(rows, self._values(rows))

    def _points(self, x: ArrayLike, function: int) -> tuple[Array, bool]:
        points = np.array(x, dtype=np.float64)  # a copy, since programs may reuse their arrays
        if points.shape == (self._evaluator.dim,):
            return points[np.newaxis, :], True
        if points.ndim == 2 and points.shape[1] == self._evaluator.dim:
            return points, False
        dim = self._evaluator.dim
        raise ValueError(f"{_NAMES[function]} expects shape ({dim},) or (n, {dim}), got {points.shape}")

    def _ask(self, function: int, points: Array) -> Array:
        """Values of the wanted function; stops the program where the budget does not suffice for all points."""
        if time.monotonic() > self._deadline:
            raise Stop("time")
        fitting = points[: self.ledger.remaining(function)]
        values = self._values(fitting)
        if function == OBJECTIVE:
            if len(fitting):
                self.ledger.record(fitting, values)
        else:
            self.ledger.spend(function, len(fitting))
        if len(fitting) < len(points):
            raise Stop("budget")
        return values[function].copy()
