"""Reads LaTeX terms back into functions of a scope, independently of the code that prints them.

The grammar that the texts of all suites have in common. What their symbols, sums and definitions are, `latex_reader`
knows for CEC2020 and `synthetic.latex_reading` for the synthetic ones.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

import numpy as np

Term = Callable[[Any], Any]
"""The value of a term in a scope, whatever a scope is for the reader that made it."""

RELATIONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    r"\le": lambda a, b: a <= b,
    r"\ge": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "=": lambda a, b: a == b,
}
_BRACKETS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "(": (")", lambda a: a),
    "|": ("|", np.abs),
    r"\lfloor": (r"\rfloor", np.floor),
}
_ENDS: Final = {
    "+",
    "-",
    "&",
    ",",
    ")",
    "]",
    "|",
    "}",
    r"\}",
    r"\right",
    r"\\",
    r"\bmod",
    r"\end",
    r"\quad",
    *RELATIONS,
}


def read_head(text: str) -> tuple[int, list[str]]:
    """Return how many variables a text has, and the lines of what it states."""
    body = re.search(r"\\begin\{aligned\}\n(.*)\n\\end\{aligned\}", text, re.DOTALL)
    assert body is not None
    dim = re.search(r"\\min_\{x \\in \\mathbb\{R\}\^\{(\d+)\}\}", text)
    assert dim is not None
    return int(dim[1]), [line.partition("& ")[2] for line in body[1].split(", \\\\\n")]


def apply(function: Callable[..., Any], *operands: Term) -> Term:
    """Return the term of a function of terms."""
    return lambda scope: function(*(operand(scope) for operand in operands))


class TermReader(ABC):
    """Reads one term by recursive descent; what stands for itself in a suite is read by `symbol` and `special`."""

    token: ClassVar[re.Pattern[str]]
    functions: ClassVar[Mapping[str, Callable[[Any], Any]]]

    def __init__(self, text: str) -> None:
        self.tokens = self.token.findall(text)
        self.place = 0

    @classmethod
    def whole(cls, text: str) -> Term:
        """Read a term that a text is, to its end."""
        reader = cls(text)
        value = reader.expression()
        assert reader.peek() == "", f"{reader.rest()!r} is left of {text!r}"
        return value

    @abstractmethod
    def symbol(self) -> Term:
        """Read a variable or a constant."""

    @abstractmethod
    def special(self) -> Mapping[str, Callable[[], Term]]:
        """What else a term may begin with, by its first token."""

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def rest(self) -> str:
        return " ".join(self.tokens[self.place :])

    def next(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def take(self, *expected: str) -> None:
        for token in expected:
            assert self.peek() == token, f"{token!r} expected at {self.rest()!r}"
            self.place += 1

    def expression(self) -> Term:
        negative = self.peek() == "-"
        if negative:
            self.take("-")
        total = self.product()
        if negative:
            total = apply(lambda a: -a, total)
        while self.peek() in ("+", "-"):
            sign = 1.0 if self.next() == "+" else -1.0
            total = apply(lambda a, b, sign=sign: a + sign * b, total, self.product())
        return total

    def product(self) -> Term:
        value = self.power()
        while self.peek() and self.peek() not in _ENDS:
            if self.peek() in (r"\cdot", r"\times"):
                self.next()
            value = apply(lambda a, b: a * b, value, self.power())
        return value

    def power(self) -> Term:
        base = self.base()
        if self.peek() != "^":
            return base
        self.take("^")
        return apply(lambda a, b: np.float64(a) ** b, base, self.braces())

    def base(self) -> Term:
        token = self.peek()
        if token[:1].isdigit():
            value = np.float64(self.next())
            return lambda _: value
        if token in self.functions:
            return self.function()
        known = {
            r"\frac": self.fraction,
            r"\sqrt": self.root,
            r"\left": self.group,
            r"\begin": self.cases,
            **self.special(),
        }
        return known[token]() if token in known else self.symbol()

    def braces(self) -> Term:
        self.take("{")
        value = self.expression()
        self.take("}")
        return value

    def function(self) -> Term:
        r"""Read a function of a group, ``\sin\left(x\right)``, or a power of one, ``\sin^{2}\left(x\right)``."""
        function = self.functions[self.next()]
        if self.peek() != "^":
            return apply(function, self.group())
        self.take("^")
        exponent = self.braces()
        return apply(lambda a, b: function(a) ** b, self.group(), exponent)

    def fraction(self) -> Term:
        self.take(r"\frac")
        return apply(lambda a, b: np.float64(a) / b, self.braces(), self.braces())

    def root(self) -> Term:
        self.take(r"\sqrt")
        return apply(np.sqrt, self.braces())

    def group(self) -> Term:
        self.take(r"\left")
        closing, function = _BRACKETS[self.next()]
        value = self.inside()
        self.take(r"\right", closing)
        return apply(function, value)

    def inside(self) -> Term:
        """Read what stands between brackets."""
        value = self.expression()
        if self.peek() == r"\bmod":
            self.take(r"\bmod")
            value = apply(np.mod, value, self.product())
        return value

    def cases(self) -> Term:
        self.take(r"\begin", "{", *"cases", "}")
        chosen = self.expression()
        self.take("&", r"\text{if }")
        left = self.expression()
        relation = RELATIONS[self.next()]
        right = self.expression()
        self.take(",", r"\\")
        otherwise = self.expression()
        self.take("&", r"\text{otherwise}", r"\end", "{", *"cases", "}")
        return lambda scope: chosen(scope) if relation(left(scope), right(scope)) else otherwise(scope)
