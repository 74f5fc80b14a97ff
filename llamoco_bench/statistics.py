"""Uncertainty of the reported numbers: intervals over problems, differences paired by problem.

Runs on one problem are not independent of each other, problems are: so the problems are the sample, each with all of
its runs as one cluster (Miller 2024, arXiv 2411.00640, on clustered evaluations). Why these methods and not a
bootstrap, and how often their intervals hold the truth, is in docs/design/statistics.md.
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

PERMUTATIONS: Final = 9999
ALPHA: Final = 0.05
UNSEEN: Final = 0.5
"""Problems that the dispersion of a share is widened by, as if they failed or succeeded as a whole: Jeffreys' half."""

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
    p_t: likewise, by Student's t test.
    n: number of problems that both were measured on.
    """

    value: float
    low: float
    high: float
    p: float
    p_t: float
    n: int


UNDEFINED: Final = Estimate(math.nan, math.nan, math.nan)


def clustered_ratio(totals: ArrayLike, counts: ArrayLike, *, unit: bool = False) -> Estimate:
    """Estimate sum(totals) / sum(counts), with an interval from the spread between problems.

    Parameters
    ----------
    totals, counts: (n_problems,), sum of the measured quantity over a problem's runs and the number of those runs.
    unit: the quantity lies in [0, 1]; else it may be any number from 0 on, and is skewed.

    Returns
    -------
    The ratio with its 95 % interval. The interval is nan with fewer than two problems that count.
    """
    total, count = np.asarray(totals, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    total, count = total[count > 0], count[count > 0]
    if not len(count):
        return UNDEFINED
    value = float(total.sum() / count.sum())
    if len(count) < 2:
        return Estimate(value, math.nan, math.nan)
    residuals = (total - value * count) / count.mean()
    low, high = _share_interval(value, residuals) if unit else _mean_interval(value, residuals)
    return Estimate(value, max(0.0, min(low, value)), max(high, value))


def _share_interval(value: float, residuals: Array) -> tuple[float, float]:
    """Wilson's (1927) score interval of a share, with as many trials as the problems amount to.

    A problem whose runs come out between 0 and 1 amounts to more than one trial. How many, the dispersion says, the
    variance between problems relative to that of problems which fail or succeed as a whole (as the effective sample
    size of Korn and Graubard 1998). It is estimated, so the quantile is Student's; and since few problems may miss the
    rare failure, `UNSEEN` more are put to it at dispersion 1. Where all are 0, or all 1, it is unknown, and taken as 1.
    """
    n = len(residuals)
    spread = value * (1.0 - value)
    dispersion = 1.0
    if spread > 0.0:
        dispersion = (n * float(residuals @ residuals) / (n - 1) / spread + UNSEEN) / (n + UNSEEN)
    z2 = _quantile(n - 1) ** 2 * dispersion / n
    middle = (value + z2 / 2.0) / (1.0 + z2)
    half = math.sqrt(z2 * max(0.0, spread) + z2**2 / 4.0) / (1.0 + z2)
    return middle - half, min(1.0, middle + half)


def _mean_interval(value: float, residuals: Array) -> tuple[float, float]:
    """Student's interval of a mean without bounds, longer on the side of the tail where the values are skewed.

    The studentized mean T is skewed then. Hall's (1992, JRSS B 54:221) cubic T + a T^2 + a^2 T^3 / 3 + a / 2 with
    a = skewness / (3 sqrt(n)) is not, and can be inverted; but the skewness of few values is itself uncertain. So on
    each side the farther of Student's bound and of Hall's is taken.
    """
    n = len(residuals)
    error = math.sqrt(float(residuals @ residuals) / (n - 1) / n)
    if not error > 1e-12 * abs(value):
        return value, value
    a = _skewness(residuals) / (3.0 * math.sqrt(n))
    student = _quantile(n - 1)
    upper, lower = (_without_skewness(quantile, a) for quantile in (student, -student))
    return value - max(student, upper) * error, value - min(-student, lower) * error


def _without_skewness(quantile: float, a: float) -> float:
    """Invert Hall's cubic."""
    if abs(a) < 1e-9:
        return quantile
    return float(np.cbrt(1.0 + 3.0 * a * (quantile - a / 2.0)) - 1.0) / a


def _skewness(residuals: Array) -> float:
    """Skewness of a sample, corrected for its size; 0 for two, of which it cannot be told."""
    n = len(residuals)
    if n < 3:
        return 0.0
    cubes, squares = float(np.mean(residuals**3)), float(np.mean(residuals**2))
    return cubes / math.pow(squares, 1.5) * math.sqrt(n * (n - 1)) / (n - 2)


def paired_difference(
    first: Mapping[Name, Sequence[float]], second: Mapping[Name, Sequence[float]], *, unit: bool = False
) -> Difference:
    """Compare the means of two models over the problems that both were measured on.

    Every problem weighs the same; see `mean_difference`.

    Parameters
    ----------
    first, second: values of the runs by problem; problems without values do not count.
    unit: the values lie in [0, 1], so that no difference is beyond 1.

    Returns
    -------
    Mean of `second` minus mean of `first`; all nan where they share no problem.
    """
    shared = [name for name in first if len(first[name]) and len(second.get(name, ()))]
    return mean_difference([float(np.mean(second[name]) - np.mean(first[name])) for name in shared], unit=unit)


def mean_difference(paired: ArrayLike, *, unit: bool = False) -> Difference:
    """Estimate the mean of differences between two models on the same problems.

    `p` is that of a permutation test that turns the sign of each problem's difference, exact for few problems.

    Parameters
    ----------
    paired: (n_problems,), the difference on each problem.
    unit: the quantity lies in [0, 1], so that no difference is beyond 1.

    Returns
    -------
    The mean; all nan where there is no problem.
    """
    from scipy.special import stdtr

    differences = np.asarray(paired, dtype=np.float64)
    n = len(differences)
    if n < 2:
        value = float(differences[0]) if n else math.nan
        return Difference(value, math.nan, math.nan, math.nan, math.nan, n)
    value = float(differences.mean())
    error = float(differences.std(ddof=1)) / math.sqrt(n)
    p_t = 2.0 * float(stdtr(n - 1, -abs(value) / error)) if error else float(value == 0.0)
    low, high = _mean_interval(value, differences - value)
    if unit:
        low, high = max(-1.0, low), min(1.0, high)
    return Difference(value, low, high, _sign_flip_p(differences), p_t, n)


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """Adjust p-values for the number of comparisons (Holm 1979); those that are nan stay so and do not count."""
    known = sorted((name for name in p_values if not math.isnan(p_values[name])), key=lambda name: p_values[name])
    adjusted = dict.fromkeys(p_values, math.nan)
    largest = 0.0
    for rank, name in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p_values[name]))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p_values}


def deciding_p(differences: Mapping[Name, Difference]) -> dict[Name, float]:
    """Return the two-sided p that decides each of several comparisons, before Holm's correction.

    It is that of the sign-flip test. With so few problems that this could not come out significant whatever the values,
    it is that of the t test, which trusts in the differences being about normal.
    """
    comparisons = sum(not math.isnan(difference.p) for difference in differences.values())
    return {
        name: difference.p if can_be_significant(difference.n, comparisons) else difference.p_t
        for name, difference in differences.items()
    }


def can_be_significant(problems: int, comparisons: int = 1) -> bool:
    """Tell whether the sign-flip test of `paired_difference` can come out significant at all, Holm-corrected.

    The smallest p that `problems` signs allow is 2 / 2**problems.
    """
    return comparisons * 2.0 ** (1 - problems) <= ALPHA


@lru_cache(maxsize=1024)
def _quantile(degrees: int) -> float:
    """Upper quantile of Student's distribution for a 95 % interval."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 1.0 - ALPHA / 2.0))


def _sign_flip_p(differences: Array) -> float:
    """Two-sided p of the permutation test; scipy's takes 15 times as long, which tells where all pairs are compared."""
    n = len(differences)
    observed = abs(differences.sum()) * (1.0 - 1e-9)
    if 2**n <= PERMUTATIONS:
        signs = (np.arange(2**n)[:, None] >> np.arange(n) & 1) * 2.0 - 1.0
        return float(np.mean(abs(signs @ differences) >= observed))
    rng = np.random.default_rng(0)
    rows = max(1, _BATCH // n)
    extreme = 1  # the observed signs themselves
    for start in range(0, PERMUTATIONS, rows):
        signs = rng.integers(0, 2, (min(rows, PERMUTATIONS - start), n), dtype=np.int8) * 2.0 - 1.0
        extreme += int(np.count_nonzero(abs(signs @ differences) >= observed))
    return extreme / (PERMUTATIONS + 1)
