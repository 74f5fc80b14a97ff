"""Draws the instances.

An instance is fixed by its suite, its index and the number of the attempt: the first attempt, unless quality control
refused it (`quality`). The stream of random numbers depends on nothing else, so that instances are the same in any
order and on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.synthetic.compiled import evaluator_of
from llamoco_bench.problems.synthetic.constraints import Measured, draw_constraints, settle
from llamoco_bench.problems.synthetic.draws import Draws
from llamoco_bench.problems.synthetic.instance import Constraint, Instance, Part
from llamoco_bench.problems.synthetic.reference import ReferenceEvaluator
from llamoco_bench.problems.synthetic.rotation import draw_rotation
from llamoco_bench.problems.synthetic.rounding import Rounder

Suite = Literal["u", "c"]
"""First letter of a name: unconstrained or constrained."""

SEED: Final = 20240301131
N_SAMPLE: Final = 51
"""Random points of the box over which medians are taken; odd, so that a median is one of the values."""

MAX_DIM: Final = 50
MAX_PARTS: Final = 5
P_ROTATED: Final = 0.6
P_HYBRID: Final = 0.5
P_CUT_OFF: Final = 2 / 3
"""Share of constrained instances in which the constraints cut off the unconstrained optimum."""

_SMALLEST_SEGMENT: Final = 2
_ROOM: Final = 0.1
"""Share of the width of the box that shifts and anchors keep from its sides."""


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """An instance and what quality control wants to know of it.

    Attributes
    ----------
    instance: the instance.
    sample: (51, dim), random points of the box.
    doubtful: some number was rounded so close to a tie that last bits could decide.
    """

    instance: Instance
    sample: Array
    doubtful: bool


def generate(suite: Suite, index: int, attempt: int = 0) -> Generated:
    """Draw instance number `index` of the unconstrained (``"u"``) or constrained (``"c"``) problems."""
    draws = Draws(SEED, "uc".index(suite), index, attempt)
    rounder = Rounder()
    dim = draws.integer(2, MAX_DIM)
    n_parts = draws.integer(1, MAX_PARTS)
    hybrid = draws.chance(P_HYBRID) and 2 <= n_parts <= dim // _SMALLEST_SEGMENT
    lower, upper = _draw_bounds(draws, dim)
    shift = _draw_inner_point(draws, lower, upper)
    rotation = _frozen(draw_rotation(draws, dim)) if draws.chance(P_ROTATED) else None
    order = draws.order(dim) if hybrid else None
    parts = _draw_parts(draws, dim, n_parts, hybrid)
    sample = lower + (upper - lower) * draws.uniforms(N_SAMPLE, dim)
    anchor = shift
    constraints: tuple[Constraint, ...] = ()
    if suite == "c":
        anchor = _draw_inner_point(draws, lower, upper) if draws.chance(P_CUT_OFF) else shift
        constraints = draw_constraints(draws, lower, upper, rotation is not None)
    kind: Literal["hybrid", "composition"] = "hybrid" if hybrid else "composition"
    name = f"synthetic/{suite}{index:04d}"
    draft = Instance(name, kind, lower, upper, shift, rotation, order, parts, constraints, anchor)
    return Generated(_settled(draft, sample, draws, rounder), sample, rounder.doubtful)


def _draw_bounds(draws: Draws, dim: int) -> tuple[Array, Array]:
    """Half of the boxes are [-100, 100]^dim, a quarter one interval in all coordinates, a quarter any box."""
    style = draws.integer(0, 3)
    if style == 3:
        return _frozen(draws.integers(-100, -40, dim)), _frozen(draws.integers(40, 100, dim))
    low, high = (draws.integer(-100, -40), draws.integer(40, 100)) if style == 2 else (-100, 100)
    return _frozen(np.full(dim, float(low))), _frozen(np.full(dim, float(high)))


def _draw_inner_point(draws: Draws, lower: Array, upper: Array) -> Array:
    place = _ROOM + (1.0 - 2.0 * _ROOM) * draws.uniforms(len(lower))
    return _frozen(lower + (upper - lower) * place)


def _draw_parts(draws: Draws, dim: int, n: int, hybrid: bool) -> tuple[Part, ...]:
    names = tuple(BASIC_FUNCTIONS)
    chosen = [names[i] for i in draws.order(len(names))[:n]]
    weights = [draws.integer(1, 100) / 100.0 if n > 1 and not hybrid else 1.0 for _ in chosen]
    lengths = _draw_lengths(draws, dim, n) if hybrid else [dim] * n
    return tuple(Part(*fields) for fields in zip(chosen, weights, [1.0] * n, lengths, strict=True))


def _draw_lengths(draws: Draws, dim: int, n: int) -> list[int]:
    """Cut the coordinates into n segments at random places."""
    spare = dim - _SMALLEST_SEGMENT * n
    cuts = [0, *sorted(draws.integer(0, spare) for _ in range(n - 1)), spare]
    return [_SMALLEST_SEGMENT + after - before for before, after in pairwise(cuts)]


def _settled(draft: Instance, sample: Array, draws: Draws, rounder: Rounder) -> Instance:
    """Choose divisors and bounds from values at the sample, the shift and the anchor."""
    points = np.empty((2 + N_SAMPLE, draft.dim))
    points[0], points[1], points[2:] = draft.anchor, draft.shift, sample
    values, quantities = _measure(draft, points)
    medians = np.sort(values[2:], axis=0)[N_SAMPLE // 2].tolist()
    parts = tuple(
        Part(part.name, part.weight, _usable(rounder.digits(median, 3)), part.length)
        for part, median in zip(draft.parts, medians, strict=True)
    )
    measured = [Measured(float(q[0]), float(q[1]), q[2:]) for q in quantities.T]
    d, constraints = draft, settle(draft, measured, draws, rounder)
    return Instance(d.id, d.kind, d.lower, d.upper, d.shift, d.rotation, d.order, parts, constraints, d.anchor)


def _measure(draft: Instance, points: Array) -> tuple[Array, Array]:
    """Return the unweighted values of the parts, (n, parts), and q of the constraints, (n, constraints)."""
    evaluator = evaluator_of(draft)
    if isinstance(evaluator, ReferenceEvaluator):
        values = evaluator.parts(points)
    else:
        values = np.empty((len(points), len(draft.parts)))
        evaluator.parts_into(points, values)
    if not draft.constraints:
        return values, np.empty((len(points), 0))
    return values, np.hstack((evaluator.inequality(points), evaluator.equality(points)))


def _usable(divisor: float) -> float:
    """Keep a divisor that is no good for quality control to find."""
    return divisor if divisor > 0.0 else 1.0


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array
