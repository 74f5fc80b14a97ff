"""The virtual suite behaves like any other tests of a pytest session."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from llamoco_bench.problems import list_problems
from llamoco_bench.settings import short_name
from tests.plugin.support import CRASHING, GOOD, GREEDY, HANGING, Bench, Replay, fenced, records

A, B, C, D = (short_name(problem) for problem in list_problems("smoke")[:4])
SMOKE = "--llamoco-suite=smoke"
BLOCKED, WORKSTEAL = ("-p", "no:xdist"), ("-n", "2", "--dist", "worksteal")
way = pytest.mark.parametrize(
    "way",
    [
        pytest.param((), id="plain"),
        pytest.param(BLOCKED, id="xdist blocked", marks=pytest.mark.slow),
        pytest.param(WORKSTEAL, id="worksteal"),
        pytest.param(("-n", "2"), id="xdist", marks=pytest.mark.slow),
    ],
)


def good(*names: str) -> dict[tuple[str, int], str]:
    return {(name, 0): fenced(GOOD) for name in names}


@pytest.mark.parametrize("way", [BLOCKED, WORKSTEAL, ("-n", "2")], ids=["xdist blocked", "worksteal", "xdist"])
def test_items_run_without_any_test_file_and_are_known_to_junit_and_hooks(
    bench: Bench, replay: Replay, pytester: pytest.Pytester, way: tuple[str, ...]
) -> None:
    pytester.makeconftest("def pytest_runtest_setup(item):\n    open(f'seen-{item.name}', 'w').close()\n")
    result = bench(replay(good(A, B, C, D)), SMOKE, "--junitxml=out.xml", *way)
    assert result.ret == 0
    assert result.parseoutcomes()["ok"] == 4
    result.stdout.fnmatch_lines(["smoke: 4 problems, 8 runs a model*", "m *0.000*"])
    names = {f"{name}[m]" for name in (A, B, C, D)}
    cases = list(ET.parse(Path(pytester.path) / "out.xml").iter("testcase"))
    assert {case.get("name") for case in cases} == names
    assert {case.get("classname") for case in cases} == {"llamoco.smoke"}
    assert {path.name for path in Path(pytester.path).glob("seen-*")} == {f"seen-{name}" for name in names}


def test_ids_name_suite_problem_and_model(bench: Bench, replay: Replay) -> None:
    result = bench(replay(good(A)), SMOKE, "--collect-only", "-q")
    assert result.outlines[:4] == [f"llamoco::smoke::{name}[m]" for name in (A, B, C, D)]


def test_collecting_only_writes_nothing(bench: Bench, replay: Replay, pytester: pytest.Pytester) -> None:
    bench(replay(good(A)), SMOKE, "--collect-only")
    assert not (Path(pytester.path) / ".llamoco").exists()


SELECTIONS = {
    "-k": (("-k", f"{A} or {B}"), 2),
    "pasted ids": ((f"llamoco::smoke::{A}[m]", f"llamoco::smoke::{B}[m]"), 2),
    "glob": (("--llamoco-problems", f"cec2020/{A}"), 1),
}


@pytest.mark.parametrize(
    ("way", "select", "number"),
    [
        *(pytest.param((), *selection, id=f"plain-{name}") for name, selection in SELECTIONS.items()),
        *(
            pytest.param(BLOCKED, *selection, id=f"xdist blocked-{name}", marks=pytest.mark.slow)
            for name, selection in SELECTIONS.items()
        ),
        pytest.param(WORKSTEAL, *SELECTIONS["pasted ids"], id="worksteal-pasted ids"),
    ],
)
def test_some_items_can_be_selected(
    bench: Bench, replay: Replay, way: tuple[str, ...], select: tuple[str, ...], number: int
) -> None:
    result = bench(replay(good(A, B, C, D)), SMOKE, *way, *select)
    assert result.ret == 0
    assert result.parseoutcomes()["ok"] == number


@pytest.mark.parametrize(("mark", "outcomes"), [("llamoco", {"ok": 4}), ("not llamoco", {"deselected": 4})])
def test_marks_select(bench: Bench, replay: Replay, mark: str, outcomes: dict[str, int]) -> None:
    result = bench(replay(good(A, B, C, D)), SMOKE, "-m", mark)
    assert result.parseoutcomes() == outcomes


def test_part_of_an_id_selects_a_suite_or_all_models_of_a_problem(bench: Bench, replay: Replay) -> None:
    models = (replay(good(A, B, C, D)), replay(good(A, B, C, D), "other.jsonl", "n"))
    assert bench(*models, SMOKE, "llamoco::smoke").parseoutcomes()["ok"] == 8
    assert bench(*models, SMOKE, f"llamoco::smoke::{A}").parseoutcomes()["ok"] == 2


@way
def test_a_program_that_fails_is_data_not_a_failed_test(bench: Bench, replay: Replay, way: tuple[str, ...]) -> None:
    answers = {
        (A, 0): fenced(CRASHING),
        (A, 1): fenced(GOOD),
        (B, 0): fenced(CRASHING),
        (C, 0): fenced(GREEDY),
        (D, 0): "I would use simulated annealing.",
    }
    result = bench(replay(answers), SMOKE, *way)
    assert result.ret == 0
    assert result.parseoutcomes() == {"repaired": 1, "code": 1, "memory": 1, "no": 1}


def test_each_fate_has_its_letter(bench: Bench, replay: Replay) -> None:
    answers = {(A, 0): fenced(GOOD), (B, 0): fenced(CRASHING), (B, 1): fenced(GOOD)}
    result = bench(replay({**answers, (C, 0): fenced(HANGING), (D, 0): "no"}), SMOKE, timeout=1)
    [letters] = [line for line in result.outlines if re.match(r"\S* ?\.rtn ", line)]
    assert letters
    verbose = bench(replay(answers), SMOKE, "-v", "-k", B)
    verbose.stdout.fnmatch_lines([f"llamoco::smoke::{B}*REPAIRED*"])


@way
def test_an_infrastructure_fault_fails_and_is_tried_again(bench: Bench, replay: Replay, way: tuple[str, ...]) -> None:
    """The replayed file lacks an answer, which is nobody's program."""
    result = bench(replay(good(A, B, C)), SMOKE, *way)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes() == {"failed": 1, "ok": 3}
    result.stdout.fnmatch_lines(["INCOMPLETE: 1 of 4 items are not finished. Go on with:"])


def test_strict_turns_code_errors_into_failures(bench: Bench, replay: Replay) -> None:
    answers = {**good(A, C, D), (B, 0): fenced(CRASHING)}
    result = bench(replay(answers), SMOKE, "--llamoco-strict")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes() == {"failed": 1, "ok": 3}


@way
def test_last_failed_reruns_only_what_failed(bench: Bench, replay: Replay, way: tuple[str, ...]) -> None:
    bench(replay(good(A, B, C)), SMOKE, *way)
    result = bench(replay(good(A, B, C, D)), SMOKE, "--lf", *way)
    assert result.parseoutcomes()["ok"] == 1


def test_stops_at_the_first_failure(bench: Bench, replay: Replay) -> None:
    result = bench(replay(good(B, C, D)), SMOKE, "-x")
    assert result.parseoutcomes() == {"failed": 1}
    result.stdout.fnmatch_lines(["INCOMPLETE: 4 of 4 items*"])


def test_package_installed_below_the_root_is_found(
    bench: Bench, replay: Replay, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual environment in the project's folder is where pytest never looks for tests."""
    import llamoco_bench

    site = Path(pytester.path) / "venv" / "site-packages"
    site.mkdir(parents=True)
    (site.parent / "pyvenv.cfg").touch()
    source = Path(llamoco_bench.__file__).parent
    (site / "llamoco_bench").mkdir()
    for path in source.glob("*"):
        if path.name != "__pycache__":
            (site / "llamoco_bench" / path.name).symlink_to(path)
    for name in ("problems", "baselines", "reports"):
        (site / "llamoco_bench" / name).symlink_to(
            Path(__import__(f"llamoco_bench.{name}", fromlist=["x"]).__path__[0])
        )
    monkeypatch.setenv("PYTHONPATH", str(site))
    pytester.makeconftest(
        "def pytest_sessionfinish():\n    import llamoco_bench\n    open('found', 'w').write(llamoco_bench.__file__)\n"
    )
    result = bench(replay(good(A, B, C, D)), SMOKE, apart=True)
    assert result.parseoutcomes()["ok"] == 4
    assert (Path(pytester.path) / "found").read_text() == str(site / "llamoco_bench" / "__init__.py")


def test_own_tests_and_the_suite_run_together_when_both_are_named(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    path = pytester.makepyfile("def test_a(): pass")
    result = bench(replay(good(A, B, C, D)), SMOKE, path.name, "llamoco")
    assert result.parseoutcomes() == {"passed": 1, "ok": 4}


@pytest.mark.parametrize(
    "way", [WORKSTEAL, pytest.param(("-n", "2"), marks=pytest.mark.slow)], ids=["worksteal", "xdist"]
)
def test_worker_that_dies_loses_nothing_that_it_had_finished(
    bench: Bench, replay: Replay, pytester: pytest.Pytester, way: tuple[str, ...]
) -> None:
    pytester.makeconftest(
        "import os\n"
        "def pytest_configure(config):\n"
        "    if hasattr(config, 'workerinput'):\n"
        "        config.pluginmanager.register(Dies())\n"
        "class Dies:\n"
        "    def pytest_runtest_logreport(self, report):\n"
        f"        if report.when == 'call' and '{B}' in report.nodeid:\n"
        "            os._exit(9)\n"
    )
    result = bench(replay(good(A, B, C, D)), SMOKE, *way)
    assert result.ret != 0
    finished = {r["problem"] for r in records(Path(pytester.path)) if r["kind"] == "item"}
    assert f"cec2020/{B}" in finished
    result.stdout.fnmatch_lines(["smoke: 4 problems*"])


def test_tables_in_the_run_folder_are_those_of_the_report_command(
    bench: Bench, replay: Replay, pytester: pytest.Pytester
) -> None:
    bench(replay(good(A, B, C, D)), SMOKE, "--llamoco-run-dir=out")
    names = {path.name for path in (Path(pytester.path) / "out").iterdir()}
    assert {"manifest.json", "journal", "summary.json", "summary.csv", "summary.md"} == names
    for form in ("md", "csv", "json"):
        result = pytester.run("llamoco", "report", "out", "--format", form)
        assert result.ret == 0
        assert "\n".join(result.outlines).strip() == (Path(pytester.path) / f"out/summary.{form}").read_text().strip()


def test_report_of_nothing_says_what_is_allowed(pytester: pytest.Pytester) -> None:
    result = pytester.run("llamoco", "report", "nowhere")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*does not exist*"])
