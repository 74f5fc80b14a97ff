"""Reads the LaTeX texts of synthetic problems back and evaluates them, independently of the code that prints them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from llamoco_bench.problems.problem import Array

Term = Callable[["Scope"], Any]

_TOKEN: Final = re.compile(r"\\text\{[^}]*\}|\\operatorname\{sgn\}|\\[A-Za-z]+|\\[{}\\]|\d+(?:\.\d+)?|\S")
_FUNCTIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    r"\exp": np.exp,
    r"\ln": np.log,
    r"\sin": np.sin,
    r"\cos": np.cos,
    r"\operatorname{sgn}": np.sign,
}
_WITHOUT_NUMBER: Final = "xyoM"
_ENDS: Final = {"+", "-", "&", ",", ")", "|", "}", r"\}", r"\right", r"\\", r"\bmod", r"\le", r"\end", ""}


@dataclass
class Scope:
    """Quantities by name: ``f_1``, ``z_1``; vectors are indexed from 1."""

    values: dict[str, Any]
    indices: dict[str, int] = field(default_factory=dict)


class ReadProblem:
    """What a text states."""

    def __init__(self, text: str) -> None:
        body = re.search(r"\\begin\{aligned\}\n(.*)\n\\end\{aligned\}", text, re.DOTALL)
        assert body is not None
        self.lines = [line.partition("& ")[2] for line in body[1].split(", \\\\\n")]
        head = re.match(r"\s*\\min_\{x \\in \\mathbb\{R\}\^\{(\d+)\}\}", body[1])
        assert head is not None
        self.dim = int(head[1])

    def evaluate(self, x: Array, arrays: Mapping[str, Any]) -> tuple[float, list[float], list[float]]:
        """Return f, g and h of a point."""
        scope = Scope({"x": x, **{_array_name(name): value for name, value in arrays.items()}})
        definitions = [line for line in reversed(self.lines) if not re.match(r"(f|[gh]_\{\d+\})\(x\)", line)]
        for line in sorted(definitions, key=_is_late):
            _define(line, scope)
        found: dict[str, list[float]] = {"f": [], "g": [], "h": []}
        for line in self.lines:
            if match := re.match(r"(f|g|h)(?:_\{\d+\})?\(x\) = (.*?)(?: (?:\\le|=) 0)?$", line):
                found[match[1]].append(float(_read(match[2])(scope)))
        return found["f"][0], found["g"], found["h"]


def _is_late(line: str) -> bool:
    """Tell whether a line stands on y: those of the base functions do, those of y and the constraints do not."""
    return not re.match(r"[yp]_", line)


def _array_name(name: str) -> str:
    return name if len(name) == 1 else f"{name[0]}_{name[1:]}"


def _define(line: str, scope: Scope) -> None:
    left, _, right = line.partition(" = ")
    value, _, repeated = right.partition(r", \quad ")
    name = re.fullmatch(r"(\\?\w+?)(?:_\{(.*)\})?", left)
    assert name is not None, line
    subscripts = (name[2] or "").split(",")
    term = _read(value)
    if not repeated:
        scope.values["_".join([name[1], *subscripts])] = term(scope)
        return
    span = re.fullmatch(r"i = 1, \\dots, (\d+)", repeated)
    assert span is not None
    assert subscripts[-1] == "i"
    key = "_".join([name[1], *subscripts[:-1]])
    scope.values[key] = np.array([term(Scope(scope.values, {"i": i})) for i in range(1, int(span[1]) + 1)])


def _read(text: str) -> Term:
    reader = _Reader(text)
    value = reader.expression()
    assert reader.peek() == "", f"{reader.tokens[reader.place :]} is left of {text!r}"
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def take(self, *expected: str) -> None:
        for token in expected:
            assert self.peek() == token, f"{token!r} expected at {self.tokens[self.place :]}"
            self.place += 1

    def expression(self) -> Term:
        negative = self.peek() == "-"
        if negative:
            self.take("-")
        total = self.term()
        if negative:
            total = _apply(lambda a: -a, total)
        while self.peek() in ("+", "-"):
            sign = 1 if self.next() == "+" else -1
            total = _apply(lambda a, b, sign=sign: a + sign * b, total, self.term())
        return total

    def term(self) -> Term:
        value = self.factor()
        while self.peek() not in _ENDS:
            if self.peek() in (r"\cdot", r"\times"):
                self.next()
            value = _apply(lambda a, b: a * b, value, self.factor())
        return value

    def factor(self) -> Term:
        base = self.base()
        if self.peek() != "^":
            return base
        self.take("^")
        return _apply(lambda a, b: np.float64(a) ** b, base, self.braces())

    def base(self) -> Term:
        token = self.peek()
        if token[0].isdigit():
            number = float(self.next())
            return lambda _: number
        special = {
            r"\frac": self.fraction,
            r"\sqrt": self.root,
            r"\left": self.group,
            r"\sum": self.running,
            r"\prod": self.running,
            r"\max": self.largest,
            r"\min": self.least,
            r"\begin": self.cases,
            **dict.fromkeys(_FUNCTIONS, self.function),
        }
        return special[token]() if token in special else self.symbol()

    def braces(self) -> Term:
        self.take("{")
        value = self.expression()
        self.take("}")
        return value

    def function(self) -> Term:
        function = _FUNCTIONS[self.next()]
        exponent: Term = lambda _: 1  # noqa: E731
        if self.peek() == "^":
            self.take("^")
            exponent = self.braces()
        return _apply(lambda a, b: function(a) ** b, self.group(), exponent)

    def fraction(self) -> Term:
        self.take(r"\frac")
        return _apply(lambda a, b: np.float64(a) / b, self.braces(), self.braces())

    def root(self) -> Term:
        self.take(r"\sqrt")
        return _apply(np.sqrt, self.braces())

    def group(self) -> Term:
        self.take(r"\left")
        bracket = self.next()
        value = self.expression()
        if self.peek() == r"\bmod":
            self.take(r"\bmod")
            value = _apply(np.mod, value, self.term())
        if self.peek() == ",":
            value = self.listing(value)
        self.take(r"\right", {"(": ")", "|": "|", r"\lfloor": r"\rfloor"}[bracket])
        inside: dict[str, Callable[[Any], Any]] = {"(": lambda a: a, "|": np.abs, r"\lfloor": np.floor}
        return _apply(inside[bracket], value)

    def listing(self, first: Term) -> Term:
        elements = [first]
        while self.peek() == ",":
            self.take(",")
            elements.append(self.expression())
        return _apply(lambda *found: np.array(found), *elements)

    def running(self) -> Term:
        kind = self.next()
        self.take("_", "{")
        index = self.next()
        self.take("=")
        first = int(self.next())
        self.take("}", "^")
        last, body = self.braces(), self.term()
        combine: Callable[[list[Any]], Any] = math.fsum if kind == r"\sum" else math.prod
        return lambda scope: combine(_each(body, scope, index, first, int(last(scope))))

    def largest(self) -> Term:
        self.take(r"\max", "_", "{", "1", r"\le")
        index = self.next()
        self.take(r"\le")
        last = int(self.next())
        self.take("}")
        body = self.term()
        return lambda scope: max(_each(body, scope, index, 1, last))

    def least(self) -> Term:
        self.take(r"\min", r"\left", r"\{")
        first = self.expression()
        self.take(",")
        second = self.expression()
        self.take(r"\right", r"\}")
        return _apply(min, first, second)

    def cases(self) -> Term:
        self.take(r"\begin", "{", *"cases", "}")
        chosen = self.expression()
        self.take("&", r"\text{if }")
        left = self.expression()
        self.take(r"\le")
        right = self.expression()
        self.take(",", r"\\")
        otherwise = self.expression()
        self.take("&", r"\text{otherwise}", r"\end", "{", *"cases", "}")
        return lambda scope: chosen(scope) if left(scope) <= right(scope) else otherwise(scope)

    def symbol(self) -> Term:
        base = self.next()
        assert re.fullmatch(r"[A-Za-z]|\\pi|\\mu", base), f"{base} is no symbol"
        subscripts = self.subscripts() if self.peek() == "_" else []
        if not subscripts:
            constants = {r"\pi": math.pi, "e": math.e}
            return lambda scope: constants[base] if base in constants else scope.indices[base]
        key = base if base in _WITHOUT_NUMBER else f"{base}_{subscripts.pop(0).strip()}"
        indices = [_read(part) for part in subscripts]
        return lambda scope: _element(scope.values[key], [int(index(scope)) for index in indices])

    def subscripts(self) -> list[str]:
        self.take("_", "{")
        parts = [""]
        while self.peek() != "}":
            token = self.next()
            if token == ",":
                parts.append("")
            else:
                parts[-1] += _bracket(token) + " "
        self.take("}")
        return parts


def _bracket(token: str) -> str:
    r"""Plain brackets, which stand in indices only, in the form of all others."""
    return {"(": r"\left(", ")": r"\right)"}.get(token, token)


def _element(value: Any, indices: list[int]) -> Any:
    return value[tuple(index - 1 for index in indices)] if indices else value


def _each(body: Term, scope: Scope, index: str, first: int, last: int) -> list[Any]:
    return [body(Scope(scope.values, {**scope.indices, index: i})) for i in range(first, last + 1)]


def _apply(function: Callable[..., Any], *operands: Term) -> Term:
    return lambda scope: function(*(operand(scope) for operand in operands))
