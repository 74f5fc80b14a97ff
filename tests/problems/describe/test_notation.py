from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.describe.bounds import parse_bounds
from llamoco_bench.problems.describe.notation import NotationError, parse, parse_expression, parse_line
from llamoco_bench.problems.describe.program import build, numbers
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
    Output,
    Scalar,
    Span,
    Sum,
)

X1 = Item("x", Number("1"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("x1", X1),
        ("x[i]", Item("x", Name("i"))),
        ("x12", Item("x", Number("12"))),
        ("D", Number("7")),
        ("pi", Name("pi")),
        ("1e-3", Number("1e-3")),
        ("0.020", Number("0.020")),
        ("-x1", Negation(X1)),
        ("-x1^2", Negation(Binary("^", X1, Number("2")))),
        ("2^3^x1", Binary("^", Number("2"), Binary("^", Number("3"), X1))),
        ("2^-x1", Binary("^", Number("2"), Negation(X1))),
        ("1 - 2 - x1", Binary("-", Binary("-", Number("1"), Number("2")), X1)),
        ("1/2*x1", Binary("*", Binary("/", Number("1"), Number("2")), X1)),
        ("ln(x1)", Call("ln", (X1,))),
        ("max(1, x1, 3)", Call("max", (Number("1"), X1, Number("3")))),
        ("if(x1 <= 1, 2, 3)", Choice(Condition("<=", X1, Number("1")), Number("2"), Number("3"))),
        ("sum(x[i] for i = 2..D)", Sum(Span("i", 2, 7), Item("x", Name("i")))),
        ("sum(x[i] for i=1..D-1)", Sum(Span("i", 1, 6), Item("x", Name("i")))),
    ],
)
def test_expressions_are_read_as_written(text: str, tree: Expression) -> None:
    assert parse_expression(text, 7) == tree


@pytest.mark.parametrize(
    ("line", "statement"),
    [
        ("y = 2", Scalar("y", Number("2"))),
        ("n = [1, x1]", Listing("n", (Number("1"), X1))),
        ("c[i] = i for i = 1..4", Family("c", Span("i", 1, 4), Name("i"))),
        ("f = x1", Output("f", Number("1"), None, X1)),
        ("g3 = x1", Output("g", Number("3"), None, X1)),
        ("h[j+2] = x1 for j = 1..2", Output("h", Binary("+", Name("j"), Number("2")), Span("j", 1, 2), X1)),
    ],
)
def test_lines_are_read_as_written(line: str, statement: object) -> None:
    assert parse_line(line, 4) == statement


def test_lines_may_be_continued_commented_and_empty() -> None:
    text = "# a comment\ny = 1 +\n    x1 +   # more\n    x2\n\nf = y"
    assert parse(text, 2) == (
        Scalar("y", Binary("+", Binary("+", Number("1"), X1), Item("x", Number("2")))),
        Output("f", Number("1"), None, Name("y")),
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("y", "no '='"),
        ("y = ", "no '='"),
        ("y = 1 +", "no expression"),
        ("y = (1", "no expression"),
        ("y = x1 and x2", "not part of the notation"),
        ("y = x1 // 2", "not part of the notation"),
        ("y = 'text'", "not part of the notation"),
        ("y = lambda: 1", "no expression|not part"),
        ("y = __import__('os')", "no function '__import__'"),
        ("y = x.__class__", "not part of the notation"),
        ("y = erf(x1)", "no function 'erf'"),
        ("y = sin(x1, x2)", "sin takes 1 arguments, got 2"),
        ("y = max(x1)", "max takes two or more arguments, got 1"),
        ("y = if(x1, 1, 2)", "a choice is written"),
        ("y = if(1 < x1 < 2, 1, 2)", "a choice is written"),
        ("y = if(x1 != 2, 1, 2)", "a choice is written"),
        ("y = sum(x[i] for i = 1..n)", "neither a number nor D"),
        ("y = sum(x1)", "a sum is written"),
        ("y = sum(x[i] for i in range(3))", "a sum is written"),
        ("y = sum(x[i] for i in x)", "a sum is written"),
        ("y = True", "'True' is no number of the notation"),
        ("y = 0x10", "'0x10' is no number of the notation"),
        ("y = 1e999", "'1e999' is no number of the notation"),
        ("c[i] = i for i = 2..4", "cannot be assigned"),
        ("c[i+1] = i for i = 1..4", "cannot be assigned"),
        ("c[1] = 3", "cannot be assigned"),
        ("f = x1 for i = 1..4", "cannot be assigned"),
        ("2 = x1", "cannot be assigned"),
        ("a = b = c", "no expression"),
        ("a = [1, 2] + 1", "list"),
    ],
)
def test_a_line_that_breaks_the_rules_is_named_with_the_reason(line: str, why: str) -> None:
    with pytest.raises(NotationError, match=why) as error:
        parse_line(line, 4)
    assert line.strip() in str(error.value).replace("\\'", "'")
    assert isinstance(error.value, UsageError)


@given(st.text(alphabet="xyfgh123.+-*/^()[]<>=, ifsumorpD_'\"\\#:", max_size=40))
def test_any_text_is_read_or_refused_but_never_fails_otherwise(text: str) -> None:
    with suppress(NotationError):
        build(text, 3)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("g1 = x1", "needs one objective"),
        ("f = x1\nf = x2", "not numbered"),
        ("f = y", "'y' is used before it is defined"),
        ("f = y\ny = 1", "'y' is used before it is defined"),
        ("f = x4", "elements 1 to 3, not 4"),
        ("f = x0", "'x0' is used before"),
        ("f = x[0]", "elements 1 to 3, not 0"),
        ("f = sum(x[i+1] for i = 1..3)", "elements 1 to 3, not 2 to 4"),
        ("f = sum(x[4-i] for i = 1..3)", "must grow"),
        ("f = sum(x1 for i = 1..3)", "Nothing is repeated"),
        ("f = sum(x[i] for i = 3..1)", "Nothing is repeated"),
        ("i = 1\nf = sum(x[i] for i = 1..3)", "already in use"),
        ("f = sum(sum(x[i] for i = 1..3)*x[i] for i = 1..3)", "already in use"),
        ("c[i] = x1 for i = 1..3\nf = x1", "Nothing is repeated"),
        ("f = c[1]", "no vector 'c'"),
        ("f = x[round(x1)]", "no list of constants"),
        ("c = [x1, x2]\nf = c[round(x1)]", "no list of constants"),
        ("y = 1\ny = 2\nf = y", "defined twice"),
        ("np = 1\nf = np", "cannot be the name"),
        ("range = 1\nf = range", "'range' cannot be the name of a quantity"),
        ("int = 1\nf = int", "'int' cannot be the name of a quantity"),
        ("f = sum(x[np] for np = 1..3)", "'np' cannot be the name of an index"),
        ("c[range] = x[range] for range = 1..3\nf = c[1]", "'range' cannot be the name of an index"),
        ("f = sum(x[_i] for _i = 1..3)", "'_i' cannot be the name of an index"),
        ("lambda = 1\nf = 1", "no expression"),
        ("a__b = 1\nf = 1", "cannot be the name"),
        ("_a = 1\nf = 1", "cannot be the name"),
        ("total1 = 1\nf = 1", "cannot be the name"),
        ("f = x1\ng2 = x1", "not numbered"),
        ("f = x1\ng1 = x1\ng1 = x2", "not numbered"),
        ("f = x1\ng[i] = x[i] for i = 1..2\ng2 = x1", "not numbered"),
        ("f = x1\ng[2*i] = x[i] for i = 1..2", "Constraints are numbered"),
        ("f = x1\ng[x1] = x1", "Constraints are numbered|not numbered"),
    ],
)
def test_a_definition_with_a_gap_or_a_slip_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotationError, match=why):
        build(text, 3)


def test_a_program_knows_its_constraints_and_what_they_stand_on() -> None:
    quantities = "a = 1\nb = a + x1\nunused = b\nc[i] = x[i] for i = 1..2"
    program = build(f"{quantities}\ng3 = b\ng[i] = c[i] for i = 1..2\nf = a", 2)
    assert (program.n_inequality, program.n_equality) == (3, 0)
    assert [numbers(output) for output in program.outputs("g")] == [range(1, 3), range(3, 4)]
    assert [quantity.name for quantity in program.needed(program.outputs("g"))] == ["a", "b", "c"]
    assert [quantity.name for quantity in program.needed(program.outputs("f"))] == ["a"]
    assert program.constant == {"a"}


def test_the_source_of_a_program_tells_tables_and_dimension_apart() -> None:
    text = "f = sum(w[i]*x[i] for i = 1..2)"
    sources = {build(text, dim, {"w": weights}).source for dim in (2, 3) for weights in ((1.0, 2.0), (1.0, 3.0))}
    assert len(sources) == 4


def test_bounds_are_read_clause_by_clause() -> None:
    assert parse_bounds("x1 in [0, 1e4]; x2..x3 in [-0.51, 1.49]\nx4 in [1, 2]") == (
        (0.0, -0.51, -0.51, 1.0),
        (1e4, 1.49, 1.49, 2.0),
    )


def test_bounds_may_be_written_as_python_prints_numbers() -> None:
    assert parse_bounds("x1 in [-1e+20, .5]; x2 in [1E-07, 1.]") == ((-1e20, 1e-7), (0.5, 1.0))


@pytest.mark.parametrize(
    "text",
    [
        "x2 in [0, 1]",
        "x1 in [0, 1]; x3 in [0, 1]",
        "x1 in 0, 1",
        "x1 in [0]",
        "x1 in [a, b]",
        "x1 in [1, 0]",
        "x1 in [0, 1e999]",
        "x1 in [0, 1]; x2..x1 in [0, 1]",
        " ; ",
    ],
)
def test_bounds_with_a_gap_or_a_slip_are_refused(text: str) -> None:
    with pytest.raises(NotationError, match="In the bounds"):
        parse_bounds(text)
