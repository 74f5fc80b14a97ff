"""Prints expressions as Python; subclasses decide what names, elements and repetitions look like."""

from __future__ import annotations

from abc import ABC, abstractmethod
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
    Sum,
)

CHOICE, ADDITION, MULTIPLICATION, NEGATION, POWER, ATOM = range(6)
_PRECEDENCE: Final = {"+": ADDITION, "-": ADDITION, "*": MULTIPLICATION, "/": MULTIPLICATION, "^": POWER}
_SIGN: Final = {"+": " + ", "-": " - ", "*": " * ", "/": " / ", "^": "**"}


def precedence(node: Expression) -> int:
    """How strongly Python binds the printed form of a node together."""
    match node:
        case Binary(operator):
            return _PRECEDENCE[operator]
        case Negation():
            return NEGATION
        case Number() if node.value < 0:
            return NEGATION
        case Choice():
            return CHOICE
    return ATOM


class PythonPrinter(ABC):
    """Prints with as few parentheses as keep the order of evaluation."""

    def show(self, node: Expression, weakest: int = CHOICE) -> str:
        """Print a node, in parentheses if it binds weaker than `weakest`."""
        text = self._show(node)
        return f"({text})" if self.strength(node) < weakest else text

    def strength(self, node: Expression) -> int:
        """How strongly the printed form of a node holds together."""
        return precedence(node)

    def _show(self, node: Expression) -> str:
        match node:
            case Number(text):
                return text
            case Name(id):
                return self.name(id)
            case Item(vector, index):
                return self.item(vector, index)
            case Negation(operand):
                return f"-{self.show(operand, NEGATION)}"
            case Binary():
                return self._binary(node)
            case Call(function, arguments):
                return self.call(function, arguments)
            case Choice():
                return self.choice(node)
            case Sum():
                return self.sum(node)

    def _binary(self, node: Binary) -> str:
        level = _PRECEDENCE[node.operator]
        left = self.show(node.left, level + (node.operator == "^"))
        # A minus sign right after an operator is legal, but hard to read.
        signed = self.strength(node.right) == NEGATION
        right = self.show(node.right, ATOM if signed or node.operator == "^" else level + 1)
        return f"{left}{_SIGN[node.operator]}{right}"

    def condition(self, condition: Condition) -> str:
        """Print a comparison."""
        left, right = self.show(condition.left, ADDITION), self.show(condition.right, ADDITION)
        return f"{left} {condition.relation} {right}"

    def name(self, id: str) -> str:
        """Print a scalar quantity or an index used as a number."""
        return "np.pi" if id == "pi" else id

    @abstractmethod
    def item(self, vector: str, index: Expression) -> str:
        """Print an element of a vector."""

    def call(self, function: str, arguments: tuple[Expression, ...]) -> str:
        """Print a call of one of the functions of the notation."""
        shown = ", ".join(map(self.show, arguments))
        # Unlike max(...), np.max([...]) does not lose a not-a-number.
        return f"np.max([{shown}])" if function == "max" else f"{FUNCTIONS[function].numpy}({shown})"

    def choice(self, node: Choice) -> str:
        """Print a choice between two values."""
        chosen, otherwise = self.show(node.chosen, ADDITION), self.show(node.otherwise)
        return f"{chosen} if {self.condition(node.condition)} else {otherwise}"

    @abstractmethod
    def sum(self, node: Sum) -> str:
        """Print a sum over an index."""
