"""What a synthetic problem consists of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.basic import BASIC_FUNCTIONS, BasicFunction
from llamoco_bench.problems.synthetic.families import FAMILIES, Family, Parameters

Array = NDArray[np.float64]

VERSION: Final = 1
"""Raised whenever an id comes to mean another problem."""

_BUDGETS: Final = ((10, 10_000), (30, 20_000))
_LARGEST_BUDGET: Final = 40_000


@dataclass(frozen=True, slots=True)
class Part:
    """A base function with its share in the objective: weight * g / divisor.

    Attributes
    ----------
    name: of the base function.
    weight: in (0, 1] in a composition of several functions, else 1.
    divisor: median of the unweighted value over random points of the box, to three digits, so that no part swamps
        the sum.
    length: number of coordinates that it sees.
    """

    name: str
    weight: float
    divisor: float
    length: int

    @property
    def function(self) -> BasicFunction:
        """The base function."""
        return BASIC_FUNCTIONS[self.name]


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """``sign * (q(t) - bound) / divisor`` with t = x - centre, or t = M (x - centre): <= 0, or = 0 for an equality.

    Attributes
    ----------
    name: of the family.
    equality: whether the value must be 0 rather than at most 0.
    sign: -1 where q must be at least the bound, else 1.
    bound: of q; decimal, so that texts can state it exactly.
    divisor: median of the distance of q from the bound over random points of the box, to three digits.
    rotated: whether t is rotated.
    centre: (dim,) or None.
    parameters: of the family.
    """

    name: str
    equality: bool
    sign: int
    bound: float
    divisor: float
    rotated: bool
    centre: Array | None
    parameters: Parameters

    @property
    def family(self) -> Family:
        """The family."""
        return FAMILIES[self.name]


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """A synthetic problem.

    Composition: the sum over all parts of weight * g(M (c (x - shift))) / divisor, every part on all coordinates.
    Hybrid: the coordinates of M (x - shift) are reordered and cut into segments, one for each part; the first part sees
    the coordinates ``order[:length]``, the next one those that follow.

    Without constraints the minimum is 0, at `shift`.

    Attributes
    ----------
    id: ``"synthetic/u0000"``.
    kind: ``"composition"``, also for a single base function, or ``"hybrid"``.
    lower, upper, shift: (dim,).
    rotation: (dim, dim), orthogonal, or None.
    order: permutation of the coordinates of a hybrid, else None.
    parts: base functions, in order.
    constraints: inequalities first.
    anchor: (dim,), a feasible point by construction; the shift where that is feasible.
    """

    id: str
    kind: Literal["composition", "hybrid"]
    lower: Array
    upper: Array
    shift: Array
    rotation: Array | None
    order: tuple[int, ...] | None
    parts: tuple[Part, ...]
    constraints: tuple[Constraint, ...]
    anchor: Array

    @property
    def dim(self) -> int:
        """Number of decision variables."""
        return len(self.lower)

    @property
    def inequalities(self) -> tuple[Constraint, ...]:
        """The inequality constraints."""
        return tuple(c for c in self.constraints if not c.equality)

    @property
    def equalities(self) -> tuple[Constraint, ...]:
        """The equality constraints."""
        return tuple(c for c in self.constraints if c.equality)

    @property
    def budget(self) -> int:
        """Function evaluations that a program may spend: 10,000 to 10 variables, 20,000 to 30, then 40,000."""
        return next((budget for dim, budget in _BUDGETS if self.dim <= dim), _LARGEST_BUDGET)

    @property
    def cuts_off_optimum(self) -> bool:
        """Whether some constraint is violated at the shift, so that the best feasible value is not the known 0."""
        return self.anchor is not self.shift

    def definition(self) -> str:
        """Everything that fixes the values, as text; arrays by their SHA-256."""
        head = f"synthetic {VERSION} {self.id} {self.kind} {_digest(self.shift)} {_digest(self.rotation)} {self.order}"
        parts = [f"{p.name} {p.weight!r} {p.divisor!r} {p.length}" for p in self.parts]
        return "\n".join([head, *parts, *map(_describe, self.constraints)])


def _describe(c: Constraint) -> str:
    p = c.parameters
    return (
        f"{c.name} {c.equality} {c.sign} {c.bound!r} {c.divisor!r} {c.rotated} "
        f"{_digest(c.centre)} {_digest(p.coefficients)} {p.radius!r} {p.chosen}"
    )


def _digest(array: Array | None) -> str:
    if array is None or not array.size:
        return "-"
    return hashlib.sha256(np.ascontiguousarray(array, dtype="<f8").tobytes()).hexdigest()[:32]
