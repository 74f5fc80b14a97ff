"""Rewrites expressions by the laws of algebra; the values stay the same up to rounding."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce

from llamoco_bench.problems.describe.tree import Binary, Call, Choice, Expression, Item, Name, Negation, Number, Sum


def commuted(node: Expression) -> Expression:
    """Write the terms of sums and the factors of products in reverse order; a number stays in front."""
    match node:
        case Binary("+" | "-"):
            return _added([(sign, commuted(term)) for sign, term in _terms(node)][::-1])
        case Binary("*"):
            return _multiplied([commuted(factor) for factor in _factors(node)][::-1])
    return _within(node, commuted)


def distributed(node: Expression) -> Expression:
    """Multiply plain factors into sums."""
    match _within(node, distributed):
        case Binary("*", Binary("+" | "-") as terms, factor) if _is_plain(factor):
            return _added([(sign, _multiplied([*_factors(term), factor])) for sign, term in _terms(terms)])
        case Binary("*", factor, Binary("+" | "-") as terms) if _is_plain(factor):
            return _added([(sign, _multiplied([*_factors(factor), term])) for sign, term in _terms(terms)])
        case Binary("+", left, Binary("+" | "-") as right):
            return _added([("+", left), *_terms(right)])
        case other:
            return other


def _terms(node: Expression) -> list[tuple[str, Expression]]:
    match node:
        case Binary("+" | "-" as sign, left, right):
            return [*_terms(left), (sign, right)]
        case Negation(operand):
            return [("-", operand)]
    return [("+", node)]


def _added(terms: list[tuple[str, Expression]]) -> Expression:
    (sign, first), *others = terms
    start: Expression = Negation(first) if sign == "-" else first
    return reduce(lambda total, term: Binary("+" if term[0] == "+" else "-", total, term[1]), others, start)


def _factors(node: Expression) -> list[Expression]:
    match node:
        case Binary("*", left, right):
            return [*_factors(left), *_factors(right)]
    return [node]


def _multiplied(factors: list[Expression]) -> Expression:
    """Multiply in the order given, plain numbers first."""
    return reduce(partial(Binary, "*"), sorted(factors, key=lambda factor: not isinstance(factor, Number)))


def _is_plain(node: Expression) -> bool:
    return all(isinstance(factor, Number | Name | Item) for factor in _factors(node))


def _within(node: Expression, rewrite: Callable[[Expression], Expression]) -> Expression:
    """Rewrite the parts of a node; indices and conditions stay as they are."""
    match node:
        case Negation(operand):
            return Negation(rewrite(operand))
        case Binary(operator, left, right):
            return Binary(operator, rewrite(left), rewrite(right))
        case Call(function, arguments):
            return Call(function, tuple(map(rewrite, arguments)))
        case Choice(condition, chosen, otherwise):
            return Choice(condition, rewrite(chosen), rewrite(otherwise))
        case Sum(span, body):
            return Sum(span, rewrite(body))
    return node
