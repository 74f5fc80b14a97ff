"""The four metrics of the paper (appendix D) and Reach, as pure functions.

Each function states one definition; how runs of many problems are put together is in `llamoco_bench.scoring`.
"""

from __future__ import annotations

import difflib
import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from llamoco_bench.statuses import is_erroneous

VERSION: Final = 1
"""Of the definitions in this module; numbers of different versions are not compared."""

REACH_TARGETS: Final = 51
"""Number of targets of `reach`; the first is the starting value itself, as in COCO's run-length profiles."""

REACH_PRECISION: Final = 1e-8
"""The hardest target of `reach`, relative to the distance of the starting value from the optimum."""


def error_rate(statuses: Iterable[str]) -> float:
    """Share of erroneous runs of the first program, in [0, 1].

    For scripts that have statuses alone; `llamoco_bench.scoring` adds up the same from the records of a journal.

    Parameters
    ----------
    statuses: one status (`llamoco_bench.statuses`) a run, over all problems. Runs that ended in ``infra`` are not the
        model's and count neither as run nor as error.

    Returns
    -------
    Erroneous runs / runs; nan where there is none to count.
    """
    counted = [status for status in statuses if status != "infra"]
    if not counted:
        return math.nan
    return sum(map(is_erroneous, counted)) / len(counted)


def recovery_cost(program: str, repaired: str | None) -> float:
    """Share of an erroneous program's lines that its repair changed, in [0, 1].

    By line diff: a replaced block counts its longer side, a deletion its lines, an insertion its lines. At most 1.

    Parameters
    ----------
    program: the erroneous program; empty where the answer held none, which costs 1 to repair.
    repaired: the repaired program, or None where there is no repair that works, which costs 1.
    """
    if repaired is None:
        return 1.0
    before, after = program_lines(program), program_lines(repaired)
    if not before:
        return 1.0
    return min(1.0, changed_lines(before, after) / len(before))


def changed_lines(before: Sequence[str], after: Sequence[str]) -> int:
    """Count the lines that a line diff has to touch; a replaced block counts its longer side."""
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")


def optimization_performance(f_best: float | None, f_known: float | None, f_start: float) -> float:
    """How much of the way from a starting value to the best known one a run has come, in [0, 1].

    w = clip(1 - (f_best - f*) / (f0 - f*), 0, 1)

    Parameters
    ----------
    f_best: best feasible objective of the run, or None where it found none (w = 0).
    f_known: f*, the best known objective; None where the problem has none (w is nan, unless the run found nothing).
    f_start: f0. Where f0 <= f* there is no way to go: 1 if f* is reached, else 0.
    """
    if f_best is None or math.isnan(f_best):
        return 0.0
    if f_known is None:
        return math.nan
    gap = f_start - f_known
    if not gap > 0.0:
        return 1.0 if f_best <= f_known else 0.0
    if math.isinf(gap):
        return 1.0
    return min(1.0, max(0.0, 1.0 - (f_best - f_known) / gap))


def reach(f_best: float | None, f_known: float | None, f_start: float) -> float:
    """Share of 51 targets that a run reached, in [0, 1].

    Targets lie log-spaced from f0 - f* down to 1e-8 (f0 - f*). Arguments as in `optimization_performance`.
    """
    if f_best is None or math.isnan(f_best):
        return 0.0
    if f_known is None:
        return math.nan
    gap = f_start - f_known
    if not gap > 0.0:
        return 1.0 if f_best <= f_known else 0.0
    left = (f_best - f_known) / gap
    return (REACH_TARGETS - bisect_left(_RISING_TARGETS, left)) / REACH_TARGETS


def relative_targets() -> list[float]:
    """Targets of `reach` relative to f0 - f*: from 1 down to 1e-8, log-spaced, (51,)."""
    step = math.log10(REACH_PRECISION) / (REACH_TARGETS - 1)
    return [10.0 ** (step * k) for k in range(REACH_TARGETS)]


_RISING_TARGETS: Final = tuple(reversed(relative_targets()))


def mean_violation(violations: Iterable[float]) -> float:
    """Mean over runs of the violation of the best point, as in the CEC2020 guidelines.

    Parameters
    ----------
    violations: one a run, as `Problem.violation` defines it; runs that evaluated nothing have an infinite one and do
        not count.

    Returns
    -------
    The mean; nan where no run evaluated anything.
    """
    finite = [violation for violation in violations if math.isfinite(violation)]
    return math.fsum(finite) / len(finite) if finite else math.nan


def computational_overhead(tokens: Iterable[tuple[int, int]]) -> float:
    """Mean of input + output tokens per problem.

    For scripts that have counts alone; `llamoco_bench.scoring` adds up the same from the records of a journal.

    Parameters
    ----------
    tokens: one (input, output) pair a problem, the repair turn included.

    Returns
    -------
    The mean; nan where there is no problem.
    """
    totals = [spent + written for spent, written in tokens]
    return sum(totals) / len(totals) if totals else math.nan


def program_lines(program: str) -> list[str]:
    """Return the lines of a program as they are counted: without blank lines around it and blanks behind them."""
    return [line.rstrip() for line in program.strip("\n").splitlines()]
