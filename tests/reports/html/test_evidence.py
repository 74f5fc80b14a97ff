from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from llamoco_bench.errors import JournalError
from llamoco_bench.reports.html.evidence import read_runs
from llamoco_bench.reports.html.study import make_study
from llamoco_bench.run_folder import RunFolder
from llamoco_bench.scoring import collect_items, score_items
from tests.reports.synthetic_runs import Shape, write_run

ONE = Shape({"cec2020": 2}, ["m"], runs=2)


def test_slim_records_score_as_the_journal_does(small_run: RunFolder) -> None:
    assert score_items(collect_items(read_runs([small_run]).records)) == score_items(collect_items(small_run.records()))


def test_texts_that_occur_again_are_kept_once(small_run: RunFolder) -> None:
    records = [r for r in read_runs([small_run]).records if r["kind"] == "generation" and r["turn"] == 0]
    prompts = {id(record["prompt"][0][1]) for record in records}
    assert len(prompts) == len({record["problem"] for record in records})


def test_a_model_of_two_runs_that_overlap_is_told_apart(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, ONE, seed=k) for k, name in enumerate(("a", "b"))]
    study = make_study(read_runs(runs))
    assert set(study.models) == {"m", "m@b"}


def test_a_model_of_two_runs_on_different_problems_is_one(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / suite, Shape({suite: 2}, ["m"], runs=2)) for suite in ("cec2020", "realistic")]
    study = make_study(read_runs(runs))
    assert study.models == ("m",)
    assert study.suites == ("cec2020", "realistic")


def test_what_gates_decided_is_read(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", ONE)
    (run.path / "gates.json").write_text(json.dumps({"decisions": []}))
    assert read_runs([run]).sources[0].gates == {"decisions": []}


def test_damaged_file_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", ONE)
    (run.path / "gates.json").write_text("{")
    with pytest.raises(JournalError, match=r"gates\.json"):
        read_runs([run])


def test_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", ONE)
    whole = len(read_runs([run]).records)
    with sorted(run.journals.glob("*.jsonl"))[0].open("a") as journal:
        journal.write('{"schema": 1, "kind": "ru')
    assert len(read_runs([run]).records) == whole


def test_run_is_named_after_its_folder_wherever_it_lies(tmp_path: Path) -> None:
    run = write_run(tmp_path / "before", ONE)
    shutil.move(run.path, tmp_path / "after")
    assert read_runs([RunFolder(tmp_path / "after")]).sources[0].name == "after"
