"""``llamoco compare``, ``gate`` and ``baseline``: exit codes 0, 1 and 4."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llamoco_bench.cli import main
from llamoco_bench.journal import Journal
from tests.commands.making import make_run

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def good(tmp_path: Path) -> str:
    return str(make_run(tmp_path / "good", [[0.9, 0.8]] * 9).path)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    return str(make_run(tmp_path / "bad", [[0.5, 0.6]] * 9).path)


def test_comparison_shows_each_measure_and_holds_without_gates(good: str, bad: str, capsys: Capture) -> None:
    assert main(["compare", good, bad]) == 0
    lines = capsys.readouterr().out.splitlines()
    [perf] = [line for line in lines if " Perf  " in line]
    assert perf.split()[3:8] == ["0.850", "0.550", "-0.300", "[-0.300,", "-0.300]"]
    assert perf.endswith("worse")


@pytest.mark.parametrize(
    ("gate", "code"),
    [("perf:regress", 1), ("perf>=base-0.02", 1), ("perf>=base-0.5", 0), ("perf>=0.6", 1), ("err<=0", 0)],
)
def test_gates_of_a_comparison_give_the_exit_code(good: str, bad: str, gate: str, code: int) -> None:
    assert main(["compare", good, bad, "--fail-on", gate]) == code
    assert main(["compare", good, good, "--fail-on", gate]) == 0


def test_comparison_takes_a_saved_baseline_on_either_side(good: str, bad: str, tmp_path: Path) -> None:
    saved = str(tmp_path / "b.json")
    assert main(["baseline", "save", good, "-o", saved]) == 0
    assert main(["compare", saved, bad, "--fail-on", "perf:regress"]) == 1
    assert main(["compare", bad, saved, "--fail-on", "perf:regress"]) == 0


def test_json_has_comparisons_and_decisions(good: str, bad: str, capsys: Capture) -> None:
    assert main(["compare", good, bad, "--fail-on", "perf:regress", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["violated"] is True
    assert {c["measure"]: c["verdict"] for c in found["comparisons"]}["perf"] == "worse"


def test_gate_decides_on_a_run_alone_or_against_a_baseline(good: str, bad: str, capsys: Capture) -> None:
    assert main(["gate", bad, "--fail-on", "perf>=0.5"]) == 0
    assert main(["gate", bad, "--fail-on", "perf:regress", "--baseline", good]) == 1
    assert main(["gate", bad, "--fail-on", "perf:regress"]) == 4
    assert "give --baseline RUN" in capsys.readouterr().err


def test_missing_baseline_of_a_gate_warns_or_fails(good: str, capsys: Capture) -> None:
    arguments = ["gate", good, "--fail-on", "perf:regress", "--fail-on", "err<=0", "--baseline", "nowhere.json"]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert "WARNING: the baseline nowhere.json is not there" in shown
    assert "1 undecided, 1 hold" in shown
    assert main([*arguments, "--baseline-missing=fail"]) == 1


def test_incomplete_run_fails_its_gates_and_is_no_baseline(good: str, capsys: Capture, tmp_path: Path) -> None:
    from llamoco_bench.run_folder import RunFolder

    with Journal(RunFolder(Path(good)).new_journal("plan")) as journal:
        journal.append({"kind": "plan", "shard": None, "items": [["s", "99", "m"]]})
    assert main(["gate", good, "--fail-on", "err<=1"]) == 1
    assert "INCOMPLETE: 1 of 10 items not finished: s::99[m]" in capsys.readouterr().out
    assert main(["gate", good, "--fail-on", "err<=1", "--allow-incomplete"]) == 0
    assert main(["baseline", "save", good, "-o", str(tmp_path / "b.json")]) == 4
    assert main(["baseline", "save", good, "-o", str(tmp_path / "b.json"), "--allow-incomplete"]) == 0


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["compare", "GOOD", "nowhere"], "nowhere does not exist"),
        (["compare", "GOOD", "GOOD", "--fail-on", "prf<=1"], "Did you mean 'perf'"),
        (["gate", "GOOD", "--fail-on", "[n]:perf>=1"], "s[m]"),
    ],
)
def test_wrong_usage_is_4_and_says_what_is_allowed(good: str, capsys: Capture, arguments: list[str], hint: str) -> None:
    assert main([good if a == "GOOD" else a for a in arguments]) == 4
    assert hint in capsys.readouterr().err


def test_runs_that_share_no_problem_are_refused(good: str, tmp_path: Path, capsys: Capture) -> None:
    empty = make_run(tmp_path / "empty", [])
    assert main(["compare", good, str(empty.path)]) == 4
    assert "nothing to compare" in capsys.readouterr().err


def test_comparison_without_gates_says_which_problems_it_leaves_out(good: str, tmp_path: Path, capsys: Capture) -> None:
    fewer = make_run(tmp_path / "fewer", [[0.9, 0.8]] * 7)
    assert main(["compare", good, str(fewer.path)]) == 0
    assert "note      s[m]: 2 problems (p/07, p/08) of the baseline are not in this run" in capsys.readouterr().out
    assert main(["compare", good, str(fewer.path), "--format", "json"]) == 0
    assert "compared on 7" in json.loads(capsys.readouterr().out)["notes"][0]


def test_baseline_of_other_metrics_is_refused_with_the_reason(good: str, tmp_path: Path, capsys: Capture) -> None:
    kept = tmp_path / "kept.json"
    assert main(["baseline", "save", good, "-o", str(kept)]) == 0
    kept.write_text(kept.read_text().replace('"metrics": 1', '"metrics": 0'))
    assert main(["compare", str(kept), good]) == 4
    assert "its metrics are of version 0" in capsys.readouterr().err
