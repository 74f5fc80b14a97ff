from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from llamoco_bench.problems.describe import layout
from llamoco_bench.problems.describe.evaluator import evaluator
from llamoco_bench.problems.describe.program import build
from llamoco_bench.problems.describe.python_styles import STYLES, styles
from llamoco_bench.problems.problem import Array
from tests.problems.describe.programs import DIM, POINTS, programs


@settings(max_examples=40)
@given(programs(), POINTS)
def test_every_style_computes_what_the_evaluator_computes(text: str, x: Array) -> None:
    program = build(text, DIM)
    with np.errstate(all="ignore"):
        expected = evaluator(program)(x[np.newaxis])
        for style in styles(program):
            scope: dict[str, Any] = {}
            exec(STYLES[style](program), scope)
            for name, values in zip(("objective", "inequality", "equality"), expected, strict=True):
                found = _call(scope, name, x)
                if found is not None:
                    np.testing.assert_allclose(np.ravel(found), np.ravel(values), rtol=1e-12, atol=1e-12)


def _call(scope: dict[str, Any], name: str, x: Array) -> Any:
    """Call a function of a text; None where a text may stop, as a program would (1/0, an index beyond a list)."""
    try:
        return scope[name](x.copy())
    except (ZeroDivisionError, IndexError, ValueError, OverflowError):
        return None


def code(text: str, style: str, dim: int = 4) -> str:
    return STYLES[style](build(text, dim))


FAMILY = """
n = [2, 3, 5]
d[i] = n[i]*x[i] for i = 1..3
f = sum(d[i]^2 for i = 1..3)
g[i] = d[i] - x[i+1] for i = 1..3
h1 = d[1]
"""


def test_the_plain_style_uses_temporary_variables_and_comprehensions() -> None:
    assert code(FAMILY, "plain") == (
        "import numpy as np\n\n\n"
        "def objective(x):\n"
        "    n = [2, 3, 5]\n"
        "    d = [n[i] * x[i] for i in range(3)]\n"
        "    return sum(d[i]**2 for i in range(3))\n\n\n"
        "def inequality(x):\n"
        "    n = [2, 3, 5]\n"
        "    d = [n[i] * x[i] for i in range(3)]\n"
        "    return np.array([d[i] - x[i + 1] for i in range(3)])\n\n\n"
        "def equality(x):\n"
        "    n = [2, 3, 5]\n"
        "    d = [n[i] * x[i] for i in range(3)]\n"
        "    return np.array([d[0]])\n"
    )


def test_the_helpers_style_computes_shared_quantities_in_one_function() -> None:
    assert code(FAMILY, "helpers") == (
        "import numpy as np\n\n"
        "n = [2, 3, 5]\n\n\n"
        "def intermediates(x):\n"
        "    d = [n[i] * x[i] for i in range(3)]\n"
        "    return d\n\n\n"
        "def objective(x):\n"
        "    d = intermediates(x)\n"
        "    return sum(d[i]**2 for i in range(3))\n\n\n"
        "def inequality(x):\n"
        "    d = intermediates(x)\n"
        "    return np.array([d[i] - x[i + 1] for i in range(3)])\n\n\n"
        "def equality(x):\n"
        "    d = intermediates(x)\n"
        "    return np.array([d[0]])\n"
    )


def test_the_helpers_style_hands_out_by_name_what_functions_need_differently() -> None:
    text = code("a = x1*x2\nb = x3^2\nc = a + b\nf = c + a\ng1 = b + c\ng2 = a\nh1 = b - 1", "helpers")
    assert '    return {"a": a, "b": b, "c": c}\n' in text
    assert '    a, c = shared["a"], shared["c"]\n' in text
    assert '    b = intermediates(x)["b"]\n' in text


def test_the_helpers_style_gives_every_constraint_a_function_where_nothing_is_shared() -> None:
    text = code("f = x1\ng1 = x1 - 1\ng[i+1] = x[i] - 2 for i = 1..2\nh1 = x1*x2", "helpers")
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert names == ["objective", "g1", "g2_to_g3", "inequality", "h1", "equality"]
    assert "    return np.array([g1(x), *g2_to_g3(x)])\n" in text


def test_the_vectorized_style_has_arrays_and_slices_instead_of_loops() -> None:
    assert code(FAMILY, "vectorized") == (
        "import numpy as np\n\n\n"
        "def objective(x):\n"
        "    n = np.array([2, 3, 5], dtype=float)\n"
        "    d = n * x[:3]\n"
        "    return np.sum(d**2)\n\n\n"
        "def inequality(x):\n"
        "    n = np.array([2, 3, 5], dtype=float)\n"
        "    d = n * x[:3]\n"
        "    return d - x[1:]\n\n\n"
        "def equality(x):\n"
        "    n = np.array([2, 3, 5], dtype=float)\n"
        "    d = n * x[:3]\n"
        "    return np.array([d[0]])\n"
    )


def test_the_loops_style_fills_arrays_and_adds_up() -> None:
    families = "d[i] = 2*x[i] for i = 1..3\ne[i] = d[i] + 1 for i = 1..3"
    assert code(f"{families}\nf = 1 + sum(e[i] for i = 2..3)", "loops") == (
        "import numpy as np\n\n\n"
        "def objective(x):\n"
        "    d = np.zeros(3)\n"
        "    e = np.zeros(3)\n"
        "    for i in range(3):\n"
        "        d[i] = 2 * x[i]\n"
        "        e[i] = d[i] + 1\n"
        "    total1 = 0.0\n"
        "    for i in range(1, 3):\n"
        "        total1 += e[i]\n"
        "    return 1 + total1\n"
    )


def test_families_that_look_at_their_neighbours_do_not_share_a_loop() -> None:
    text = code("d[i] = x[i] for i = 1..3\ne[i] = d[4 - 3] + d[i] for i = 1..3\nf = e[1]", "loops")
    assert text.count("for i in range(3):") == 2


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("x1 - (x2 - 1)", "x[0] - (x[1] - 1)"),
        ("x1 - x2 - 1", "x[0] - x[1] - 1"),
        ("x1/(x2*x3)", "x[0] / (x[1] * x[2])"),
        ("x1/x2*x3", "x[0] / x[1] * x[2]"),
        ("(x1^2)^3", "(x[0]**2)**3"),
        ("x1^x2^3", "x[0]**(x[1]**3)"),
        ("(-x1)^2", "(-x[0])**2"),
        ("-x1^2", "-x[0]**2"),
        ("x1^(-0.5)", "x[0]**(-0.5)"),
        ("x1 + -x2", "x[0] + (-x[1])"),
        ("-(x1*x2)", "-(x[0] * x[1])"),
        ("2*if(x1 > 1, x2, 3) + 1", "2 * (x[1] if x[0] > 1 else 3) + 1"),
        ("16.91e6*x1 + 0.020", "16.91e6 * x[0] + 0.020"),
        ("max(x1, 2, pi)", "np.max([x[0], 2, np.pi])"),
        ("ln(x1) + log10(x2)", "np.log(x[0]) + np.log10(x[1])"),
    ],
)
def test_expressions_have_the_parentheses_they_need_and_no_more(expression: str, printed: str) -> None:
    assert f"    return {printed}\n" in code(f"f = {expression}", "plain")


def test_an_index_that_is_a_quantity_is_made_whole_and_0_based() -> None:
    program = build("list = [10, 20, 30]\nn = round(x1)\nf = sum(list[n]*x[i] + list[i] for i = 1..2)", 2)
    for style in styles(program):
        scope: dict[str, Any] = {}
        exec(STYLES[style](program), scope)
        assert scope["objective"](np.array([3.2, 1.0])) == pytest.approx(30 * 4.2 + 30), style


def test_long_expressions_are_broken_at_the_weakest_operators() -> None:
    terms = " + ".join(f"x{i}*sin(x{i} - {i})" for i in range(1, 13))
    lines = code(f"f = {terms}", "plain", 12).splitlines()
    assert max(map(len, lines)) <= layout.WIDTH
    broken = [line.strip()[0] for line in lines if line.startswith("        ")][1:]
    assert broken == ["+"] * len(broken) != []


def test_what_cannot_be_broken_is_left_long() -> None:
    assert layout.broken("a" * 200) == ["a" * 200]


def test_only_definitions_with_families_or_sums_have_all_styles() -> None:
    assert styles(build("f = x1", 1)) == ("plain", "helpers")
    assert styles(build("f = sum(x[i] for i = 1..2)", 2)) == tuple(STYLES)
