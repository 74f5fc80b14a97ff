"""What was decided and compared, as lines of text and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from llamoco_bench.gates.decision import Comparison, Decision, Verdict
from llamoco_bench.scoring import MEASURES

_WORDS: Final = {"holds": "holds    ", "violated": "VIOLATED ", "undecided": "undecided"}
_MARKS: Final = {"worse": "worse", "better": "better", "same": ""}


def verdict_lines(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield a line for each decision, improvement and note, with the colour that it deserves (or none)."""
    for decision in verdict.decisions:
        colour = {"violated": "red", "undecided": "yellow"}.get(decision.result, "")
        yield _decision_line(decision), colour
    for c in verdict.improvements:
        change = f"{c.measure} {c.base:.4g} -> {c.value:.4g} [{c.change.low:+.4f}, {c.change.high:+.4f}]"
        yield f"improved  {c.suite}[{c.model}]: {change}; a new baseline would hold it", "green"
    for note in verdict.notes:
        yield f"note      {note}", "yellow"
    counts = [sum(d.result == result for d in verdict.decisions) for result in ("violated", "undecided", "holds")]
    yield f"gates: {counts[0]} violated, {counts[1]} undecided, {counts[2]} hold", "red" if counts[0] else ""


def comparison_lines(comparisons: Sequence[Comparison]) -> list[str]:
    """Lay out one table: what each measure of each model was, is, and changed by."""
    rows = [["suite", "model", "measure", "base", "now", "change [95 %]", "p", "problems", ""]]
    for c in comparisons:
        if c.change.n == 0:
            continue
        against = c.model if c.against == c.model else f"{c.model} (base: {c.against})"
        form = ".3f" if MEASURES[c.measure].unit else ",.0f"
        interval = "" if math.isnan(c.change.low) else f" [{c.change.low:+{form}}, {c.change.high:+{form}}]"
        numbers = [format(c.base, form), format(c.value, form), f"{c.change.value:+{form}}{interval}"]
        p = "-" if math.isnan(c.p) else f"{c.p:.3g}"
        rows.append([c.suite, against, MEASURES[c.measure].title, *numbers, p, str(c.change.n), _MARKS[c.verdict]])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def as_dict(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as JSON values; an undefined number is null."""
    return {
        "violated": verdict.violated,
        "decisions": [
            {
                "gate": decision.gate.text,
                "suite": decision.suite,
                "model": decision.model,
                "result": decision.result,
                "reason": decision.reason,
                "comparison": None if decision.comparison is None else comparison_dict(decision.comparison),
            }
            for decision in verdict.decisions
        ],
        "improvements": [comparison_dict(c) for c in verdict.improvements],
        "notes": list(verdict.notes),
    }


def comparison_dict(c: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON values; an undefined number is null."""
    numbers = {"base": c.base, "value": c.value, "change": c.change.value, "low": c.change.low, "high": c.change.high}
    return {
        "suite": c.suite,
        "model": c.model,
        "against": c.against,
        "measure": c.measure,
        **{name: None if math.isnan(number) else number for name, number in {**numbers, "p": c.p}.items()},
        "problems": c.change.n,
        "minimum_effect": None if math.isnan(c.effect) else c.effect,
        "verdict": c.verdict,
    }


def _decision_line(decision: Decision) -> str:
    where = f"{decision.suite}[{decision.model}]"
    return f"{_WORDS[decision.result]} {decision.gate.text}  {where}: {decision.reason}"
