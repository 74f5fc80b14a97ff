"""The base functions g(z) in numpy: the plainest statement of what each one is, and the oracle of the compiled code.

Definitions are those of the C code of the CEC 2021 competition; of CEC 2017 for sphere, Zakharov, Weierstrass,
Katsuura, Schaffer F7 and the sum of different powers; of CEC 2022 for Levy; of the literature for the last five. Every
function takes z of shape (..., n), already shifted, scaled and rotated, and gives values of shape (...,). Each has its
minimum, 0, at z = 0.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SCHWEFEL_OPTIMUM: Final = 420.9687462275036
_SCHWEFEL_VALUE: Final = 418.9828872724338
_KATSUURA_DIGITS: Final = 32
_WEIERSTRASS_TERMS: Final = 21


def sphere(z: Array) -> Any:
    """Sum of squares."""
    return (z * z).sum(axis=-1)


def bent_cigar(z: Array) -> Any:
    """A narrow ridge: all squares but the first weigh a million."""
    square = z * z
    return square[..., 0] + 1e6 * square[..., 1:].sum(axis=-1)


def discus(z: Array) -> Any:
    """One short axis: the first square weighs a million."""
    square = z * z
    return 1e6 * square[..., 0] + square[..., 1:].sum(axis=-1)


def elliptic(z: Array) -> Any:
    """Squares weighted from 1 to a million, evenly in the logarithm."""
    return (10.0 ** (6.0 * _ramp(z.shape[-1])) * z * z).sum(axis=-1)


def zakharov(z: Array) -> Any:
    """Sphere with a plate-shaped valley; the weight i is in the official code though not in the report."""
    s = (0.5 * _index(z.shape[-1]) * z).sum(axis=-1)
    return (z * z).sum(axis=-1) + s**2 + s**4


def rosenbrock(z: Array) -> Any:
    """A curved valley; constantly 0 on one coordinate."""
    v = z + 1.0
    a, b = v[..., :-1], v[..., 1:]
    return (100.0 * (a * a - b) ** 2 + (a - 1.0) ** 2).sum(axis=-1)


def rastrigin(z: Array) -> Any:
    """A sphere with regular ripples."""
    return (z * z - 10.0 * np.cos(2.0 * np.pi * z) + 10.0).sum(axis=-1)


def ackley(z: Array) -> Any:
    """Nearly flat and rippled outside, a steep funnel at the optimum."""
    slope = np.exp(-0.2 * np.sqrt((z * z).mean(axis=-1)))
    return 20.0 + np.e - 20.0 * slope - np.exp(np.cos(2.0 * np.pi * z).mean(axis=-1))


def griewank(z: Array) -> Any:
    """A sphere with ripples that couple the coordinates."""
    ripple = np.cos(z / np.sqrt(_index(z.shape[-1]))).prod(axis=-1)
    return 1.0 + (z * z).sum(axis=-1) / 4000.0 - ripple


def weierstrass(z: Array) -> Any:
    """Rough at every scale.

    Adding a half turns every cosine of the definition to its negative, and cos 2a = 1 - 2 sin^2 a: the same value,
    without the cancellation. Whole multiples of a whole number are whole, so that only the fraction of z counts.
    """
    turns = (z - np.rint(z))[..., np.newaxis] * 3.0 ** np.arange(_WEIERSTRASS_TERMS)
    turns -= np.rint(turns)
    return 2.0 * (np.sin(np.pi * turns) ** 2 @ 0.5 ** np.arange(_WEIERSTRASS_TERMS)).sum(axis=-1)


def schwefel(z: Array) -> Any:
    """Schwefel's function, modified so that leaving the box does not pay; the best valleys lie far apart."""
    n = z.shape[-1]
    v = z + _SCHWEFEL_OPTIMUM
    size = np.abs(v)
    excess = np.maximum(size - 500.0, 0.0)
    folded = np.copysign(np.where(size > 500.0, 500.0 - size % 500.0, size), v)
    terms = folded * np.sin(np.sqrt(np.abs(folded))) - excess**2 / (10000.0 * n)
    return _SCHWEFEL_VALUE * n - terms.sum(axis=-1)


def katsuura(z: Array) -> Any:
    """Continuous, nowhere differentiable in the limit."""
    n = z.shape[-1]
    powers = 2.0 ** np.arange(1, _KATSUURA_DIGITS + 1)
    scaled = z[..., np.newaxis] * powers
    # The distance to the nearest whole number is the same whichever way halves are rounded.
    rough = np.abs(scaled - np.rint(scaled)) @ (1.0 / powers)
    product = (1.0 + _index(n) * rough).prod(axis=-1)
    return 10.0 / n**2 * (product ** (10.0 / n**1.2) - 1.0)


def happycat(z: Array) -> Any:
    """A circular groove that falls slowly towards the optimum.

    With v = z - 1, r = sum v^2 and t = sum v of the definition, r - n = sum z (z - 2) and r/2 + t = (sum z^2 - n)/2.
    The definition's own form loses r - n near the optimum, and a fourth root makes 2e-4 of a lost 1e-15.
    """
    n = z.shape[-1]
    groove = np.abs((z * (z - 2.0)).sum(axis=-1))
    return np.sqrt(np.sqrt(groove)) + (z * z).sum(axis=-1) / (2.0 * n)


def hgbat(z: Array) -> Any:
    """As `happycat`, with two grooves: r^2 - t^2 = (r + t) (r - t) = sum z (z - 1) * sum (z - 1) (z - 2)."""
    v = z - 1.0
    grooves = np.abs((z * v).sum(axis=-1) * (v * (z - 2.0)).sum(axis=-1))
    return np.sqrt(grooves) + (z * z).sum(axis=-1) / (2.0 * z.shape[-1])


def expanded_schaffer_f6(z: Array) -> Any:
    """Schaffer's F6 over all neighbours, the last and the first included."""
    q = z * z + _next(z) ** 2
    return (0.5 + (np.sin(np.sqrt(q)) ** 2 - 0.5) / (1.0 + 0.001 * q) ** 2).sum(axis=-1)


def expanded_griewank_rosenbrock(z: Array) -> Any:
    """Griewank's ripples on Rosenbrock's valley over all neighbours, the last and the first included."""
    v = z + 1.0
    t = 100.0 * (v * v - _next(v)) ** 2 + (v - 1.0) ** 2
    return (t * t / 4000.0 - np.cos(t) + 1.0).sum(axis=-1)


def lunacek_bi_rastrigin(z: Array) -> Any:
    """Two funnels under ripples, without a rotation; `lunacek` is the general form."""
    u = 2.0 * z
    return lunacek(u, u)


def lunacek(u: Array, rotated: Array) -> Any:
    """Lunacek's bi-Rastrigin: the funnels stand on u, only the ripples see the rotated vector; needs n >= 2."""
    n = u.shape[-1]
    s, mu1 = lunacek_constants(n)
    second = n + s * ((u + (2.5 - mu1)) ** 2).sum(axis=-1)
    return np.minimum((u * u).sum(axis=-1), second) + 10.0 * (n - np.cos(2.0 * np.pi * rotated).sum(axis=-1))


def lunacek_constants(n: int) -> tuple[float, float]:
    """Return the weight s and the centre mu1 of the second funnel in n >= 2 dimensions."""
    s = 1.0 - 1.0 / (2.0 * float(np.sqrt(n + 20.0)) - 8.2)
    return s, -float(np.sqrt((2.5**2 - 1.0) / s))


def levy(z: Array) -> Any:
    """Waves of different kinds over a sphere; scaled as in the CEC 2022 code, where the optimum is at the shift."""
    w = 1.0 + z / 4.0
    d = (w - 1.0) ** 2
    inner = d[..., :-1] * (1.0 + 10.0 * np.sin(np.pi * w[..., :-1] + 1.0) ** 2)
    last = d[..., -1] * (1.0 + np.sin(2.0 * np.pi * w[..., -1]) ** 2)
    return np.sin(np.pi * w[..., 0]) ** 2 + inner.sum(axis=-1) + last


def schaffer_f7(z: Array) -> Any:
    """Schaffer's F7, with the square of the sine as in the code; needs n >= 2."""
    s = np.sqrt(z[..., :-1] ** 2 + z[..., 1:] ** 2)
    return ((np.sqrt(s) * (1.0 + np.sin(50.0 * s**0.2) ** 2)).sum(axis=-1) / (z.shape[-1] - 1)) ** 2


def sum_of_different_powers(z: Array) -> Any:
    """Flat along the last axes: the i-th coordinate is raised to the power i."""
    return (np.abs(z) ** _index(z.shape[-1])).sum(axis=-1)


def different_powers(z: Array) -> Any:
    """Powers from 2 to 6, and the root of their sum."""
    return np.sqrt((np.abs(z) ** (2.0 + 4.0 * _ramp(z.shape[-1]))).sum(axis=-1))


def step(z: Array) -> Any:
    """A sphere in steps; flat between them."""
    return (np.floor(z + 0.5) ** 2).sum(axis=-1)


def schwefel_2_22(z: Array) -> Any:
    """Sum and product of the absolute values."""
    size = np.abs(z)
    return size.sum(axis=-1) + size.prod(axis=-1)


def schwefel_1_2(z: Array) -> Any:
    """Squares of the partial sums."""
    return (np.cumsum(z, axis=-1) ** 2).sum(axis=-1)


def noncontinuous_rastrigin(z: Array) -> Any:
    """Rastrigin on coordinates that are rounded to halves away from the optimum."""
    return rastrigin(np.where(np.abs(z) <= 0.5, z, np.floor(2.0 * z + 0.5) / 2.0))


@cache
def _index(n: int) -> Array:
    """1, ..., n."""
    return _frozen(np.arange(1.0, n + 1.0, dtype=np.float64))


@cache
def _ramp(n: int) -> Array:
    """(i - 1) / (n - 1) for i = 1, ..., n; 0 on one coordinate."""
    return _frozen(np.arange(n, dtype=np.float64) / max(n - 1, 1))


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array


def _next(z: Array) -> Array:
    """z_2, ..., z_n, z_1."""
    return np.concatenate((z[..., 1:], z[..., :1]), axis=-1)
