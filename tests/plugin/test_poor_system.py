"""A whole session where Landlock, seccomp, /proc, files in memory and handles on processes are missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.plugin.support import CRASHING, GOOD, HANGING, Replay, fenced, records

ROOT = Path(__file__).parents[2]
POOR = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import pytest
from tests.sandbox.poor_system import take_away
take_away(pytest.MonkeyPatch(), waitid=True)
"""


def run_session(pytester: pytest.Pytester, answers: str, *options: str) -> pytest.RunResult:
    pytester.makeconftest(POOR)
    return pytester.runpytest_subprocess(
        answers,
        "--llamoco-suite=cec2020",
        "--llamoco-problems=RC0[456]",
        "--llamoco-repairs=0",
        "--llamoco-runs=1",
        *options,
    )


@pytest.mark.slow
def test_weak_session_runs_programs_and_its_manifest_says_what_held(pytester: pytest.Pytester, replay: Replay) -> None:
    programs = {"RC04": GOOD, "RC05": CRASHING, "RC06": HANGING}
    answers = replay({(problem, 0): fenced(program) for problem, program in programs.items()})
    run_session(pytester, answers, "--llamoco-sandbox=weak", "--llamoco-timeout=2")
    runs = [record for record in records(Path(pytester.path)) if record["kind"] == "run"]
    assert {(run["problem"], run["status"]) for run in runs} == {
        ("cec2020/RC04", "ok"),
        ("cec2020/RC05", "runtime"),
        ("cec2020/RC06", "timeout"),
    }
    [path] = (Path(pytester.path) / ".llamoco" / "runs").glob("*/manifest.json")
    said = json.loads(path.read_text())["sandbox"]
    assert said["mode"] == "weak"
    assert {name for name in ("own session", "resource limits", "no network") if said["layers"][name]} == {
        "own session",
        "resource limits",
    }


def test_strict_session_is_refused_with_what_is_missing_and_what_to_do(
    pytester: pytest.Pytester, replay: Replay
) -> None:
    result = run_session(pytester, replay({("RC04", 0): fenced(GOOD)}))
    assert result.ret != 0
    said = " ".join((result.stdout.str() + result.stderr.str()).split())
    assert "The sandbox is not complete on this macOS: it lacks Landlock, seccomp and /proc" in said
    assert "--llamoco-sandbox=weak runs programs" in said


def test_windows_is_refused_with_what_to_use_there(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys\nsys.platform = 'win32'")
    result = pytester.runpytest_subprocess("-p", "no:faulthandler", "--llamoco-model=random", "--llamoco-suite=smoke")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *On Windows, use it in WSL 2*"])
