"""Rewrites formulas by the laws of algebra; values stay the same up to rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.basic.formula import (
    Definition,
    Formula,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    Total,
    factors,
    rebuilt,
    terms,
)

Law = Callable[[Node], Node]


def unchanged(node: Node) -> Node:
    """Leave a formula as it is written."""
    return node


def commuted(node: Node) -> Node:
    """Write terms and factors in reverse order, numbers in front; take longer sums together from the right."""
    match rebuilt(node, commuted):
        case Sum(parts) if len(parts) > 1:
            return _from_the_right([(sign, term) for sign, term in reversed(parts)])
        case Product(parts):
            numbers = [part for part in parts if isinstance(part, Number)]
            others = [part for part in reversed(parts) if not isinstance(part, Number)]
            return Product((*numbers, *others))
        case other:
            return other


def distributed(node: Node) -> Node:
    """Multiply, divide and sum term by term."""
    match rebuilt(node, distributed):
        case Product(parts) if len(sums := [part for part in parts if _is_sum(part)]) == 1:
            rest = tuple(part for part in parts if part is not sums[0])
            return _sum((sign, distributed(_product(rest, term))) for sign, term in terms(sums[0]))
        case Quotient(Sum(parts), bottom):
            return _sum((sign, Quotient(term, bottom)) for sign, term in parts)
        case Total("sum", body=Sum(parts)) as whole:
            return _sum((sign, _total(whole, term)) for sign, term in parts)
        case Sum(parts):
            return _sum(parts)
        case other:
            return other


LAWS: Final[Mapping[str, Law]] = MappingProxyType(
    {"plain": unchanged, "commuted": commuted, "distributed": distributed}
)
"""The forms in which a formula is told in LaTeX: as it is written; by the commutative and associative laws; by the
distributive law."""


def rewrite(formula: Formula, law: Law) -> Formula:
    """Apply a law to a value and all that it stands on."""
    definitions = (Definition(d.name, law(d.value), d.is_vector) for d in formula.definitions)
    return Formula(law(formula.value), tuple(definitions))


def _from_the_right(parts: list[tuple[int, Node]]) -> Node:
    """Write a + b + c as a + (b + c)."""
    inner = Sum(tuple(parts[-2:]))
    for term in reversed(parts[:-2]):
        inner = Sum((term, (1, inner)))
    return inner


def _is_sum(node: Node) -> bool:
    return isinstance(node, Sum) and len(node.terms) > 1


def _sum(parts: Iterable[tuple[int, Node]]) -> Node:
    """Join terms, those of inner sums among them."""
    flat = [(sign * inner, term) for sign, part in parts for inner, term in terms(part)]
    return flat[0][1] if len(flat) == 1 and flat[0][0] == 1 else Sum(tuple(flat))


def _product(rest: tuple[Node, ...], term: Node) -> Node:
    whole = rest if term == Number(1) else (*rest, *factors(term))
    return whole[0] if len(whole) == 1 else Product(whole)


def _total(whole: Total, term: Node) -> Node:
    """Add up one term; a number is multiplied by how often it is added."""
    if whole.over_elements and isinstance(term, Number) and isinstance(whole.last, Number):
        return Number(term.value * (whole.last.value - whole.first + 1))
    return replace(whole, body=term)
