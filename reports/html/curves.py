"""Convergence of single runs, kept small: what was left of the way to the best known value after how many evaluations.

What is left is (f - f*) / (f0 - f*), the quantity that the targets of Reach are set on.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from llamoco_bench.journal import Record
from llamoco_bench.metrics import relative_targets
from llamoco_bench.statuses import is_erroneous

TARGETS: Final = tuple(relative_targets())


@dataclass(frozen=True, slots=True)
class Trace:
    """One run's curve of the best feasible point.

    Attributes
    ----------
    evaluations: (k,) uint32, at which it improved.
    values: (k,) float32, what was left of the way; the objective itself where `relative` is false.
    relative: whether the problem has a best known value below the run's starting value.
    hits: (51,) evaluations at which each target was reached, infinite where it was not. Empty where the problem has no
        best known value; all infinite where the run counts 0.
    """

    evaluations: array[int]
    values: array[float]
    relative: bool
    hits: array[float]


def trace(record: Record) -> Trace:
    """Make the trace of a run."""
    curve: Sequence[Sequence[float]] = record.get("curve") or ()
    known, start = record.get("best_known"), record.get("f0")
    counts = not is_erroneous(record["status"]) and bool(record.get("feasible"))
    evaluations = [int(point[0]) for point in curve]
    objective = [float(point[1]) for point in curve]
    gap = math.nan if known is None or start is None else start - known
    relative = gap > 0.0 and math.isfinite(gap)
    if known is None:
        left = []
    elif relative:
        left = [(f - known) / gap for f in objective]
    else:  # all or nothing, as in `metrics.reach`
        left = [0.0 if math.isinf(gap) or f <= known else math.inf for f in objective]
    none = [] if known is None else [math.inf] * len(TARGETS)
    return Trace(
        evaluations=array("I", evaluations),
        values=array("f", map(_float32, left if relative else objective)),
        relative=relative,
        hits=array("f", _hits(evaluations, left) if counts and known is not None else none),
    )


def _hits(evaluations: Sequence[int], left: Sequence[float]) -> list[float]:
    """Evaluations at which each target was reached first; `left` falls."""
    hits: list[float] = []
    k = 0
    for target in TARGETS:
        while k < len(left) and left[k] > target:
            k += 1
        hits.append(float(evaluations[k]) if k < len(left) else math.inf)
    return hits


def _float32(value: float) -> float:
    return value if abs(value) < 3e38 else math.copysign(3e38, value)
