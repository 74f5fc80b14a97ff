"""Perf over a cost, one point a model, with the line of those that none beats in both."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from llamoco_bench.reports.html import text

WIDTH: Final = 520
HEIGHT: Final = 300
LEFT, RIGHT, TOP, BOTTOM = 46, 110, 14, 40
LINE: Final = 13
"""Height of a label."""


class Point(NamedTuple):
    """A model: its label, the class of its colour, what it costs (more than 0) and its Perf."""

    label: str
    colour: str
    cost: float
    perf: float


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where things lie in the drawing: `low` and `high` are decimal logarithms of the cost."""

    low: float
    high: float

    def x(self, cost: float) -> float:
        share = (math.log10(cost) - self.low) / (self.high - self.low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, perf: float) -> float:
        return round(HEIGHT - BOTTOM - perf * (HEIGHT - TOP - BOTTOM), 1)


def pareto(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the points that no other beats in both cost (less) and value (more), by rising cost."""
    front: list[int] = []
    best = -math.inf
    for index in sorted(range(len(points)), key=lambda k: (points[k][0], -points[k][1])):
        if points[index][1] > best:
            best = points[index][1]
            front.append(index)
    return front


def scatter(points: Sequence[Point], title: str) -> Markup:
    """Draw `points` with a logarithmic axis of costs; empty where none has a cost."""
    known = [point for point in points if point.cost > 0 and not math.isnan(point.perf)]
    if not known:
        return Markup("")
    costs = [math.log10(point.cost) for point in known]
    low = math.floor(min(costs) * 4 - 0.2) / 4
    plane = _Plane(low, max(low + 0.5, math.ceil(max(costs) * 4 + 0.2) / 4))
    front = [known[k] for k in pareto([(point.cost, point.perf) for point in known])]
    line = Markup('<path class="front" d="M{}"/>').format(
        "L".join(f"{plane.x(p.cost)} {plane.y(p.perf)}" for p in front)
    )
    summary = f"Perf over {title}, {len(known)} models; the line joins those that none beats in both"
    parts = [*_axes(plane, title), line, *_marks(known, plane, title)]
    return Markup('<svg class="scatter" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, summary, Markup("").join(parts)
    )


def _marks(points: Sequence[Point], plane: _Plane, title: str) -> Iterator[Markup]:
    """Draw points with their labels, each label moved down until it covers no other."""
    taken: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda p: -p.perf):
        x, y = plane.x(point.cost), plane.y(point.perf)
        at = y
        while any(abs(at - other) < LINE and abs(x - left) < RIGHT for left, other in taken):
            at += 1
        taken.append((x, at))
        told = f"{text.visible(point.label)}: {point.cost:,.3g} {title}, Perf {point.perf:.3f}"
        yield Markup('<circle class="dot {}" cx="{}" cy="{}" r="5"><title>{}</title></circle>').format(
            point.colour, x, y, told
        )
        yield Markup('<text x="{}" y="{}">{}</text>').format(x + 9, round(at + 4, 1), text.visible(point.label, 16))


def _axes(plane: _Plane, title: str) -> Iterator[Markup]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = plane.y(share)
        yield Markup('<path class="grid" d="M{} {}H{}"/><text class="tick end" x="{}" y="{}">{}</text>').format(
            LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 4, f"{share:g}"
        )
    for cost in _round_costs(plane):
        yield Markup('<path class="grid" d="M{0} {1}V{2}"/><text class="tick mid" x="{0}" y="{3}">{4}</text>').format(
            plane.x(cost), TOP, HEIGHT - BOTTOM, HEIGHT - BOTTOM + 15, f"{cost:,g}"
        )
    yield Markup('<text class="tick mid" x="{}" y="{}">{}</text><text class="tick" x="4" y="{}">Perf</text>').format(
        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, title, TOP
    )


def _round_costs(plane: _Plane) -> Iterator[float]:
    steps = (1, 2, 5) if plane.high - plane.low < 2 else (1,)
    for exponent in range(math.floor(plane.low), math.floor(plane.high) + 1):
        for step in steps:
            if plane.low <= exponent + math.log10(step) <= plane.high:
                yield step * 10.0**exponent
