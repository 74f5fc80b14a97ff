from __future__ import annotations

import json

import pytest

from llamoco_bench.metrics import changed_lines, program_lines
from llamoco_bench.reports.html.blobs import pack_json
from llamoco_bench.reports.html.details import CURVE_SCALE, MAX_CHARS, problem_details
from llamoco_bench.reports.html.study import Study


def test_every_problem_has_details_of_every_model(study: Study) -> None:
    found = dict(problem_details(study))
    assert tuple(found) == study.all_problems()
    for details in found.values():
        assert len(details["m"]) == len(study.models)


def test_repair_counts_the_lines_that_rec_counts(study: Study) -> None:
    repaired = 0
    for problem, details in problem_details(study):
        for key, model in details["m"].items():
            turns = next(a for c, a in study.answers.items() if c[1:] == (problem, study.models[int(key)]))
            if model["d"] is None:
                continue
            repaired += 1
            before, after = (program_lines(turns[k].program) for k in (0, 1))
            assert (model["d"]["changed"], model["d"]["lines"]) == (changed_lines(before, after), len(before))
            assert model["rec"] in (pytest.approx(model["d"]["changed"] / len(before)), 1.0)
    assert repaired


def test_curves_keep_what_is_left_of_the_way_within_a_thousandth_of_a_decade(study: Study) -> None:
    for problem, details in problem_details(study):
        for key, model in details["m"].items():
            item = next(i for c, i in study.items.items() if c[1:] == (problem, study.models[int(key)]))
            runs = {(r["turn"], r["run"]): r for r in (*item.first, *item.final)}
            for row in model["r"]:
                trace = runs[row["turn"], row["run"]]["trace"]
                assert row["c"][0] == trace.evaluations.tolist()
                if trace.relative:
                    assert [10 ** (v / CURVE_SCALE) for v in row["c"][1]] == pytest.approx(
                        trace.values.tolist(), rel=2e-3
                    )


def test_replaced_runs_are_kept_and_marked(study: Study) -> None:
    rows = [row for _, details in problem_details(study) for model in details["m"].values() for row in model["r"]]
    runs = [run for item in study.items.values() for run in item.final]
    assert sum(row["final"] for row in rows) == len(runs)
    assert any(not row["final"] and row["turn"] == 0 and row["status"] != "ok" for row in rows)


def test_the_same_prompt_is_kept_once(study: Study) -> None:
    for _, details in problem_details(study):
        first = {turn["p"] for model in details["m"].values() for turn in model["t"] if turn["turn"] == 0}
        assert first == {0}


def test_programs_that_others_wrote_too_say_where(study: Study) -> None:
    found = dict(problem_details(study))
    expert = str(study.models.index("pool:de"))
    [turn] = found["cec2020/RC01"]["m"][expert]["t"]
    others = {problem for problem, model in map(tuple, turn["l"]) if model == "pool:de"}
    assert turn["n"] == len(study.all_problems()) - 1
    assert others <= set(study.all_problems()) - {"cec2020/RC01"}


def test_texts_are_cut_and_can_be_stored(study: Study) -> None:
    from dataclasses import replace

    cell = ("cec2020", "cec2020/RC01", "tuned-l")
    answer = study.answers[cell][0]
    long = replace(answer, record={**answer.record, "text": "y\ud800" * MAX_CHARS}, program="x" * 10**6)
    details = dict(problem_details(replace(study, answers={**study.answers, cell: {0: long}})))["cec2020/RC01"]
    [turn] = details["m"][str(study.models.index("tuned-l"))]["t"]
    assert len(turn["s"]) < MAX_CHARS + 100
    assert len(pack_json(details)) < 200_000


def test_details_are_plain_json(study: Study) -> None:
    for _, details in problem_details(study):
        json.dumps(details, allow_nan=False)
