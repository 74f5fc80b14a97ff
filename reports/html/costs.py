"""What the answers and their programs cost, against what they reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from markupsafe import Markup

from llamoco_bench.reports.html.scatter import Point, scatter
from llamoco_bench.reports.html.study import Study
from llamoco_bench.reports.html.svg import series_class
from llamoco_bench.scoring import Item


@dataclass(frozen=True, slots=True)
class Row:
    """Cost of one model on one suite; nan where it has none, as experts have no tokens.

    Attributes
    ----------
    read, written: input and output tokens per problem, first turn; repair: tokens of repair turns per problem.
    answer_s: seconds per answer; cpu_s: processor seconds per run; evaluations: per run, as share of the budget.
    """

    model: str
    colour: str
    perf: float
    read: float
    written: float
    repair: float
    answer_s: float
    cpu_s: float
    evaluations: float

    @property
    def tokens(self) -> float:
        """All tokens per problem."""
        return self.read + self.written + self.repair


@dataclass(frozen=True, slots=True)
class Costs:
    """One suite: its rows, and Perf over tokens and over processor time as drawings."""

    suite: str
    rows: tuple[Row, ...]
    tokens: Markup
    cpu: Markup


def costs(study: Study) -> tuple[Costs, ...]:
    """Add up what each model spent on each suite."""
    made = []
    for suite in study.suites:
        rows = tuple(_row(study, suite, score.model, score.perf.value) for score in study.scores[suite])
        tokens = scatter([Point(r.model, r.colour, r.tokens, r.perf) for r in rows], "tokens per problem")
        cpu = scatter([Point(r.model, r.colour, r.cpu_s, r.perf) for r in rows], "processor seconds per run")
        made.append(Costs(suite, rows, tokens, cpu))
    return tuple(made)


def _row(study: Study, suite: str, model: str, perf: float) -> Row:
    cells = [cell for cell in study.items if cell[0] == suite and cell[2] == model]
    turns = [study.answers.get(cell, {}) for cell in cells]
    usages = [{k: a.record["usage"] for k, a in t.items() if a.record["usage"]} for t in turns]
    known = [usage for usage in usages if usage]
    first = [usage[0] for usage in known if 0 in usage]
    again = [sum(u["input_tokens"] + u["output_tokens"] for k, u in usage.items() if k) for usage in known]
    waits = [answer.record["wall_s"] for t in turns for answer in t.values()]
    items: list[Item] = [study.items[cell] for cell in cells]
    runs = [run for item in items for run in item.counted]
    return Row(
        model=model,
        colour=series_class(study.models.index(model)),
        perf=perf,
        read=_mean([u["input_tokens"] for u in first]),
        written=_mean([u["output_tokens"] for u in first]),
        repair=_mean(again),
        answer_s=_mean(waits),
        cpu_s=_mean([run["cpu_s"] for run in runs]),
        evaluations=_mean([run["evaluations"] / run["budget"] for run in runs if run["budget"]]),
    )


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else math.nan
