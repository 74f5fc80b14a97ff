"""Data profiles as COCO draws them: the share of (problem, run, target) triples reached over evaluations/dimension.

Targets are those of Reach, so the profile of a model ends, at the full budget, at its Reach.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from llamoco_bench.journal import Record
from llamoco_bench.metrics import relative_targets
from llamoco_bench.scoring import Item
from llamoco_bench.statuses import is_erroneous


@dataclass(frozen=True, slots=True)
class DataProfile:
    """One model's profile on a set of problems.

    Attributes
    ----------
    steps: (evaluations / dimension, share reached by then), increasing in both; the share is constant in between.
    end: the largest number of evaluations / dimension that any run was allowed.
    n_problems: problems that the shares are taken over, each with the same weight.
    """

    steps: tuple[tuple[float, float], ...]
    end: float
    n_problems: int

    def share(self, evaluations_per_dimension: float) -> float:
        """Return the share reached within that many evaluations/dimension."""
        place = bisect_right(self.steps, (evaluations_per_dimension, math.inf))
        return self.steps[place - 1][1] if place else 0.0

    def shares(self, grid: Iterable[float]) -> list[float]:
        """Return the share at each point of `grid`, in evaluations/dimension."""
        return [self.share(x) for x in grid]


def first_hits(run: Record) -> list[float]:
    """Return for each target of Reach the evaluations after which a final run had reached it; infinite if never.

    The curve of a run is thinned to 60 improvements, so a hit is late by less than the step between two of its points;
    which targets are reached at all is exact. An empty list where the best known value is not known.
    """
    targets = relative_targets()
    if is_erroneous(run["status"]) or not run["feasible"] or run["best_f"] is None:
        return [math.inf] * len(targets)
    if run["best_known"] is None:
        return []
    gap = run["f0"] - run["best_known"]
    curve = [(evaluations, _relative(value, run["best_known"], gap)) for evaluations, value in run["curve"]]
    hits, place = [], 0
    for target in targets:
        while place < len(curve) and not curve[place][1] <= target:
            place += 1
        hits.append(float(curve[place][0]) if place < len(curve) else math.inf)
    return hits


def data_profile(items: Sequence[Item]) -> DataProfile:
    """Return the profile over the final runs of `items`, one model's on some problems."""
    jumps: dict[float, float] = {}
    counted, end = 0, 0.0
    for item in items:
        runs = [(run, hits) for run in item.counted if (hits := first_hits(run))]
        counted += bool(runs)
        for run, hits in runs:
            end = max(end, run["budget"] / run["dim"])
            for evaluations in hits:
                if math.isfinite(evaluations):
                    x = evaluations / run["dim"]
                    jumps[x] = jumps.get(x, 0.0) + 1.0 / (len(hits) * len(runs))
    total, steps = 0.0, []
    for x in sorted(jumps):
        total += jumps[x]
        steps.append((x, total / counted))
    return DataProfile(tuple(steps), end, counted)


def _relative(value: float, best_known: float, gap: float) -> float:
    """Distance from the optimum, relative to that of the start; as in `llamoco_bench.metrics.reach`."""
    if not gap > 0.0:
        return 0.0 if value <= best_known else math.inf
    return (value - best_known) / gap
