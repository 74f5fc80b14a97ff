"""The families of constraints: what q(t) is in each, in numpy; the oracle of the compiled code.

A constraint says that q(t) is at most, at least, or equal to a bound, with t = x - c, or t = M (x - c) where it is
rotated, for a centre c of its own. Most forms are those of the constrained problems of CEC 2017 (C01 to C28); the rest
are the usual convex and quasi-convex sets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NOTHING: Final = np.empty(0)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a constraint of a family needs besides t.

    Attributes
    ----------
    coefficients: (dim,) factors of the coordinates, or empty.
    radius: of a ring, else 0.
    chosen: 0-based coordinates of a product, else empty.
    """

    coefficients: Array = field(default_factory=lambda: _NOTHING)
    radius: float = 0.0
    chosen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of constraint.

    Attributes
    ----------
    name: e.g. ``"ellipsoid"``.
    title: what it demands, in words.
    source: where the form is from.
    convex: the set where q is at most the bound is convex.
    values: maps t (..., dim) and parameters to q (...,).
    centred: has a centre; else t is x itself.
    needs: name of the parameter that it needs, or "".
    """

    name: str
    title: str
    source: str
    convex: bool
    values: Callable[[Array, Parameters], Any]
    centred: bool = True
    needs: str = ""


def _squares(t: Array) -> Any:
    return (t * t).sum(axis=-1)


def _linear(t: Array, p: Parameters) -> Any:
    return (p.coefficients * t).sum(axis=-1)


def _ellipsoid(t: Array, p: Parameters) -> Any:
    return (p.coefficients * (t * t)).sum(axis=-1)


def _squared_norm(t: Array, _: Parameters) -> Any:
    return _squares(t)


def _ball(t: Array, _: Parameters) -> Any:
    return np.sqrt(_squares(t))


def _ring(t: Array, p: Parameters) -> Any:
    return np.abs(np.sqrt(_squares(t)) - p.radius)


def _logarithmic_ball(t: Array, _: Parameters) -> Any:
    return np.log(1.0 + _squares(t))


def _shells(t: Array, _: Parameters) -> Any:
    r = np.sqrt(_squares(t))
    return np.cos(r) + np.sin(r)


def _product(t: Array, p: Parameters) -> Any:
    return t[..., list(p.chosen)].prod(axis=-1)


def _neighbour_products(t: Array, _: Parameters) -> Any:
    return (t[..., :-1] * t[..., 1:]).sum(axis=-1)


def _differences(t: Array, _: Parameters) -> Any:
    return ((t[..., :-1] - t[..., 1:]) ** 2).sum(axis=-1)


def _valley(t: Array, _: Parameters) -> Any:
    return ((t[..., :-1] ** 2 - t[..., 1:]) ** 2).sum(axis=-1)


def _coupling(t: Array, _: Parameters) -> Any:
    return np.abs(t[..., :-1] + t[..., 1:]).max(axis=-1)


def _chebyshev(t: Array, _: Parameters) -> Any:
    return np.abs(t).max(axis=-1)


def _taxicab(t: Array, _: Parameters) -> Any:
    return np.abs(t).sum(axis=-1)


def _partial_sums(t: Array, _: Parameters) -> Any:
    return (np.cumsum(t, axis=-1) ** 2).sum(axis=-1)


def _long_ripples(t: Array, _: Parameters) -> Any:
    return (t * t - 5000.0 * np.cos(0.1 * np.pi * t) - 4000.0).sum(axis=-1)


def _short_ripples(t: Array, _: Parameters) -> Any:
    return (t * t - 50.0 * np.cos(2.0 * np.pi * t) - 40.0).sum(axis=-1)


def _slow_waves(t: Array, _: Parameters) -> Any:
    return (-t * np.sin(0.1 * np.pi * t)).sum(axis=-1)


def _fast_waves(t: Array, _: Parameters) -> Any:
    return (t * np.sin(2.0 * t)).sum(axis=-1)


def _root_waves(t: Array, _: Parameters) -> Any:
    return (t * np.sin(2.0 * np.sqrt(np.abs(t)))).sum(axis=-1)


def _cosine_waves(t: Array, _: Parameters) -> Any:
    return (t * np.cos(np.pi * t)).sum(axis=-1)


def _tilted_waves(t: Array, _: Parameters) -> Any:
    return (t - 100.0 * np.cos(0.5 * t) + 100.0).sum(axis=-1)


def _sine_squares(t: Array, _: Parameters) -> Any:
    return (np.sin(2.0 * t) ** 2).sum(axis=-1)


def _smooth_maximum(t: Array, _: Parameters) -> Any:
    top = t.max(axis=-1, keepdims=True)
    return top[..., 0] + 10.0 * np.log(np.exp(0.1 * (t - top)).sum(axis=-1))


_CONVEX: Final = "convex sets"
_ENTRIES: Final = (
    Family("linear", "a half-space", _CONVEX, True, _linear, centred=False, needs="coefficients"),
    Family("ellipsoid", "weighted squares", _CONVEX, True, _ellipsoid, needs="coefficients"),
    Family("squared_norm", "sum of squares", "CEC 2017 C12, C17", True, _squared_norm),
    Family("ball", "distance from a centre", _CONVEX, True, _ball),
    Family("ring", "distance from a sphere", "sets with a hole", False, _ring, needs="radius"),
    Family("logarithmic_ball", "logarithm of a squared distance", "quasi-convex sets", True, _logarithmic_ball),
    Family("shells", "nested shells", "CEC 2017 C13 to C16, C20", False, _shells),
    Family("product", "product of coordinates", "CEC 2017 C09, C11", False, _product, needs="chosen"),
    Family("neighbour_products", "sum of products of neighbours", "bilinear sets", False, _neighbour_products),
    Family("differences", "differences of neighbours", "CEC 2017 C10", True, _differences),
    Family("valley", "a curved valley", "CEC 2017 C09, C11, C18", False, _valley),
    Family("coupling", "box on the sums of neighbours", _CONVEX, True, _coupling),
    Family("chebyshev", "largest coordinate", "CEC 2017 C15", True, _chebyshev),
    Family("taxicab", "sum of absolute values", "CEC 2017 C12, C18", True, _taxicab),
    Family("partial_sums", "squares of partial sums", "CEC 2017 C08, C10", True, _partial_sums),
    Family("long_ripples", "squares with long ripples", "CEC 2017 C01 to C03", False, _long_ripples),
    Family("short_ripples", "squares with short ripples", "CEC 2017 C05", False, _short_ripples),
    Family("slow_waves", "slow waves of growing height", "CEC 2017 C03", False, _slow_waves),
    Family("fast_waves", "fast waves of growing height", "CEC 2017 C04", False, _fast_waves),
    Family("root_waves", "waves that grow longer", "CEC 2017 C06", False, _root_waves),
    Family("cosine_waves", "cosine waves of growing height", "CEC 2017 C06", False, _cosine_waves),
    Family("tilted_waves", "waves on a slope", "CEC 2017 C07", False, _tilted_waves),
    Family("sine_squares", "squares of sines", "CEC 2017 C19", False, _sine_squares),
    Family("smooth_maximum", "a smooth maximum of the coordinates", _CONVEX, True, _smooth_maximum),
)

FAMILIES: Final = MappingProxyType({entry.name: entry for entry in _ENTRIES})
"""By name, in the order of their codes in the compiled evaluator."""
