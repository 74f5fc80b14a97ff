"""The notation in which problems are defined: one assignment a line, read with Python's own parser.

::

    y = round(x2)                                   a quantity
    n = [750, 450, 250, 150]                        a list, indexed from 1
    C[i] = pi*d[i]/2*(1 + n[i]/350) for i = 1..4    a family
    f = 2*x1 + y                                    the objective, to be minimised
    g1 = x1 + y - 1.6                               an inequality, satisfied where <= 0
    g[i+1] = 2 - C[i] for i = 1..4                  a family of inequalities
    h1 = C[1] - C[2]                                an equality, satisfied where 0

Operators are ``+ - * / ^``; functions are those of `functions`, and ``if(a <= b, A, B)`` and
``sum(A for i = 1..4)``. ``x1`` is short for ``x[1]``, likewise ``g1`` and ``h1``; ``D`` is the number of variables
and ``pi`` the circle constant. A list of constants may be indexed by a computed value; such an index is clipped to
the list. Names may hold single underscores, which LaTeX shows as subscripts. A line that starts with white space
continues the line above. ``#`` starts a comment.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from typing import Final

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.describe.functions import FUNCTIONS
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
    Number,
    Operator,
    Output,
    Relation,
    Scalar,
    Span,
    Statement,
    Sum,
)

_FAMILY: Final = re.compile(r"(?P<body>.*\S)\s+for\s+(?P<index>\w+)\s*=\s*(?P<first>\w+)\.\.(?P<last>\w+(?:-1)?)")
_RANGE: Final = re.compile(r"\bfor\s+(\w+)\s*=\s*(\w+)\.\.(\w+(?:-1)?)")
_SHORT: Final = re.compile(r"(?P<vector>[xgh])(?P<index>[1-9]\d*)")
_OPERATORS: Final[dict[type[ast.operator], Operator]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "^",
}
_RELATIONS: Final[dict[type[ast.cmpop], Relation]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
}


class NotationError(UsageError):
    """A definition does not follow the notation; the message names the line."""


def parse(text: str, dim: int) -> tuple[Statement, ...]:
    """Parse a definition of a problem with `dim` variables into its statements, in the order written."""
    return tuple(parse_line(line, dim) for line in _lines(text))


def parse_line(line: str, dim: int) -> Statement:
    """Parse one assignment."""
    reader = _Reader(line, dim)
    family = _FAMILY.fullmatch(line)
    target, _, right = (family["body"] if family else line).partition("=")
    span = reader.span(family["index"], family["first"], family["last"]) if family else None
    if not right.strip():
        raise reader.error("there is no '=' with a value after it")
    return _statement(reader, target.strip(), right.strip(), span)


def parse_expression(text: str, dim: int) -> Expression:
    """Parse the right-hand side of an assignment."""
    return _Reader(text, dim).expression(text)


def _lines(text: str) -> Iterator[str]:
    joined = ""
    for raw in text.splitlines():
        line = raw.partition("#")[0].rstrip()
        if line and not line[0].isspace():
            if joined:
                yield joined
            joined = line
        elif line:
            joined += " " + line.strip()
    if joined:
        yield joined


def _statement(reader: _Reader, target: str, right: str, span: Span | None) -> Statement:
    if right.startswith("["):
        return Listing(target, reader.listing(right))
    left, value = reader.expression(target), reader.expression(right)
    match left:
        case Name("f") if span is None:
            return Output("f", Number("1"), None, value)
        case Item("g" | "h" as kind, index):
            return Output(kind, index, span, value)
        case Name(name) if span is None:
            return Scalar(name, value)
        case Item(name, Name(index)) if span and index == span.index and span.first == 1:
            return Family(name, span, value)
    raise reader.error(f"{target!r} cannot be assigned to here; a family is written name[i] = ... for i = 1..n")


class _Reader:
    """Translates what Python's parser makes of one line."""

    def __init__(self, line: str, dim: int) -> None:
        self.line = line
        self.dim = dim
        self.source = ""

    def error(self, why: str) -> NotationError:
        return NotationError(f"In the line {self.line!r}: {why}.")

    def span(self, index: str, first: str, last: str) -> Span:
        return Span(index, self._bound(first), self._bound(last))

    def expression(self, text: str) -> Expression:
        return self._expression(self._parse(text))

    def listing(self, text: str) -> tuple[Expression, ...]:
        node = self._parse(text)
        if not isinstance(node, ast.List):
            raise self.error("a list stands alone on the right-hand side")
        return tuple(self._expression(element) for element in node.elts)

    def _parse(self, text: str) -> ast.expr:
        # The few marks of the notation that Python does not have become ones that it has.
        source = _RANGE.sub(r"for \1 in span(\2, \3)", text.replace("^", "**"))
        self.source = re.sub(r"\bif\(", "choose(", source)
        try:
            return ast.parse(self.source, mode="eval").body
        except SyntaxError as error:
            raise self.error(f"{text!r} is no expression ({error.msg})") from None

    def _bound(self, text: str) -> int:
        if text in ("D", "D-1", "D - 1"):
            return self.dim - (text != "D")
        if not text.isdecimal():
            raise self.error(f"{text!r} is neither a number nor D or D-1")
        return int(text)

    def _expression(self, node: ast.expr) -> Expression:
        match node:
            case ast.Constant(int() | float()):
                return self._number(self.source[node.col_offset : node.end_col_offset])
            case ast.Name(name):
                return self._name(name)
            case ast.Subscript(ast.Name(vector), index):
                return Item(vector, self._expression(index))
            case ast.UnaryOp(ast.USub(), operand):
                return Negation(self._expression(operand))
            case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
                return Binary(_OPERATORS[type(operator)], self._expression(left), self._expression(right))
            case ast.Call(ast.Name(function), arguments, []):
                return self._call(function, arguments)
        raise self.error(f"{ast.unparse(node)!r} is not part of the notation")

    def _number(self, text: str) -> Number:
        try:
            finite = math.isfinite(float(text))
        except ValueError:  # True, 0x10
            finite = False
        if not finite:
            raise self.error(f"{text!r} is no number of the notation, such as 2, 0.5 or 1e-3")
        return Number(text)

    def _name(self, name: str) -> Expression:
        if short := _SHORT.fullmatch(name):
            return Item(short["vector"], Number(short["index"]))
        return Number(str(self.dim)) if name == "D" else Name(name)

    def _call(self, function: str, arguments: list[ast.expr]) -> Expression:
        match function, arguments:
            case "sum", [
                ast.GeneratorExp(
                    body, [ast.comprehension(ast.Name(index), ast.Call(ast.Name("span"), [first, last], []), [])]
                )
            ]:
                return Sum(self.span(index, ast.unparse(first), ast.unparse(last)), self._expression(body))
            case "choose", [ast.Compare(left, [relation], [right]), chosen, otherwise] if type(relation) in _RELATIONS:
                condition = Condition(_RELATIONS[type(relation)], self._expression(left), self._expression(right))
                return Choice(condition, self._expression(chosen), self._expression(otherwise))
            case "choose", _:
                raise self.error("a choice is written if(a <= b, value, other value), with one of < <= > >= ==")
            case "sum", _:
                raise self.error("a sum is written sum(value for i = 1..n)")
        if function not in FUNCTIONS:
            raise self.error(f"there is no function {function!r}; there are {', '.join(FUNCTIONS)}, if, sum")
        arity = FUNCTIONS[function].arity
        if len(arguments) != arity and not (arity is None and len(arguments) >= 2):
            raise self.error(f"{function} takes {arity or 'two or more'} arguments, got {len(arguments)}")
        return Call(function, tuple(self._expression(argument) for argument in arguments))
