"""Populations that results are drawn from in benchmarks/statistics_simulation.py, by measure.

The usual ones look like those of real runs: Perf saturated on half of the problems, programs that mostly fail as a
whole or not at all, tokens log-normal. The hard ones are what intervals are known to fail on: what is rare, skewed, or
the same nearly everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Array]
"""Of so many problems, (problems, runs)."""

RUNS: Final = 5


def perf(rng: np.random.Generator, problems: int) -> Array:
    """Saturated on half of the problems, 0 on a tenth."""
    kind = rng.random(problems)
    level = np.where(kind < 0.5, 1 - rng.beta(0.3, 8, problems), np.where(kind < 0.6, 0, rng.beta(2, 2, problems)))
    return _around(rng, level, 0.08)


def saturated(rng: np.random.Generator, problems: int) -> Array:
    """Perf saturated on 85 % of the problems, 0 on a twentieth."""
    kind = rng.random(problems)
    level = np.where(kind < 0.85, 1 - rng.beta(0.3, 8, problems), np.where(kind < 0.9, 0, rng.beta(2, 2, problems)))
    return _around(rng, level, 0.02)


def reach(rng: np.random.Generator, problems: int) -> Array:
    """Low on most problems."""
    return _around(rng, rng.beta(0.5, 1.5, problems), 0.05)


def rec(rng: np.random.Generator, problems: int) -> Array:
    """One value a problem: no repair for three in ten, else a few lines."""
    return np.where(rng.random((problems, 1)) < 0.3, 1.0, rng.beta(0.8, 8, (problems, 1)))


def err(rng: np.random.Generator, problems: int) -> Array:
    """Programs that mostly fail as a whole or not at all, a fifth of the runs."""
    return _fails(rng, rng.beta(0.15, 0.6, problems))


def rare_err(rng: np.random.Generator, problems: int) -> Array:
    """Likewise, 8 % of the runs."""
    return _fails(rng, rng.beta(0.15, 1.8, problems))


def whole_err(rng: np.random.Generator, problems: int) -> Array:
    """15 % of the programs fail, each in all runs."""
    return np.repeat((rng.random((problems, 1)) < 0.15).astype(np.float64), RUNS, axis=1)


def independent_err(rng: np.random.Generator, problems: int) -> Array:
    """A fifth of the runs fail, whatever the problem."""
    return _fails(rng, np.full(problems, 0.2))


def comp(rng: np.random.Generator, problems: int) -> Array:
    """Tokens, log-normal, one value a problem."""
    return np.exp(rng.normal(7.5, 0.6, (problems, 1)))


def repairs(rng: np.random.Generator, problems: int) -> Array:
    """Tokens, of which a repair, needed on a quarter of the problems, takes another 150 %."""
    tokens: Array = np.exp(rng.normal(7.5, 0.3, (problems, 1))) * np.where(rng.random((problems, 1)) < 0.25, 2.5, 1.0)
    return tokens


def heavy(rng: np.random.Generator, problems: int) -> Array:
    """Tokens, log-normal with a heavy tail: one problem in forty takes seven times the median or more."""
    return np.exp(rng.normal(7.5, 1.0, (problems, 1)))


def shifted(rng: np.random.Generator, problems: int) -> Array:
    """Difference of two models, 0.05 and another amount on each problem, skewed."""
    first, second = _noise(rng, problems), _noise(rng, problems)
    return 0.05 + rng.exponential(0.1, (problems, 1)) - 0.1 + second - first


def alike(rng: np.random.Generator, problems: int) -> Array:
    """Difference in Perf of two models alike that have nothing else in common."""
    return perf(rng, problems) - perf(rng, problems)


def fewer_errors(rng: np.random.Generator, problems: int) -> Array:
    """Difference in Err of two models that fail on the same problems, the second less often."""
    rate = rng.beta(0.15, 0.6, problems)
    return _fails(rng, 0.7 * rate) - _fails(rng, rate)


def few_changes(rng: np.random.Generator, problems: int) -> Array:
    """Difference of two models that come out the same on 60 % of the problems."""
    return np.where(rng.random((problems, 1)) < 0.6, 0.0, rng.normal(0.02, 0.05, (problems, 1)))


def _around(rng: np.random.Generator, level: Array, noise: float) -> Array:
    return np.clip(level[:, None] + rng.normal(0.0, noise, (len(level), RUNS)), 0.0, 1.0)


def _fails(rng: np.random.Generator, rate: Array) -> Array:
    return (rng.random((len(rate), RUNS)) < rate[:, None]).astype(np.float64)


def _noise(rng: np.random.Generator, problems: int) -> Array:
    return rng.normal(0.0, 0.08, (problems, RUNS))


USUAL: Final[Mapping[str, Draw]] = {
    "Perf": perf,
    "Reach": reach,
    "Err": err,
    "Rec": rec,
    "Comp": comp,
    "paired difference": shifted,
}
HARD: Final[Mapping[str, Draw]] = {
    "Perf, saturated on 85 %": saturated,
    "Err, rare": rare_err,
    "Err, all runs of a problem or none": whole_err,
    "Err, every run by itself": independent_err,
    "Comp, a quarter repaired": repairs,
    "Comp, heavy tail": heavy,
    "difference, models alike": alike,
    "difference in Err": fewer_errors,
    "difference, 60 % unchanged": few_changes,
}
