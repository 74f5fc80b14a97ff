"""Who stands where, and how sure that is: rank ranges, and who is tied with the best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from llamoco_bench.reports.html.study import Values
from llamoco_bench.statistics import ALPHA, Difference, holm, paired_difference

RESAMPLES: Final = 2000


class Standing(NamedTuple):
    """Where a model stands in a suite.

    Attributes
    ----------
    first, last: the ranks between which 95 % of the resampled suites put it.
    tied: not told apart from the best: Holm-adjusted p of the paired difference above 0.05.
    p: that p; nan for the best itself, or where they share no two problems.
    """

    first: int
    last: int
    tied: bool
    p: float


class Differences:
    """Paired differences, each made once: a permutation test of 1,000 problems takes half a second."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Values, Values, Difference]] = {}

    def between(self, first: Values, second: Values) -> Difference:
        """Return the mean of `second` minus that of `first`, paired by problem."""
        key = (id(first), id(second))
        if key not in self._known:  # the values are kept with it, so that no other object gets their identity
            self._known[key] = (first, second, paired_difference(first, second))
        return self._known[key][2]


def standings(
    perf: Mapping[str, Values], order: Sequence[str], differences: Differences | None = None
) -> dict[str, Standing]:
    """Rank models by mean Perf over the problems that all were measured on.

    Parameters
    ----------
    perf: by model and problem.
    order: models, the best first.
    differences: where others find those to the best again.
    """
    differences = differences or Differences()
    ranges = _rank_ranges([perf[model] for model in order])
    adjusted = holm({model: differences.between(perf[order[0]], perf[model]).p for model in order[1:]})
    found = {}
    for model, (first, last) in zip(order, ranges, strict=True):
        p = adjusted.get(model, math.nan)
        found[model] = Standing(first, last, model == order[0] or not p <= ALPHA, p)
    return found


def _rank_ranges(perf: Sequence[Values]) -> list[tuple[int, int]]:
    """Resample whole problems, the same for all models, and rank anew each time."""
    models = len(perf)
    shared = [p for p, values in perf[0].items() if len(values) and all(len(other.get(p, ())) for other in perf)]
    if len(shared) < 2:
        return [(1, models)] * models
    means = np.array([[np.mean(values[problem]) for values in perf] for problem in shared])
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(len(shared), np.full(len(shared), 1 / len(shared)), size=RESAMPLES)
    resampled = np.round(drawn @ means / len(shared), 12)
    better = (resampled[:, None, :] > resampled[:, :, None]).sum(axis=2)
    worse = (resampled[:, None, :] < resampled[:, :, None]).sum(axis=2)
    first = np.quantile(better + 1, ALPHA / 2, axis=0, method="lower")
    last = np.quantile(models - worse, 1 - ALPHA / 2, axis=0, method="higher")
    return [(int(low), int(high)) for low, high in zip(first, last, strict=True)]
