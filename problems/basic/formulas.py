"""The base functions as formulas in z, with z = 0 as the optimum; LaTeX and Python texts are printed from these."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.basic.formula import (
    Choice,
    Definition,
    Formula,
    Least,
    Mod,
    Name,
    Node,
    Number,
    Vector,
    absolute,
    around,
    cos,
    e,
    exp,
    floor,
    i,
    k,
    n,
    number_i,
    partial_sum,
    pi,
    product,
    series,
    sgn,
    sin,
    sqrt,
    total,
)

_z, _u, _v, _w, _s, _t = (Vector(name) for name in "zuvwst")
_HALF: Final = Number(0.5)


def _vector(name: str, value: Node) -> Definition:
    return Definition(name, value, is_vector=True)


def _squares(vector: Vector = _z) -> Node:
    return total(vector[i] ** 2)


def _rastrigin(vector: Vector) -> Node:
    return total(vector[i] ** 2 - 10 * cos(2 * pi * vector[i]) + 10)


def _zakharov() -> Formula:
    s = Name("s")
    return Formula(_squares() + s**2 + s**4, (Definition("s", total(0.5 * number_i * _z[i])),))


def _schwefel() -> Formula:
    rest = 500 - Mod(absolute(_v[i]), 500)
    outside = sgn(_v[i]) * _w[i] * sin(sqrt(_w[i])) - (absolute(_v[i]) - 500) ** 2 / (10000 * n)
    inside = _v[i] * sin(sqrt(absolute(_v[i])))
    terms = Choice(absolute(_v[i]), Number(500), inside, outside)
    definitions = _vector("v", _z[i] + 420.9687462275036), _vector("w", rest), _vector("h", terms)
    return Formula(418.9828872724338 * n - total(Vector("h")[i]), definitions)


def _katsuura() -> Formula:
    rough = series(absolute(2**k * _z[i] - floor(2**k * _z[i] + _HALF)) / 2**k, 1, 32)
    power = product(1 + number_i * rough) ** (10 / n**1.2)
    return Formula(10 / n**2 * (power - 1))


def _cat(groove: Node) -> Formula:
    r, t = Name("r"), Name("t")
    sums = _vector("v", _z[i] - 1), Definition("r", total(_v[i] ** 2)), Definition("t", total(_v[i]))
    return Formula(groove + (0.5 * r + t) / n + _HALF, sums)


def _lunacek() -> Formula:
    s, mu = Name("s"), Name("mu")
    second = n + s * total((_u[i] + 2.5 - mu) ** 2)
    ripples = 10 * (n - total(cos(2 * pi * _z[i])))
    weight = 1 - 1 / (2 * sqrt(n + 20) - 8.2)
    return Formula(
        Least(_squares(_u), second) + ripples,
        (Definition("s", weight), Definition("mu", -sqrt(Number(5.25) / s))),
    )


def _levy() -> Formula:
    inner = total((_w[i] - 1) ** 2 * (1 + 10 * sin(pi * _w[i] + 1) ** 2), n - 1)
    last = Vector("w")[n]
    value = sin(pi * _w[1]) ** 2 + inner + (last - 1) ** 2 * (1 + sin(2 * pi * last) ** 2)
    return Formula(value, (_vector("w", 1 + _z[i] / 4),))


def _griewank_rosenbrock() -> Formula:
    valley = 100 * (_v[i] ** 2 - _v[around]) ** 2 + (_v[i] - 1) ** 2
    return Formula(total(_t[i] ** 2 / 4000 - cos(_t[i]) + 1), (_vector("v", _z[i] + 1), _vector("t", valley)))


def _schaffer_f6() -> Formula:
    r = Vector("r")
    term = 0.5 + (sin(sqrt(r[i])) ** 2 - 0.5) / (1 + 0.001 * r[i]) ** 2
    return Formula(total(term), (_vector("r", _z[i] ** 2 + _z[around] ** 2),))


def _schaffer_f7() -> Formula:
    s = sqrt(_z[i] ** 2 + _z[i + 1] ** 2)
    term = sqrt(s) * (1 + sin(50 * s**0.2) ** 2)
    return Formula((total(term, n - 1) / (n - 1)) ** 2)


def _weierstrass() -> Formula:
    rough = series(0.5**k * cos(2 * pi * 3**k * (_z[i] + _HALF)), 0, 20)
    return Formula(total(rough) - n * series(0.5**k * cos(pi * 3**k), 0, 20))


_ROSENBROCK: Final = total(100 * (_v[i] ** 2 - _v[i + 1]) ** 2 + (_v[i] - 1) ** 2, n - 1)
_ACKLEY: Final = 20 + e - 20 * exp(-(0.2 * sqrt(_squares() / n))) - exp(total(cos(2 * pi * _z[i])) / n)
_STEPS: Final = Choice(absolute(_z[i]), _HALF, _z[i], floor(2 * _z[i] + _HALF) / 2)
_R, _T = Name("r"), Name("t")

FORMULAS: Final = MappingProxyType(
    {
        "sphere": Formula(_squares()),
        "bent_cigar": Formula(_z[1] ** 2 + 1e6 * total(_z[i] ** 2, first=2)),
        "discus": Formula(1e6 * _z[1] ** 2 + total(_z[i] ** 2, first=2)),
        "elliptic": Formula(total(10 ** (6 * (number_i - 1) / (n - 1)) * _z[i] ** 2)),
        "zakharov": _zakharov(),
        "rosenbrock": Formula(_ROSENBROCK, (_vector("v", _z[i] + 1),)),
        "rastrigin": Formula(_rastrigin(_z)),
        "ackley": Formula(_ACKLEY),
        "griewank": Formula(1 + _squares() / 4000 - product(cos(_z[i] / sqrt(number_i)))),
        "weierstrass": _weierstrass(),
        "schwefel": _schwefel(),
        "katsuura": _katsuura(),
        "happycat": _cat(absolute(_R - n) ** 0.25),
        "hgbat": _cat(absolute(_R**2 - _T**2) ** 0.5),
        "expanded_schaffer_f6": _schaffer_f6(),
        "expanded_griewank_rosenbrock": _griewank_rosenbrock(),
        "lunacek_bi_rastrigin": _lunacek(),
        "levy": _levy(),
        "schaffer_f7": _schaffer_f7(),
        "sum_of_different_powers": Formula(total(absolute(_z[i]) ** number_i)),
        "different_powers": Formula(sqrt(total(absolute(_z[i]) ** (2 + 4 * (number_i - 1) / (n - 1))))),
        "step": Formula(total(floor(_z[i] + _HALF) ** 2)),
        "schwefel_2_22": Formula(total(absolute(_z[i])) + product(absolute(_z[i]))),
        "schwefel_1_2": Formula(total(partial_sum(_z) ** 2)),
        "noncontinuous_rastrigin": Formula(_rastrigin(_v), (_vector("v", _STEPS),)),
    }
)
"""By name of the base function. Lunacek's also stands on u, the vector before the rotation."""
