"""A race finds what the full product finds, for a fraction of the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamoco_bench.baselines.optimizers import run_optimizer
from llamoco_bench.problems.problem import Problem
from llamoco_bench.training.labels.board import Board, contenders, shortlist
from llamoco_bench.training.labels.candidates import Candidate, candidate, grid_candidates, neighbours
from llamoco_bench.training.labels.full import FOREMOST, can_win, full
from llamoco_bench.training.labels.race import race
from llamoco_bench.training.labels.runs import Run, Runner, label_seed
from tests.training.label_toys import SHORT, MakeToy, toy_problem, toy_protocol


def make_board(make_toy: MakeToy, **options: float) -> Board:
    return Board(Runner(make_toy(**options), master=0, known={}))


def fake_board(make_toy: MakeToy, values: dict[Candidate, list[float]]) -> Board:
    """Return a board on which candidates have reached given objective values; f0 is not far from 50."""
    board = make_board(make_toy)
    board.runs = {one: [Run(f, at=100, evaluations=300, failed=False) for f in fs] for one, fs in values.items()}
    return board


A, B, C, D = (candidate("pso", {"population": 20, "c1": c}) for c in (1.0, 1.5, 2.0, 1.25))
OTHER = candidate("samr-ga", {})


def test_race_and_full_agree_on_a_toy_grid_and_the_race_needs_fewer_runs(make_toy: MakeToy) -> None:
    optimizers = ("pso", "sdms-pso")
    raced, whole = make_board(make_toy, ripple=0.0), make_board(make_toy, ripple=0.0)
    protocol = toy_protocol(optimizers=optimizers)
    winner = race(raced, protocol.portfolio, SHORT, "half")[0]
    best = full(whole, protocol.candidates, SHORT.seeds)
    assert winner.optimizer == best[0].optimizer
    means = whole.means([winner, best[0]], SHORT.seeds)
    assert means[winner].perf >= means[best[0]].perf - 0.005
    assert sum(map(len, raced.runs.values())) < len(protocol.candidates) * SHORT.seeds / 2


@dataclass
class Told:
    """A runner whose runs are told beforehand, best value and evaluations by candidate and seed."""

    problem: Problem
    runs: dict[Candidate, list[tuple[float, int]]]
    starts: tuple[float, ...] = (50.0, 40.0, 60.0)

    def start(self, number: int) -> float:
        return self.starts[number]

    def run(self, one: Candidate, number: int) -> Run:
        f, at = self.runs[one][number]
        return Run(f, at=at, evaluations=300, failed=False)


GRID = [*grid_candidates("pso", "half"), *grid_candidates("sdms-pso", "half")]
CLOSE = st.sampled_from([0.0, 1e-9, 1e-5, 0.01, 0.03, 0.05, 0.2, 1.0, 5.0, 20.0, 70.0])


def full_board(problem: Problem, values: Sequence[Sequence[float]], ats: Sequence[Sequence[int]]) -> Board:
    runs = {one: list(zip(fs, at, strict=True)) for one, fs, at in zip(GRID, values, ats, strict=True)}
    return Board(cast(Runner, Told(problem, runs)))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_full_product_leaves_out_only_runs_that_cannot_change_who_comes_first(data: st.DataObject) -> None:
    spread = data.draw(st.lists(CLOSE, min_size=1, max_size=4))
    rows = st.lists(st.sampled_from(spread), min_size=3, max_size=3)
    values = data.draw(st.lists(rows, min_size=len(GRID), max_size=len(GRID)))
    ats = [[1 + (7 * i + j) % 5 for j in range(3)] for i in range(len(GRID))]
    thrifty, whole = (full_board(toy_problem(), values, ats) for _ in range(2))
    whole.play(GRID, 3)
    assert full(thrifty, GRID, 3)[0] == whole.ranked(GRID, 3)[0]


def test_the_full_product_leaves_out_most_runs_where_one_is_far_ahead(make_toy: MakeToy) -> None:
    values = [[20.0] * 3 for _ in GRID]
    values[30] = [0.0] * 3
    board = full_board(make_toy(), values, [[5] * 3 for _ in GRID])
    ranked = full(board, GRID, 3)
    assert ranked[0] == GRID[30]
    assert [len(board.runs[one]) for one in GRID].count(1) == len(GRID) - len(ranked)
    assert len(ranked) == FOREMOST


def test_who_was_left_out_is_judged_anew_when_the_best_value_falls(make_toy: MakeToy) -> None:
    """`late` is out after a run while f* is 0; the second run of `finder` shows that all others are far from f*."""
    values = [[1.0] * 3] * FOREMOST + [[60.0] * 3] * (len(GRID) - FOREMOST)
    late, finder = GRID[FOREMOST], GRID[FOREMOST + 1]
    values[FOREMOST], values[FOREMOST + 1] = [20.0, -1e6, -1e6], [1.5, -1e6, 1.5]
    board = full_board(make_toy(), values, [[5] * 3 for _ in GRID])
    board.play(GRID, 1)
    board.play(GRID[:FOREMOST], 3)
    assert finder in can_win(board, GRID, 3)
    assert late not in can_win(board, GRID, 3)
    assert full(board, GRID, 3)[0] == late


def test_a_race_repeats_itself(make_toy: MakeToy) -> None:
    protocol = toy_protocol()
    boards = [make_board(make_toy), make_board(make_toy)]
    first, second = (race(board, protocol.portfolio, SHORT, "half") for board in boards)
    assert first == second
    assert boards[0].runs == boards[1].runs


def test_every_finalist_has_run_on_all_seeds_and_two_optimizers_are_among_them(make_toy: MakeToy) -> None:
    board = make_board(make_toy)
    finalists = race(board, toy_protocol().portfolio, SHORT, "half")
    assert {len(board.runs[one]) for one in finalists} == {SHORT.seeds}
    assert len({one.optimizer for one in finalists}) >= 2
    assert len(finalists) <= SHORT.finalists + 1


def test_all_candidates_meet_the_same_seeds_which_are_those_of_the_labelling(make_toy: MakeToy) -> None:
    problem = make_toy()
    runner = Runner(problem, master=5, known={})
    for one in (A, OTHER):
        for number in (0, 1):
            seed = label_seed(5, problem.id, number)
            alone = run_optimizer(one.optimizer, problem, one.config, seed)
            assert runner.run(one, number).best_f == alone.best_f


def test_the_neighbours_of_the_leader_are_tried(make_toy: MakeToy) -> None:
    board = make_board(make_toy)
    finalists = race(board, toy_protocol(optimizers=("pso",)).portfolio, SHORT, "half")
    assert set(neighbours(finalists[0], "half")) <= set(board.runs)


def test_what_is_clearly_behind_is_ruled_out_and_what_is_close_stays(make_toy: MakeToy) -> None:
    board = fake_board(make_toy, {A: [1.0, 1.0, 1.1], B: [1.1, 0.9, 1.2], C: [20.0, 21.0, 20.5]})
    assert contenders(board, [A, B, C], 3) == [A, B]


def test_where_perf_ties_reach_rules_out(make_toy: MakeToy) -> None:
    board = fake_board(make_toy, {A: [1e-9, 1e-9, 1e-9], B: [1e-4, 1e-4, 2e-4], C: [1e-9, 1e-9, 2e-9]})
    assert contenders(board, [A, B, C], 3) == [A, C]


def test_a_second_optimizer_stays_to_be_measured_against() -> None:
    assert shortlist([A, B, C, OTHER], [A, B, C], 2) == [A, OTHER]
    assert shortlist([A, B, OTHER, C], [A], 3) == [A, OTHER]
    assert shortlist([OTHER, A, B, C], [OTHER, A, B], 2) == [OTHER, A]


def test_neighbours_are_one_step_away_in_one_hyper_parameter() -> None:
    here = candidate("de", {"population": 50, "f": 0.5, "cr": 0.5, "strategy": "rand1bin"})
    found = list(neighbours(here))
    changed = [[k for k, v in one.config.items() if v != here.config[k]] for one in found]
    assert all(len(keys) == 1 for keys in changed)
    assert sorted(one.config["f"] for one in found if one.config["f"] != 0.5) == [0.3, 0.7]
    assert {one.config["strategy"] for one in found} == {"rand1bin", "best1bin", "currenttobest1bin"}
    assert set(found) <= set(grid_candidates("de"))


def test_f_star_is_what_was_found_where_that_is_lower(make_toy: MakeToy) -> None:
    board = fake_board(make_toy, {A: [-1.0], B: [2.0]})
    assert board.best_known == -1.0
    assert board.means([A, B], 1)[A].perf == 1.0
    assert np.isclose(board.means([A, B], 1)[B].perf, 1 - 3.0 / (board.runner.start(0) + 1.0))


@pytest.mark.parametrize("seeds", [1, 2])
def test_candidates_without_enough_runs_are_not_ranked(make_toy: MakeToy, seeds: int) -> None:
    board = fake_board(make_toy, {A: [1.0, 1.0], B: [0.5]})
    assert board.ranked([A, B], seeds) == ([B, A] if seeds == 1 else [A])
