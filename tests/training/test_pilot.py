"""The portfolio that races start from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.training.kinds import KINDS
from llamoco_bench.training.labels.candidates import candidate, grid_candidates, on_grid, optimizers_for
from llamoco_bench.training.labels.pilot import COSTLY, FILE, KEPT, choose, portfolio, spread, write
from llamoco_bench.training.labels.protocol import protocol
from llamoco_bench.training.labels.scores import Score

A, B, C = (candidate("pso", {"population": n}) for n in (20, 50, 100))


@pytest.mark.parametrize("name", sorted(POOL))
def test_configurations_that_are_tried_lie_in_the_grid_and_apart(name: str) -> None:
    chosen = spread(name, 14)
    assert chosen[0] == candidate(name, {})
    assert set(chosen) <= set(grid_candidates(name))
    assert len(set(chosen)) == 14


def test_a_configuration_that_adds_something_goes_before_one_that_is_second_everywhere() -> None:
    scores = [
        {A: Score(0.9, 0.5, 1), B: Score(0.8, 0.45, 1), C: Score(0.1, 0.1, 1)},
        {A: Score(0.9, 0.5, 1), B: Score(0.8, 0.45, 1), C: Score(0.1, 0.1, 1)},
        {A: Score(0.1, 0.1, 1), B: Score(0.1, 0.1, 1), C: Score(0.9, 0.5, 1)},
    ]
    assert choose(scores, 2) == [A, C]
    assert choose(scores, 9) == [A, C, B]


def test_the_frozen_portfolio_has_every_optimizer_and_stands_in_the_grid() -> None:
    for kind in KINDS:
        frozen = portfolio(kind)
        assert tuple(frozen) == optimizers_for(kind)
        for name, configs in frozen.items():
            assert len(set(configs)) == len(configs) == COSTLY.get(name, (0, KEPT))[1]
            assert set(configs) <= set(grid_candidates(name))


def test_a_portfolio_is_read_as_it_was_written(tmp_path: Path) -> None:
    chosen = {name: spread(name, 3) for name in POOL}
    write(chosen, tmp_path / "portfolio.json")
    found = {
        name: list(configs) for kind in KINDS for name, configs in portfolio(kind, tmp_path / "portfolio.json").items()
    }
    assert found == chosen


def test_the_file_says_how_it_was_made() -> None:
    origin = json.loads(FILE.read_text())["origin"]
    assert set(origin["programs"]) == set(POOL)
    assert len(origin["problems"]["unconstrained"]) == 5


@pytest.mark.parametrize("name", sorted(POOL))
def test_every_configuration_has_a_nearest_one_on_the_half_grid(name: str) -> None:
    half = set(grid_candidates(name, "half"))
    moved = [on_grid(one, "half") for one in grid_candidates(name)]
    assert set(moved) == half
    assert all(on_grid(one, "half") == one for one in half)


def test_an_optimizer_can_be_left_out_and_the_protocol_says_so() -> None:
    whole, part = protocol("race", "unconstrained"), protocol("race", "unconstrained", without=["bo"])
    assert "bo" not in part.portfolio
    assert part.hash() != whole.hash()
    assert not np.any([one.optimizer == "bo" for one in part.candidates])
