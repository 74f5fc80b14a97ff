from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems import _native
from llamoco_bench.problems._native import levels, use_level
from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.problem import Evaluation
from llamoco_bench.problems.synthetic.compiled import compile_instance, evaluator_of
from llamoco_bench.problems.synthetic.families import FAMILIES
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.reference import ReferenceEvaluator
from tests.problems.synthetic.making import CONSTRUCTIONS, make, meeting, needs_native, points

pytestmark = needs_native

# Relative to the value, or to 1 where that is smaller: what differs is the rounding of sums and of sines.
AGREEMENT = 5e-12


@pytest.fixture(autouse=True)
def restored_level() -> Iterator[None]:
    yield
    use_level(levels()[-1])


def assert_agrees(instance: Instance, reach: float = 100.0) -> None:
    """Compare with numpy; the fraction of a coordinate, which ripples stand on, loses what its whole part takes up."""
    x, tolerance = points(instance.dim, reach=reach), AGREEMENT * reach / 100.0
    found, wanted = compile_instance(instance).evaluate(x), ReferenceEvaluator(instance).evaluate(x)
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine.shape == theirs.shape
        assert np.all(np.abs(mine - theirs) <= tolerance * np.maximum(np.abs(theirs), 1.0))


@pytest.mark.parametrize("name", BASIC_FUNCTIONS)
@pytest.mark.parametrize("dim", [6, 9, 20, 50])
def test_base_functions_agree_with_numpy(name: str, dim: int) -> None:
    for kind, rotated in CONSTRUCTIONS:
        assert_agrees(make(kind, meeting(name, kind), dim=dim, rotated=rotated))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dim", [4, 11, 24])
def test_constraints_agree_with_numpy(family: str, dim: int) -> None:
    for kind, rotated in CONSTRUCTIONS:
        both = ((family, False), (family, True))
        assert_agrees(make(kind, meeting("sphere", kind)[:2], both, dim=dim, rotated=rotated))


def test_a_whole_problem_agrees_with_numpy() -> None:
    families = (("ball", False), ("slow_waves", False), ("ring", True), ("linear", True))
    assert_agrees(make("hybrid", ("ackley", "lunacek_bi_rastrigin", "schwefel"), families, dim=30))
    assert_agrees(make("composition", ("ackley", "lunacek_bi_rastrigin", "schwefel"), families, dim=30))


def test_values_agree_far_outside_the_bounds() -> None:
    for name in BASIC_FUNCTIONS:
        if name != "sum_of_different_powers":  # 10^4 to the power of 40 exceeds the range of doubles
            assert_agrees(make(functions=(name,), dim=8), reach=1e4)


@pytest.mark.parametrize("name", BASIC_FUNCTIONS)
def test_the_value_at_the_shift_is_exactly_zero_where_the_formula_allows(name: str) -> None:
    instance = make(functions=(name,), dim=13)
    f = compile_instance(instance).objective(instance.shift)
    if name == "schwefel":  # its constants are rounded
        assert 0.0 <= f < 1e-10
    else:
        assert f == 0.0


@pytest.mark.parametrize("name", BASIC_FUNCTIONS)
@pytest.mark.parametrize("dim", [6, 19, 33, 50])
def test_one_point_and_many_have_the_same_bits_on_every_level(name: str, dim: int) -> None:
    for kind, rotated in CONSTRUCTIONS:
        families = (("smooth_maximum", False), ("shells", True))
        evaluator = compile_instance(make(kind, meeting(name, kind), families, dim=dim, rotated=rotated))
        x = points(dim)
        expected = evaluator.evaluate(x)
        for level in levels():
            use_level(level)
            assert_same_bits(evaluator.evaluate(x), expected)
            assert [evaluator.objective(point) for point in x] == expected.f.tolist()
            assert [evaluator.inequality(point)[0] for point in x] == expected.g[:, 0].tolist()
            assert [evaluator.equality(point)[0] for point in x] == expected.h[:, 0].tolist()


@pytest.mark.parametrize("family", FAMILIES)
def test_constraints_have_the_same_bits_on_every_level(family: str) -> None:
    evaluator = compile_instance(make(families=((family, False), (family, True)), dim=29))
    expected = evaluator.evaluate(points(29))
    for level in levels():
        use_level(level)
        assert_same_bits(evaluator.evaluate(points(29)), expected)


def assert_same_bits(found: Evaluation, expected: Evaluation) -> None:
    assert all(mine.tobytes() == theirs.tobytes() for mine, theirs in zip(found, expected, strict=True))


def test_points_may_come_in_any_form() -> None:
    instance = make(families=(("ball", False),), dim=6)
    evaluator: Any = compile_instance(instance)
    x = points(6)
    expected = evaluator.objective(x)
    assert [evaluator.objective(point.tolist()) for point in x] == expected.tolist()
    assert [evaluator.objective(tuple(point.tolist())) for point in x] == expected.tolist()
    assert [evaluator.objective([np.float64(v) for v in point]) for point in x] == expected.tolist()
    assert evaluator.objective(np.asfortranarray(x)).tolist() == expected.tolist()
    assert evaluator.objective(x[::2]).tolist() == expected[::2].tolist()
    assert evaluator.objective(x.astype(">f8")).tolist() == expected.tolist()
    whole = np.round(x)
    assert evaluator.objective(whole.astype(np.int64)).tolist() == evaluator.objective(whole).tolist()
    assert evaluator.objective(x[:0]).shape == (0,)
    assert evaluator.inequality(x[0]).shape == (1,)
    assert evaluator.inequality(x).shape == (25, 1)
    assert evaluator.equality(x[0]).shape == (0,)
    assert evaluator.equality(x).shape == (25, 0)


@pytest.mark.parametrize("compiled", [True, False])
def test_points_of_a_wrong_shape_are_refused_by_name(compiled: bool) -> None:
    instance = make(dim=6)
    evaluator = compile_instance(instance) if compiled else ReferenceEvaluator(instance)
    for wrong in (np.zeros(5), np.zeros((3, 7)), np.zeros((2, 3, 6)), 1.0, [1.0, 2.0]):
        with pytest.raises(ValueError, match=r"synthetic/made-composition expects points of shape \(6,\) or \(n, 6\)"):
            evaluator.objective(wrong)
    with pytest.raises(ValueError, match="could not convert"):
        evaluator.objective(["a"] * 6)


def test_the_points_are_left_as_they_are() -> None:
    evaluator, x = compile_instance(make(functions=("schwefel_1_2", "expanded_schaffer_f6"), dim=8)), points(8)
    before = x.copy()
    x.setflags(write=False)
    evaluator.evaluate(x)
    evaluator.objective(x[3])
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("name", BASIC_FUNCTIONS)
def test_a_point_that_is_not_finite_has_no_finite_value_and_spoils_no_other(name: str) -> None:
    evaluator: Any = compile_instance(make(functions=(name,), dim=9))
    x = points(9)
    expected = evaluator.objective(x)
    for bad in (np.nan, np.inf, -np.inf):
        spoilt = x.copy()
        spoilt[2, 4] = bad
        found = evaluator.objective(spoilt)
        assert not np.isfinite(found[2])
        assert np.delete(found, 2).tolist() == np.delete(expected, 2).tolist()


def test_a_product_of_many_dimensions_is_evaluated_beyond_those_of_the_suite() -> None:
    assert_agrees(make(functions=("rastrigin", "griewank"), families=(("ellipsoid", False),), dim=200))


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(UsageError, match="Allowed: baseline"):
        use_level("avx9000")


def test_where_there_is_no_compiled_module_numpy_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_native, "_evaluator", None)
    assert not _native.native_available()
    assert isinstance(evaluator_of(make()), ReferenceEvaluator)
    assert _native.levels() == ()
    with pytest.raises(UsageError, match="not built"):
        compile_instance(make())
