"""Gates fail a session through its exit status, under xdist and on a resumed run too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.plugin.support import CRASHING, GOOD, Bench, Replay, fenced
from tests.plugin.test_suite import A, B, C, D

SMOKE = "--llamoco-suite=smoke"
way = pytest.mark.parametrize("way", [("-p", "no:xdist"), ("-n", "2")], ids=["xdist blocked", "xdist"])


def answers(*crashing: str) -> dict[tuple[str, int], str]:
    return {(name, 0): fenced(CRASHING if name in crashing else GOOD) for name in (A, B, C, D)}


@way
def test_violated_gate_fails_the_session_and_says_why(
    bench: Bench, replay: Replay, pytester: pytest.Pytester, way: tuple[str, ...]
) -> None:
    gates = ("--llamoco-fail-on=err<=0.3", "--llamoco-fail-on=smoke[m]:perf>=0")
    result = bench(replay(answers(A, B)), SMOKE, "--llamoco-run-dir=out", *gates, *way, runs=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "failed" not in result.parseoutcomes()
    result.stdout.fnmatch_lines(
        ["*= llamoco gates =*", "VIOLATED  err<=0.3  *err is 0.5*", "holds *", "gates: 1 violated, 0 undecided, 1 hold"]
    )
    verdict = json.loads((Path(pytester.path) / "out" / "gates.json").read_text())
    assert [decision["result"] for decision in verdict["decisions"]] == ["violated", "holds"]


def test_regression_fails_against_a_committed_baseline_and_an_improvement_is_said(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    assert bench(replay(answers()), SMOKE, runs=1).ret == 0
    assert pytester.run("llamoco", "baseline", "save", "last", "-o", "base.json").ret == 0
    gates = ("--llamoco-fail-on=err:regress", "--llamoco-fail-on=perf>=base-0.02")
    worse = bench(
        replay(answers(A, B, C, D)), SMOKE, "--llamoco-run-dir=w", "--llamoco-baseline=base.json", *gates, runs=1
    )
    assert worse.ret == pytest.ExitCode.TESTS_FAILED
    worse.stdout.fnmatch_lines(
        ["smoke*m *Err *0.000*1.000*worse", "VIOLATED  err:regress *0 -> 1*", "VIOLATED  perf>=base*"]
    )
    better = bench(replay(answers()), SMOKE, "--llamoco-baseline=w", *gates, runs=1)
    assert better.ret == 0
    better.stdout.fnmatch_lines(["improved  smoke[[]m]: err 1 -> 0*", "gates: 0 violated, 0 undecided, 2 hold"])


def test_resumed_session_decides_on_the_whole_run(bench: Bench, replay: Replay) -> None:
    """Its own item is fine; the two that failed were done before."""
    full = answers(A, B)
    some = {key: text for key, text in full.items() if key[0] != D}
    bench(replay(some), SMOKE, "--llamoco-run-dir=out", runs=1)
    result = bench(replay(full), SMOKE, "--llamoco-resume=out", "--lf", "--llamoco-fail-on=err<=0.3", runs=1)
    assert result.parseoutcomes()["ok"] == 1
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["VIOLATED  err<=0.3  *err is 0.5*"])


def test_missing_baseline_fails_early_where_that_is_asked(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    gate = ("--llamoco-baseline=base.json", "--llamoco-fail-on=err:regress", "--llamoco-baseline-missing=fail")
    result = bench(replay(answers()), SMOKE, *gate)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*base.json is not there*"])
    assert not (Path(pytester.path) / ".llamoco").exists()


def test_ini_twins_give_gates_one_a_line_and_what_cannot_be_decided_is_said(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    pytester.makeini(
        "[pytest]\nllamoco_fail_on =\n    err<=0.3\n    [n]:perf>=0\n    perf>=base\n"
        "llamoco_baseline = b.json\nllamoco_suite = smoke\n"
    )
    models = (replay(answers()), replay(answers(), "n.jsonl", "n"))
    result = bench(*models, "-k", "[m]", runs=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "holds     err<=0.3 *",
            "undecided perf>=base *no baseline*",
            "undecided [[]n]:perf>=0 *nothing that it looks at was run",
            "note      the baseline b.json is not there*",
            "gates: 0 violated, 2 undecided, 1 hold",
        ]
    )


def test_session_that_is_stopped_or_executes_nothing_decides_nothing(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    gate = "--llamoco-fail-on=err<=0"
    result = bench(replay(answers()), SMOKE, "--llamoco-stage=generate", gate)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["not decided: nothing is executed in this stage"])
    pytester.makeconftest("def pytest_runtest_setup(item):\n    raise KeyboardInterrupt\n")
    result = bench(replay(answers()), SMOKE, gate, apart=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["not decided: the session was stopped"])
