from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.problems import load_problem
from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.problem import EQUALITY_TOLERANCE
from llamoco_bench.problems.synthetic import CONSTRAINED_IDS, IDS, UNCONSTRAINED_IDS, generate, rotation
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.problems.synthetic.draws import Draws
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.reference import ReferenceEvaluator
from llamoco_bench.problems.synthetic.rotation import draw_rotation, rotation_of
from tests.problems.synthetic.making import needs_native

GOLDEN: dict[str, str] = json.loads((Path(__file__).parent / "data" / "golden_instances.json").read_text())
SAMPLE = [*UNCONSTRAINED_IDS[::60], *CONSTRAINED_IDS[::30]]


def digest(instance: Instance) -> str:
    """Everything that fixes an instance: bits of bounds and arrays, names, numbers."""
    bounds = f"{instance.lower.tolist()} {instance.upper.tolist()} {instance.anchor.tolist()} {instance.budget}"
    return hashlib.sha256(f"{bounds}\n{instance.definition()}".encode()).hexdigest()


def test_fifty_instances_are_the_ones_they_always_were() -> None:
    assert len(GOLDEN) == 50
    assert {name: digest(instance_of(name)) for name in GOLDEN} == GOLDEN


def test_instances_do_not_depend_on_the_order_in_which_they_are_made() -> None:
    backwards = {name: digest(instance_of(name)) for name in reversed(GOLDEN)}
    assert backwards == GOLDEN


def test_without_the_compiled_module_instances_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "rotation_into", None)
    monkeypatch.setattr(generate, "evaluator_of", ReferenceEvaluator)
    assert {name: digest(instance_of(name)) for name in GOLDEN} == GOLDEN


def test_the_first_numbers_of_a_stream_are_fixed() -> None:
    # Raw words of PCG64 and SeedSequence, which numpy promises not to change.
    assert Draws(7, 1, 2).uniforms(3).tolist() == [0.4788951467717453, 0.1411980917522745, 0.9330232036517411]
    assert Draws(7, 1, 2).order(6) == (1, 3, 5, 4, 0, 2)
    assert Draws(7, 1, 2).normals(2).tolist() == [-0.1373748779296875, -0.7230682373046875]


def test_normal_numbers_are_nearly_normal() -> None:
    z = Draws(1).normals(100_000)
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1.0) < 0.02
    assert abs(np.mean(np.abs(z) < 1.0) - 0.6827) < 0.01


@pytest.mark.parametrize("dim", [2, 3, 10, 50])
def test_rotations_are_orthogonal_and_keep_the_orientation(dim: int) -> None:
    m = draw_rotation(Draws(3, dim), dim)
    np.testing.assert_allclose(m.T @ m, np.eye(dim), atol=1e-13)
    assert np.linalg.det(m) == pytest.approx(1.0)


def test_rotations_have_no_preferred_direction() -> None:
    first = np.array([draw_rotation(Draws(4, i), 5) for i in range(2000)])
    np.testing.assert_allclose(first.mean(axis=0), 0.0, atol=0.05)
    np.testing.assert_allclose((first**2).mean(axis=0), 0.2, atol=0.02)


@needs_native
def test_both_ways_of_making_a_rotation_give_the_same_bits() -> None:
    for dim in range(2, 51):
        compiled = draw_rotation(Draws(5, dim), dim)
        assert compiled.tobytes() == rotation_of(Draws(5, dim).normals(dim * (dim + 1) // 2 - 1), dim).tobytes()


@pytest.mark.parametrize("name", SAMPLE)
def test_an_instance_keeps_the_promises_of_the_suite(name: str) -> None:
    instance = instance_of(name)
    assert 2 <= instance.dim <= 50
    assert 1 <= len(instance.parts) <= 5
    assert len({part.name for part in instance.parts}) == len(instance.parts)
    for point in (instance.shift, instance.anchor):
        assert np.all((point > instance.lower) & (point < instance.upper))
    assert np.all((instance.lower >= -100.0) & (instance.upper <= 100.0))
    assert instance.budget == {0: 10_000, 1: 20_000, 2: 40_000}[(instance.dim > 10) + (instance.dim > 30)]
    assert all(0.0 < part.weight <= 1.0 and part.length >= part.function.smallest for part in instance.parts)
    if instance.kind == "hybrid":
        assert instance.order is not None
        assert sorted(instance.order) == list(range(instance.dim))
        assert sum(part.length for part in instance.parts) == instance.dim
    else:
        assert all(part.length == instance.dim for part in instance.parts)


@pytest.mark.parametrize("name", SAMPLE)
def test_the_anchor_is_feasible_and_the_shift_where_it_should_be(name: str) -> None:
    instance, problem = instance_of(name), load_problem(name)
    assert np.all(problem.inequality(instance.anchor) < 0.0)
    assert np.all(np.abs(problem.equality(instance.anchor)) <= 0.1 * EQUALITY_TOLERANCE)
    feasible = problem.violation(instance.shift) == 0.0
    assert feasible != instance.cuts_off_optimum
    assert (problem.best_known == 0.0) >= feasible
    assert problem.objective(instance.shift) == pytest.approx(0.0, abs=1e-10)


def test_no_part_swamps_the_sum() -> None:
    for name in SAMPLE:
        instance = instance_of(name)
        x = np.random.default_rng(8).uniform(instance.lower, instance.upper, (201, instance.dim))
        medians = np.median(ReferenceEvaluator(instance).parts(x), axis=0)
        shares = [median / part.divisor for median, part in zip(medians, instance.parts, strict=True)]
        assert all(0.05 < share < 20.0 for share in shares)


def test_the_set_is_as_mixed_as_it_says() -> None:
    instances = [instance_of(name) for name in IDS[::10]]
    constrained = [i for i in instances if i.constraints]
    assert len(constrained) == 300
    dims, parts = Counter(i.dim for i in instances), Counter(len(i.parts) for i in instances)
    assert set(dims) == set(range(2, 51))
    assert all(90 <= parts[k] <= 150 for k in range(1, 6))
    assert 0.55 < np.mean([i.rotation is not None for i in instances]) < 0.65
    assert 0.28 < np.mean([i.kind == "hybrid" for i in instances]) < 0.42
    assert 0.6 < np.mean([i.cuts_off_optimum for i in constrained]) < 0.73
    assert {part.name for i in instances for part in i.parts} == set(BASIC_FUNCTIONS)
    for equality in (False, True):
        met = {c.name for i in constrained for c in i.constraints if c.equality == equality}
        assert len(met) == 24


def test_equalities_leave_room_to_move() -> None:
    for name in CONSTRAINED_IDS[::10]:
        instance = instance_of(name)
        assert len(instance.equalities) <= min(2, instance.dim - 1)
