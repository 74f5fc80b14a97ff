"""Reads the LaTeX texts of CEC2020 and of programs back and evaluates them: their definitions, symbols and sums."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Final

import numpy as np

from tests.problems.latex_terms import Term, TermReader, apply, read_head

Key = tuple[str, ...]


@dataclass
class Scope:
    scalars: dict[Key, float] = field(default_factory=lambda: {(r"\pi",): math.pi})
    vectors: dict[Key, Mapping[int, float]] = field(default_factory=dict)


@dataclass
class Values:
    f: float
    g: list[float]
    h: list[float]


@dataclass
class _Line:
    kind: str
    key: Key
    index: str | None
    span: range | None
    values: list[Term]


class LatexProblem:
    """What a text states: objective, constraints and the quantities they stand on."""

    def __init__(self, text: str) -> None:
        self.dim, lines = read_head(text)
        self.lines = [_read_line(line) for line in lines]

    def evaluate(self, x: np.ndarray, tables: Mapping[str, np.ndarray]) -> Values:
        scope = Scope()
        scope.vectors["x",] = _numbered(x)
        for name, table in tables.items():
            scope.vectors[_table_key(name)] = _numbered(table)
        for line in self.lines:
            if line.kind == "quantity":
                _define(line, scope)
        found = {kind: [v for line in self.lines if line.kind == kind for v in _all(line, scope)] for kind in "fgh"}
        return Values(found["f"][0], found["g"], found["h"])


def _numbered(values: Any) -> dict[int, float]:
    return {number: np.float64(value) for number, value in enumerate(values, 1)}


def _table_key(name: str) -> Key:
    base = re.fullmatch(r"([A-Za-z]+?)(\d*)", name)
    assert base is not None
    symbol = base[1] if len(base[1]) == 1 else rf"\mathrm{{{base[1]}}}"
    return (symbol, base[2]) if base[2] else (symbol,)


def _define(line: _Line, scope: Scope) -> None:
    values = _all(line, scope)
    if line.index is None and len(values) == 1 and line.span is None:
        scope.scalars[line.key] = values[0]
    else:
        scope.vectors[line.key] = _numbered(values)


def _all(line: _Line, scope: Scope) -> list[float]:
    if line.span is None:
        return [value(scope) for value in line.values]
    assert line.index is not None
    results = []
    for i in line.span:
        scope.scalars[line.index,] = i
        results.append(line.values[0](scope))
    del scope.scalars[line.index,]
    return results


def _read_line(line: str) -> _Line:
    line, _, repeated = line.partition(r", \quad ")
    span = re.fullmatch(r"(\w) = (\d+), \\dots, (\d+)", repeated)
    left, _, right = line.partition(" = ")
    right = re.sub(r" (\\le|=) 0$", "", right) if re.match(r"[gh]_", left) else right
    index, values = span[1] if span else None, None
    indices = range(int(span[2]), int(span[3]) + 1) if span else None
    if left == "f(x)":
        return _Line("f", ("f",), None, None, [_Reader.whole(right)])
    if constraint := re.fullmatch(r"([gh])_\{.*\}\(x\)", left):
        return _Line(constraint[1], (), index, indices, [_Reader.whole(right)])
    key = _Reader(left).key()
    if span:
        assert key[-1] == index
        return _Line("quantity", key[:-1], index, indices, [_Reader.whole(right)])
    if values := _listing(right):
        return _Line("quantity", key, "", None, values)
    return _Line("quantity", key, None, None, [_Reader.whole(right)])


def _listing(text: str) -> list[Term] | None:
    """Read a list, (a, b, ...); None if the text is not one."""
    if not text.startswith(r"\left(") or not text.endswith(r"\right)"):
        return None
    reader = _Reader(text[len(r"\left(") : -len(r"\right)")])
    values = [reader.expression()]
    while reader.peek() == ",":
        reader.take(",")
        values.append(reader.expression())
    return values if reader.peek() == "" and len(values) > 1 else None


_NESTING: Final = {"{": 1, "}": -1, r"\left": 1, r"\right": -1, r"\begin": 1, r"\end": -1}
"""How much deeper a token leads: commas within a group or cases part no subscripts."""


class _Reader(TermReader):
    token = re.compile(r"\\left|\\right|\\text\{[^}]*\}|\\mathrm\{\w+\}|\\[A-Za-z]+|\\[{}\\]|\d+(?:\.\d+)?|\S")
    functions: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        r"\exp": np.exp,
        r"\ln": np.log,
        r"\sin": np.sin,
        r"\cos": np.cos,
        r"\tan": np.tan,
        r"\arcsin": np.arcsin,
        r"\arccos": np.arccos,
        r"\arctan": np.arctan,
    }

    def special(self) -> Mapping[str, Callable[[], Term]]:
        return {
            r"\sum": self.sum,
            r"\log": self.logarithm,
            r"\operatorname": self.rounded,
            r"\max": self.maximum,
        }

    def logarithm(self) -> Term:
        self.take(r"\log", "_", "{", "10", "}")
        return apply(np.log10, self.group())

    def rounded(self) -> Term:
        self.take(r"\operatorname", "{", *"round", "}")
        return apply(lambda a: np.trunc(a + np.copysign(0.5, a)), self.group())

    def maximum(self) -> Term:
        self.take(r"\max", r"\left", r"\{")
        values = [self.expression()]
        while self.peek() == ",":
            self.take(",")
            values.append(self.expression())
        self.take(r"\right", r"\}")
        return apply(lambda *a: np.max(a), *values)

    def sum(self) -> Term:
        self.take(r"\sum", "_", "{")
        index = self.next()
        self.take("=")
        first = int(self.next())
        self.take("}", "^", "{")
        last = int(self.next())
        self.take("}")
        body = self.product()

        def value(scope: Scope) -> Any:
            total = np.float64(0.0)
            for i in range(first, last + 1):
                scope.scalars[index,] = i
                total += body(scope)
            del scope.scalars[index,]
            return total

        return value

    def key(self) -> Key:
        base = self.next()
        return (base, *self.subscripts()) if self.peek() == "_" else (base,)

    def subscripts(self) -> list[str]:
        self.take("_", "{")
        parts, depth = [""], 0
        while depth or self.peek() != "}":
            token = self.next()
            depth += _NESTING.get(token, 0)
            if token == "," and not depth:
                parts.append("")
            else:
                parts[-1] += (" " if parts[-1] else "") + token
        self.take("}")
        return parts

    def symbol(self) -> Term:
        key = self.key()
        assert re.fullmatch(r"[A-Za-z]|\\mathrm\{\w+\}|\\[A-Za-z]+", key[0]), f"{key} is no symbol"

        @cache
        def index() -> Term:
            return _Reader.whole(key[-1])

        def value(scope: Scope) -> Any:
            if key in scope.scalars:
                return scope.scalars[key]
            return scope.vectors[key[:-1]][int(index()(scope))]

        return value
