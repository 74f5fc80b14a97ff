"""What the texts of an instance say, in whichever language: formulas of its objective, constraints and coordinates."""

from __future__ import annotations

from dataclasses import dataclass

from llamoco_bench.problems.basic.formula import (
    Definition,
    Element,
    Formula,
    Index,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    Total,
    in_dimension,
)
from llamoco_bench.problems.basic.formulas import FORMULAS
from llamoco_bench.problems.problem import Array
from llamoco_bench.problems.synthetic.family_formulas import family_formula
from llamoco_bench.problems.synthetic.instance import Constraint, Instance, Part

LUNACEK = "lunacek_bi_rastrigin"


@dataclass(frozen=True, slots=True, eq=False)
class ToldPart:
    """One base function in a text.

    Attributes
    ----------
    number: from 1.
    part: what is told.
    formula: its value, in z.
    places: 0-based coordinates of y that it sees, or None for all.
    """

    number: int
    part: Part
    formula: Formula
    places: tuple[int, ...] | None

    @property
    def stands_on_x(self) -> bool:
        """Whether it needs the vector before the rotation, as Lunacek's function in a composition does."""
        return self.part.name == LUNACEK and self.places is None


@dataclass(frozen=True, slots=True, eq=False)
class ToldConstraint:
    """One constraint in a text.

    Attributes
    ----------
    number: from 1, over inequalities and equalities together; its arrays carry it.
    constraint: what is told.
    formula: q, in p.
    """

    number: int
    constraint: Constraint
    formula: Formula

    @property
    def centre(self) -> str:
        """Name of its centre."""
        return f"c{self.number}"

    @property
    def coefficients(self) -> str:
        """Name of its coefficients."""
        return f"a{self.number}"


def told_parts(instance: Instance) -> list[ToldPart]:
    """Return the base functions in order."""
    told, start = [], 0
    for number, part in enumerate(instance.parts, 1):
        places = None if instance.order is None else instance.order[start : start + part.length]
        told.append(ToldPart(number, part, in_dimension(FORMULAS[part.name], part.length), places))
        start += part.length
    return told


def told_constraints(instance: Instance) -> list[ToldConstraint]:
    """Return the constraints in order, inequalities first."""
    return [ToldConstraint(n, c, _formula(c, instance.dim)) for n, c in enumerate(instance.constraints, 1)]


def objective_formula(instance: Instance) -> Node:
    """Return the weighted sum of the values f_1, f_2, ..."""
    terms = [_share(part, Name(f"f_{number}")) for number, part in enumerate(instance.parts, 1)]
    return terms[0] if len(terms) == 1 else Sum(tuple((1, term) for term in terms))


def constraint_formula(constraint: Constraint, q: Node) -> Node:
    """Return what must be at most 0, or 0: the distance of q from its bound."""
    sign, bound = constraint.sign, constraint.bound
    limit = (-sign if bound >= 0.0 else sign, Number(abs(bound)))
    difference = ((sign, q), limit) if sign > 0 else (limit, (sign, q))
    return Quotient(Sum(difference if bound else ((sign, q),)), Number(constraint.divisor))


def turned(name: str, less: str, rotated: bool, dim: int) -> Definition:
    """Define ``name[i]`` as x - less, or as its product with M."""
    if not rotated:
        return Definition(name, _difference(less, Index("i")), is_vector=True)
    product = Product((Element("M", Index("i"), Index("j")), _difference(less, Index("j"))))
    return Definition(name, Total("sum", "j", 1, Number(dim), product, True), is_vector=True)


def given_arrays(instance: Instance) -> dict[str, Array]:
    """Return the arrays that texts name but do not list."""
    arrays = {"o": instance.shift}
    if instance.rotation is not None:
        arrays["M"] = instance.rotation
    for told in told_constraints(instance):
        if told.constraint.centre is not None:
            arrays[told.centre] = told.constraint.centre
        if told.constraint.parameters.coefficients.size:
            arrays[told.coefficients] = told.constraint.parameters.coefficients
    return arrays


def _share(part: Part, value: Node) -> Node:
    weighted = value if part.weight == 1.0 else Product((Number(part.weight), value))
    return Quotient(weighted, Number(part.divisor))


def _difference(less: str, index: Index) -> Node:
    return Sum(((1, Element("x", index)), (-1, Element(less, index))))


def _formula(c: Constraint, dim: int) -> Formula:
    parameters = c.parameters
    return in_dimension(Formula(family_formula(c.name, Number(parameters.radius), parameters.chosen)), dim)
