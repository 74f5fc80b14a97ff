"""Uncertainty of the reported numbers: bootstrap over problems, with the runs of a problem kept together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 4000


class Estimate(NamedTuple):
    """A value with its 95 % interval; nan where it is not defined."""

    value: float
    low: float
    high: float


UNDEFINED: Final = Estimate(float("nan"), float("nan"), float("nan"))


def clustered_ratio(totals: Sequence[float], counts: Sequence[float], *, seed: int = 0) -> Estimate:
    """Estimate sum(totals) / sum(counts) with a percentile bootstrap over problems.

    Runs on one problem are not independent of each other, problems are: so whole problems are drawn with replacement,
    each with all of its runs (Miller 2024, arXiv 2411.00640, on clustered evaluations).

    Parameters
    ----------
    totals, counts: (n_problems,), sum of the measured quantity over a problem's runs and the number of those runs.
    seed: of the resampling; the same input always gives the same interval.

    Returns
    -------
    The ratio with its 95 % interval. The interval is nan with fewer than two problems that count.
    """
    total, count = np.asarray(totals, dtype=float), np.asarray(counts, dtype=float)
    counted = count > 0
    total, count = total[counted], count[counted]
    if not len(count):
        return UNDEFINED
    value = float(total.sum() / count.sum())
    if len(count) < 2:
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.percentile(_resampled(total, count, seed), [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def _resampled(total: NDArray[np.float64], count: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    n = len(count)
    weights = rng.multinomial(n, np.full(n, 1.0 / n), size=RESAMPLES)
    return np.asarray((weights @ total) / (weights @ count), dtype=np.float64)
