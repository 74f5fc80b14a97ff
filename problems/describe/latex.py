"""Prints expressions and names as LaTeX: fractions, roots, indices, sums and cases."""

from __future__ import annotations

import re
from typing import Final

from llamoco_bench.problems.describe.functions import FUNCTIONS
from llamoco_bench.problems.describe.tree import (
    Binary,
    Call,
    Choice,
    Condition,
    Expression,
    Item,
    Name,
    Negation,
    Number,
    Relation,
    Span,
    Sum,
)

_GREEK: Final = frozenset(
    {
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu"),
        *("nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
        *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
    }
)
_RELATIONS: Final[dict[Relation, str]] = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "="}
_ANY, _TERM, _SIGNED, _FACTOR, _BASE = range(5)


def show(node: Expression, weakest: int = _ANY) -> str:
    """Print an expression, in parentheses if it binds weaker than `weakest`."""
    text = _show(node)
    return rf"\left({text}\right)" if _strength(node) < weakest else text


def name(identifier: str, index: str = "") -> str:
    r"""Print a name: what follows an underscore or a letter's digits is a subscript, as is the index of an element."""
    base, *subscripts = identifier.split("_")
    if numbered := re.fullmatch(r"([A-Za-z]+?)(\d+)", base):
        base, subscripts = numbered[1], [numbered[2], *subscripts]
    parts = [*map(_symbol, subscripts), *([index] if index else [])]
    return _symbol(base) + (f"_{{{','.join(parts)}}}" if parts else "")


def listing(elements: tuple[Expression, ...]) -> str:
    """Print a list."""
    return rf"\left({', '.join(map(show, elements))}\right)"


def indices(span: Span) -> str:
    """Print the values of an index: ``i = 1, \\dots, 4``."""
    return rf"{span.index} = {span.first}, \dots, {span.last}"


def _strength(node: Expression) -> int:
    match node:
        case Binary("+" | "-"):
            return _ANY
        case Sum() | Choice():
            return _TERM
        case Negation():
            return _SIGNED
        case Binary("*" | "/") | Call():
            return _FACTOR
        case Binary("^"):
            return _FACTOR
        case Number():
            return _FACTOR if "e" in node.text else _BASE
    return _BASE


def _show(node: Expression) -> str:
    match node:
        case Number(text):
            return _number(text)
        case Name(identifier):
            return name(identifier)
        case Item(vector, index):
            return name(vector, show(index))
        case Negation(operand):
            return f"-{_unsigned(show(operand, _FACTOR))}"
        case Binary():
            return _binary(node)
        case Call("mod", (left, right)):
            return rf"\left({show(left, _FACTOR)} \bmod {show(right, _FACTOR)}\right)"
        case Call("max", arguments):
            return FUNCTIONS["max"].latex.format(", ".join(map(show, arguments)))
        case Call(function, (argument,)):
            return FUNCTIONS[function].latex.format(show(argument))
        case Choice(condition, chosen, otherwise):
            first = rf"{show(chosen)} & \text{{if }} {_condition(condition)}"
            return rf"\begin{{cases}} {first}, \\ {show(otherwise)} & \text{{otherwise}} \end{{cases}}"
        case Sum(span, body):
            return rf"\sum_{{{span.index}={span.first}}}^{{{span.last}}} {_unsigned(show(body, _FACTOR))}"
    raise AssertionError(node)


def _binary(node: Binary) -> str:
    left, right = node.left, node.right
    match node.operator:
        case "+" | "-":
            return f"{show(left)} {node.operator} {_unsigned(show(right, _TERM))}"
        case "*":
            return _product(show(left, _SIGNED), _unsigned(show(right, _FACTOR)))
        case "/":
            return rf"\frac{{{show(left)}}}{{{show(right)}}}"
        case "^":
            return f"{show(left, _BASE)}^{{{show(right)}}}"


def _unsigned(text: str) -> str:
    return rf"\left({text}\right)" if text.startswith("-") else text


def _product(first: str, second: str) -> str:
    # Numbers side by side would read as one number, or as a mixed fraction.
    return rf"{first} \cdot {second}" if second.removeprefix(r"\frac{")[0].isdigit() else f"{first} {second}"


def _condition(condition: Condition) -> str:
    return f"{show(condition.left)} {_RELATIONS[condition.relation]} {show(condition.right)}"


def _number(text: str) -> str:
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \times {power}"


def _symbol(word: str) -> str:
    if word in _GREEK:
        return f"\\{word}"
    return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"
