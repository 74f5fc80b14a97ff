"""Models against what they are compared with, problem by problem: the sorted differences, and what flipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from markupsafe import Markup

from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.baseline import Baseline, baseline_model, passed_cells
from llamoco_bench.reports.html.study import Cell, Study
from llamoco_bench.reports.html.svg import bars
from llamoco_bench.statistics import paired_difference

FLIPS: Final = 30
NOTABLE: Final = 0.005
"""Differences of a problem's mean Perf below this count as none."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A problem that one passed and the other did not, with both means of Perf."""

    problem: str
    gained: bool
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One model on one suite.

    Attributes
    ----------
    verdict: what the paired test says, in words.
    better, worse, same: numbers of problems.
    waterfall: the differences, sorted.
    largest: the problems with the largest loss and gain, (id, difference).
    flips: at most `FLIPS`, losses first; `left_out` says how many more there are.
    """

    suite: str
    model: str
    against: str
    verdict: str
    better: int
    worse: int
    same: int
    waterfall: Markup
    largest: tuple[tuple[str, str], ...]
    flips: tuple[Flip, ...]
    left_out: int


def comparisons(study: Study, baseline: Baseline | None) -> tuple[Comparison, ...]:
    """Compare with the baseline, or with the first of each suite where there is none."""
    passed = passed_cells(study)
    made = []
    for suite in study.suites:
        models = [score.model for score in study.scores[suite]]
        other = baseline or baseline_model(study, models[0])
        inside = other.perf is study.perf
        for model in models:
            if not (inside and model == other.only):
                made.append(_compare(study, suite, model, other, passed))
    return tuple(one for one in made if one)


def _compare(study: Study, suite: str, model: str, other: Baseline, passed: Mapping[Cell, bool]) -> Comparison | None:
    theirs, ours = other.values(suite, model), study.perf[suite, model]
    shared = [p for p in ours if theirs and len(ours[p]) and len(theirs.get(p, ()))]
    if not shared or theirs is None:
        return None
    means = {p: (fmean(theirs[p]), fmean(ours[p])) for p in shared}
    change = {p: after - before for p, (before, after) in means.items()}
    order = sorted(shared, key=lambda p: change[p])
    flips = [
        Flip(p, passed[suite, p, model], text.number(means[p][0]), text.number(means[p][1]))
        for p in order
        if (before := other.passes(suite, p, model)) is not None and before != passed[suite, p, model]
    ]
    found = paired_difference(theirs, ours)
    ends = [p for p in dict.fromkeys([*order[:3], *order[-3:]]) if abs(change[p]) >= NOTABLE]
    return Comparison(
        suite=suite,
        model=model,
        against=other.name,
        verdict=_verdict(found.value, found.low, found.high, found.p),
        better=sum(value >= NOTABLE for value in change.values()),
        worse=sum(value <= -NOTABLE for value in change.values()),
        same=sum(abs(value) < NOTABLE for value in change.values()),
        waterfall=bars([change[p] for p in order], max(0.05, *(abs(v) for v in change.values()))),
        largest=tuple((p, text.signed(change[p])) for p in ends),
        flips=tuple(flips[:FLIPS]),
        left_out=max(0, len(flips) - FLIPS),
    )


def _verdict(value: float, low: float, high: float, p: float) -> str:
    if low != low:  # one problem only
        return f"mean difference {text.signed(value)}; one problem tells nothing about others"
    span = f"{text.signed(value)}, 95 % interval {text.signed(low)} to {text.signed(high)}, {text.probability(p)}"
    sure = "better" if low > 0 else "worse" if high < 0 else "not told apart"
    return f"{sure}: mean difference {span}"
