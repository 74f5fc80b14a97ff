"""The LaTeX texts of an instance: everything as one displayed formula, in forms that differ by the laws of algebra."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from llamoco_bench.problems.basic.formula import (
    Choice,
    Definition,
    Element,
    Index,
    Node,
    Number,
    Product,
    Sum,
    Total,
)
from llamoco_bench.problems.basic.latex import LatexPrinter
from llamoco_bench.problems.basic.laws import LAWS, Law, rewrite
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.telling import (
    LUNACEK,
    ToldConstraint,
    ToldPart,
    constraint_formula,
    objective_formula,
    told_constraints,
    told_parts,
    turned,
)

FORMS: Final = tuple(LAWS)
"""Names of the forms."""


def latex_text(instance: Instance, form: str) -> str:
    """Return the problem in a form, as a displayed formula; bounds are not part of it."""
    writer = _Writer(instance, LAWS[form])
    objective = writer.printer("").show(writer.law(objective_formula(instance)))
    lines = [rf"\min_{{x \in \mathbb{{R}}^{{{instance.dim}}}}} \quad & f(x) = {objective}"]
    lines += _labelled("subject to", writer.constraints())
    lines += _labelled("where", writer.definitions())
    return "\n".join([r"\[", r"\begin{aligned}", ", \\\\\n".join(lines), r"\end{aligned}", r"\]"])


def _labelled(label: str, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield rf"\text{{{label}}} \quad & {line}" if number == 0 else f"& {line}"


class _Writer:
    """Writes the lines of one instance in one form."""

    def __init__(self, instance: Instance, law: Law) -> None:
        self.instance = instance
        self.law = law

    def printer(self, number: str, dim: int | None = None) -> LatexPrinter:
        return LatexPrinter(number, self.instance.dim if dim is None else dim)

    def constraints(self) -> Iterator[str]:
        rows = {False: 0, True: 0}
        for told in told_constraints(self.instance):
            c = told.constraint
            rows[c.equality] += 1
            name, relation = ("h", "= 0") if c.equality else ("g", r"\le 0")
            value = self.law(constraint_formula(c, told.formula.value))
            yield f"{name}_{{{rows[c.equality]}}}(x) = {self._constraint_printer(told).show(value)} {relation}"

    def definitions(self) -> Iterator[str]:
        told_all = told_parts(self.instance)
        for told in told_all:
            yield from self._part(told)
        if not all(told.stands_on_x for told in told_all):
            yield self._vector(self.printer(""), turned("y", "o", self._rotated, self.instance.dim))
        for constrained in told_constraints(self.instance):
            yield from self._point(constrained)

    @property
    def _rotated(self) -> bool:
        return self.instance.rotation is not None

    def _constraint_printer(self, told: ToldConstraint) -> LatexPrinter:
        called = {"p": "x"} if told.constraint.centre is None else {}
        return LatexPrinter(str(told.number), self.instance.dim, called)

    def _part(self, told: ToldPart) -> Iterator[str]:
        printer = self.printer(str(told.number), told.part.length)
        formula = rewrite(told.formula, self.law)
        yield f"{printer.name('f')} = {printer.show(formula.value)}"
        for definition in reversed(formula.definitions):
            yield self._line(printer, definition)
        yield from self._coordinates(told, printer)

    def _coordinates(self, told: ToldPart, printer: LatexPrinter) -> Iterator[str]:
        """Write where z, and Lunacek's u, come from."""
        scale = told.part.function.scale
        if told.part.name != LUNACEK:
            yield self._scaled(printer, "z", scale, told)
        elif told.stands_on_x:
            yield self._vector(printer, Definition("z", self._turned_u(), is_vector=True))
            yield self._vector(printer, Definition("u", _mirrored(2 * scale), is_vector=True))
        else:
            yield self._vector(printer, Definition("z", Element("u", Index("i")), is_vector=True))
            yield self._scaled(printer, "u", 2 * scale, told)

    def _turned_u(self) -> Node:
        if not self._rotated:
            return Element("u", Index("i"))
        product = Product((Element("M", Index("i"), Index("j")), Element("u", Index("j"))))
        return Total("sum", "j", 1, Number(self.instance.dim), product, True)

    def _scaled(self, printer: LatexPrinter, name: str, scale: float, told: ToldPart) -> str:
        if told.places is None:
            y: Node = Element("y", Index("i"))
            value = y if scale == 1.0 else Product((Number(scale), y))
            return self._vector(printer, Definition(name, value, is_vector=True))
        factor = "" if scale == 1.0 else f"{printer.show(Number(scale))} "
        elements = ", ".join(printer.show(Element("y", Index("", place + 1))) for place in told.places)
        return rf"{printer.name(name)} = {factor}\left({elements}\right)"

    def _point(self, told: ToldConstraint) -> Iterator[str]:
        if told.constraint.centre is not None:
            point = turned("p", "c", told.constraint.rotated, self.instance.dim)
            yield self._vector(self._constraint_printer(told), point)

    def _vector(self, printer: LatexPrinter, definition: Definition) -> str:
        return self._line(printer, Definition(definition.name, self.law(definition.value), is_vector=True))

    def _line(self, printer: LatexPrinter, definition: Definition) -> str:
        value = printer.show(definition.value)
        if not definition.is_vector:
            return f"{printer.name(definition.name)} = {value}"
        return rf"{printer.name(definition.name, 'i')} = {value}, \quad i = 1, \dots, {printer.dim}"


def _mirrored(factor: float) -> Node:
    """Return the distance from the shift, its sign reversed where the shift is negative."""
    shift = Element("o", Index("i"))
    ahead = Sum(((1, Element("x", Index("i"))), (-1, shift)))
    back = Sum(((1, shift), (-1, Element("x", Index("i")))))
    scaled = [Product((Number(factor), distance)) for distance in (ahead, back)]
    return Choice(Number(0), shift, scaled[0], scaled[1])
