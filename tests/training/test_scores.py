"""Perf, then Reach, then evaluations."""

from __future__ import annotations

import pytest

from llamoco_bench.training.labels.candidates import candidate
from llamoco_bench.training.labels.runs import Run
from llamoco_bench.training.labels.scores import RESOLUTION, Score, mean_score, rank, score_run

SA, PSO, DE = (candidate(name, {}) for name in ("sa", "pso", "de"))


def test_a_clear_difference_in_perf_decides_whatever_reach_says() -> None:
    assert rank({SA: Score(0.90, 0.9, 1), PSO: Score(0.95, 0.1, 9)}) == [PSO, SA]


def test_ties_in_perf_go_to_reach() -> None:
    slightly = RESOLUTION / 2
    assert rank({SA: Score(0.95 + slightly, 0.2, 1), PSO: Score(0.95, 0.3, 9)}) == [PSO, SA]


def test_ties_in_reach_go_to_fewer_evaluations_and_then_to_the_order_of_the_pool() -> None:
    assert rank({SA: Score(1.0, 1.0, 500), PSO: Score(1.0, 1.0, 400)}) == [PSO, SA]
    assert rank({PSO: Score(1.0, 1.0, 400), SA: Score(1.0, 1.0, 400)}) == [SA, PSO]


def test_ties_are_ties_with_the_best_so_that_the_order_is_one() -> None:
    steps = {SA: Score(0.9000, 0.1, 1), PSO: Score(0.8992, 0.2, 1), DE: Score(0.8985, 0.3, 1)}
    assert rank(steps) == [PSO, SA, DE]


def test_a_failed_run_scores_0() -> None:
    fine = Run(best_f=1.0, at=10, evaluations=20, failed=False)
    failed = Run(best_f=None, at=20, evaluations=20, failed=True)
    assert score_run(fine, 0.0, 2.0).perf == 0.5
    assert score_run(failed, 0.0, 2.0)[:2] == (0.0, 0.0)
    assert mean_score([score_run(fine, 0.0, 2.0), score_run(failed, 0.0, 2.0)]).perf == 0.25


def test_a_run_without_a_feasible_point_scores_0_also_where_nobody_found_one() -> None:
    nothing = Run(best_f=None, at=20, evaluations=20, failed=False)
    assert score_run(nothing, 0.0, 2.0)[:2] == (0.0, 0.0)
    assert score_run(nothing, None, 2.0)[:2] == (0.0, 0.0)


@pytest.mark.parametrize("left", [0.0, 5e-9])
def test_what_reached_the_last_target_has_all_of_reach(left: float) -> None:
    assert score_run(Run(left, 1, 1, failed=False), 0.0, 1.0).reach == 1.0
