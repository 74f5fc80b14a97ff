from __future__ import annotations

import csv
import io
import json
import math

import pytest

from llamoco_bench.metrics import mean_violation
from llamoco_bench.reports.problem_tables import problem_figures, render
from llamoco_bench.scoring import collect_items
from tests.gates.making import runs

ITEMS = collect_items([*runs([[0.9, 0.7], [0.5, 0.5]], "a|b"), *runs([[0.6, 0.6]], "c")])


def test_markdown_has_a_row_a_problem_and_a_column_a_model() -> None:
    lines = [line for line in render(ITEMS, "md").splitlines() if line.startswith("|")]
    assert lines == [
        "| problem | a\\|b | c |",
        "| --- | ---: | ---: |",
        "| 00 | 0.800 (0.141) | 0.600 (0.000) |",
        "| 01 | 0.500 (0.000) | - |",
    ]


def test_latex_marks_the_best_of_each_problem() -> None:
    text = render(ITEMS, "latex")
    assert r"00 & \textbf{80.0} (14.1) & 60.0 (0.0) \\" in text
    assert r"01 & \textbf{50.0} (0.0) & -- \\" in text


def test_csv_and_json_have_every_measure_of_every_item() -> None:
    rows = list(csv.DictReader(io.StringIO(render(ITEMS, "csv"))))
    entries = json.loads(render(ITEMS, "json"))
    assert [(r["problem"], r["model"]) for r in rows] == [("p/00", "a|b"), ("p/00", "c"), ("p/01", "a|b")]
    assert [float(r["perf"]) for r in rows] == [e["perf"] for e in entries]
    assert (rows[0]["comp"], entries[0]["comp"]) == ("", None)


def test_constrained_problem_has_feasibility_rate_and_mean_violation() -> None:
    records = runs([[0.9, 0.7, math.nan]], constraints=2)
    for record, violation, feasible in zip(records, (0.0, 0.3, math.inf), (True, False, False), strict=True):
        record.update(violation=violation, feasible=feasible)
    figures = problem_figures(collect_items(records)[0])
    assert figures["feasible"] == pytest.approx(1 / 3)
    assert figures["violation"] == pytest.approx(0.15)  # the erroneous run evaluated nothing


def test_mean_violation_of_nothing_is_undefined() -> None:
    assert math.isnan(mean_violation([math.inf]))
