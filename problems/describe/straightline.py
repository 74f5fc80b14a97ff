"""Unrolls a definition to straight-line operations in which nothing is computed twice (value numbering)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from llamoco_bench.problems.describe.compiled import CompiledPrinter, Pool
from llamoco_bench.problems.describe.indexing import affine
from llamoco_bench.problems.describe.interpret import BINARY, CALLS, Value, value_of
from llamoco_bench.problems.describe.program import Program, names
from llamoco_bench.problems.describe.tree import (
    Binary,
    Call,
    Choice,
    Condition,
    Expression,
    Family,
    Item,
    Listing,
    Name,
    Negation,
    Node,
    Number,
    Output,
    Quantity,
    Scalar,
    Sum,
    children,
)
from llamoco_bench.problems.problem import Array

CONSTANT: Final = "constant"
VARIABLE: Final = "variable"
LINEAR: Final = "linear"
ARRAY: Final = "array"

LARGEST_WRITTEN_OUT: Final = 100
"""Parts of a sum beyond which numpy calls are faster than as many operations on floats (measured)."""

LONGEST_LINEAR: Final = 12
"""Terms of a linear sum beyond which it becomes a row of a matrix; all rows cost one numpy call together."""

Place = int
"""Number of an operation."""


class Straightline:
    """A growing list of operations; equal ones get the same number.

    An operation is a tuple of its kind and its parts, where an int stands for the operation of that number:
    ``("constant", value)``, ``("variable", place in x)``, ``("linear", row of the matrix)``, ``("array", code)``,
    ``("negation", a)``, ``("+", a, b)``, ``("call", function, a, ...)``, ``("pick", table, a)``,
    ``("choice", relation, left, right, a, b)``.

    Attributes
    ----------
    matrix: coefficients, (dim,) each, of the long sums that are linear in x.
    pool: the globals of the code of the other long sums.
    """

    def __init__(self, program: Program, constants: Mapping[str, Value]) -> None:
        self.program = program
        self.constants = constants
        self.nodes: list[tuple[Any, ...]] = []
        self.matrix: list[Array] = []
        self.pool = Pool(constants, many=False)
        self._printer = CompiledPrinter(program, self.pool)
        self._arrays: set[Quantity] = set()
        self._numbers: dict[tuple[Any, ...], Place] = {}
        self._scope: dict[str, Place | Sequence[Place]] = {"pi": self._constant(math.pi)}
        self._scope["x"] = [self._add(VARIABLE, place) for place in range(program.dim)]
        for name, value in constants.items():
            self._scope[name] = list(map(self._constant, value)) if isinstance(value, tuple) else self._constant(value)

    @property
    def prelude(self) -> list[str]:
        """Lines that compute, as arrays, the quantities that the long sums stand on."""
        return [self._printer.quantity(q) for q in self.program.quantities if q in self._arrays]

    def define(self, quantity: Quantity) -> None:
        """Trace an intermediate quantity."""
        if quantity.name in self.constants:
            return
        match quantity:
            case Scalar(name, value):
                self._scope[name] = self._trace(value, {})
            case Listing(name, elements):
                self._scope[name] = [self._trace(element, {}) for element in elements]
            case Family(name, span, value):
                self._scope[name] = [self._trace(value, {span.index: i}) for i in span]

    def output(self, output: Output) -> list[Place]:
        """Trace the values that an output statement gives."""
        if output.span is None:
            return [self._trace(output.value, {})]
        return [self._trace(output.value, {output.span.index: i}) for i in output.span]

    def uses(self, results: Sequence[Place]) -> Counter[Place]:
        """Count how often each operation is used by others that are needed for the results."""
        count = Counter(results)
        for place in range(len(self.nodes) - 1, -1, -1):
            if count[place]:
                count.update(self.operands(place))
        return count

    def operands(self, place: Place) -> list[Place]:
        """Return the operations that one operation stands on."""
        kind, *parts = self.nodes[place]
        return [] if kind in (CONSTANT, VARIABLE, LINEAR) else [part for part in parts if isinstance(part, int)]

    def _add(self, *operation: Any) -> Place:
        if operation not in self._numbers:
            self._numbers[operation] = len(self.nodes)
            self.nodes.append(operation)
        return self._numbers[operation]

    def _constant(self, value: float) -> Place:
        return self._add(CONSTANT, value, str(value))  # the text tells 0.0 from -0.0

    def _trace(self, node: Expression, at: Mapping[str, int]) -> Place:
        match node:
            case Number():
                return self._constant(node.value)
            case Name(id):
                return self._constant(float(at[id])) if id in at else self._scalar(id)
            case Item(vector, index):
                return self._item(vector, index, at)
            case Negation(operand):
                return self._negation(self._trace(operand, at))
            case Binary(operator, left, right):
                return self._binary(operator, self._trace(left, at), self._trace(right, at))
            case Call(function, arguments):
                return self._call(function, [self._trace(argument, at) for argument in arguments])
            case Choice(Condition(relation, left, right), chosen, otherwise):
                parts = (self._trace(part, at) for part in (left, right, chosen, otherwise))
                return self._add("choice", relation, *parts)
            case Sum():
                return self._sum(node, at)

    def _scalar(self, name: str) -> Place:
        place = self._scope[name]
        assert isinstance(place, int)
        return place

    def _item(self, vector: str, index: Expression, at: Mapping[str, int]) -> Place:
        places = self._scope[vector]
        assert not isinstance(places, int)
        form = affine(index, at)
        if form is not None:
            return places[form.at(at[form.variable] if form.variable else 0) - 1]
        return self._add("pick", self.constants[vector], self._trace(index, at))

    def _negation(self, operand: Place) -> Place:
        known = self._known(operand)
        return self._add("negation", operand) if known is None else self._constant(-known)

    def _binary(self, operator: str, left: Place, right: Place) -> Place:
        a, b = self._known(left), self._known(right)
        if a is not None and b is not None:
            return self._constant(float(BINARY[operator](np.float64(a), np.float64(b))))
        if operator == "^" and b == 2.0:
            return self._add("*", left, left)  # the same double as the power, in a third of the time
        if operator == "^" and b == 0.5:
            return self._add("call", "sqrt", left)
        return self._add(operator, left, right)

    def _call(self, function: str, arguments: list[Place]) -> Place:
        known = [self._known(argument) for argument in arguments]
        if any(value is None for value in known):
            # Rounding needs its argument twice.
            return self._add("call", function, *arguments, *(arguments if function == "round" else ()))
        return self._constant(float(CALLS[function](*map(np.float64, known))))

    def _sum(self, node: Sum, at: Mapping[str, int]) -> Place:
        if names(node) <= {*self.constants, "pi"}:
            return self._constant(value_of(node, self.constants))
        if len(node.span) > LONGEST_LINEAR and (coefficients := self._linear(node)) is not None:
            self.matrix.append(coefficients)
            return self._add(LINEAR, len(self.matrix) - 1)
        if not at and _parts(node) > LARGEST_WRITTEN_OUT:
            return self._long_sum(node)
        first, *others = (self._trace(node.body, {**at, node.span.index: i}) for i in node.span)
        for term in others:
            first = self._binary("+", first, term)
        return first

    def _long_sum(self, node: Sum) -> Place:
        needed = self.program.needed([Scalar("", node)])
        self._arrays.update(quantity for quantity in needed if quantity.name not in self.constants)
        return self._add(ARRAY, self._printer.show(node))

    def _linear(self, node: Sum) -> Array | None:
        """Return the coefficients of x, (dim,), if the body is ``x[...]`` or a constant times it."""
        match node.body:
            case Item("x", place):
                factor: Expression = Number("1")
            case Binary("*", factor, Item("x", place)) if names(factor) <= {*self.constants, "pi", node.span.index}:
                pass
            case _:
                return None
        form = affine(place, {node.span.index})
        if form is None or form.variable is None:  # a variable that stays the same has all terms' coefficients
            return None
        row = np.zeros(self.program.dim)
        row[[form.at(i) - 1 for i in node.span]] = self.pool.value(self._printer.within(node.span).show(factor))
        return row

    def _known(self, place: Place) -> float | None:
        kind, value, *_ = self.nodes[place]
        return value if kind == CONSTANT else None


def _parts(node: Node) -> int:
    """Count the nodes of an expression with its sums written out."""
    inner = sum(_parts(child) for child in children(node))
    return len(node.span) * inner if isinstance(node, Sum) else 1 + inner
