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
    families = sum(float(value) for name, value in found.items() if name.startswith("family "))
    assert found["variables"] == known.dim
    assert found["inequalities"] == known.n_inequality
    assert families == known.n_constraints
    assert found["label modality"] == known.labels["modality"]
