from __future__ import annotations

import pytest

from llamoco_bench.problems import load_problem
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.training.selector.features import features


@pytest.mark.parametrize("problem", IDS[::600])
def test_shares_of_functions_make_up_the_whole_objective(problem: str) -> None:
    found = features(problem)
    shares = {name: value for name, value in found.items() if name.startswith("function ")}
    assert sum(float(value) for value in shares.values()) == pytest.approx(1.0)
    assert set(shares) == {f"function {part.name}" for part in instance_of(problem).parts}


@pytest.mark.parametrize("problem", IDS[::600])
def test_sizes_are_those_of_the_problem(problem: str) -> None:
    found, known = features(problem), load_problem(problem)
    families = sum(float(found[f"family {name}"]) for name in {c.name for c in instance_of(problem).constraints})
    assert found["variables"] == known.dim
    assert found["inequalities"] == known.n_inequality
    assert families == known.n_constraints
    assert found["label modality"] == known.labels["modality"]


def test_kinds_of_the_constraints_of_a_family_are_told_apart() -> None:
    both = next(p for p in IDS if instance_of(p).equalities and instance_of(p).inequalities)
    instance, found = instance_of(both), features(both)
    of_equalities = {c.name: found[f"family {c.name} equality"] for c in instance.constraints}
    names = [c.name for c in instance.equalities]
    assert of_equalities == {c.name: names.count(c.name) for c in instance.constraints}
    rotated = sum(float(value) for name, value in found.items() if name.startswith("family ") and "rotated" in name)
    assert rotated == found["constraints rotated"]


def test_nothing_is_known_that_the_description_does_not_tell() -> None:
    """Whether the constraints cut off the optimum without them depends on numbers that stand in no prompt."""
    assert not any("optimum" in name for problem in IDS[::100] for name in features(problem))
