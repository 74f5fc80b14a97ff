from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from llamoco_bench.journal import Journal
from llamoco_bench.reports.html.evidence import read_runs
from llamoco_bench.reports.html.leaderboard import leaderboard
from llamoco_bench.reports.html.study import Study, make_study
from llamoco_bench.reports.html.verdict import Verdict, verdict
from llamoco_bench.run_folder import RunFolder
from tests.reports.synthetic_runs import SIX_MODELS, Shape, write_run


def say(study: Study) -> Verdict:
    return verdict(study, leaderboard(study, None, ()))


def run(path: Path, models: tuple[str, ...] = ("m",), **manifest: Any) -> RunFolder:
    folder = write_run(path / "run", Shape({"cec2020": 30}, models, runs=2))
    (folder.path / "manifest.json").write_text(json.dumps({**folder.manifest, **manifest}))
    return folder


def test_clear_leader_is_said_to_be_clear(tmp_path: Path) -> None:
    study = make_study(read_runs([run(tmp_path, ("tuned-l", "code-7b"))]))
    assert say(study).sentences[0].startswith("tuned-l leads on cec2020 with Perf ")


def test_ties_are_named(study: Study) -> None:
    sentence = say(study).sentences[1]
    assert "not told apart from" in sentence
    assert study.scores["synthetic"][0].model in sentence


def test_one_model_has_a_value(tmp_path: Path) -> None:
    sentence = say(make_study(read_runs([run(tmp_path)]))).sentences[0]
    assert sentence.startswith("m reaches Perf ")


def test_items_that_a_session_set_out_to_do_are_missed(tmp_path: Path) -> None:
    folder = run(tmp_path)
    with Journal(folder.new_journal("plan")) as journal:
        planned = [["cec2020", f"RC{k:02d}", "m"] for k in range(1, 33)]
        journal.append({"kind": "plan", "shard": None, "items": planned, "time": 1.0})
    (warning,) = say(make_study(read_runs([folder]))).warnings
    assert warning.startswith("Incomplete")
    assert "2 of 32 items not finished: cec2020::RC31[m], cec2020::RC32[m]" in warning


def test_shards_that_never_began_are_missed(tmp_path: Path) -> None:
    folder = run(tmp_path)
    with Journal(folder.new_journal("plan")) as journal:
        journal.append({"kind": "plan", "shard": [1, 2], "items": [["cec2020", "RC01", "m"]], "time": 1.0})
    (warning,) = say(make_study(read_runs([folder]))).warnings
    assert "shards missing: 2/2" in warning


def test_plan_of_a_model_that_two_runs_have_is_told_apart_too(tmp_path: Path) -> None:
    folders = [run(tmp_path / name) for name in ("a", "b")]
    for folder in folders:
        with Journal(folder.new_journal("plan")) as journal:
            items = [["cec2020", f"RC{k:02d}", "m"] for k in range(1, 31)]
            journal.append({"kind": "plan", "shard": None, "items": items, "time": 1.0})
    assert say(make_study(read_runs(folders))).warnings == ()


def test_whole_run_needs_no_warning(study: Study) -> None:
    assert say(study).warnings == ()


def test_uncommitted_changes_are_warned_of(tmp_path: Path) -> None:
    found = say(make_study(read_runs([run(tmp_path, git={"commit": "0" * 40, "dirty": True})])))
    assert "uncommitted changes" in found.warnings[0]


def test_violated_gates_stand_first(tmp_path: Path) -> None:
    folder = run(tmp_path)
    decisions = [
        {"gate": gate, "suite": "cec2020", "model": "m", "result": result, "reason": f"it {result}"}
        for gate, result in (("err<=0.9", "holds"), ("perf>=1", "violated"))
    ]
    (folder.path / "gates.json").write_text(json.dumps({"decisions": decisions}))
    gates = say(make_study(read_runs([folder]))).gates
    assert [result for result, _ in gates] == ["violated", "holds"]
    assert gates[0][1] == "perf>=1 on cec2020[m]: it violated"


def test_facts_count_models_problems_and_runs(study: Study) -> None:
    facts = dict(say(study).facts)
    assert facts["models"] == str(len(SIX_MODELS))
    assert facts["problems"] == "14"
    assert facts["runs of first programs"] == str(14 * 6 * 3)
    assert facts["tokens"].replace(",", "").isdecimal()
    assert facts["started"] == "2026-01-02 03:04 UTC"
