"""LaTeX texts of a definition: the whole problem, line by line, in forms that differ by the laws of algebra."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.describe import latex
from llamoco_bench.problems.describe.algebra import commuted, distributed
from llamoco_bench.problems.describe.program import Program
from llamoco_bench.problems.describe.tree import Expression, Family, Listing, Output, Quantity, Scalar

Rewrite = Callable[[Expression], Expression]

FORMS: Final[Mapping[str, Rewrite]] = MappingProxyType(
    {"plain": lambda expression: expression, "commuted": commuted, "distributed": distributed}
)
"""How each form rewrites the expressions of the definition."""


def statement(program: Program, form: str) -> str:
    """Return the problem as a displayed formula; bounds are not part of it."""
    rewrite = FORMS[form]
    objective = program.outputs("f")[0]
    lines = [rf"\min_{{x \in \mathbb{{R}}^{{{program.dim}}}}} \quad & f(x) = {latex.show(rewrite(objective.value))}"]
    lines += _labelled("subject to", _constraints(program, rewrite))
    lines += _labelled("where", (_quantity(quantity, rewrite) for quantity in program.needed(program.all_outputs)))
    return "\n".join([r"\[", r"\begin{aligned}", ", \\\\\n".join(lines), r"\end{aligned}", r"\]"])


def _labelled(label: str, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield rf"\text{{{label}}} \quad & {line}" if number == 0 else f"& {line}"


def _constraints(program: Program, rewrite: Rewrite) -> Iterator[str]:
    for kind, relation in (("g", r"\le 0"), ("h", "= 0")):
        for output in program.outputs(kind):
            yield f"{_constraint_name(output)} = {latex.show(rewrite(output.value))} {relation}{_range(output)}"


def _constraint_name(output: Output) -> str:
    return f"{latex.name(output.kind, latex.show(output.index))}(x)"


def _quantity(quantity: Quantity, rewrite: Rewrite) -> str:
    match quantity:
        case Scalar(name, value):
            return f"{latex.name(name)} = {latex.show(rewrite(value))}"
        case Listing(name, elements):
            return f"{latex.name(name)} = {latex.listing(tuple(map(rewrite, elements)))}"
        case Family(name, span, value):
            left = latex.name(name, span.index)
            return f"{left} = {latex.show(rewrite(value))}{_range(quantity)}"


def _range(repeated: Output | Family) -> str:
    return rf", \quad {latex.indices(repeated.span)}" if repeated.span else ""
