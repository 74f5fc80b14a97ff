"""Uncertainty of the reported numbers: intervals by bootstrap over problems, differences paired by problem.

Runs on one problem are not independent of each other, problems are: so whole problems are drawn, each with all of its
runs (Miller 2024, arXiv 2411.00640, on clustered evaluations).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Name = TypeVar("Name")

RESAMPLES: Final = 4000
PERMUTATIONS: Final = 9999
ALPHA: Final = 0.05
_BATCH: Final = 1_000_000
"""Numbers that a permutation test holds at a time."""


class Estimate(NamedTuple):
    """A value with its 95 % interval; nan where it is not defined."""

    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """How much a quantity differs between two models on the same problems.

    Attributes
    ----------
    value, low, high: difference of the means, with its 95 % interval.
    p: probability of a difference at least as large where the two are exchangeable on each problem; two-sided.
    n: number of problems that both were measured on.
    """

    value: float
    low: float
    high: float
    p: float
    n: int


UNDEFINED: Final = Estimate(math.nan, math.nan, math.nan)


def clustered_ratio(totals: ArrayLike, counts: ArrayLike, *, unit: bool = False, seed: int = 0) -> Estimate:
    """Estimate sum(totals) / sum(counts) with a bootstrap over problems.

    The percentiles are widened as Hesterberg (2015, The American Statistician 69) advises, since the plain ones are too
    narrow for few problems.

    Parameters
    ----------
    totals, counts: (n_problems,), sum of the measured quantity over a problem's runs and the number of those runs.
    unit: the quantity lies in [0, 1]. Where all problems agree on 0 or on 1 resampling sees no uncertainty at all; the
        interval is then that of Clopper and Pearson for as many successes as problems.
    seed: of the resampling; the same input always gives the same interval.

    Returns
    -------
    The ratio with its 95 % interval. The interval is nan with fewer than two problems that count.
    """
    total, count = _counted(totals, counts)
    if not len(count):
        return UNDEFINED
    value = float(total.sum() / count.sum())
    if len(count) < 2:
        return Estimate(value, math.nan, math.nan)
    if unit and value in (0.0, 1.0):
        slack = 1.0 - (ALPHA / 2.0) ** (1.0 / len(count))
        return Estimate(value, max(0.0, value - slack), min(1.0, value + slack))
    weights = _resamples(len(count), seed)
    return Estimate(value, *_interval((weights @ total) / (weights @ count), len(count)))


def paired_difference(first: Mapping[Name, Sequence[float]], second: Mapping[Name, Sequence[float]]) -> Difference:
    """Compare the means of two models over the problems that both were measured on.

    Every problem weighs the same. The interval is a bootstrap over problems; `p` is that of a permutation test that
    turns the sign of each problem's difference, exact for few problems.

    Parameters
    ----------
    first, second: values of the runs by problem; problems without values do not count.

    Returns
    -------
    Mean of `second` minus mean of `first`; all nan where they share no problem.
    """
    shared = [name for name in first if len(first[name]) and len(second.get(name, ()))]
    differences = np.array([np.mean(second[name]) - np.mean(first[name]) for name in shared])
    n = len(differences)
    if n < 2:
        value = float(differences[0]) if n else math.nan
        return Difference(value, math.nan, math.nan, math.nan, n)
    weights = _resamples(n, seed=0)
    low, high = _interval(weights @ differences / n, n)
    return Difference(float(differences.mean()), low, high, _sign_flip_p(differences), n)


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Adjust p-values for the number of comparisons (Holm 1979); those that are nan stay so and do not count."""
    known = sorted((name for name in p_values if not math.isnan(p_values[name])), key=lambda name: p_values[name])
    adjusted = dict.fromkeys(p_values, math.nan)
    largest = 0.0
    for rank, name in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p_values[name]))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p_values}


def can_be_significant(problems: int, comparisons: int = 1) -> bool:
    """Tell whether the test of `paired_difference` can come out significant at all, Holm-corrected.

    The smallest p that `problems` signs allow is 2 / 2**problems. Where that is too large, an interval has to do.
    """
    return comparisons * 2.0 ** (1 - problems) <= ALPHA


def _counted(totals: ArrayLike, counts: ArrayLike) -> tuple[Array, Array]:
    total, count = np.asarray(totals, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    return total[count > 0], count[count > 0]


@lru_cache(maxsize=2)
def _resamples(n: int, seed: int) -> Array:
    """How often each of `n` problems is drawn, (RESAMPLES, n), read-only; the same for all metrics and models."""
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1.0 / n), size=RESAMPLES).astype(np.float64)
    drawn.flags.writeable = False
    return drawn


def _interval(resampled: Array, n: int) -> tuple[float, float]:
    from scipy.special import ndtr, stdtrit  # scipy.stats takes half a second of every session to load

    tail = ndtr(math.sqrt(n / (n - 1)) * stdtrit(n - 1, ALPHA / 2.0))
    low, high = np.quantile(resampled, [tail, 1.0 - tail])
    return float(low), float(high)


def _sign_flip_p(differences: Array) -> float:
    from scipy.stats import permutation_test

    if not differences.any():
        return 1.0
    test = permutation_test(
        (differences,),
        lambda x, axis: x.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        batch=max(1, _BATCH // len(differences)),
        rng=np.random.default_rng(0),
    )
    return float(test.pvalue)
