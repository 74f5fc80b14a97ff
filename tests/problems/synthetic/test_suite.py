from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems._native import native_available
from llamoco_bench.problems.problem import violation
from llamoco_bench.problems.synthetic.catalogue import as_problem, instance_of
from llamoco_bench.problems.synthetic.labels import labels
from llamoco_bench.problems.synthetic.split import is_for_evaluation
from tests.problems.synthetic.making import make


def test_the_suites_list_their_problems_sorted() -> None:
    assert list_problems("synthetic/unconstrained") == [f"synthetic/u{i:04d}" for i in range(3000)]
    assert list_problems("synthetic/constrained") == [f"synthetic/c{i:04d}" for i in range(3000)]
    assert list_problems("synthetic") == [
        *list_problems("synthetic/constrained"),
        *list_problems("synthetic/unconstrained"),
    ]


@pytest.mark.parametrize("suite", ["synthetic", "synthetic/constrained", "synthetic/unconstrained"])
def test_test_and_training_halves_share_nothing_and_leave_nothing_out(suite: str) -> None:
    test, train = list_problems(f"{suite}/test"), list_problems(f"{suite}/train")
    assert test == [name for name in list_problems(suite) if is_for_evaluation(name)]
    assert sorted([*test, *train]) == list_problems(suite)


def assert_same(found: Any, expected: Any) -> None:
    """Compare values: to the last bit where they are compiled, to rounding where numpy sums them."""
    np.testing.assert_allclose(found, expected, rtol=0 if native_available() else 5e-12)


@pytest.mark.parametrize("name", ["synthetic/u0003", "synthetic/c0008", "synthetic/c0012", "synthetic/c0016"])
def test_a_loaded_problem_is_whole(name: str) -> None:
    problem: Any = load_problem(name)
    instance = instance_of(name)
    assert (problem.id, problem.dim, problem.budget) == (name, instance.dim, instance.budget)
    assert (problem.n_inequality, problem.n_equality) == (len(instance.inequalities), len(instance.equalities))
    x = np.random.default_rng(2).uniform(problem.lower, problem.upper, (7, problem.dim))
    values = problem.evaluate(x)
    assert_same(problem.objective(x), values.f)
    assert_same([problem.objective(point) for point in x], values.f)
    assert_same([problem.inequality(point) for point in x], values.g)
    assert_same([problem.equality(point) for point in x], values.h)
    assert_same(problem.violation(x), violation(values))
    assert str(problem.dim) in problem.title
    assert load_problem(name) is problem


def test_problems_that_are_not_there_are_refused() -> None:
    for wrong in ("synthetic/u3000", "synthetic/x0001", "synthetic/u1", "synthetic"):
        with pytest.raises(UsageError, match="Unknown problem"):
            load_problem(wrong)


def test_the_definition_changes_with_anything_that_changes_values() -> None:
    instances = [
        make(),
        make(functions=("levy",)),
        make(seed=1),
        make(rotated=False),
        make("hybrid", ("sphere", "levy")),
        make(families=(("ball", False),)),
        make(families=(("ball", True),)),
        make(families=(("ring", True),)),
        make(dim=9),
    ]
    assert len({as_problem(instance).definition_hash for instance in instances}) == len(instances)


def test_labels_say_what_an_instance_is() -> None:
    plain = labels(make(rotated=False))
    assert plain["modality"] == "unimodal"
    assert plain["separability"] == "separable"
    assert plain["conditioning"] == "good"
    assert plain["symmetry"] == "symmetric"
    assert plain["feasible set"] == "box"
    hybrid = labels(make("hybrid", ("rosenbrock", "ackley"), (("ring", True), ("ball", False)), rotated=False))
    assert hybrid["construction"] == "hybrid"
    assert hybrid["modality"] == "multimodal"
    assert hybrid["separability"] == "partially separable"
    assert hybrid["conditioning"] == "ill"
    assert hybrid["symmetry"] == "asymmetric"
    assert hybrid["flatness"] == "flat"
    assert hybrid["constraints"] == "both"
    assert hybrid["feasible set"] == "general"
    assert labels(make(families=(("taxicab", False), ("linear", True))))["feasible set"] == "convex"
    assert labels(make(rotated=True))["separability"] == "non-separable"


def near_the_border(problem: Any, inside: Any) -> Any:
    """Draw 200 points and pull each towards a feasible one until it is feasible too."""
    away = np.random.default_rng(0).uniform(problem.lower, problem.upper, (200, problem.dim)) - inside
    found, open_ = np.repeat(inside[np.newaxis], len(away), axis=0), np.ones(len(away), bool)
    for k in range(20):
        trial = inside + 0.7**k * away
        feasible = open_ & (problem.violation(trial) == 0.0)
        found[feasible] = trial[feasible]
        open_ &= ~feasible
    return found


def test_feasible_sets_called_convex_are_and_few_others() -> None:
    """The middle between two points of a convex set lies in it."""
    held: dict[str, list[bool]] = {"convex": [], "general": []}
    for name in list_problems("synthetic/constrained")[::10]:
        problem, instance = load_problem(name), instance_of(name)
        if not instance.equalities:
            x = near_the_border(problem, instance.anchor)
            held[labels(instance)["feasible set"]].append(
                bool(np.all(problem.violation((x[::2] + x[1::2]) / 2) < 1e-9))
            )
    assert len(held["convex"]) >= 5
    assert all(held["convex"])
    assert np.mean(held["general"]) < 0.1


def test_every_twelfth_or_thirteenth_problem_is_kept_for_evaluation() -> None:
    kept = [name for name in list_problems("synthetic") if is_for_evaluation(name)]
    assert 400 < len(kept) < 550
    assert 0.4 < np.mean(["/c" in name for name in kept]) < 0.6
    with pytest.raises(UsageError, match="Unknown problem"):
        is_for_evaluation("synthetic/u9999")
