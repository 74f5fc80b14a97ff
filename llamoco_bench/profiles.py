"""Data profiles as COCO draws them: the share of (problem, run, target) triples reached over evaluations/dimension.

Targets are those of Reach, and every run weighs the same, as in Reach: so the profile of a model ends, at the full
budget, at its Reach, with the same interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from llamoco_bench.journal import Record
from llamoco_bench.metrics import relative_targets
from llamoco_bench.statistics import clustered_ratio
from llamoco_bench.statuses import is_erroneous

Array = NDArray[np.float64]

_TARGETS: Final = tuple(relative_targets())
_ROUNDING: Final = 1e-6
"""By how much a point of the grid may miss an evaluation that it stands for."""


@dataclass(frozen=True, slots=True)
class DataProfile:
    """One model's profile on a set of problems.

    Attributes
    ----------
    share: (n_points,) share of targets reached within each number of evaluations/dimension; it never falls.
    low, high: (n_points,) its 95 % interval; nan where there is only one problem.
    """

    share: Array
    low: Array
    high: Array


def first_hits(run: Record) -> list[float]:
    """Return for each target of Reach the evaluations after which a final run had reached it; infinite if never.

    The curve of a run is thinned to 60 improvements, so a hit is late by less than the step between two of its points;
    which targets are reached at all is exact. An empty list where the best known value is not known.
    """
    if is_erroneous(run["status"]) or not run["feasible"] or run["best_f"] is None:
        return [math.inf] * len(_TARGETS)
    if run["best_known"] is None:
        return []
    curve: Sequence[tuple[float, float]] = run.get("curve") or ()
    left = way_left([value for _, value in curve], run["best_known"], run["f0"])
    hits, place = [], 0
    for target in _TARGETS:
        while place < len(left) and not left[place] <= target:
            place += 1
        hits.append(float(curve[place][0]) if place < len(left) else math.inf)
    return hits


def way_left(values: Sequence[float], best_known: float, start: float) -> list[float]:
    """Return what is left of the way from `start` to `best_known`, relative to it; as `llamoco_bench.metrics.reach`."""
    gap = start - best_known
    if not gap > 0.0:
        return [0.0 if value <= best_known else math.inf for value in values]
    return [(value - best_known) / gap for value in values]


def data_profile(hits: Mapping[str, Sequence[ArrayLike]], grid: ArrayLike) -> DataProfile | None:
    """Return the profile of one model.

    Parameters
    ----------
    hits: by problem, for each run the evaluations/dimension at which it hit its targets (`first_hits`, divided by the
        dimension), infinite where it did not; problems without a run do not count.
    grid: (n_points,) evaluations/dimension to take it at.

    Returns
    -------
    The profile; None where no problem counts.
    """
    points = np.asarray(grid, dtype=np.float64) * (1.0 + _ROUNDING)
    counted = [runs for runs in hits.values() if len(runs)]
    if not counted:
        return None
    reached = np.array([_reached(runs, points) for runs in counted])
    counts = [len(runs) for runs in counted]
    estimates = [clustered_ratio(column, counts, unit=True) for column in reached.T]
    share, low, high = np.array(estimates, dtype=np.float64).T
    return DataProfile(share, low, high)


def _reached(runs: Sequence[ArrayLike], points: Array) -> Array:
    """Sum over the runs of a problem of the share of targets reached by each point, (n_points,)."""
    found = np.sort(np.concatenate([np.asarray(hits, dtype=np.float64) for hits in runs]))
    return np.searchsorted(found, points, side="right") / len(_TARGETS)
