from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from llamoco_bench.problems.describe import latex
from llamoco_bench.problems.describe.algebra import commuted, distributed
from llamoco_bench.problems.describe.evaluator import evaluator
from llamoco_bench.problems.describe.latex_forms import FORMS, statement
from llamoco_bench.problems.describe.notation import parse_expression
from llamoco_bench.problems.describe.program import build
from llamoco_bench.problems.problem import Array
from tests.problems.describe.programs import DIM, POINTS, programs
from tests.problems.latex_reader import LatexProblem
from tests.problems.vectors import distance


@settings(max_examples=40)
@given(programs(), POINTS)
def test_the_plain_form_read_back_computes_what_the_evaluator_computes(text: str, x: Array) -> None:
    program = build(text, DIM)
    with np.errstate(all="ignore"):
        expected = evaluator(program)(x[np.newaxis])
        try:
            found = LatexProblem(statement(program, "plain")).evaluate(x, {})
        except (OverflowError, ValueError):  # an index that is no number
            assert not all(np.all(np.isfinite(values)) for values in expected)
            return
    for values, wanted in zip(([found.f], found.g, found.h), expected, strict=True):
        assert np.all(distance(np.array(values), np.ravel(wanted)) <= 1e-9)


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("x1/(2*x2)", r"\frac{x_{1}}{2 x_{2}}"),
        ("(x1 + 1)*x2", r"\left(x_{1} + 1\right) x_{2}"),
        ("x1 - (x2 - 1)", r"x_{1} - \left(x_{2} - 1\right)"),
        ("x1 + -x2", r"x_{1} + \left(-x_{2}\right)"),
        ("-(-x1*x2)", r"-\left(-x_{1} x_{2}\right)"),
        ("2*3*x1", r"2 \cdot 3 x_{1}"),
        ("x1*2", r"x_{1} \cdot 2"),
        ("x1*(1/3)", r"x_{1} \cdot \frac{1}{3}"),
        ("16.91e6", r"16.91 \times 10^{6}"),
        ("1e-6", "10^{-6}"),
        ("(x1 + 1)^2", r"\left(x_{1} + 1\right)^{2}"),
        ("x1^(-2/3)", r"x_{1}^{\frac{-2}{3}}"),
        ("sqrt(x1)^2", r"\left(\sqrt{x_{1}}\right)^{2}"),
        ("ln(x1)", r"\ln\left(x_{1}\right)"),
        ("log10(x1)", r"\log_{10}\left(x_{1}\right)"),
        ("abs(x1)", r"\left|x_{1}\right|"),
        ("round(x1)", r"\operatorname{round}\left(x_{1}\right)"),
        ("mod(x1 - 1, x2)", r"\left(\left(x_{1} - 1\right) \bmod x_{2}\right)"),
        ("max(x1, 2)", r"\max\left\{x_{1}, 2\right\}"),
        ("if(x1 <= 1, 2, 3)", r"\begin{cases} 2 & \text{if } x_{1} \le 1, \\ 3 & \text{otherwise} \end{cases}"),
        ("sum(x[i+1] for i = 1..3)", r"\sum_{i=1}^{3} x_{i + 1}"),
        ("2*sum(x[i] for i = 1..3)", r"2 \left(\sum_{i=1}^{3} x_{i}\right)"),
        ("sum(x[i] + 1 for i = 1..3)", r"\sum_{i=1}^{3} \left(x_{i} + 1\right)"),
        ("sum(-x[i]*x2 for i = 1..3)", r"\sum_{i=1}^{3} \left(-x_{i} x_{2}\right)"),
        ("pi", r"\pi"),
    ],
)
def test_expressions_are_set_as_in_print(expression: str, printed: str) -> None:
    assert latex.show(parse_expression(expression, 4)) == printed


@pytest.mark.parametrize(
    ("identifier", "printed"),
    [
        ("y", "y"),
        ("y2", "y_{2}"),
        ("tau", r"\tau"),
        ("tau1", r"\tau_{1}"),
        ("N_p", "N_{p}"),
        ("k_max", r"k_{\mathrm{max}}"),
        ("phi_o", r"\phi_{o}"),
        ("cost", r"\mathrm{cost}"),
        ("aa10", r"\mathrm{aa}_{10}"),
        ("Delta_T", r"\Delta_{T}"),
    ],
)
def test_names_become_symbols_with_subscripts(identifier: str, printed: str) -> None:
    assert latex.name(identifier) == printed


def test_the_index_of_an_element_is_the_last_subscript() -> None:
    assert (latex.name("N_p", "i"), latex.name("c", "i + 1")) == ("N_{p,i}", "c_{i + 1}")


def test_a_problem_is_set_line_by_line() -> None:
    text = "n = [2, 3]\nd[i] = n[i]*x[i] for i = 1..2\nunused = 3\nf = d[1]\ng[i] = d[i] - 1 for i = 1..2\nh1 = x1 - x3"
    assert statement(build(text, 3), "plain") == (
        "\\[\n\\begin{aligned}\n"
        "\\min_{x \\in \\mathbb{R}^{3}} \\quad & f(x) = d_{1}, \\\\\n"
        "\\text{subject to} \\quad & g_{i}(x) = d_{i} - 1 \\le 0, \\quad i = 1, \\dots, 2, \\\\\n"
        "& h_{1}(x) = x_{1} - x_{3} = 0, \\\\\n"
        "\\text{where} \\quad & n = \\left(2, 3\\right), \\\\\n"
        "& d_{i} = n_{i} x_{i}, \\quad i = 1, \\dots, 2\n"
        "\\end{aligned}\n\\]"
    )


@pytest.mark.parametrize(
    ("expression", "rewritten"),
    [
        ("x1 + x2 - 3", "-3 + x2 + x1"),
        ("x1 - x2", "-x2 + x1"),
        ("2*x1*x2", "2*x2*x1"),
        ("x1*(x2 + 1)", "(1 + x2)*x1"),
        ("x1/x2", "x1/x2"),
        ("sin(x1 + x2)^2", "sin(x2 + x1)^2"),
        ("if(x1 + x2 < 1, x1*x2, 2)", "if(x1 + x2 < 1, x2*x1, 2)"),
    ],
)
def test_commuting_reverses_terms_and_factors_but_keeps_numbers_in_front(expression: str, rewritten: str) -> None:
    assert commuted(parse_expression(expression, 3)) == parse_expression(rewritten, 3)


@pytest.mark.parametrize(
    ("expression", "rewritten"),
    [
        ("2*(x1 - x2)", "2*x1 - 2*x2"),
        ("(x1 + 3)*x2", "x1*x2 + 3*x2"),
        ("x1*(x2 + 3)", "x1*x2 + 3*x1"),
        ("1 + x1*(x2 - x3)", "1 + x1*x2 - x1*x3"),
        ("1 - x1*(x2 - x3)", "1 - (x1*x2 - x1*x3)"),
        ("(x1 + 1)*(x2 + 1)", "(x1 + 1)*(x2 + 1)"),
        ("ln(2*(x1 + 1))", "ln(2*x1 + 2*1)"),
    ],
)
def test_distributing_multiplies_plain_factors_into_sums(expression: str, rewritten: str) -> None:
    assert distributed(parse_expression(expression, 3)) == parse_expression(rewritten, 3)


@settings(max_examples=40)
@given(POINTS)
def test_all_forms_state_the_same_problem(x: Array) -> None:
    quantity = "q = 3*(x1 - x2*(x3 + 2)) - (x4 - 1)*x1"
    program = build(f"{quantity}\nf = q^2 - 2*(q + x1)*x2\ng1 = x1*(x2 - (x3 - x4)) - 4\nh1 = -(x1 + x2)*3", DIM)
    expected = evaluator(program)(x[np.newaxis])
    for form in FORMS:
        found = LatexProblem(statement(program, form)).evaluate(x, {})
        for values, wanted in zip(([found.f], found.g, found.h), expected, strict=True):
            assert np.all(distance(np.array(values), np.ravel(wanted)) <= 1e-9)
