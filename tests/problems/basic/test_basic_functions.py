from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.basic import BASIC_FUNCTIONS, BasicFunction, basic_function
from llamoco_bench.problems.basic.transform import transformed

# Values of the competitions' C code, and of 60-digit arithmetic for the functions of the literature.
GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "basic_functions.json").read_text())
ALL = pytest.mark.parametrize("function", BASIC_FUNCTIONS.values(), ids=BASIC_FUNCTIONS)


def within(function: BasicFunction, n: int = 200, dim: int = 7, seed: int = 1) -> np.ndarray[Any, Any]:
    """Random z over the function's own domain, (n, dim)."""
    return function.scale * np.random.default_rng(seed).uniform(-100.0, 100.0, (n, dim))


def test_the_suite_has_the_25_functions_of_the_golden_values() -> None:
    assert set(BASIC_FUNCTIONS) == set(GOLDEN["functions"])
    assert len(BASIC_FUNCTIONS) == 25


@ALL
@pytest.mark.parametrize("dim", ["2", "10", "30"])
def test_plain_values_are_the_golden_ones(function: BasicFunction, dim: str) -> None:
    golden = GOLDEN["functions"][function.name]
    z = function.scale * np.array(GOLDEN["points"][dim]["x"])
    np.testing.assert_allclose(function(z), golden["f"][dim], rtol=1e-9, atol=1e-8)


@ALL
@pytest.mark.parametrize("dim", ["2", "10", "30"])
def test_shifted_and_rotated_values_are_the_golden_ones(function: BasicFunction, dim: str) -> None:
    golden, points = GOLDEN["functions"][function.name], GOLDEN["points"][dim]
    x, o, rotation = (np.array(points[key]) for key in ("x_shift_rotated", "shift", "rotation"))
    np.testing.assert_allclose(
        transformed(function, x, o, rotation), golden["f_shift_rotated"][dim], rtol=1e-9, atol=1e-8
    )


@ALL
def test_scales_are_those_of_the_definitions(function: BasicFunction) -> None:
    assert function.scale == pytest.approx(GOLDEN["functions"][function.name]["scale"], rel=1e-15)


@ALL
def test_one_vector_gives_a_float_and_many_give_the_same_values(function: BasicFunction) -> None:
    z = within(function, 9)
    singles = [function(vector) for vector in z]
    assert all(type(value) is float for value in singles)
    np.testing.assert_allclose(np.asarray(function(z)), np.asarray(singles), rtol=1e-12)
    np.testing.assert_array_equal(function(z.reshape(3, 3, 7)), np.reshape(function(z), (3, 3)))


@ALL
def test_the_minimum_is_zero_at_zero_and_nothing_lies_below(function: BasicFunction) -> None:
    for dim in (function.smallest, 8, 50):
        assert function(np.zeros(dim)) == pytest.approx(0.0, abs=1e-11)
        assert np.min(function(within(function, 500, dim))) >= -1e-11


@ALL
def test_functions_called_symmetric_are_and_the_others_are_not(function: BasicFunction) -> None:
    z = within(function) + 1e-3  # off the ties of roundings
    alike = np.allclose(function(z), function(-z), rtol=1e-12)
    # Steps are symmetric up to the edges of the plateaus.
    assert alike == function.symmetric


@ALL
def test_in_functions_called_separable_the_better_coordinate_is_better_whatever_the_others_are(
    function: BasicFunction,
) -> None:
    z = within(function)
    here, there = z.copy(), z.copy()
    here[:, 0], there[:, 0] = z[0, 0], 0.5 * z[0, 0]
    same_order = np.array_equal(np.argsort(function(here)), np.argsort(function(there)))
    assert same_order == function.separable


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'rastrigin'"):
        basic_function("rastrigins")


def test_too_few_coordinates_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 coordinates"):
        basic_function("rosenbrock")([1.0])
    with pytest.raises(ValueError, match="coordinates"):
        basic_function("sphere")(3.0)
