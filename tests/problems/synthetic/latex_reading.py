"""Reads the LaTeX texts of synthetic problems back and evaluates them: their definitions, symbols and sums."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np

from llamoco_bench.problems.problem import Array
from tests.problems.latex_terms import Term, TermReader, apply, read_head

_WITHOUT_NUMBER: Final = "xyoM"


@dataclass
class Scope:
    """Quantities by name: ``f_1``, ``z_1``; vectors are indexed from 1."""

    values: dict[str, Any]
    indices: dict[str, int] = field(default_factory=dict)


class ReadProblem:
    """What a text states."""

    def __init__(self, text: str) -> None:
        self.dim, self.lines = read_head(text)

    def evaluate(self, x: Array, arrays: Mapping[str, Any]) -> tuple[float, list[float], list[float]]:
        """Return f, g and h of a point."""
        scope = Scope({"x": x, **{_array_name(name): value for name, value in arrays.items()}})
        definitions = [line for line in reversed(self.lines) if not re.match(r"(f|[gh]_\{\d+\})\(x\)", line)]
        for line in sorted(definitions, key=_is_late):
            _define(line, scope)
        found: dict[str, list[float]] = {"f": [], "g": [], "h": []}
        for line in self.lines:
            if match := re.match(r"(f|g|h)(?:_\{\d+\})?\(x\) = (.*?)(?: (?:\\le|=) 0)?$", line):
                found[match[1]].append(float(_Reader.whole(match[2])(scope)))
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
    term = _Reader.whole(value)
    if not repeated:
        scope.values["_".join([name[1], *subscripts])] = term(scope)
        return
    span = re.fullmatch(r"i = 1, \\dots, (\d+)", repeated)
    assert span is not None
    assert subscripts[-1] == "i"
    key = "_".join([name[1], *subscripts[:-1]])
    scope.values[key] = np.array([term(Scope(scope.values, {"i": i})) for i in range(1, int(span[1]) + 1)])


class _Reader(TermReader):
    token = re.compile(r"\\text\{[^}]*\}|\\operatorname\{sgn\}|\\[A-Za-z]+|\\[{}\\]|\d+(?:\.\d+)?|\S")
    functions: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        r"\exp": np.exp,
        r"\ln": np.log,
        r"\sin": np.sin,
        r"\cos": np.cos,
        r"\operatorname{sgn}": np.sign,
    }

    def special(self) -> Mapping[str, Callable[[], Term]]:
        return {
            r"\sum": self.running,
            r"\prod": self.running,
            r"\max": self.largest,
            r"\min": self.least,
        }

    def inside(self) -> Term:
        first = super().inside()
        return self.listing(first) if self.peek() == "," else first

    def listing(self, first: Term) -> Term:
        elements = [first]
        while self.peek() == ",":
            self.take(",")
            elements.append(self.expression())
        return apply(lambda *found: np.array(found), *elements)

    def running(self) -> Term:
        kind = self.next()
        self.take("_", "{")
        index = self.next()
        self.take("=")
        first = int(self.next())
        self.take("}", "^")
        last, body = self.braces(), self.product()
        combine: Callable[[list[Any]], Any] = math.fsum if kind == r"\sum" else math.prod
        return lambda scope: combine(_each(body, scope, index, first, int(last(scope))))

    def largest(self) -> Term:
        self.take(r"\max", "_", "{", "1", r"\le")
        index = self.next()
        self.take(r"\le")
        last = int(self.next())
        self.take("}")
        body = self.product()
        return lambda scope: max(_each(body, scope, index, 1, last))

    def least(self) -> Term:
        self.take(r"\min", r"\left", r"\{")
        first = self.expression()
        self.take(",")
        second = self.expression()
        self.take(r"\right", r"\}")
        return apply(min, first, second)

    def symbol(self) -> Term:
        base = self.next()
        assert re.fullmatch(r"[A-Za-z]|\\pi|\\mu", base), f"{base} is no symbol"
        subscripts = self.subscripts() if self.peek() == "_" else []
        if not subscripts:
            constants = {r"\pi": math.pi, "e": math.e}
            return lambda scope: constants[base] if base in constants else scope.indices[base]
        key = base if base in _WITHOUT_NUMBER else f"{base}_{subscripts.pop(0).strip()}"
        indices = [_Reader.whole(part) for part in subscripts]
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
