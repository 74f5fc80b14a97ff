"""``llamoco_run`` in tests of one's own."""

from __future__ import annotations

import pytest

from tests.plugin.support import CONFTEST, CRASHING, GOOD, Replay, fenced


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "--strict-markers", *arguments, timeout=300)


def test_result_has_the_numbers_of_the_run(pytester: pytest.Pytester, replay: Replay) -> None:
    model = replay({("RC04", 0): fenced(CRASHING), ("RC04", 1): fenced(GOOD), ("RC17", 0): fenced(GOOD)})
    pytester.makeini("[pytest]\nllamoco_suite = smoke\nllamoco_runs = 2\n")
    pytester.makepyfile(
        f"""
        import math, pathlib

        def test_numbers(llamoco_run, tmp_path):
            folder = tmp_path / "kept"
            r = llamoco_run({model.partition("=")[2]!r}, problems="RC[01][47]", run_dir=folder)
            assert (r.err, r.rec, r.comp) == (0.5, 1.0, 225.0)
            assert 0 <= r.perf <= 1 and 0 <= r.reach <= r.feasible <= 1
            low, high = r.interval("err")
            assert low <= 0.5 <= high
            assert r.by_problem("err") == {{"cec2020/RC04": (1.0, 1.0), "cec2020/RC17": (0.0, 0.0)}}
            assert "smoke: 2 problems, 4 runs" in r.table()
            assert r.violations("err<=0.5", "rec<=0.1") == ["rec<=0.1: rec is 1, the limit 0.1"]
            runs = lambda: sum(p.read_text().count('"kind": "run"') for p in pathlib.Path(folder, "journal").iterdir())
            before = runs()
            again = llamoco_run({model.partition("=")[2]!r}, problems="RC[01][47]", run_dir=folder)
            assert (again.err, again.perf, runs()) == (r.err, r.perf, before)
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_wrong_settings_fail_the_test_with_what_is_allowed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize(("model", "settings"), [
            ("quantum:x", {}), ("random", {"suites": "smoke"}), ("random", {"runs": 0}),
            ("random", {"suite": "smoke,cec2020"}), ("random", {"suite": "smoke", "prompt": "cobol"}),
        ])
        def test_it(llamoco_run, model, settings):
            llamoco_run(model, **settings)

        @pytest.mark.llamoco("smoke")
        def test_mark(llamoco_run):
            llamoco_run("random")

        def test_gate(llamoco_run):
            llamoco_run("random", suite="smoke", problems="RC04", runs=1).violations("perf:regress")
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=7)
    result.stdout.fnmatch_lines(
        [
            "UsageError: Unknown kind of model 'quantum'*",
            "UsageError: Unknown setting of llamoco_run 'suites'. Did you mean 'suite'*",
            "UsageError: runs: expected a whole number from 1 up*",
            "UsageError: llamoco_run takes one suite a call*",
            "UsageError: * has no description 'cobol'. Allowed: python*",
            "UsageError: The mark llamoco takes settings by name*",
            "*needs a baseline; give baseline=FILE_OR_RUN",
        ]
    )


def test_models_of_the_hook_can_be_run(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("def test_it(llamoco_run): assert llamoco_run('mine:x', suite='smoke', runs=1).err == 0")
    run(pytester).assert_outcomes(passed=1)


def test_limits_that_nobody_would_keep_fail_the_test(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_llamoco_models(config): return {'mine': print}")
    pytester.makepyfile("def test_it(llamoco_run): llamoco_run('mine:x', suite='smoke', max_tokens=10)")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["UsageError: --llamoco-max-tokens and --llamoco-max-cost cannot be kept for mine:x*"])


def test_answer_that_is_missing_is_no_fault_of_the_model(pytester: pytest.Pytester, replay: Replay) -> None:
    model = replay({("RC04", 0): fenced(GOOD)}).partition("=")[2]
    pytester.makepyfile(f"def test_it(llamoco_run): llamoco_run({model!r}, suite='smoke', runs=1)")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["InfrastructureFault: m on smoke: *"])


def test_gates_look_at_the_model_that_was_run_alone(pytester: pytest.Pytester, replay: Replay) -> None:
    bad, good = (
        replay({("RC04", 0): fenced(program)}, f"{label}.jsonl", label).partition("=")[2]
        for label, program in (("bad", CRASHING), ("good", GOOD))
    )
    pytester.makepyfile(
        f"""
        def test_it(llamoco_run, tmp_path):
            common = dict(suite="smoke", problems="RC04", runs=1, repairs=0, run_dir=tmp_path / "both")
            assert llamoco_run({bad!r}, **common).violations("err<=0.1") == ["err<=0.1: err is 1, the limit 0.1"]
            assert llamoco_run({good!r}, **common).violations("err<=0.1") == []
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_memory_that_this_machine_cannot_give_is_found_out_before_anything_runs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "def test_it(llamoco_run, tmp_path):\n"
        "    llamoco_run('random', suite='smoke', memory=9999999999, run_dir=tmp_path / 'out')"
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["SandboxError: This machine or account cannot give a program 9999999999 MiB*"])
