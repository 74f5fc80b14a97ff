from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings

from llamoco_bench.problems.describe.evaluator import evaluator
from llamoco_bench.problems.describe.interpret import Value, quantity_value, value_of
from llamoco_bench.problems.describe.program import Program, build
from llamoco_bench.problems.describe.tree import Output
from llamoco_bench.problems.problem import Array
from tests.problems.describe.programs import DIM, POINTS, programs


def interpreted(program: Program, x: Array) -> dict[str, list[float]]:
    """Evaluate a definition node by node."""
    scope: dict[str, Value] = {"x": tuple(x.tolist()), **program.tables}
    values: dict[str, dict[int, float]] = {"f": {}, "g": {}, "h": {}}
    for statement in program.statements:
        if not isinstance(statement, Output):
            scope[statement.name] = quantity_value(statement, scope)
            continue
        for i in statement.span or [0]:
            at = {**scope, statement.span.index: float(i)} if statement.span else scope
            values[statement.kind][int(value_of(statement.index, at))] = value_of(statement.value, at)
    return {kind: [found[number] for number in sorted(found)] for kind, found in values.items()}


@settings(max_examples=40)
@given(programs(), POINTS)
def test_one_point_many_points_and_the_interpreter_agree_to_the_bit(text: str, x: Array) -> None:
    program = build(text, DIM)
    evaluate = evaluator(program)
    expected = interpreted(program, x)
    for values in (evaluate(x[np.newaxis]), evaluate(np.array([x, x + 1.0]))):
        np.testing.assert_array_equal(values.f[0], expected["f"][0])
        np.testing.assert_array_equal(values.g[0], expected["g"])
        np.testing.assert_array_equal(values.h[0], expected["h"])


@pytest.mark.parametrize(
    ("expression", "function"),
    [
        ("exp(x1)", np.exp),
        ("ln(x1)", np.log),
        ("log10(x1)", np.log10),
        ("sqrt(x1)", np.sqrt),
        ("sin(x1)", np.sin),
        ("cos(x1)", np.cos),
        ("tan(x1)", np.tan),
        ("asin(x1)", np.arcsin),
        ("acos(x1)", np.arccos),
        ("atan(x1)", np.arctan),
        ("abs(x1)", np.abs),
        ("x1^0.3", lambda v: v**0.3),
        ("x1^3", lambda v: v**3),
        ("x1^0.5", np.sqrt),
        ("2^x1", lambda v: 2.0**v),
        ("1/x1", lambda v: 1 / v),
        ("mod(x1, 3)", lambda v: np.mod(v, 3.0)),
        ("mod(3, x1)", lambda v: np.mod(3.0, v)),
        ("max(x1, 2, 1)", lambda v: np.maximum(v, 2.0)),
    ],
)
def test_functions_follow_numpy_also_where_they_are_infinite_or_undefined(expression: str, function: object) -> None:
    evaluate = evaluator(build(f"f = {expression}", 1))
    x = np.array([0.25, 0.9, 1.0, 2.5, 0.0, -0.0, -1.0, -0.3, 1000.0, 1e308, np.inf, -np.inf, np.nan])
    with np.errstate(all="ignore"):
        expected = function(x)  # type: ignore[operator]
    np.testing.assert_allclose(evaluate(x[:, np.newaxis]).f, expected, rtol=1e-14)
    for value, wanted in zip(x, expected, strict=True):
        np.testing.assert_allclose(evaluate(np.array([[value]])).f, [wanted], rtol=1e-14)


def test_halves_are_rounded_away_from_zero_but_nothing_less() -> None:
    evaluate = evaluator(build("f = round(x1)", 1))
    x = np.array([0.5, 1.5, 2.5, -0.5, -2.5, 0.49999999999999994, -0.49999999999999994, 4503599627370495.5, 2.4999])
    expected = [1, 2, 3, -1, -3, 0, 0, 4503599627370496, 2]
    np.testing.assert_array_equal(evaluate(x[:, np.newaxis]).f, expected)
    np.testing.assert_array_equal([evaluate(np.array([[value]])).f[0] for value in x], expected)


def test_an_index_beyond_a_list_is_clipped_and_no_number_stays_none() -> None:
    evaluate = evaluator(build("list = [10, 20, 30]\nf = list[round(x1)]", 1))
    x = np.array([-5.0, 0.4, 1.0, 2.4, 3.0, 9.0, np.inf, -np.inf, np.nan])
    expected = [10, 10, 10, 20, 30, 30, 30, 10, np.nan]
    np.testing.assert_array_equal(evaluate(x[:, np.newaxis]).f, expected)
    np.testing.assert_array_equal([evaluate(np.array([[value]])).f[0] for value in x], expected)


def test_an_index_may_be_a_quantity() -> None:
    text = "list = [10, 20, 30]\nn = round(x1)\nm = 2\nf = list[n] + list[m]\ng1 = sum(list[n]*x[i] for i = 1..2)"
    x = np.array([[3.2, 1.0], [1.0, 2.0]])
    evaluate = evaluator(build(text, 2))
    np.testing.assert_allclose(evaluate(x).f, [50, 30])
    np.testing.assert_allclose(evaluate(x[:1]).f, [50])
    np.testing.assert_allclose(evaluate(x).g[:, 0], [126, 30])
    np.testing.assert_allclose(evaluate(x[:1]).g[:, 0], [126])


def test_a_complex_power_counts_as_undefined_even_if_it_would_become_real_again() -> None:
    evaluate = evaluator(build("f = abs(x1^0.3)\ng1 = if(x1^0.3 > 0, 1, 2)\nh1 = (x1^0.3)^2", 1))
    values = evaluate(np.array([[-1.0]]))
    assert math.isnan(values.f[0])
    assert values.g[0, 0] == 2.0
    assert math.isnan(values.h[0, 0])


def test_only_the_chosen_branch_decides() -> None:
    evaluate = evaluator(build("f = if(abs(x1) <= 1, acos(x1), 7)", 1))
    np.testing.assert_allclose(evaluate(np.array([[0.5], [2.0]])).f, [math.acos(0.5), 7.0])
    assert evaluate(np.array([[2.0]])).f[0] == 7.0


@pytest.mark.parametrize(
    "body",
    [
        "w[i]*x[i]",
        "w[i]*x2",
        "i*x1",
        "x[i]",
        "x[i]^2*w[i]",
        "w[i]*cos(x[i])",
        "sin(x[i]) + x[1]",
        "i*x[i]",
        "c[i]*w[i]",
    ],
)
def test_long_sums_agree_with_adding_up(body: str) -> None:
    weights = tuple(np.linspace(-1.0, 2.0, 60).tolist())
    program = build(f"c[i] = x[i]/2 + x1 for i = 1..60\nf = sum({body} for i = 1..60)", 60, {"w": weights})
    x = np.random.default_rng(0).normal(size=(2, 60))
    expected = [interpreted(program, point)["f"][0] for point in x]
    evaluate = evaluator(program)
    np.testing.assert_allclose(evaluate(x).f, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose([evaluate(point[np.newaxis]).f[0] for point in x], expected, rtol=1e-12, atol=1e-12)


def test_sums_within_sums_agree_with_adding_up() -> None:
    text = "k = [2, 3, 5]\nf = sum(sum(x[i]*cos(k[j]*x[i]) for i = 1..20)^2/k[j] for j = 1..3)"
    x = np.random.default_rng(0).normal(size=(3, 20))
    k = np.array([2.0, 3.0, 5.0])
    inner = (x[:, np.newaxis] * np.cos(k[:, np.newaxis] * x[:, np.newaxis])).sum(axis=2)
    expected = (inner**2 / k).sum(axis=1)
    evaluate = evaluator(build(text, 20))
    np.testing.assert_allclose(evaluate(x).f, expected, rtol=1e-12)
    np.testing.assert_allclose([evaluate(point[np.newaxis]).f[0] for point in x], expected, rtol=1e-12)


def test_a_sum_over_part_of_the_point_ignores_infinities_elsewhere() -> None:
    evaluate = evaluator(build("f = sum(x[i] for i = 1..20)\ng1 = sum(x[i] for i = 21..40)", 40))
    x = np.ones((1, 40))
    x[0, 0] = np.inf
    assert (evaluate(x).f[0], evaluate(x).g[0, 0]) == (np.inf, 20.0)


def test_deep_nesting_compiles() -> None:
    program = "\n".join(["q0 = x1", *(f"q{n} = sin(1 + q{n - 1})" for n in range(1, 300)), "f = q299"])
    evaluate = evaluator(build(program, 1))
    single = evaluate(np.array([[0.3]])).f[0]
    np.testing.assert_allclose(single, evaluate(np.array([[0.3], [0.4]])).f[0], rtol=1e-12)


def test_constants_are_worked_out_before_and_may_be_infinite() -> None:
    text = "a = 1/0\nb = -a\nw = [1, a, 0/0]\nf = if(x1 < a, w[1], 0) + max(b, 3)\ng1 = w[2]\ng2 = w[3]"
    evaluate = evaluator(build(text, 1))
    values = evaluate(np.array([[2.0]]))
    assert (values.f[0], values.g[0, 0]) == (4.0, np.inf)
    assert math.isnan(values.g[0, 1])


def test_names_of_quantities_cannot_hide_what_the_evaluator_needs() -> None:
    names = ["log", "fabs", "inf", "nan", "pick", "stack", "evaluate", "out", "raw", "c1", "t1", "matrix", "l", "x1x"]
    quantities = [f"{name} = x1 + {n}" for n, name in enumerate(names)]
    text = "\n".join([*quantities, f"f = {' + '.join(names)} + ln(abs(x2))"])
    evaluate = evaluator(build(text, 2))
    x = np.array([[1.0, math.e], [1.0, -math.e]])
    expected = len(names) + sum(range(len(names))) + 1.0
    np.testing.assert_allclose(evaluate(x).f, expected)
    np.testing.assert_allclose(evaluate(x[:1]).f, expected)
