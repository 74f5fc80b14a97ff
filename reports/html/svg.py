"""Small parts of drawings, as SVG that needs no style attribute: the page's policy forbids those."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from llamoco_bench.statistics import Estimate

SERIES: Final = 8
"""Colours of series that the style sheet has, as classes ``s0`` ... ``s7``."""


def series_class(index: int) -> str:
    """Return the class that gives the `index`-th model its colour."""
    return f"s{index % SERIES}"


def position(value: float, low: float, high: float, width: float) -> float:
    """Map `value` from [low, high] to [0, width], clipped."""
    share = (value - low) / (high - low) if high > low else 0.0
    return round(min(1.0, max(0.0, share)) * width, 1)


def interval(estimate: Estimate, top: float, colour: str, *, width: int = 120, hollow: bool = False) -> Markup:
    """Draw a value as a dot on an axis from 0 to `top`, its interval as a bar through it."""
    if math.isnan(estimate.value):
        return Markup("")
    pad, height = 5, 14
    x = pad + position(estimate.value, 0.0, top, width - 2 * pad)
    parts = [f'<path class="axis" d="M{pad} 7H{width - pad}M{pad} 4v6M{width - pad} 4v6M{width / 2} 5v4"/>']
    if not math.isnan(estimate.low):
        low, high = (pad + position(v, 0.0, top, width - 2 * pad) for v in (estimate.low, estimate.high))
        parts.append(f'<path class="bar {colour}" d="M{low} 7H{high}"/>')
    shape = f"M{x} 2.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z" if hollow else f"M{x - 4} 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"
    parts.append(f'<path class="{"hollow" if hollow else "dot"} {colour}" d="{shape}"/>')
    return Markup(
        f'<svg class="interval" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def share_bar(share: float, colour: str = "", *, width: int = 160) -> Markup:
    """Draw a share in [0, 1] as a filled bar."""
    filled = position(share, 0.0, 1.0, width)
    return Markup(
        f'<svg class="share" viewBox="0 0 {width} 10" width="{width}" height="10" aria-hidden="true">'
        f'<rect class="back" width="{width}" height="10" rx="2"/>'
        f'<rect class="fill {colour}" width="{filled}" height="10" rx="2"/></svg>'
    )


def bars(values: Sequence[float], bound: float, *, width: int = 720, height: int = 120) -> Markup:
    """Draw signed values in [-bound, bound] as bars from a middle line, in two paths: above and below it."""
    n = max(1, len(values))
    step, middle = width / n, height / 2
    thick = max(0.6, step * 0.8)
    up, down = [], []
    for i, value in enumerate(values):
        if value == 0.0 or math.isnan(value):
            continue
        length = round(min(1.0, abs(value) / bound) * (middle - 4), 1)
        x = round(i * step, 1)
        if value > 0:
            up.append(f"M{x} {middle}v-{length}h{thick:.1f}v{length}z")
        else:
            down.append(f"M{x} {middle}v{length}h{thick:.1f}v-{length}z")
    return Markup(
        f'<svg class="bars" viewBox="0 0 {width} {height}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="gain" d="{"".join(up)}"/><path class="loss" d="{"".join(down)}"/>'
        f'<path class="axis" d="M0 {middle}H{width}"/></svg>'
    )
