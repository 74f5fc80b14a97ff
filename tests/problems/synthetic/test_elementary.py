"""The compiled evaluator's own sine, exponential, logarithm and power are as good as a mathematical library's."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest

FOLDER = Path(__file__).parents[3] / "problems" / "_native"
SOURCE = """
#define W 2
#include "lanes.h"
#include "elementary.h"
#define EXPORT(name, expression) \\
    void name(const double *x, const double *p, double *out, int n) { \\
        for (int i = 0; i < n; i++) { vd v = splat(x[i]), q = splat(p[i]); (void)q; out[i] = (expression)[0]; } }
EXPORT(sin_within, sine_within(v))
EXPORT(sin_of, sine(v))
EXPORT(cos_of, cosine(v))
EXPORT(exp_of, exponential(v))
EXPORT(ln_of, logarithm(v))
EXPORT(pow_of, power(v, q))
EXPORT(floor_at, floor_of(v))
"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")]

Function = Callable[..., np.ndarray[Any, Any]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("elementary")
    (folder / "it.c").write_text(SOURCE)
    flags = ["-O2", "-ffp-contract=off", "-fno-math-errno", "-Wno-psabi", "-shared", "-fPIC", f"-I{FOLDER}"]
    subprocess.run(["gcc", *flags, str(folder / "it.c"), "-o", str(folder / "it.so")], check=True)
    return ctypes.CDLL(str(folder / "it.so"))


def call(library: ctypes.CDLL, name: str, x: Any, p: Any = 0.0) -> np.ndarray[Any, Any]:
    x, p = (np.ascontiguousarray(v, dtype=np.float64) for v in np.broadcast_arrays(x, p))
    out = np.empty(x.shape)
    pointers = [array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for array in (x, p, out)]
    getattr(library, name)(*pointers, ctypes.c_int(x.size))
    return out


def units_off(found: np.ndarray[Any, Any], exact: list[Any]) -> float:
    """Largest error in units of the last place of the exact value."""
    with mpmath.workdps(40):
        errors = [abs(mpmath.mpf(float(a)) - b) / np.spacing(abs(float(b))) for a, b in zip(found, exact, strict=True)]
    return float(max(errors))


def exactly(function: Callable[..., Any], *columns: np.ndarray[Any, Any]) -> list[Any]:
    with mpmath.workdps(40):
        return [function(*map(mpmath.mpf, map(float, row))) for row in zip(*columns, strict=True)]


def test_the_sine_is_good_to_a_few_units_within_half_a_turn(library: ctypes.CDLL) -> None:
    x = np.random.default_rng(1).uniform(-np.pi / 2, np.pi / 2, 20_000)
    assert units_off(call(library, "sin_within", x), exactly(mpmath.sin, x)) < 2.5


@pytest.mark.parametrize("reach", [10.0, 1e3, 1e5, 1e7])
def test_sine_and_cosine_are_good_beyond_it(library: ctypes.CDLL, reach: float) -> None:
    x = np.random.default_rng(2).uniform(-reach, reach, 5_000)
    for name, function in (("sin_of", mpmath.sin), ("cos_of", mpmath.cos)):
        exact = np.array([float(v) for v in exactly(function, x)])
        assert np.max(np.abs(call(library, name, x) - exact)) < 1e-15


def test_the_exponential_is_good_to_the_last_place(library: ctypes.CDLL) -> None:
    x = np.random.default_rng(3).uniform(-700.0, 700.0, 20_000)
    assert units_off(call(library, "exp_of", x), exactly(mpmath.exp, x)) < 1.1
    assert call(library, "exp_of", [0.0, -800.0, 800.0, -np.inf, np.inf]).tolist() == [1.0, 0.0, np.inf, 0.0, np.inf]
    assert np.isnan(call(library, "exp_of", [np.nan])[0])


def test_the_logarithm_is_good_to_the_last_place(library: ctypes.CDLL) -> None:
    x = 10.0 ** np.random.default_rng(4).uniform(-300.0, 300.0, 20_000)
    assert units_off(call(library, "ln_of", x), exactly(mpmath.log, x)) < 1.0
    near_one = np.random.default_rng(5).uniform(0.5, 2.0, 20_000)
    assert units_off(call(library, "ln_of", near_one), exactly(mpmath.log, near_one)) < 1.0
    assert call(library, "ln_of", [1.0]).tolist() == [0.0]


def test_powers_lose_no_more_than_the_exponent_of_e_does(library: ctypes.CDLL) -> None:
    rng = np.random.default_rng(6)
    x, p = 10.0 ** rng.uniform(-8.0, 8.0, 5_000), rng.uniform(0.2, 6.0, 5_000)
    exact = np.array([float(v) for v in exactly(lambda a, b: a**b, x, p)])
    assert np.max(np.abs(call(library, "pow_of", x, p) / exact - 1.0)) < 3e-14
    assert call(library, "pow_of", [0.0, np.inf], 0.2).tolist() == [0.0, np.inf]


def test_whole_numbers_below_are_exact(library: ctypes.CDLL) -> None:
    x = np.array([0.0, -0.5, 0.5, 1.5, -1.5, 2.5, 0.9999999999999999, -1e-300, 12345.999999999998, -7.0])
    assert call(library, "floor_at", x).tolist() == np.floor(x).tolist()
