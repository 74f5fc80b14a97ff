"""The families of constraints as formulas in p, which is x - c or M (x - c); a are the coefficients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.basic.formula import (
    Element,
    Index,
    Node,
    Product,
    Vector,
    absolute,
    cos,
    exp,
    i,
    largest,
    ln,
    n,
    partial_sum,
    pi,
    sin,
    sqrt,
    total,
)

_p, _a = Vector("p"), Vector("a")
_SQUARES: Final = total(_p[i] ** 2)
_DISTANCE: Final = sqrt(_SQUARES)


def _over_neighbours(term: Callable[[Node, Node], Node]) -> Node:
    return total(term(_p[i], _p[i + 1]), n - 1)


_FIXED: Final[Mapping[str, Node]] = MappingProxyType(
    {
        "linear": total(_a[i] * _p[i]),
        "ellipsoid": total(_a[i] * _p[i] ** 2),
        "squared_norm": _SQUARES,
        "ball": _DISTANCE,
        "logarithmic_ball": ln(1 + _SQUARES),
        "shells": cos(_DISTANCE) + sin(_DISTANCE),
        "neighbour_products": _over_neighbours(lambda a, b: a * b),
        "differences": _over_neighbours(lambda a, b: (a - b) ** 2),
        "valley": _over_neighbours(lambda a, b: (a**2 - b) ** 2),
        "coupling": largest(absolute(_p[i] + _p[i + 1]), n - 1),
        "chebyshev": largest(absolute(_p[i])),
        "taxicab": total(absolute(_p[i])),
        "partial_sums": total(partial_sum(_p) ** 2),
        "long_ripples": total(_p[i] ** 2 - 5000 * cos(0.1 * pi * _p[i]) - 4000),
        "short_ripples": total(_p[i] ** 2 - 50 * cos(2 * pi * _p[i]) - 40),
        "slow_waves": total(-(_p[i] * sin(0.1 * pi * _p[i]))),
        "fast_waves": total(_p[i] * sin(2 * _p[i])),
        "root_waves": total(_p[i] * sin(2 * sqrt(absolute(_p[i])))),
        "cosine_waves": total(_p[i] * cos(pi * _p[i])),
        "tilted_waves": total(_p[i] - 100 * cos(0.5 * _p[i]) + 100),
        "sine_squares": total(sin(2 * _p[i]) ** 2),
        "smooth_maximum": 10 * ln(total(exp(0.1 * _p[i]))),
    }
)


def family_formula(name: str, radius: Node, chosen: tuple[int, ...]) -> Node:
    """Return q(p) of a family; `radius` is that of a ring, `chosen` are the 0-based coordinates of a product."""
    if name == "ring":
        return absolute(_DISTANCE - radius)
    if name == "product":
        return Product(tuple(Element("p", Index("", place + 1)) for place in chosen))
    return _FIXED[name]
