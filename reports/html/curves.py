"""Convergence of single runs, kept small: what was left of the way to the best known value after how many evaluations.

What is left is (f - f*) / (f0 - f*), the quantity that the targets of Reach are set on.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from llamoco_bench.journal import Record
from llamoco_bench.profiles import first_hits, way_left


@dataclass(frozen=True, slots=True)
class Trace:
    """One run's curve of the best feasible point.

    Attributes
    ----------
    evaluations: (k,) uint32, at which it improved.
    values: (k,) float32, what was left of the way; the objective itself where `relative` is false.
    relative: whether the problem has a best known value below the run's starting value.
    hits: (51,) evaluations at which each target was reached, as `llamoco_bench.profiles.first_hits` tells them.
    """

    evaluations: array[int]
    values: array[float]
    relative: bool
    hits: array[float]


def trace(record: Record) -> Trace:
    """Make the trace of a run."""
    curve: Sequence[Sequence[float]] = record.get("curve") or ()
    known: float | None = record.get("best_known")
    start: float | None = record.get("f0")
    objective = [float(point[1]) for point in curve]
    values, relative = objective, False
    if known is not None and start is not None and 0.0 < start - known < math.inf:
        values, relative = way_left(objective, known, start), True
    return Trace(
        evaluations=array("I", [int(point[0]) for point in curve]),
        values=array("f", map(_float32, values)),
        relative=relative,
        hits=array("f", first_hits(record)),
    )


def _float32(value: float) -> float:
    return value if abs(value) < 3e38 else math.copysign(3e38, value)
