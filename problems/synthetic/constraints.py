"""Draws the constraints of an instance so that its anchor is feasible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.synthetic.draws import Draws
from llamoco_bench.problems.synthetic.families import FAMILIES, Family, Parameters
from llamoco_bench.problems.synthetic.instance import Constraint, Instance
from llamoco_bench.problems.synthetic.rounding import Rounder, exponent

MAX_CONSTRAINTS: Final = 4
MAX_EQUALITIES: Final = 2
P_EQUALITY: Final = 0.3
P_ROTATED: Final = 0.5
P_CUT: Final = 0.6
"""Share of inequalities that cut off the shift where the anchor is another point."""

_EQUALITY_DIGITS: Final = 6
"""Decimals, relative to the divisor, to which an equality holds at the anchor."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """q of one constraint at the anchor, at the shift and at the sample, (51,)."""

    anchor: float
    shift: float
    sample: Array

    @property
    def spread(self) -> float:
        """Median distance from q at the anchor."""
        return float(np.sort(np.abs(self.sample - self.anchor))[len(self.sample) // 2])


def draw_constraints(draws: Draws, lower: Array, upper: Array, rotatable: bool) -> tuple[Constraint, ...]:
    """Draw families and parameters, inequalities first; bounds and divisors are left open (see `settle`)."""
    n = draws.integer(1, MAX_CONSTRAINTS)
    names = tuple(FAMILIES)
    chosen = [FAMILIES[names[i]] for i in draws.order(len(names))[:n]]
    wished = sum(draws.chance(P_EQUALITY) for _ in chosen)
    n_equality = min(wished, MAX_EQUALITIES, len(lower) - 1)
    return tuple(
        _draw(draws, family, (lower, upper), rotatable, i >= n - n_equality) for i, family in enumerate(chosen)
    )


def settle(instance: Instance, measured: list[Measured], draws: Draws, rounder: Rounder) -> tuple[Constraint, ...]:
    """Choose signs, bounds and divisors so that the anchor is feasible, and the shift where it should be."""
    settled: list[Constraint] = []
    for draft, values in zip(instance.constraints, measured, strict=True):
        place, cut, upwards = draws.uniform(), draws.chance(P_CUT), draws.chance(0.5)
        if draft.equality:
            settled.append(_equality(draft, values, rounder))
        elif instance.cuts_off_optimum and (cut or len(settled) + 1 == len(instance.constraints)):
            settled.append(_cutting(draft, values, place, rounder))
        else:
            settled.append(_passing(draft, values, place, upwards, rounder))
    return tuple(settled)


def _draw(draws: Draws, family: Family, box: tuple[Array, Array], rotatable: bool, equality: bool) -> Constraint:
    lower, upper = box
    dim = len(lower)
    rotated = family.centred and rotatable and draws.chance(P_ROTATED)
    centre = _frozen(lower + (upper - lower) * draws.uniforms(dim)) if family.centred else None
    return Constraint(family.name, equality, 1, 0.0, 1.0, rotated, centre, _draw_parameters(draws, family, dim))


def _draw_parameters(draws: Draws, family: Family, dim: int) -> Parameters:
    match family.needs:
        case "coefficients":
            low, high = (-20, 20) if family.name == "linear" else (1, 40)
            return Parameters(coefficients=_frozen(draws.integers(low, high, dim) / 10.0))
        case "radius":
            return Parameters(radius=float(draws.integer(10, 50 + dim)))
        case "chosen":
            return Parameters(chosen=tuple(sorted(draws.order(dim)[: draws.integer(2, min(3, dim))])))
    return Parameters()


def _equality(draft: Constraint, q: Measured, rounder: Rounder) -> Constraint:
    """Let q equal its value at the anchor, rounded where it does not matter."""
    spread = q.spread
    decimals = _EQUALITY_DIGITS - exponent(spread) if 0.0 < spread < np.inf else 0
    bound = rounder.decimals(q.anchor, decimals, spread)
    return _with_bound(draft, 1, bound, q, rounder)


def _cutting(draft: Constraint, q: Measured, place: float, rounder: Rounder) -> Constraint:
    """The bound lies between q at the anchor and q at the shift."""
    sign = 1 if q.shift > q.anchor else -1
    bound = q.anchor + (0.2 + 0.6 * place) * (q.shift - q.anchor)
    return _with_bound(draft, sign, _short(bound, abs(q.shift - q.anchor), rounder), q, rounder)


def _passing(draft: Constraint, q: Measured, place: float, upwards: bool, rounder: Rounder) -> Constraint:
    """The bound lies beyond q at the anchor and at the shift, by a part of the spread."""
    sign = 1 if upwards else -1
    limit = sign * max(sign * q.anchor, sign * q.shift)
    bound = limit + sign * (0.05 + 0.45 * place) * q.spread
    return _with_bound(draft, sign, _short(bound, q.spread, rounder), q, rounder)


def _short(bound: float, room: float, rounder: Rounder) -> float:
    """Round a bound to three digits of the room that it has."""
    return rounder.decimals(bound, 2 - exponent(room), room) if 0.0 < room < np.inf else bound


def _with_bound(draft: Constraint, sign: int, bound: float, q: Measured, rounder: Rounder) -> Constraint:
    distance = float(np.sort(np.abs(q.sample - bound))[len(q.sample) // 2])
    divisor = rounder.digits(distance, 3) or 1.0
    d = draft
    return Constraint(d.name, d.equality, sign, bound, divisor, d.rotated, d.centre, d.parameters)


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array
