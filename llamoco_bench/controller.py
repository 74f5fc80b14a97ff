"""The controlling process: run folder, letters and words, progress, tables at the end.

Results are read from the journals, never from what travels through xdist: a crashed worker's report has
``when == "???"`` and no data, but everything that it finished is in its journal.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import pytest

from llamoco_bench import __version__
from llamoco_bench.options import value_of
from llamoco_bench.run_folder import RunFolder, choose_folder
from llamoco_bench.settings import short_name
from llamoco_bench.statuses import is_erroneous
from llamoco_bench.suite_items import ItemId, parse_item_id
from llamoco_bench.worker import WORKERINPUT_KEY

if TYPE_CHECKING:
    from llamoco_bench.journal import Record
    from llamoco_bench.settings import Settings

PROGRESS_EVERY_S: Final = 30.0

# status of an item -> (category of pytest's last line, letter, word of `pytest -v`)
LETTERS: Final = {
    "ok": ("ok", ".", "OK"),
    "repaired": ("repaired", "r", "REPAIRED"),
    "cached": ("cached", "c", "CACHED"),
    "no_code": ("no code", "n", "NO CODE"),
    "timeout": ("time limit", "t", "TIME LIMIT"),
    "memory": ("memory limit", "m", "MEMORY LIMIT"),
    "tampered": ("tampered", "x", "TAMPERED"),
    "infra": ("failed", "i", "INFRASTRUCTURE"),
}
CODE_ERROR: Final = ("code error", "e", "CODE ERROR")


class Controller:
    """Hooks of the controlling process."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._dry = config.option.collectonly
        self.folder: RunFolder = choose_folder(
            value_of(config, "run-dir"), value_of(config, "resume"), settings.outcome_options()
        )
        self._expected: set[ItemId] = set()
        self._progress = _Progress()
        if not self._dry:
            self._prepare()

    def _prepare(self) -> None:
        """Find out what would go wrong before anything is written."""
        from llamoco_bench.baselines.models.registry import prepare_model
        from llamoco_bench.problems import load_problem
        from llamoco_bench.prompting import pick_description
        from llamoco_bench.sandbox import preflight

        for suite in self._settings.suites:
            for problem in self._settings.problems_of(suite)[:1]:
                pick_description(load_problem(problem), self._settings.prompt)
        preflight(allow_weak=self._settings.weak_sandbox)
        for spec in self._settings.models:
            prepare_model(spec, say=lambda line: print(f"llamoco: {line}", file=sys.stderr))  # noqa: T201

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Write the manifest before anything runs."""
        if not self._dry:
            settings = self._settings
            self.folder.write_manifest(
                {
                    "options": settings.outcome_options(),
                    "models": [spec.describe() for spec in settings.models],
                    "suites": list(settings.suites),
                    "problems": settings.problems,
                    "runs": settings.runs,
                }
            )

    def pytest_report_header(self) -> str:
        """Say in one line what will run."""
        s = self._settings
        models = ", ".join(spec.label for spec in s.models)
        return f"llamoco-bench {__version__}: {models} on {', '.join(s.suites)}, {s.runs} runs, in {self.folder.path}"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember what is to be done."""
        self.expect(item.nodeid for item in session.items)

    def expect(self, nodeids: Iterable[str]) -> None:
        """Remember the items that this session is to finish."""
        self._expected |= {parsed for nodeid in nodeids if (parsed := parse_item_id(nodeid))}
        self._progress.total = len(self._expected)

    def pytest_report_teststatus(self, report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
        """Give an item its letter and word."""
        fields = getattr(report, "llamoco", None)
        if fields is None:
            return None
        category, letter, word = LETTERS.get(fields["status"], CODE_ERROR)
        return ("failed" if report.failed else category), letter, word

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count; say now and then how far it is."""
        fields = getattr(report, "llamoco", None)
        if fields is None:
            return
        line = self._progress.add(fields)
        if line and self._config.pluginmanager.hasplugin("terminalreporter"):
            writer = self._config.get_terminal_writer()
            if writer.width_of_current_line:
                writer.line()
            writer.line(line)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the tables; an incomplete run is not a success."""
        if self._dry or not self._expected:
            return
        from llamoco_bench.reports.tables import FORMATS, render
        from llamoco_bench.scoring import score_records

        records = self.folder.records()
        scores = score_records(records)
        for form in FORMATS:
            (self.folder.path / f"summary.{form}").write_text(render(scores, form), encoding="utf-8")
        if self._missing(records) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the tables, the folder, and how to go on with an incomplete run."""
        if self._dry or not self._expected:
            return
        from llamoco_bench.reports.tables import terminal
        from llamoco_bench.scoring import score_records

        records = self.folder.records()
        terminalreporter.section("llamoco", sep="=", bold=True)
        for line in terminal(score_records(records)):
            terminalreporter.write_line(line)
        terminalreporter.write_line(f"run folder: {self.folder.path}")
        if missing := self._missing(records):
            terminalreporter.write_line(
                f"INCOMPLETE: {len(missing)} of {len(self._expected)} items are not finished. Go on with:", red=True
            )
            terminalreporter.write_line(f"  {self.resume_command()}")

    def resume_command(self) -> str:
        """Return the command that goes on with this run."""
        arguments = list(self._config.invocation_params.args)
        if value_of(self._config, "resume") is None:
            arguments = _without_option([str(a) for a in arguments], "--llamoco-run-dir")
            arguments.append(f"--llamoco-resume={self.folder.path}")
        return shlex.join(["pytest", *map(str, arguments)])

    def _missing(self, records: Iterable[Record]) -> set[ItemId]:
        finished = {
            ItemId(record["suite"], short_name(record["problem"]), record["model"])
            for record in records
            if record["kind"] == "item" and record["status"] != "infra"
        }
        return self._expected - finished


class XdistController:
    """The hooks that exist only where pytest-xdist does."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where the run is."""
        node.workerinput[WORKERINPUT_KEY] = str(self._controller.folder.path.absolute())

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Remember what is to be done: the controller itself collects nothing under xdist."""
        self._controller.expect(ids)


class _Progress:
    """How far a session is, in one line every half a minute."""

    def __init__(self) -> None:
        self.total = 0
        self._done = 0
        self._errors = 0
        self._counted = 0
        self._start = self._last = time.monotonic()

    def add(self, fields: dict[str, Any]) -> str | None:
        """Count a finished item; return the line if one is due."""
        self._done += 1
        self._errors += sum(map(is_erroneous, fields["first"]))
        self._counted += len(fields["first"])
        now = time.monotonic()
        if now - self._last < PROGRESS_EVERY_S:
            return None
        self._last = now
        elapsed = now - self._start
        left = elapsed / self._done * max(0, self.total - self._done)
        error = f"Err {self._errors / self._counted:.2f}, " if self._counted else ""
        return (
            f"llamoco: {self._done}/{self.total} items, {self._counted} runs, {error}"
            f"{_duration(elapsed)} gone, about {_duration(left)} left"
        )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _without_option(arguments: Sequence[str], option: str) -> list[str]:
    """Drop ``option VALUE`` and ``option=VALUE``."""
    kept: list[str] = []
    skip = False
    for argument in arguments:
        if skip:
            skip = False
        elif argument == option:
            skip = True
        elif not argument.startswith(f"{option}="):
            kept.append(argument)
    return kept
