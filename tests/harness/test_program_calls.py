from __future__ import annotations

import pytest

from llamoco_bench.program_calls import EMPTY, call_at, outline

PROGRAM = '''\
"""Says what it does."""
import numpy as np
import scipy.optimize
from scipy.optimize import minimize as go, differential_evolution

METHOD = "SLSQP"


def solve(objective, lower, upper, budget, seed):
    start = np.random.default_rng(
        seed
    )
    go(objective, lower, method=METHOD)
    scipy.optimize.dual_annealing(objective, bounds)
    return own(lower)
'''


def test_names_are_followed_through_imports() -> None:
    names = [call.name for call in outline(PROGRAM).calls if call.imported]
    assert names == ["numpy.random.default_rng", "scipy.optimize.minimize", "scipy.optimize.dual_annealing"]


def test_own_functions_are_told_from_imported_ones() -> None:
    assert [call.name for call in outline(PROGRAM).calls if not call.imported] == ["own"]


def test_constant_strings_are_known_also_by_name() -> None:
    [call] = [call for call in outline(PROGRAM).calls if call.name.endswith("minimize")]
    assert call.texts == {"method": "SLSQP"}


@pytest.mark.parametrize(("line", "name"), [(10, "numpy.random.default_rng"), (11, "numpy.random.default_rng")])
def test_call_is_found_by_any_of_its_lines(line: int, name: str) -> None:
    found = call_at(PROGRAM, line)
    assert found is not None
    assert found.name == name


def test_line_without_an_imported_call_has_none() -> None:
    assert call_at(PROGRAM, 15) is None


def test_innermost_call_of_a_line_counts() -> None:
    found = call_at("import numpy as np\nnp.abs(\n    np.sum(1)\n)\n", 3)
    assert found is not None
    assert found.name == "numpy.sum"


@pytest.mark.parametrize("program", ["def solve(:", "x = '\x00'", "(" * 5000])
def test_program_that_does_not_parse_has_an_empty_outline(program: str) -> None:
    assert outline(program) == EMPTY


def test_docstrings_and_names_are_kept() -> None:
    known = outline(PROGRAM)
    assert (known.names, known.docstrings) == (("solve",), ("Says what it does.",))
    assert known.modules == ("numpy", "scipy.optimize", "scipy.optimize")
