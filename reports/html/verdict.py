"""The first lines of a report: who leads, whether that is sure, and whether the run is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from llamoco_bench.completeness import completeness_of
from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.leaderboard import Board
from llamoco_bench.reports.html.study import Study

RESULTS: Final = ("violated", "undecided", "holds")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the report says first.

    Attributes
    ----------
    sentences: one a suite.
    gates: (``holds``, ``violated`` or ``undecided``; what was decided, with the reason), where gates were set.
    warnings: what a reader must know before trusting the numbers.
    facts: (name, value) in short.
    """

    sentences: tuple[str, ...]
    gates: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def verdict(study: Study, boards: Sequence[Board], notes: Sequence[str] = ()) -> Verdict:
    """Put it in words; `notes` are of the baseline that the report compares with."""
    warnings = [*_warnings(study), *dict.fromkeys(text.visible(note, 400) for note in [*notes, *_gate_notes(study)])]
    return Verdict(tuple(map(_sentence, boards)), tuple(_gates(study)), tuple(warnings), tuple(_facts(study)))


def _gate_notes(study: Study) -> Iterator[str]:
    """What gates had to say of their baseline: that it is missing, stale, or of other problems."""
    for source in study.evidence.sources:
        yield from source.gates.get("notes", ())


def _gates(study: Study) -> Iterator[tuple[str, str]]:
    """Read what gates decided, the violated ones first."""
    decisions = [decision for source in study.evidence.sources for decision in source.gates.get("decisions", ())]
    for decision in sorted(decisions, key=lambda d: RESULTS.index(d["result"])):
        where = f"{decision['suite']}[{decision['model']}]"
        yield decision["result"], text.visible(f"{decision['gate']} on {where}: {decision['reason']}", 400)


def _sentence(board: Board) -> str:
    first = board.rows[0]
    name = text.visible(first.model, 60)
    perf = first.cells[0]
    span = f" ({perf.interval})" if perf.interval else ""
    if len(board.rows) == 1:
        return f"{name} reaches Perf {perf.value}{span} on {board.suite}."
    tied = [text.visible(row.model, 60) for row in board.rows[1:] if row.tied]
    if not tied:
        return f"{name} leads on {board.suite} with Perf {perf.value}{span}, clear of all others."
    others = ", ".join(tied[:4]) + (f" and {len(tied) - 4} more" if len(tied) > 4 else "")
    return f"{name} has the highest Perf on {board.suite}, {perf.value}{span}, but is not told apart from {others}."


def _warnings(study: Study) -> list[str]:
    warnings = []
    state = completeness_of(study.evidence.records)
    if not state.complete:
        warnings.append(f"Incomplete, values are of the rest: {text.visible(state.describe(), 400)}")
    lost = sum(score.n_infra for scores in study.scores.values() for score in scores)
    if lost:
        warnings.append(f"{text.plural(lost, 'run')} lost to failures of the harness; they count nowhere.")
    uneven = [s for s in study.suites if len({score.n_problems for score in study.scores[s]}) > 1]
    if uneven:
        warnings.append(f"Not all models were measured on the same problems of {', '.join(uneven)}.")
    for source in study.evidence.sources:
        if (source.manifest.get("git") or {}).get("dirty"):
            warnings.append(f"{source.name} was run from a working tree with uncommitted changes.")
    return warnings


def _facts(study: Study) -> list[tuple[str, str]]:
    runs = sum(len(item.first) for item in study.items.values())
    tokens = sum(sum(item.tokens) for item in study.items.values() if item.tokens)
    facts = [
        ("models", f"{len(study.models):,}"),
        ("problems", f"{len(study.all_problems()):,}"),
        ("runs of first programs", f"{runs:,}"),
    ]
    if tokens:
        facts.append(("tokens", f"{round(tokens):,}"))
    seeds = {str(s.manifest.get("options", {}).get("seed", "–")) for s in study.evidence.sources}
    facts.append(("master seed", ", ".join(sorted(seeds))))
    started = sorted(str(s.manifest.get("started", "–")) for s in study.evidence.sources)
    facts.append(
        ("started", _date(started[0]) if len(started) == 1 else f"{_date(started[0])} to {_date(started[-1])}")
    )
    return facts


def _date(stamp: str) -> str:
    if len(stamp) == 15 and stamp[8] == "T" and stamp.replace("T", "").isdigit():
        return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]} UTC"
    return text.visible(stamp, 40)
