"""The records of a report, put in order once for all views: cells, values by problem, scores."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from llamoco_bench.gates.measurements import Measurements, Values, measure_items
from llamoco_bench.journal import BY_POINTS, Record
from llamoco_bench.reports.html.answers import Answer, read_answers
from llamoco_bench.reports.html.evidence import Evidence, Source
from llamoco_bench.scoring import Item, Score, collect_items, score_items

Cell = tuple[str, str, str]
"""(suite, problem, model)"""


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that views are made from.

    Attributes
    ----------
    evidence: what was read.
    suites: sorted.
    problems: problems of each suite, sorted.
    models: labels, the best mean Perf over all suites first.
    items: one a cell.
    scores: of each suite, the best Perf first.
    measured: every measure of every cell, in the form that gates and comparisons need.
    perf: of these the Perf of the runs that count, by (suite, model) and problem.
    answers: what models wrote, by cell and turn.
    """

    evidence: Evidence
    suites: tuple[str, ...]
    problems: Mapping[str, tuple[str, ...]]
    models: tuple[str, ...]
    items: Mapping[Cell, Item]
    scores: Mapping[str, tuple[Score, ...]]
    measured: Measurements
    perf: Mapping[tuple[str, str], Values]
    answers: Mapping[Cell, Mapping[int, Answer]]

    def mean_perf(self, suite: str, problem: str, model: str) -> float:
        """Mean Perf of a cell; nan where nothing was measured."""
        values = self.perf.get((suite, model), {}).get(problem, ())
        return fmean(values) if values else math.nan

    def all_problems(self) -> tuple[str, ...]:
        """Every problem once, in the order of the suites."""
        return tuple(dict.fromkeys(problem for suite in self.suites for problem in self.problems[suite]))


def make_study(evidence: Evidence) -> Study:
    """Put the records in order."""
    found = collect_items(evidence.records)
    items = {(item.suite, item.problem, item.model): item for item in found}
    measured = measure_items(found, {"options": _common_options(evidence.sources)}, "this report")
    suites = tuple(dict.fromkeys(suite for suite, _ in measured.samples))
    problems = {suite: tuple(sorted({p for s, p, _ in items if s == suite})) for suite in suites}
    scores = {suite: tuple(score_items(i for i in found if i.suite == suite)) for suite in suites}
    return Study(
        evidence=evidence,
        suites=suites,
        problems=problems,
        models=_order(scores),
        items=items,
        scores=scores,
        measured=measured,
        perf={pair: sample.values["perf"] for pair, sample in measured.samples.items()},
        answers=read_answers(_generations(evidence.records)),
    )


def _common_options(sources: Sequence[Source]) -> dict[str, object]:
    """Options that all runs were made under."""
    options: list[dict[str, object]] = [source.manifest.get("options", {}) for source in sources]
    return {name: value for name, value in options[0].items() if all(o.get(name) == value for o in options)}


def _order(scores: Mapping[str, Sequence[Score]]) -> tuple[str, ...]:
    """Models by the mean of their Perf over suites."""
    values: dict[str, list[float]] = defaultdict(list)
    for suite in scores.values():
        for one in suite:
            values[one.model].append(0.0 if math.isnan(one.perf.value) else one.perf.value)
    return tuple(sorted(values, key=lambda model: (-fmean(values[model]), model)))


def _generations(records: Sequence[Record]) -> dict[Cell, dict[int, Record]]:
    found: dict[Cell, dict[int, Record]] = defaultdict(dict)
    proposals: dict[Cell, list[Record]] = defaultdict(list)
    for record in sorted((r for r in records if r["kind"] == "generation"), key=lambda r: r["time"]):
        cell = record["suite"], record["problem"], record["model"]
        found[cell][record["turn"]] = record
        if record.get("by") == BY_POINTS:
            proposals[cell].append(record)
    for cell, answers in proposals.items():
        found[cell][0] = _a_run_of(answers)
    return found


def _a_run_of(answers: Sequence[Record]) -> Record:
    """Return the last answer of a method that proposes points, with the tokens and seconds of a mean run."""
    latest = {record["sample"]: record for record in answers}.values()
    runs = len({record["run"] for record in latest})
    usages = [record["usage"] for record in latest if record["usage"]]
    usage = {name: round(sum(u[name] for u in usages) / runs) for name in ("input_tokens", "output_tokens")}
    seconds = sum(record["wall_s"] for record in latest) / runs
    return {**answers[-1], "usage": usage if usages else None, "wall_s": seconds}
