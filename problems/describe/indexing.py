"""Indices of vectors: affine ones (``2*i - 1``), which have a known range, and computed ones."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from llamoco_bench.problems.describe.tree import Binary, Expression, Name, Negation, Number, Span


@dataclass(frozen=True, slots=True)
class Affine:
    """``slope*variable + offset``; a constant has no variable."""

    variable: str | None
    slope: int
    offset: int

    def at(self, value: int) -> int:
        """Return the index for a value of the variable."""
        return self.slope * value + self.offset


def affine(index: Expression, variables: Container[str]) -> Affine | None:
    """Return the form of an index that is affine in at most one of `variables`; None if it has to be computed."""
    match index:
        case Number(text) if text.isdecimal():
            return Affine(None, 0, int(text))
        case Name(variable) if variable in variables:
            return Affine(variable, 1, 0)
        case Negation(operand):
            inner = affine(operand, variables)
            return inner and Affine(inner.variable, -inner.slope, -inner.offset)
        case Binary("+" | "-" | "*" as operator, left, right):
            a, b = affine(left, variables), affine(right, variables)
            return _combine(operator, a, b) if a and b else None
    return None


def _combine(operator: str, a: Affine, b: Affine) -> Affine | None:
    if operator == "*":
        constant, other = (a, b) if a.variable is None else (b, a)
        if constant.variable is not None:
            return None
        return Affine(other.variable, constant.offset * other.slope, constant.offset * other.offset)
    if a.variable and b.variable and a.variable != b.variable:
        return None
    sign = 1 if operator == "+" else -1
    return Affine(a.variable or b.variable, a.slope + sign * b.slope, a.offset + sign * b.offset)


def extent(form: Affine, spans: Mapping[str, Span]) -> tuple[int, int]:
    """Return the smallest and largest value that an affine index takes."""
    if form.variable is None:
        return form.offset, form.offset
    span = spans[form.variable]
    ends = form.at(span.first), form.at(span.last)
    return min(ends), max(ends)
