from __future__ import annotations

import re

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.gates.measurements import measure_run
from llamoco_bench.reports.html.baseline import choose_baseline, own_model
from llamoco_bench.reports.html.leaderboard import leaderboard
from llamoco_bench.reports.html.published import published_figures
from llamoco_bench.reports.html.study import Study
from llamoco_bench.run_folder import RunFolder


def test_rows_stand_by_perf_and_carry_the_scores(study: Study) -> None:
    board = leaderboard(study, None, ())[0]
    scores = study.scores[board.suite]
    assert [row.model for row in board.rows] == [score.model for score in scores]
    assert [row.cells[0].value for row in board.rows] == [f"{score.perf.value:.3f}" for score in scores]
    assert board.rows[0].cells[0].interval == f"{scores[0].perf.low:.3f} to {scores[0].perf.high:.3f}"


def test_experts_have_no_tokens(study: Study) -> None:
    row = next(row for row in leaderboard(study, None, ())[0].rows if row.model == "pool:de")
    assert (row.cells[4].value, str(row.cells[4].drawing)) == ("–", "")


def test_figures_of_the_paper_stand_with_their_source_as_hollow_marks(study: Study) -> None:
    boards = leaderboard(study, None, published_figures())
    assert [board.suite for board in boards if board.published] == ["synthetic"]
    [tuned] = [row for row in boards[1].published if row.system == "LLaMoCo-L"]
    assert tuned.cells[0].value == "0.818"
    assert tuned.cells[2].value == "≤ 0.061"
    assert "hollow" in tuned.cells[0].drawing
    assert any("2403.01131" in source for source in tuned.sources)


def test_baseline_that_is_the_run_itself_changes_nothing(study: Study, small_run: RunFolder) -> None:
    rows = leaderboard(study, measure_run(small_run), ())[0].rows
    assert [(row.change, row.direction) for row in rows] == [("0.000", "same")] * len(study.models)


def test_model_as_baseline_is_not_compared_with_itself(study: Study) -> None:
    rows = leaderboard(study, own_model(study, "tuned-l"), ())[0].rows
    changes = {row.model: row for row in rows}
    assert changes["tuned-l"].change == ""
    assert changes["code-7b"].direction == "worse"
    assert re.fullmatch(r"−0\.\d{3}", changes["code-7b"].change)


def test_unknown_model_to_compare_with_is_refused_with_the_known_ones(study: Study) -> None:
    with pytest.raises(UsageError, match="Allowed: tuned-l, gpt-x"):
        choose_baseline(study, "tuned-1")
