"""What a run has spent and found so far: the evaluations, the best point, the curve."""

from __future__ import annotations

import math

import numpy as np

from llamoco_bench.problems.problem import Evaluation
from llamoco_bench.sandbox.evaluator import Array, Evaluator

MAX_CURVE_POINTS = 60

OBJECTIVE, INEQUALITY, EQUALITY = range(3)


class Ledger:
    """Counts rows per function, and keeps the best feasible point of those whose objective was asked for.

    The number of evaluations is the largest of the three counts, since one evaluation gives all three values of a
    point.
    """

    __slots__ = ("_counts", "_curve", "_evaluator", "best_f", "best_x", "first_f", "least_violation")

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._counts = [0, 0, 0]
        self._curve: list[tuple[int, float]] = []
        self.best_f: float | None = None
        self.best_x: Array | None = None
        self.first_f: float | None = None
        self.least_violation = math.inf

    @property
    def evaluations(self) -> int:
        """Evaluations spent so far."""
        return max(self._counts)

    @property
    def curve(self) -> tuple[tuple[int, float], ...]:
        """(evaluations, best objective) at improvements, thinned to 60, log-spaced in evaluations."""
        return thin(self._curve)

    def remaining(self, function: int) -> int:
        """Rows that may still be asked of a function (0 objective, 1 inequality, 2 equality)."""
        return self._evaluator.budget - self._counts[function]

    def spend(self, function: int, rows: int) -> None:
        """Count `rows` that were asked of a function whose values tell nothing about what was found."""
        self._counts[function] += rows

    def is_news(self, point: Array) -> bool:
        """Tell whether a returned point is worth an evaluation, and whether there is one left for it."""
        return self.remaining(OBJECTIVE) > 0 and not (self.best_x is not None and np.array_equal(point, self.best_x))

    def record(self, points: Array, values: Evaluation) -> None:
        """Count and weigh the `points`, (n, dim), whose objective was asked for."""
        counts, rows = self._counts, len(points)
        before = counts[OBJECTIVE]
        counts[OBJECTIVE] = before + rows
        # By far the most frequent case, and the harness's part of the cost of every evaluation.
        if self.best_f is not None:
            improves = values.f.item() < self.best_f if rows == 1 else (values.f < self.best_f).any()
            if not improves:
                return
        if self.first_f is None:
            self._record_first(values)
        violation = np.where(self._evaluator.inside(points), self._evaluator.violation(values), np.inf)
        if self.best_f is None:
            self.least_violation = min(self.least_violation, float(violation.min()))
        feasible = violation == 0.0
        if feasible.any():
            self._improve(before, points, np.where(feasible, values.f, np.inf))

    def _record_first(self, values: Evaluation) -> None:
        feasible = self._evaluator.violation(values) == 0.0
        own = values.f[feasible] if feasible.any() else values.f[np.isfinite(values.f)]
        self.first_f = float(own.min()) if len(own) else math.nan

    def _improve(self, before: int, points: Array, f: Array) -> None:
        """Append to the curve where the running best of `f` (infinite where not feasible) falls."""
        start = math.inf if self.best_f is None else self.best_f
        running = np.minimum.accumulate(np.concatenate(([start], f)))
        elsewhere = max(self._counts[INEQUALITY], self._counts[EQUALITY])
        better = np.flatnonzero(running[1:] < running[:-1])
        for i in better.tolist():
            self._curve.append((max(before + i + 1, elsewhere), float(f[i])))
        if len(better):
            self.best_f = float(f[better[-1]])
            self.best_x = points[better[-1]].copy()


def thin(curve: list[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """Keep at most 60 points, log-spaced in the first coordinate; the first and the last always."""
    # Several improvements can fall on one number of evaluations where constraints were asked for first.
    last_at = {evaluations: i for i, (evaluations, _) in enumerate(curve)}
    kept = [curve[i] for i in last_at.values()]
    if len(kept) <= MAX_CURVE_POINTS:
        return tuple(kept)
    x = np.log([evaluations for evaluations, _ in kept])
    wanted = np.linspace(x[0], x[-1], MAX_CURVE_POINTS)
    chosen = sorted({*np.searchsorted(x, wanted[1:-1]).tolist(), 0, len(kept) - 1})
    return tuple(kept[i] for i in chosen)
