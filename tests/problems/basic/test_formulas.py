from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.basic.formula import Formula, Number, in_dimension
from llamoco_bench.problems.basic.formulas import FORMULAS
from llamoco_bench.problems.basic.latex import LatexPrinter, number_text
from llamoco_bench.problems.basic.laws import LAWS, rewrite
from llamoco_bench.problems.basic.python_arrays import ArrayPrinter
from llamoco_bench.problems.basic.python_loops import LoopWriter
from llamoco_bench.problems.basic.written import written


def inline(formula: Formula, dim: int) -> str:
    return "\n".join(ArrayPrinter(dim).lines(in_dimension(formula, dim), "f ="))


def general(formula: Formula, dim: int) -> str:
    return "\n".join(["n = len(z)", *ArrayPrinter().lines(formula, "f =")])


def loops(formula: Formula, dim: int) -> str:
    writer = LoopWriter(dim)
    writer.write(in_dimension(formula, dim), "f =")
    return "\n".join(writer.lines)


def value(code: str, name: str, z: Any) -> float:
    u = 2.0 * z
    scope: dict[str, Any] = {"np": np, "math": math, "z": u if name == "lunacek_bi_rastrigin" else z, "u": u}
    exec(code, scope)
    return float(scope["f"])


def test_every_base_function_has_a_formula() -> None:
    assert list(FORMULAS) == list(BASIC_FUNCTIONS)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("dim", [2, 3, 16])
@pytest.mark.parametrize("printed", [inline, general, loops])
def test_printed_code_computes_the_function(name: str, dim: int, printed: Callable[[Formula, int], str]) -> None:
    function = BASIC_FUNCTIONS[name]
    code = printed(FORMULAS[name], dim)
    for z in function.scale * np.random.default_rng(dim).uniform(-150.0, 150.0, (5, dim)):
        assert value(code, name, z) == pytest.approx(function(z), rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("law", LAWS)
def test_laws_of_algebra_leave_the_value_alone(name: str, law: str) -> None:
    function = BASIC_FUNCTIONS[name]
    z = function.scale * np.random.default_rng(5).uniform(-100.0, 100.0, 9)
    changed = rewrite(in_dimension(FORMULAS[name], 9), LAWS[law])
    code = "\n".join(ArrayPrinter(9).lines(changed, "f ="))
    assert value(code, name, z) == pytest.approx(function(z), rel=1e-9)


def test_laws_change_the_form_of_most_functions() -> None:
    def shown(name: str, law: str) -> str:
        return LatexPrinter("1", 9).show(rewrite(in_dimension(FORMULAS[name], 9), LAWS[law]).value)

    for law in ("commuted", "distributed"):
        changed = [name for name in FORMULAS if shown(name, law) != shown(name, "plain")]
        assert len(changed) >= 12


def test_rastrigin_reads_as_in_a_textbook() -> None:
    formula = in_dimension(FORMULAS["rastrigin"], 16)
    latex = LatexPrinter("2", 16).show(formula.value)
    assert latex == r"\sum_{i=1}^{16} \left(z_{2,i}^{2} - 10 \cos\left(2 \pi z_{2,i}\right) + 10\right)"
    assert inline(FORMULAS["rastrigin"], 16) == "f = np.sum(z ** 2 - 10 * np.cos(2 * np.pi * z) + 10)"


@pytest.mark.parametrize(
    ("number", "code", "latex"),
    [
        (2.0, "2", "2"),
        (0.0512, "0.0512", "0.0512"),
        (1e6, "1e6", "10^{6}"),
        (1.03e6, "1.03e6", r"1.03 \times 10^{6}"),
        (3.08e10, "3.08e10", r"3.08 \times 10^{10}"),
        (1.5e-7, "1.5e-07", r"1.5 \times 10^{-7}"),
        (1.25e22, "1.25e22", r"1.25 \times 10^{22}"),
        (27506.05, "27506.05", "27506.05"),
    ],
)
def test_numbers_are_written_short_and_exact(number: float, code: str, latex: str) -> None:
    assert written(number) == code
    assert float(code) == number
    assert number_text(number) == latex


def test_whole_numbers_are_worked_out_but_nothing_else_is() -> None:
    i_less_one_over_15 = in_dimension(FORMULAS["elliptic"], 16)
    assert "15" in LatexPrinter("1", 16).show(i_less_one_over_15.value)
    assert in_dimension(Formula(Number(0.5) + Number(1)), 3).value == Number(0.5) + Number(1)
