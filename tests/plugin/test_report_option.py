from __future__ import annotations

import pytest

from tests.plugin.support import CRASHING, GOOD, Bench, Replay, fenced
from tests.plugin.test_gates import SMOKE, answers
from tests.plugin.test_suite import A, B, C, D


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_session_writes_the_report_into_its_run(
    pytester: pytest.Pytester, replay: Replay, bench: Bench, workers: tuple[str, ...]
) -> None:
    model = replay({("RC04", 0): fenced(GOOD), ("RC05", 0): fenced(CRASHING), ("RC05", 1): fenced(GOOD)})
    result = bench(model, "--llamoco-suite=cec2020", "--llamoco-problems=RC0[45]", "--llamoco-report=html", *workers)
    [report] = pytester.path.glob(".llamoco/runs/*/report.html")
    result.stdout.fnmatch_lines(["report: .llamoco/runs/*/report.html"])
    text = report.read_text()
    assert "NameError" in text
    assert "RC05" in text


def test_report_goes_where_it_is_asked_for(pytester: pytest.Pytester, replay: Replay, bench: Bench) -> None:
    bench(replay({("RC04", 0): fenced(GOOD)}), "--llamoco-problems=RC04", "--llamoco-report=html:out/now.html")
    assert (pytester.path / "out" / "now.html").stat().st_size > 50_000


def test_report_shows_the_change_to_the_baseline_of_the_session(
    pytester: pytest.Pytester, replay: Replay, bench: Bench
) -> None:
    bench(replay(answers(A, B, C, D)), SMOKE, "--llamoco-run-dir=before", runs=1)
    assert pytester.run("llamoco", "baseline", "save", "before", "-o", "kept.json").ret == 0
    now = replay(answers(), "now.jsonl")
    for baseline in ("before", "kept.json"):
        bench(now, SMOKE, "--llamoco-report=html:r.html", f"--llamoco-baseline={baseline}", runs=1)
        text = (pytester.path / "r.html").read_text()
        assert f"Change: difference of Perf to <b>{baseline}</b>" in text
        assert "Flips: passed by one of the two only" in text


def test_report_says_that_the_baseline_is_missing(pytester: pytest.Pytester, replay: Replay, bench: Bench) -> None:
    bench(
        replay({("RC04", 0): fenced(GOOD)}),
        "--llamoco-problems=RC04",
        "--llamoco-report=html:r.html",
        "--llamoco-baseline=none.json",
    )
    assert "the baseline none.json is not there" in (pytester.path / "r.html").read_text()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("pdf", "expected html or html:PATH, got 'pdf'"),
        ("html:", "expected html or html:PATH, got 'html:'"),
        ("HTML", "expected html or html:PATH, got 'HTML'"),
        ("", "expected html[[]:PATH], got nothing"),
    ],
)
def test_other_forms_are_refused_before_anything_runs(
    pytester: pytest.Pytester, replay: Replay, bench: Bench, given: str, says: str
) -> None:
    result = bench(replay({("RC04", 0): fenced(GOOD)}), "--llamoco-problems=RC04", f"--llamoco-report={given}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--llamoco-report: {says}*"])
    assert not (pytester.path / ".llamoco").exists()


def test_report_that_cannot_be_written_fails_no_session(
    pytester: pytest.Pytester, replay: Replay, bench: Bench
) -> None:
    (pytester.path / "taken").write_text("a file")
    result = bench(replay({("RC04", 0): fenced(GOOD)}), "--llamoco-problems=RC04", "--llamoco-report=html:taken/r.html")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["no report: *taken*"])


def test_nothing_is_written_when_only_collecting(pytester: pytest.Pytester, replay: Replay, bench: Bench) -> None:
    bench(replay({("RC04", 0): fenced(GOOD)}), "--llamoco-problems=RC04", "--llamoco-report=html", "--collect-only")
    assert not (pytester.path / ".llamoco").exists()
