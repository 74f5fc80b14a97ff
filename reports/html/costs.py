"""What the answers and their programs cost, against what they reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from markupsafe import Markup, escape

from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.study import Study
from llamoco_bench.reports.html.svg import series_class
from llamoco_bench.scoring import Item

WIDTH, HEIGHT = 520, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 120, 14, 40


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
        tokens = scatter([(r.model, r.colour, r.tokens, r.perf) for r in rows], "tokens per problem")
        cpu = scatter([(r.model, r.colour, r.cpu_s, r.perf) for r in rows], "processor seconds per run")
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


def pareto(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the points that no other beats in both cost (less) and value (more), by rising cost."""
    front: list[int] = []
    best = -math.inf
    for index in sorted(range(len(points)), key=lambda k: (points[k][0], -points[k][1])):
        if points[index][1] > best:
            best = points[index][1]
            front.append(index)
    return front


def scatter(points: Sequence[tuple[str, str, float, float]], title: str) -> Markup:
    """Draw (label, colour, cost, Perf) with a logarithmic cost axis and the Pareto front; empty without points."""
    known = [point for point in points if point[2] > 0 and not math.isnan(point[3])]
    if not known:
        return Markup("")
    low = math.floor(math.log10(min(p[2] for p in known)) * 2 - 0.2) / 2
    high = max(low + 0.5, math.ceil(math.log10(max(p[2] for p in known)) * 2 + 0.2) / 2)

    def x(cost: float) -> float:
        return round(LEFT + (math.log10(cost) - low) / (high - low) * (WIDTH - LEFT - RIGHT), 1)

    def y(perf: float) -> float:
        return round(HEIGHT - BOTTOM - perf * (HEIGHT - TOP - BOTTOM), 1)

    front = [known[k] for k in pareto([(p[2], p[3]) for p in known])]
    parts = [*_axes(low, high, x, y, title)]
    parts.append(Markup('<path class="front" d="M{}"/>').format("L".join(f"{x(p[2])} {y(p[3])}" for p in front)))
    labels: list[tuple[float, float]] = []
    for label, colour, cost, perf in sorted(known, key=lambda p: -p[3]):
        at = y(perf)
        while any(abs(at - other) < 13 and abs(x(cost) - left) < 150 for left, other in labels):
            at += 2
        labels.append((x(cost), at))
        shown = text.visible(label, 22)
        parts.append(
            Markup('<circle class="dot {}" cx="{}" cy="{}" r="5"><title>{}</title></circle><text x="{}" y="{}">{}</text>')
            .format(colour, x(cost), y(perf), f"{text.visible(label)}: {cost:,.3g} {title}, Perf {perf:.3f}",
                    x(cost) + 9, round(at + 4, 1), shown)
        )  # fmt: skip
    summary = escape(f"Perf over {title}, {len(known)} models; the line joins those that none beats in both")
    return Markup('<svg class="scatter" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, summary, Markup("").join(parts)
    )


def _axes(low: float, high: float, x: object, y: object, title: str) -> list[Markup]:
    assert callable(x)
    assert callable(y)
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(
            Markup('<path class="grid" d="M{} {}H{}"/><text class="tick end" x="{}" y="{}">{}</text>').format(
                LEFT, y(share), WIDTH - RIGHT, LEFT - 6, y(share) + 4, f"{share:g}"
            )
        )
    steps = (1, 2, 5) if high - low < 2 else (1,)
    exponents = range(math.floor(low), math.floor(high) + 1)
    for cost in (step * 10.0**k for k in exponents for step in steps if low <= k + math.log10(step) <= high):
        parts.append(
            Markup('<path class="grid" d="M{0} {1}V{2}"/><text class="tick mid" x="{0}" y="{3}">{4}</text>').format(
                x(cost), TOP, HEIGHT - BOTTOM, HEIGHT - BOTTOM + 15, f"{cost:,g}"
            )
        )
    parts.append(
        Markup('<text class="tick mid" x="{}" y="{}">{}</text><text class="tick" x="{}" y="{}">Perf</text>').format(
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, title, 4, TOP
        )
    )
    return parts
