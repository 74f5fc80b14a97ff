"""Models against what they are compared with, problem by problem: the sorted differences, and what flipped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from markupsafe import Markup

from llamoco_bench.gates.measurements import Measurements
from llamoco_bench.gates.pairing import Pair
from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.baseline import own_model, pair_of, passed
from llamoco_bench.reports.html.study import Study
from llamoco_bench.reports.html.svg import bars
from llamoco_bench.statistics import paired_difference

FLIPS: Final = 30
NOTABLE: Final = 0.005
"""Differences of a problem's mean Perf below this count as none."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A problem that one passed (`passed`) and the other did not, with both means of Perf."""

    problem: str
    gained: bool
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One model on one suite.

    Attributes
    ----------
    notes: what a reader must know of the two.
    verdict: what the paired test says, in words.
    better, worse, same: numbers of problems.
    waterfall: the differences, sorted.
    largest: the problems with the largest loss and gain, (id, difference).
    flips: at most `FLIPS`, losses first; `left_out` says how many more there are.
    """

    suite: str
    model: str
    against: str
    notes: tuple[str, ...]
    verdict: str
    better: int
    worse: int
    same: int
    waterfall: Markup
    largest: tuple[tuple[str, str], ...]
    flips: tuple[Flip, ...]
    left_out: int


def comparisons(study: Study, baseline: Measurements | None) -> tuple[Comparison, ...]:
    """Compare with the baseline, or with the first of each suite where there is none."""
    made = []
    for suite in study.suites:
        models = [score.model for score in study.scores[suite]]
        other = baseline or own_model(study, models[0])
        pairs = [pair for model in models if (pair := pair_of(study, suite, model, other))]
        made += [_compare(pair, other.name) for pair in pairs if pair.shared("perf")[0]]
    return tuple(made)


def _compare(pair: Pair, name: str) -> Comparison:
    theirs, ours = pair.shared("perf")
    means = {problem: (fmean(theirs[problem]), fmean(ours[problem])) for problem in ours}
    change = {problem: after - before for problem, (before, after) in means.items()}
    order = sorted(means, key=lambda problem: change[problem])
    flips = list(_flips(pair, [*order, *(p for p in pair.problems if p not in means)], means))
    found = paired_difference(theirs, ours, unit=True)
    ends = [p for p in dict.fromkeys([*order[:3], *order[-3:]]) if abs(change[p]) >= NOTABLE]
    return Comparison(
        suite=pair.suite,
        model=pair.model,
        against=name if pair.against in (pair.model, name) else f"{pair.against} in {name}",
        notes=pair.notes,
        verdict=_verdict(found.value, found.low, found.high, found.p),
        better=sum(value >= NOTABLE for value in change.values()),
        worse=sum(value <= -NOTABLE for value in change.values()),
        same=sum(abs(value) < NOTABLE for value in change.values()),
        waterfall=bars([change[p] for p in order], max(0.05, *(abs(v) for v in change.values()))),
        largest=tuple((p, text.signed(change[p])) for p in ends),
        flips=tuple(flips[:FLIPS]),
        left_out=max(0, len(flips) - FLIPS),
    )


def _flips(pair: Pair, problems: Sequence[str], means: Mapping[str, tuple[float, float]]) -> Iterator[Flip]:
    """Yield the `problems` that one passed and the other did not."""
    for problem in problems:
        before, after = passed(pair.base, problem), passed(pair.current, problem)
        if before is not None and after is not None and before != after:
            shown = (text.number(mean) for mean in means.get(problem, (math.nan, math.nan)))
            yield Flip(problem, after, *shown)


def _verdict(value: float, low: float, high: float, p: float) -> str:
    if math.isnan(low):  # one problem only
        return f"mean difference {text.signed(value)}; one problem tells nothing about others"
    span = f"{text.signed(value)}, 95 % interval {text.signed(low)} to {text.signed(high)}, {text.probability(p)}"
    sure = "better" if low > 0 else "worse" if high < 0 else "not told apart"
    return f"{sure}: mean difference {span}"
