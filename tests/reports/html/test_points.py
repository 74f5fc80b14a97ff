"""Methods that propose points, whose many answers make up one run."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from llamoco_bench.journal import SCHEMA
from llamoco_bench.reports.html.costs import costs
from llamoco_bench.reports.html.evidence import read_runs
from llamoco_bench.reports.html.report import write_report
from llamoco_bench.reports.html.study import make_study
from llamoco_bench.run_folder import RunFolder
from llamoco_bench.scoring import collect_items, score_items
from tests.reports.synthetic_runs import Shape, write_run


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run in which one model proposed points, three answers in each of two runs."""
    run = write_run(tmp_path / "run", Shape({"cec2020": 2}, ["m", "opro"], runs=2))
    for file in run.journals.glob("*.jsonl"):
        lines = []
        for record in map(json.loads, file.read_text().splitlines()):
            mine = record.get("model") == "opro" and record["kind"] in ("generation", "run")
            if mine and (record["turn"] or record["kind"] == "generation"):
                continue
            lines.append({**record, "by": "points", "status": "ok", "error": None} if mine else record)
        problems = {r["problem"]: r for r in lines if r["kind"] == "run" and r["model"] == "opro"}
        lines += [_answer(r, number) for r in problems.values() for number in range(6)]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run


def _answer(of: dict[str, object], number: int) -> dict[str, object]:
    where = {name: of[name] for name in ("suite", "problem", "model", "time")}
    usage = {"input_tokens": 100, "output_tokens": 10}
    said = {"text": "[1, 2]", "prompt": [], "usage": usage, "finish_reason": "stop", "wall_s": 2.0}
    place = {"turn": 0, "run": number % 2, "sample": number, "by": "points", "key": f"{of['problem']}-{number}"}
    return {"schema": SCHEMA, "kind": "generation", "worker": "w", **where, **said, **place}


def test_slim_records_score_as_the_journal_does(run: RunFolder) -> None:
    scores = score_items(collect_items(read_runs([run]).records))
    assert scores == score_items(collect_items(run.records()))
    opro = next(score for score in scores if score.model == "opro")
    assert math.isnan(opro.err.value)
    assert math.isnan(opro.rec.value)
    assert opro.comp.value == 3 * 110


def test_cost_is_that_of_a_run_with_all_its_answers(run: RunFolder) -> None:
    (found,) = costs(make_study(read_runs([run])))
    row = next(row for row in found.rows if row.model == "opro")
    assert (row.read, row.written, row.answer_s) == (300, 30, 6.0)


def test_page_is_written(run: RunFolder, tmp_path: Path) -> None:
    assert write_report([run], tmp_path / "report.html") is None
