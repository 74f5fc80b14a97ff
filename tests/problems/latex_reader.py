"""Reads the LaTeX texts of problems back and evaluates them, independently of the code that prints them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

Key = tuple[str, ...]
Term = Callable[["Scope"], Any]

_TOKEN = re.compile(r"\\left|\\right|\\text\{[^}]*\}|\\mathrm\{\w+\}|\\[A-Za-z]+|\\[{}\\]|\d+(?:\.\d+)?|\S")
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    r"\exp": np.exp,
    r"\ln": np.log,
    r"\sin": np.sin,
    r"\cos": np.cos,
    r"\tan": np.tan,
    r"\arcsin": np.arcsin,
    r"\arccos": np.arccos,
    r"\arctan": np.arctan,
}
_RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    r"\le": lambda a, b: a <= b,
    r"\ge": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "=": lambda a, b: a == b,
}
_ENDS = {"+", "-", "&", ",", ")", "]", "}", r"\right", r"\\", r"\bmod", r"\end", r"\quad", *_RELATIONS}


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
        body = re.search(r"\\begin\{aligned\}\n(.*)\n\\end\{aligned\}", text, re.DOTALL)
        assert body is not None
        self.lines = [_read_line(line) for line in body[1].split(", \\\\\n")]
        dim = re.search(r"\\min_\{x \\in \\mathbb\{R\}\^\{(\d+)\}\}", text)
        assert dim is not None
        self.dim = int(dim[1])

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
    line = line.partition("& ")[2]
    line, _, repeated = line.partition(r", \quad ")
    span = re.fullmatch(r"(\w) = (\d+), \\dots, (\d+)", repeated)
    left, _, right = line.partition(" = ")
    right = re.sub(r" (\\le|=) 0$", "", right) if re.match(r"[gh]_", left) else right
    index, values = span[1] if span else None, None
    indices = range(int(span[2]), int(span[3]) + 1) if span else None
    if left == "f(x)":
        return _Line("f", ("f",), None, None, [_whole(right)])
    if constraint := re.fullmatch(r"([gh])_\{.*\}\(x\)", left):
        return _Line(constraint[1], (), index, indices, [_whole(right)])
    key = _Reader(left).key()
    if span:
        assert key[-1] == index
        return _Line("quantity", key[:-1], index, indices, [_whole(right)])
    if values := _listing(right):
        return _Line("quantity", key, "", None, values)
    return _Line("quantity", key, None, None, [_whole(right)])


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


def _whole(text: str) -> Term:
    reader = _Reader(text)
    value = reader.expression()
    assert reader.peek() == "", f"{reader.rest()!r} is left of {text!r}"
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        self.place = 0

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
        total = self.term()
        if negative:
            total = _apply(lambda a: -a, total)
        while self.peek() in ("+", "-"):
            sign = 1.0 if self.next() == "+" else -1.0
            total = _apply(lambda a, b, sign=sign: a + sign * b, total, self.term())
        return total

    def term(self) -> Term:
        product = self.factor()
        while self.peek() and self.peek() not in _ENDS:
            if self.peek() in (r"\cdot", r"\times"):
                self.next()
            product = _apply(lambda a, b: a * b, product, self.factor())
        return product

    def factor(self) -> Term:
        base = self.base()
        if self.peek() != "^":
            return base
        self.take("^", "{")
        exponent = self.expression()
        self.take("}")
        return _apply(lambda a, b: np.float64(a) ** b, base, exponent)

    def base(self) -> Term:
        token = self.peek()
        if token[0].isdigit():
            value = np.float64(self.next())
            return lambda scope: value
        if token in _FUNCTIONS:
            self.next()
            return _apply(_FUNCTIONS[token], self.group())
        special = {
            r"\frac": self.fraction,
            r"\sqrt": self.root,
            r"\left": self.group,
            r"\sum": self.sum,
            r"\log": self.logarithm,
            r"\operatorname": self.rounded,
            r"\max": self.maximum,
            r"\begin": self.cases,
        }
        return special[token]() if token in special else self.symbol()

    def braces(self) -> Term:
        self.take("{")
        value = self.expression()
        self.take("}")
        return value

    def fraction(self) -> Term:
        self.take(r"\frac")
        return _apply(lambda a, b: np.float64(a) / b, self.braces(), self.braces())

    def root(self) -> Term:
        self.take(r"\sqrt")
        return _apply(np.sqrt, self.braces())

    def logarithm(self) -> Term:
        self.take(r"\log", "_", "{", "10", "}")
        return _apply(np.log10, self.group())

    def rounded(self) -> Term:
        self.take(r"\operatorname", "{", *"round", "}")
        return _apply(lambda a: np.trunc(a + np.copysign(0.5, a)), self.group())

    def group(self) -> Term:
        self.take(r"\left")
        bracket = self.next()
        value = self.expression()
        if self.peek() == r"\bmod":
            self.take(r"\bmod")
            value = _apply(np.mod, value, self.term())
        self.take(r"\right", {"(": ")", "|": "|"}[bracket])
        return _apply(abs, value) if bracket == "|" else value

    def maximum(self) -> Term:
        self.take(r"\max", r"\left", r"\{")
        values = [self.expression()]
        while self.peek() == ",":
            self.take(",")
            values.append(self.expression())
        self.take(r"\right", r"\}")
        return _apply(lambda *a: np.max(a), *values)

    def sum(self) -> Term:
        self.take(r"\sum", "_", "{")
        index = self.next()
        self.take("=")
        first = int(self.next())
        self.take("}", "^", "{")
        last = int(self.next())
        self.take("}")
        body = self.term()

        def value(scope: Scope) -> Any:
            total = np.float64(0.0)
            for i in range(first, last + 1):
                scope.scalars[index,] = i
                total += body(scope)
            del scope.scalars[index,]
            return total

        return value

    def cases(self) -> Term:
        self.take(r"\begin", "{", *"cases", "}")
        chosen = self.expression()
        self.take("&", r"\text{if }")
        left = self.expression()
        relation = _RELATIONS[self.next()]
        right = self.expression()
        self.take(",", r"\\")
        otherwise = self.expression()
        self.take("&", r"\text{otherwise}", r"\end", "{", *"cases", "}")
        return lambda scope: chosen(scope) if relation(left(scope), right(scope)) else otherwise(scope)

    def key(self) -> Key:
        base = self.next()
        return (base, *self.subscripts()) if self.peek() == "_" else (base,)

    def subscripts(self) -> list[str]:
        self.take("_", "{")
        parts, depth = [""], 0
        while depth or self.peek() != "}":
            token = self.next()
            depth += {"{": 1, "}": -1}.get(token, 0)
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
            return _whole(key[-1])

        def value(scope: Scope) -> Any:
            if key in scope.scalars:
                return scope.scalars[key]
            return scope.vectors[key[:-1]][int(index()(scope))]

        return value


def _apply(function: Callable[..., Any], *operands: Term) -> Term:
    return lambda scope: function(*(operand(scope) for operand in operands))
