"""Bad input gets an error that says what is allowed, exit code 4, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

OK = ("--llamoco-model=random", "--llamoco-suite=smoke")

REJECTED = [
    (["--llamoco-modle=random"], "--llamoco-model"),
    (["--llamoco-model=quantum:x"], "pool"),
    (["--llamoco-model=pool:simplex-of-doom"], "slsqp"),
    (["--llamoco-model=pool:slsqp?colour=red"], "colour"),
    (["--llamoco-model=replay:missing.jsonl"], "missing.jsonl"),
    (["--llamoco-model=random", "--llamoco-suite=cec2019"], "cec2020"),
    (["--llamoco-model=random", "--llamoco-suite=,"], "separated by commas"),
    (["--llamoco-model=random", "--llamoco-problems=RC99"], "RC99"),
    (["--llamoco-model=random", "--llamoco-model=random"], "random"),
    ([*OK, "--llamoco-runs=0"], "from 1 up"),
    ([*OK, "--llamoco-runs=five"], "from 1 up"),
    ([*OK, "--llamoco-seed=-1"], "from 0 up"),
    ([*OK, "--llamoco-repairs=3"], "0 .* or 1"),
    ([*OK, "--llamoco-timeout=soon"], "seconds"),
    ([*OK, "--llamoco-timeout=nan"], "seconds"),
    ([*OK, "--llamoco-timeout=1e300"], "seconds"),
    ([*OK, "--llamoco-memory=1"], "megabytes"),
    ([*OK, "--llamoco-resume="], "expected RUN, got nothing"),
    ([*OK, "--llamoco-baseline="], "expected RUN, got nothing"),
    ([*OK, "--llamoco-suite="], "expected NAMES, got nothing"),
    ([*OK, "--llamoco-sandbox=none"], "weak"),
    ([*OK, "--llamoco-prompt=cobol"], "python"),
    ([*OK, "--llamoco-resume=last"], "no run"),
    ([*OK, "--llamoco-resume=x", "--llamoco-run-dir=y"], "not both"),
    ([*OK, f"--llamoco-run-dir={__file__}/below"], "cannot be the folder of a run"),
    ([*OK, "--collect-only", "--llamoco-fail-on=speed<=3"], "--llamoco-fail-on: .*perf"),
    ([*OK, "--collect-only", "--llamoco-report=pdf"], "--llamoco-report: expected html"),
    (["--llamoco-runs=2"], "--llamoco-runs does nothing without --llamoco-model or --llamoco-suite"),
]


@pytest.mark.parametrize(("arguments", "hint"), REJECTED, ids=[" ".join(a) for a, _ in REJECTED])
def test_bad_input_is_refused_with_what_is_allowed(pytester: pytest.Pytester, arguments: list[str], hint: str) -> None:
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.re_match_lines([f".*{hint}.*"])
    assert not (Path(pytester.path) / ".llamoco").exists()


def test_a_suite_alone_stands_for_the_model_that_ships(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--llamoco-suite=smoke", "--collect-only", "-q")
    assert next(line for line in result.outlines if line.startswith("llamoco::smoke::")).endswith("[nano]")


MALFORMED = {
    "not json": "hello\n",
    "not an object": "[1, 2]\n",
    "no text": '{"problem": "cec2020/RC08"}\n',
    "text is no string": '{"problem": "cec2020/RC08", "text": 5}\n',
    "no problem": '{"text": "x"}\n',
    "empty": "",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_replay_file_is_refused(pytester: pytest.Pytester, name: str) -> None:
    path = Path(pytester.path) / "answers.jsonl"
    path.write_text(MALFORMED[name])
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", f"--llamoco-model=replay:{path}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.re_match_lines([".*answers.jsonl.*"])
    assert not (Path(pytester.path) / ".llamoco").exists()


def test_ini_twins_give_defaults_and_the_command_line_wins(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nllamoco_suite = smoke\nllamoco_runs = 2\n")
    result = pytester.runpytest_inprocess("--llamoco-model=random", "--collect-only", "-q")
    assert any(line.startswith("llamoco::smoke::") for line in result.outlines)
    result = pytester.runpytest_inprocess("--llamoco-model=random", "--llamoco-runs=3", "--collect-only")
    result.stdout.fnmatch_lines(["llamoco-bench *3 runs*"])


def test_bad_value_in_the_ini_file_is_refused_too(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nllamoco_runs = many\n")
    result = pytester.runpytest_inprocess("--llamoco-model=random")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_every_option_is_in_the_help(pytester: pytest.Pytester) -> None:
    from llamoco_bench.options import OPTIONS

    text = pytester.runpytest_inprocess("--help").stdout.str()
    assert all(option.text in text for option in OPTIONS)
