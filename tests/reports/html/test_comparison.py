from __future__ import annotations

from pathlib import Path

import pytest

from llamoco_bench.reports.html.baseline import baseline_model, baseline_run
from llamoco_bench.reports.html.comparison import comparisons
from llamoco_bench.reports.html.study import Study
from llamoco_bench.run_folder import RunFolder
from llamoco_bench.statistics import paired_difference
from tests.reports.synthetic_runs import Shape, write_run


def test_without_a_baseline_all_are_compared_with_the_first(study: Study) -> None:
    found = comparisons(study, None)
    first = {suite: study.scores[suite][0].model for suite in study.suites}
    assert len(found) == sum(len(study.scores[suite]) - 1 for suite in study.suites)
    assert all(one.against == first[one.suite] and one.model != one.against for one in found)


def test_counts_cover_all_shared_problems(study: Study) -> None:
    for one in comparisons(study, None):
        assert one.better + one.worse + one.same == len(study.problems[one.suite])


def test_verdict_states_the_paired_difference(study: Study) -> None:
    other = baseline_model(study, "tuned-l")
    [one] = [c for c in comparisons(study, other) if (c.suite, c.model) == ("cec2020", "code-7b")]
    found = paired_difference(study.perf["cec2020", "tuned-l"], study.perf["cec2020", "code-7b"])
    assert one.verdict.startswith("worse: mean difference")
    assert f"{abs(found.value):.3f}" in one.verdict


def test_flips_are_problems_that_one_of_the_two_passed(study: Study) -> None:
    def passed(problem: str, model: str) -> bool:
        return all(run["status"] == "ok" and run["feasible"] for run in study.items["cec2020", problem, model].final)

    [one] = [
        c for c in comparisons(study, baseline_model(study, "tuned-l")) if (c.suite, c.model) == ("cec2020", "code-7b")
    ]
    flipped = {p for p in study.problems["cec2020"] if passed(p, "tuned-l") != passed(p, "code-7b")}
    assert {flip.problem for flip in one.flips} == flipped
    assert all(flip.gained == passed(flip.problem, "code-7b") for flip in one.flips)


def test_a_run_against_itself_differs_nowhere(study: Study, small_run: RunFolder) -> None:
    for one in comparisons(study, baseline_run(small_run)):
        assert (one.better, one.worse, one.flips) == (0, 0, ())


def test_a_run_with_one_model_is_compared_with_all(study: Study, tmp_path: Path) -> None:
    other = baseline_run(write_run(tmp_path / "base", Shape({"cec2020": 4}, ["reference"], runs=2)))
    found = comparisons(study, other)
    assert {one.suite for one in found} == {"cec2020"}
    assert len(found) == len(study.models)
    assert other.name == "reference in base"


@pytest.mark.parametrize("suite", ["synthetic"])
def test_suites_that_the_baseline_lacks_are_left_out(study: Study, tmp_path: Path, suite: str) -> None:
    other = baseline_run(write_run(tmp_path / "base", Shape({"cec2020": 4}, ["reference"], runs=2)))
    assert not [one for one in comparisons(study, other) if one.suite == suite]
