from __future__ import annotations

import csv
import io

import pytest

from llamoco_bench.reports.html.downloads import downloads, perf_by_problem, write_every_run
from llamoco_bench.reports.html.study import Study
from llamoco_bench.scoring import run_performance


def test_every_run_is_there_with_its_perf(study: Study) -> None:
    out = io.StringIO()
    write_every_run(study, out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    wanted = {
        (suite, problem, model, str(run["turn"]), str(run["run"])): run_performance(run)
        for (suite, problem, model), item in study.items.items()
        for run in (*item.first, *item.final)
    }
    assert len(rows) == len(wanted)
    for row in rows:
        key = (row["suite"], row["problem"], row["model"], row["turn"], row["run"])
        assert float(row["perf"]) == pytest.approx(wanted[key], rel=1e-5)


def test_table_by_problem_has_the_means_of_the_map(study: Study) -> None:
    rows = list(csv.DictReader(io.StringIO(perf_by_problem(study))))
    assert [row["problem"] for row in rows] == [name for suite in study.suites for name in study.problems[suite]]
    for row in rows:
        for model in study.models:
            assert float(row[model]) == pytest.approx(study.mean_perf(row["suite"], row["problem"], model), rel=1e-5)


def test_files_are_named_once(study: Study) -> None:
    names = [file.name for file in downloads(study)]
    assert len(names) == len(set(names))


def test_text_is_no_formula_in_a_spreadsheet(study: Study) -> None:
    from dataclasses import replace

    cell = ("cec2020", "cec2020/RC01", "=HYPERLINK(1)")
    item = study.items["cec2020", "cec2020/RC01", "tuned-l"]
    out = io.StringIO()
    write_every_run(replace(study, items={cell: item}), out)
    assert next(csv.DictReader(io.StringIO(out.getvalue())))["model"] == "'=HYPERLINK(1)"
