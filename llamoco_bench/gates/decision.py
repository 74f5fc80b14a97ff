"""Decides gates.

A regression is called where three things come together: the paired 95 % interval of the change lies wholly on the bad
side; the sign-flip test, one-sided and Holm-corrected over all comparisons of the session, stays below 2.5 %; and the
loss exceeds the minimum effect. The test guards the level where few problems changed at all, for which an interval is
too sure. Where there are too few problems for the test to get below 2.5 % whatever the values (2 to the power of their
number, times the comparisons), Student's t test stands in for it, and the decision says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from llamoco_bench.errors import UsageError
from llamoco_bench.gates.baseline import ROUNDING
from llamoco_bench.gates.expression import MINIMUM_EFFECT, Gate, Limit, Regression
from llamoco_bench.gates.measurements import Measurements, Sample, Values
from llamoco_bench.gates.pairing import Pair, pair_with, usable
from llamoco_bench.scoring import MEASURES, estimate_over_problems
from llamoco_bench.statistics import ALPHA, Difference, can_be_significant, deciding_p, holm, paired_difference

Result = Literal["holds", "violated", "undecided"]

LEVEL: Final = ALPHA / 2.0
"""How often a single comparison may call a regression where there is none."""

VACUOUS: Final = ("rec", "comp")
"""Measures that are undefined where there was nothing to repair or no token spent: no limit is passed then."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure of one model against the baseline, over the problems that both have.

    Attributes
    ----------
    suite, model, against: what was compared; `against` is the model of the baseline.
    measure: name of the measure.
    base, value: its means in the baseline and now, over the shared problems.
    change: `value` minus `base`, paired by problem.
    p: that the change would be as bad by chance, one-sided, Holm-corrected over all comparisons.
    effect: change, in units of the measure, below which it does not matter.
    exact: whether there are enough problems for the sign-flip test; else `p` is of the t test.
    """

    suite: str
    model: str
    against: str
    measure: str
    base: float
    value: float
    change: Difference
    p: float
    effect: float
    exact: bool

    @property
    def verdict(self) -> Literal["worse", "better", "same"]:
        """``worse`` and ``better`` beyond doubt and by more than the effect; else ``same``."""
        measure = MEASURES[self.measure]
        if math.isnan(self.change.low) or abs(self.change.value) < self.effect - ROUNDING:
            return "same"
        bad = measure.worsening(self.change.value) > 0.0
        beyond_zero = self.change.low > 0.0 or self.change.high < 0.0
        sure = (self.p if bad else self._uncorrected / 2.0) <= LEVEL
        if not (beyond_zero and sure):
            return "same"
        return "worse" if bad else "better"

    @property
    def _uncorrected(self) -> float:
        return self.change.p if self.exact else self.change.p_t


@dataclass(frozen=True, slots=True)
class Decision:
    """One gate on one model and suite.

    Attributes
    ----------
    gate: what had to hold.
    suite, model: where.
    result: whether it does.
    reason: in words.
    comparison: what a regression was told by, else None.
    """

    gate: Gate
    suite: str
    model: str
    result: Result
    reason: str
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All decisions of a session.

    Attributes
    ----------
    decisions: gate by gate.
    improvements: comparisons of the gates' measures that came out better than the baseline, beyond doubt.
    notes: what a reader must know of the baseline: missing, stale, of other problems.
    """

    decisions: tuple[Decision, ...]
    improvements: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def violated(self) -> bool:
        """Whether any gate is."""
        return any(decision.result == "violated" for decision in self.decisions)


def decide(
    gates: Sequence[Gate], current: Measurements, base: Measurements | None = None, *, missing_fails: bool = False
) -> Verdict:
    """Decide all `gates` on `current`.

    Parameters
    ----------
    base: what relative and statistical gates compare with; None where it is missing.
    missing_fails: count a gate whose baseline is missing as violated instead of undecided.

    Raises
    ------
    UsageError: where a gate selects nothing.
    """
    check_selection(gates, current.samples)
    base, notes = usable(base, current)
    asked = [(gate, sample) for gate in gates for pair, sample in current.samples.items() if gate.selects(*pair)]
    needed = list(dict.fromkeys((s.suite, s.model) for gate, s in asked if gate.needs_baseline))
    shared: dict[tuple[str, str], Pair] = {}
    for pair in needed:
        if found := pair_with(current.samples[pair], base):
            shared[pair] = found
            notes += found.notes
    compared = _compare_for(asked, shared)
    decisions = tuple(
        _decide(gate, sample, shared.get((sample.suite, sample.model)), compared, missing_fails)
        for gate, sample in asked
    )
    improved = tuple(c for c in dict.fromkeys(compared.values()) if c.verdict == "better")
    return Verdict(decisions, improved, tuple(dict.fromkeys(notes)))


def check_selection(gates: Iterable[Gate], pairs: Iterable[tuple[str, str]]) -> None:
    """Refuse a gate that looks at none of the `pairs` of suite and model.

    Raises
    ------
    UsageError: with what there is.
    """
    known = list(pairs)
    for gate in gates:
        if not any(gate.selects(*pair) for pair in known):
            there = ", ".join(f"{suite}[{model}]" for suite, model in known) or "nothing"
            raise UsageError(f"The gate {gate.text!r} looks at nothing in this run, which has {there}")


def compare(current: Measurements, base: Measurements, measures: Iterable[str] = tuple(MEASURES)) -> list[Comparison]:
    """Compare every model on every suite with its counterpart in the baseline, Holm-corrected over all.

    Empty where nothing can be compared.
    """
    comparable, _ = usable(base, current)
    pairs = [found for sample in current.samples.values() if (found := pair_with(sample, comparable))]
    wanted = [(pair, measure, MINIMUM_EFFECT) for pair in pairs for measure in measures]
    return _corrected([_uncorrected(pair, measure, effect) for pair, measure, effect in wanted])


def _compare_for(
    asked: Iterable[tuple[Gate, Sample]], shared: Mapping[tuple[str, str], Pair]
) -> dict[tuple[str, str, str, float], Comparison]:
    wanted: dict[tuple[str, str, str, float], Comparison] = {}
    for gate, sample in asked:
        pair = shared.get((sample.suite, sample.model))
        if pair is not None and isinstance(gate.rule, Regression):
            key = (sample.suite, sample.model, gate.measure, gate.rule.effect)
            wanted[key] = _uncorrected(pair, gate.measure, gate.rule.effect)
    return dict(zip(wanted, _corrected(list(wanted.values())), strict=True))


def _uncorrected(pair: Pair, measure: str, effect: float) -> Comparison:
    before, after = pair.shared(measure)
    base, value = map(_mean_of_means, (before, after))
    change = paired_difference(before, after, unit=MEASURES[measure].unit)
    return Comparison(
        suite=pair.suite,
        model=pair.model,
        against=pair.against,
        measure=measure,
        base=base,
        value=value,
        change=change,
        p=math.nan,
        effect=effect if MEASURES[measure].unit else effect * abs(base),
        exact=False,
    )


def _corrected(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return them with their p: one-sided, Holm-corrected over all."""
    deciding = deciding_p(dict(enumerate(c.change for c in comparisons)))
    bad = [MEASURES[c.measure].worsening(c.change.value) > 0.0 for c in comparisons]
    adjusted = holm({i: p / 2.0 if bad[i] else 1.0 - p / 2.0 for i, p in deciding.items()})
    known = sum(not math.isnan(p) for p in deciding.values())
    return [replace(c, p=adjusted[i], exact=can_be_significant(c.change.n, known)) for i, c in enumerate(comparisons)]


def _mean_of_means(values: Values) -> float:
    means = [math.fsum(numbers) / len(numbers) for numbers in values.values()]
    return math.fsum(means) / len(means) if means else math.nan


def _decide(
    gate: Gate,
    sample: Sample,
    pair: Pair | None,
    compared: Mapping[tuple[str, str, str, float], Comparison],
    missing_fails: bool,
) -> Decision:
    comparison = None
    if gate.needs_baseline and pair is None:
        result: Result = "violated" if missing_fails else "undecided"
        reason = "there is no baseline to compare with"
    elif isinstance(gate.rule, Regression):
        comparison = compared[sample.suite, sample.model, gate.measure, gate.rule.effect]
        result, reason = _decide_regression(comparison)
    elif pair is not None and gate.rule.reference:
        before, after = (estimate_over_problems(side, gate.measure).value for side in pair.shared(gate.measure))
        result, reason = _decide_limit(gate.measure, gate.rule, after, before)
    else:
        value = estimate_over_problems(sample.values[gate.measure], gate.measure).value
        result, reason = _decide_limit(gate.measure, gate.rule, value)
    return Decision(gate, sample.suite, sample.model, result, reason, comparison)


def _decide_limit(measure: str, rule: Limit, value: float, base: float | None = None) -> tuple[Result, str]:
    limit = rule.number if base is None else rule.against(base)
    if math.isnan(value) or math.isnan(limit):
        if measure in VACUOUS:
            return "holds", f"{measure} is not defined here: nothing to count"
        return "violated", f"{measure} could not be measured: no run counts"
    tolerance = ROUNDING if rule.reference else 0.0
    said = f"{measure} is {value:.4g}, the limit {limit:.4g}"
    said += "" if base is None else f" (baseline {base:.4g})"
    return ("holds" if rule.holds(value, limit, tolerance) else "violated"), said


def _decide_regression(c: Comparison) -> tuple[Result, str]:
    if math.isnan(c.change.low):
        return "undecided", f"{c.change.n} problem{'s' * (c.change.n != 1)} with {c.measure} in both; two are needed"
    said = (
        f"{c.measure} {c.base:.4g} -> {c.value:.4g}, change {c.change.value:+.4f} "
        f"[{c.change.low:+.4f}, {c.change.high:+.4f}] on {c.change.n} problems, "
    )
    said += f"p {c.p:.3g}" + ("" if c.exact else " of a t test, since they are too few for the other")
    return ("violated" if c.verdict == "worse" else "holds"), f"{said}, minimum effect {c.effect:.4g}"
