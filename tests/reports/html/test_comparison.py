from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from llamoco_bench.gates.baseline import load_baseline, write_baseline
from llamoco_bench.gates.measurements import Measurements, measure_run
from llamoco_bench.reports.html.baseline import choose_baseline, own_model
from llamoco_bench.reports.html.comparison import comparisons
from llamoco_bench.reports.html.study import Study
from llamoco_bench.run_folder import RunFolder
from llamoco_bench.statistics import paired_difference
from tests.reports.html.conftest import SMALL
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
    other = own_model(study, "tuned-l")
    [one] = [c for c in comparisons(study, other) if (c.suite, c.model) == ("cec2020", "code-7b")]
    found = paired_difference(study.perf["cec2020", "tuned-l"], study.perf["cec2020", "code-7b"])
    assert one.verdict.startswith("worse: mean difference")
    assert f"{abs(found.value):.3f}" in one.verdict


def test_flips_are_problems_that_one_of_the_two_passed(study: Study) -> None:
    def passed(problem: str, model: str) -> bool:
        item = study.items["cec2020", problem, model]
        return all(run["status"] == "ok" for run in item.first) and all(run["feasible"] for run in item.final)

    [one] = [c for c in comparisons(study, own_model(study, "tuned-l")) if (c.suite, c.model) == ("cec2020", "code-7b")]
    flipped = {p for p in study.problems["cec2020"] if passed(p, "tuned-l") != passed(p, "code-7b")}
    assert flipped
    assert {flip.problem for flip in one.flips} == flipped
    assert all(flip.gained == passed(flip.problem, "code-7b") for flip in one.flips)


def test_a_run_against_itself_differs_nowhere(study: Study, small_run: RunFolder) -> None:
    found = comparisons(study, measure_run(small_run))
    assert len(found) == len(study.models) * len(study.suites)
    assert all((one.better, one.worse, one.flips) == (0, 0, ()) for one in found)


def test_a_baseline_file_says_the_same_as_the_run_that_it_keeps(study: Study, tmp_path: Path) -> None:
    run = measure_run(write_run(tmp_path / "base", SMALL, seed=5))
    write_baseline(run, tmp_path / "base.json")
    kept = load_baseline(str(tmp_path / "base.json"), tmp_path)
    from_run, from_file = comparisons(study, run), comparisons(study, kept)
    assert sum(len(one.flips) for one in from_run)
    for one, other in zip(from_file, from_run, strict=True):
        assert (one.flips, one.largest) == (other.flips, other.largest)
        assert (one.better, one.worse, one.same) == (other.better, other.worse, other.same)
        assert one.verdict.partition(", p")[0] == other.verdict.partition(", p")[0]


def test_problems_that_were_redefined_are_left_out_and_that_is_said(study: Study, small_run: RunFolder) -> None:
    run = measure_run(small_run)
    samples = {
        pair: replace(sample, definitions={problem: f"old {problem}" for problem in sample.problems[:2]})
        for pair, sample in run.samples.items()
    }
    now = {
        pair: replace(sample, definitions=dict.fromkeys(sample.problems, "new"))
        for pair, sample in study.measured.samples.items()
    }
    changed = replace(study, measured=replace(study.measured, samples=now))
    for one in comparisons(changed, replace(run, samples=samples)):
        assert one.same == len(study.problems[one.suite]) - 2
        assert "have another definition now" in one.notes[0]


def reference(path: Path) -> Measurements:
    return measure_run(write_run(path / "base", Shape({"cec2020": 4}, ["reference"], runs=2)))


def test_a_run_with_one_model_is_compared_with_all(study: Study, tmp_path: Path) -> None:
    found = comparisons(study, choose_baseline(study, reference(tmp_path)))
    assert {one.suite for one in found} == {"cec2020"}
    assert len(found) == len(study.models)
    assert {one.against for one in found} == {"reference in base"}
    assert "is compared with reference" in " ".join(found[0].notes)


def test_suites_that_the_baseline_lacks_are_left_out(study: Study, tmp_path: Path) -> None:
    assert not [one for one in comparisons(study, reference(tmp_path)) if one.suite == "synthetic"]
