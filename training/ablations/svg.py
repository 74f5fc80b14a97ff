"""A line chart as SVG, without a plotting library: few lines, a logarithmic axis, labels at the ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 150, 20, 45
_COLOURS: Final = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")


@dataclass(frozen=True, slots=True)
class Curve:
    """A line; points (x, y) with y above 0, in the order of x."""

    name: str
    points: Sequence[tuple[float, float]]


def line_chart(curves: Sequence[Curve], x_title: str, y_title: str) -> str:
    """Draw curves over a linear x and a logarithmic y. Raises `ValueError` where there is nothing to draw."""
    points = [point for curve in curves for point in curve.points]
    if not points:
        raise ValueError("there is no point to draw")
    scale = _Scale(
        min(x for x, _ in points), max(x for x, _ in points), min(y for _, y in points), max(y for _, y in points)
    )
    body = [*_axes(scale, x_title, y_title)]
    for number, curve in enumerate(curves):
        body += _curve(curve, scale, number)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif"'
    return "\n".join([f'{head} font-size="12">', '<rect width="100%" height="100%" fill="white"/>', *body, "</svg>\n"])


@dataclass(frozen=True, slots=True)
class _Scale:
    x_min: float
    x_max: float
    y_min: float
    y_max: float

    def x(self, value: float) -> float:
        share = (value - self.x_min) / ((self.x_max - self.x_min) or 1)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        low, high = math.log(self.y_min), math.log(self.y_max)
        share = (math.log(value) - low) / ((high - low) or 1)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def decades(self) -> Iterator[float]:
        for power in range(math.floor(math.log10(self.y_min)), math.ceil(math.log10(self.y_max)) + 1):
            for factor in (1, 3):
                if self.y_min <= factor * 10.0**power <= self.y_max:
                    yield factor * 10.0**power


def _axes(scale: _Scale, x_title: str, y_title: str) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    yield f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#444"/>'
    for value in scale.decades():
        y = scale.y(value)
        yield f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#ddd"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
    for value in (scale.x_min, scale.x_max):
        yield f'<text x="{scale.x(value):.1f}" y="{bottom + 16}" text-anchor="middle">{value:g}</text>'
    yield f'<text x="{(_LEFT + right) / 2}" y="{bottom + 34}" text-anchor="middle">{escape(x_title)}</text>'
    middle = (_TOP + bottom) / 2
    yield f'<text x="14" y="{middle}" transform="rotate(-90 14 {middle})">{escape(y_title)}</text>'


def _curve(curve: Curve, scale: _Scale, number: int) -> Iterator[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    dash = ' stroke-dasharray="5 3"' if number >= len(_COLOURS) else ""
    places = " ".join(f"{scale.x(x):.1f},{scale.y(y):.1f}" for x, y in curve.points)
    yield f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>'
    y = _TOP + 14 + 16 * number
    left = _WIDTH - _RIGHT + 12
    yield f'<path d="M{left} {y - 4}h18" stroke="{colour}" stroke-width="2"{dash}/>'
    yield f'<text x="{left + 24}" y="{y}">{escape(curve.name)}</text>'
