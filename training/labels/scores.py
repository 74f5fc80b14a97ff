"""How runs are scored and candidates ranked: Perf, then Reach, then evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.metrics import optimization_performance, reach
from llamoco_bench.training.labels.candidates import Candidate
from llamoco_bench.training.labels.runs import Run

Array = NDArray[np.float64]

RESOLUTION: Final = 1e-3
"""Differences in mean Perf up to this are ties: Perf saturates, and less than this is noise of five seeds."""

_DIGITS: Final = 9


class Score(NamedTuple):
    """Perf and Reach of one run or their means over several, and the evaluations after which the best was found."""

    perf: float
    reach: float
    at: float


def score_run(run: Run, best_known: float | None, start: float) -> Score:
    """Score a run; a failed one, and one without a feasible point, has 0.

    Parameters
    ----------
    best_known: f*; None where no run found anything, so that every run has 0.
    start: f0.
    """
    if run.failed or run.best_f is None or best_known is None:
        return Score(0.0, 0.0, float(run.at))
    return Score(
        optimization_performance(run.best_f, best_known, start), reach(run.best_f, best_known, start), float(run.at)
    )


def mean_score(scores: Sequence[Score]) -> Score:
    """Mean of each of the three."""
    perf, reached, at = np.mean(scores, axis=0).tolist()
    return Score(perf, reached, at)


def rank(scores: Mapping[Candidate, Score]) -> list[Candidate]:
    """Order candidates, the best first.

    Those whose mean Perf is within `RESOLUTION` of the highest are tied in it; among them Reach decides, then fewer
    evaluations. The others follow by Perf. What is equal in all three keeps the order of the pool.
    """
    if not scores:
        return []
    names = sorted(scores, key=lambda one: (_PLACE[one.optimizer], one.name))
    order = rank_rows(np.array([scores[one] for one in names]))
    return [names[i] for i in order.tolist()]


def rank_rows(rows: Array) -> NDArray[np.intp]:
    """Order rows of Perf, Reach and evaluations, (n, 3), as `rank` does; equal rows keep their order."""
    perf, reached, at = np.round(rows, _DIGITS).T
    tied = perf >= perf.max() - RESOLUTION
    order: NDArray[np.intp] = np.lexsort((at, -reached, np.where(tied, -np.inf, -perf)))
    return order


_PLACE: Final = {name: place for place, name in enumerate(POOL)}
