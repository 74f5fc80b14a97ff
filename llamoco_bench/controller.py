"""The controlling process: run folder, letters and words, progress, tables at the end.

Results are read from the journals, never from what travels through xdist: a crashed worker's report has
``when == "???"`` and no data, but everything that it finished is in its journal.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from llamoco_bench import __version__
from llamoco_bench.completeness import is_finished, item_of
from llamoco_bench.errors import LlamocoError
from llamoco_bench.options import value_of
from llamoco_bench.preparation import prepare
from llamoco_bench.run_folder import RunFolder, choose_folder
from llamoco_bench.settings import ItemId, short_name
from llamoco_bench.statuses import is_erroneous
from llamoco_bench.suite_items import parse_item_id
from llamoco_bench.worker import WORKERINPUT_KEY

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.base import Request
    from llamoco_bench.baselines.models.serving import Limits
    from llamoco_bench.baselines.models.spec import ModelSpec
    from llamoco_bench.brokers import Brokers
    from llamoco_bench.journal import Record
    from llamoco_bench.ranking import Standing
    from llamoco_bench.scoring import Score
    from llamoco_bench.settings import Settings

PROGRESS_EVERY_S: Final = 30.0

# status of an item -> (category of pytest's last line, letter, word of `pytest -v`)
LETTERS: Final = {
    "ok": ("ok", ".", "OK"),
    "repaired": ("repaired", "r", "REPAIRED"),
    "cached": ("cached", "c", "CACHED"),
    "generated": ("generated", "g", "GENERATED"),
    "waiting": ("waiting for an answer", "w", "WAITS FOR AN ANSWER"),
    "no_code": ("no code", "n", "NO CODE"),
    "timeout": ("time limit", "t", "TIME LIMIT"),
    "memory": ("memory limit", "m", "MEMORY LIMIT"),
    "tampered": ("tampered", "x", "TAMPERED"),
    "infra": ("failed", "i", "INFRASTRUCTURE"),
}
CODE_ERROR: Final = ("code error", "e", "CODE ERROR")


class _Results(NamedTuple):
    """What the journals of a run say at the end of a session."""

    records: list[Record]
    scores: list[Score]
    standings: dict[tuple[str, str], Standing]


class Controller:
    """Hooks of the controlling process."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings
        self._dry = config.option.collectonly
        self.folder: RunFolder = choose_folder(
            value_of(config, "run-dir"),
            value_of(config, "resume"),
            settings.outcome_options(),
            settings.described_models(),
        )
        self._expected: set[ItemId] = set()
        self._planned = False
        self._read: _Results | None = None
        self._brokers: Brokers | None = None
        self._progress = _Progress()
        if not self._dry:
            prepare(settings)
            self._limits = self._spending_limits()

    def _spending_limits(self) -> dict[str, Limits]:
        from llamoco_bench.baselines.models.serving.purse import limits_for, refuse_unkept

        tokens, cost, prices = (value_of(self._config, name) for name in ("max-tokens", "max-cost", "prices"))
        refuse_unkept(self._settings.models, tokens, cost)
        return {spec.label: limits_for(spec, tokens, cost, prices) for spec in self._brokered()}

    def _brokered(self) -> list[ModelSpec]:
        """Models that this session needs brokers for."""
        from llamoco_bench.baselines.models.registry import is_brokered

        return [] if self._settings.stage == "execute" else [s for s in self._settings.models if is_brokered(s)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Write the manifest before anything runs, then start what the models need."""
        if self._dry:
            return
        from llamoco_bench.evaluation import describe_execution

        manifest = {**self._settings.manifest(), **describe_execution(self._settings)}
        try:
            self.folder.write_manifest(manifest)
            self._start_brokers()
        except LlamocoError as error:
            raise pytest.UsageError(str(error)) from None

    def _start_brokers(self) -> None:
        from llamoco_bench.brokers import Brokers

        cache = value_of(self._config, "cache")
        store = self.folder.path / "answers.sqlite" if cache == "off" else Path(cache)
        logs = self.folder.path / "logs"
        self._brokers = Brokers(self._brokered(), self._limits, store, self.folder.id, logs)
        self._config.add_cleanup(self._brokers.close)

    def tell(self) -> dict[str, Any]:
        """Return what a worker must know of the run, as builtins."""
        addresses = {} if self._brokers is None else self._brokers.addresses
        brokers = {label: list(address) for label, address in addresses.items()}
        return {"folder": str(self.folder.path.absolute()), "brokers": brokers}

    def pytest_report_header(self) -> str:
        """Say in one line what will run."""
        s = self._settings
        models = ", ".join(spec.label for spec in s.models)
        return f"llamoco-bench {__version__}: {models} on {', '.join(s.suites)}, {s.runs} runs, in {self.folder.path}"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember what is to be done."""
        self.expect(item.nodeid for item in session.items)

    def expect(self, nodeids: Iterable[str]) -> None:
        """Remember the items that this session is to finish, and let the models begin."""
        expected = [parsed for nodeid in nodeids if (parsed := parse_item_id(nodeid))]
        self._note_plan(expected)
        if self._brokers is not None and not self._expected:
            self._brokers.announce(self._first_requests(expected))
        self._expected |= set(expected)
        self._progress.total = len(self._expected)

    def _note_plan(self, items: Sequence[ItemId]) -> None:
        """Write down what this session sets out to do, once: what never comes back is missed later."""
        if self._dry or (self._planned and self._expected.issuperset(items)):
            return
        from llamoco_bench.journal import Journal

        self._planned = True
        shard = self._settings.shard
        with Journal(self.folder.new_journal("plan")) as journal:
            found = [list(item) for item in sorted(items)]
            journal.append(
                {
                    "kind": "plan",
                    "shard": shard and list(shard),
                    "items": found,
                    "runs": self._settings.runs,
                    "time": time.time(),
                }
            )

    def _first_requests(self, items: Sequence[ItemId]) -> Iterator[tuple[str, Request]]:
        """Yield what each item will ask first, in order; not where the answer is recorded."""
        from llamoco_bench.evaluation import first_request
        from llamoco_bench.problems import load_problem

        problems = {
            (suite, short_name(problem)): problem
            for suite in self._settings.suites
            for problem in self._settings.problems_of(suite)
        }
        recorded = {(r["model"], r["problem"]) for r in self.folder.records() if r["kind"] == "generation"}
        for item in items:
            problem = problems[item.suite, item.problem]
            if (item.model, problem) not in recorded:
                yield item.model, first_request(load_problem(problem), self._settings)

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

    def _results(self) -> _Results:
        """Read the run once, when the session ends; a method, since pytest evaluates the properties of a plugin."""
        from llamoco_bench.ranking import rank_items
        from llamoco_bench.scoring import collect_items, score_items

        if self._read is None:
            records = self.folder.records()
            items = collect_items(records)
            self._read = _Results(records, score_items(items), rank_items(items))
        return self._read

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the tables; an incomplete run is not a success, a shard without items is no failure."""
        if self._settings.shard is not None and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK
        if self._dry or not self._expected:
            return
        from llamoco_bench.reports.tables import FORMATS, render

        records, scores, standings = self._results()
        for form in FORMATS:
            text = render(scores, form, standings)
            (self.folder.path / f"summary.{form}").write_text(text, encoding="utf-8")
        if self._settings.stage == "all" and self._missing(records) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the tables, the folder, and how to go on with an incomplete run."""
        if self._dry or not self._expected:
            return
        from llamoco_bench.reports.tables import terminal

        records, scores, standings = self._results()
        terminalreporter.section("llamoco", sep="=", bold=True)
        for line in terminal(scores, standings):
            terminalreporter.write_line(line)
        terminalreporter.write_line(f"run folder: {self.folder.path}")
        if missing := self._missing(records):
            count = f"{len(missing)} of {len(self._expected)} items"
            if self._settings.stage == "all":
                terminalreporter.write_line(f"INCOMPLETE: {count} are not finished. Go on with:", red=True)
            else:
                terminalreporter.write_line(f"{count} wait for another stage. Go on with:")
            terminalreporter.write_line(f"  {self.resume_command(self._next_stage(records))}")

    def resume_command(self, stage: str = "all") -> str:
        """Return the command that goes on with this run, with a session of `stage`."""
        arguments = list(map(str, self._config.invocation_params.args))
        for option in ("--llamoco-stage", "--llamoco-run-dir", "--llamoco-resume"):
            arguments = _without_option(arguments, option)
        arguments.append(f"--llamoco-resume={self.folder.path}")  # also for 'last', which may be another run by then
        if stage != "all":
            arguments.append(f"--llamoco-stage={stage}")
        return shlex.join(["pytest", *arguments])

    def _next_stage(self, records: Iterable[Record]) -> str:
        """Return the stage that most can be done in, where sessions do one stage only."""
        if self._settings.stage == "all":
            return "all"
        last = {item_of(record): record["status"] for record in records if record["kind"] == "item"}
        statuses = {last.get(item) for item in self._missing(records)}
        if self._settings.stage == "generate":
            return "execute" if statuses == {"generated"} else "generate"
        return "generate" if "waiting" in statuses else "execute"

    def _missing(self, records: Iterable[Record]) -> set[ItemId]:
        fates = (record for record in records if record["kind"] == "item")
        return self._expected - {item_of(fate) for fate in fates if is_finished(fate, self._settings.runs)}


class XdistController:
    """The hooks that exist only where pytest-xdist does."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where the run is."""
        node.workerinput[WORKERINPUT_KEY] = self._controller.tell()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Remember what is to be done: the controller itself collects nothing under xdist."""
        self._controller.expect(ids)


class _Progress:
    """How far a session is, in one line every half a minute."""

    def __init__(self) -> None:
        self.total = 0
        self._done = 0
        self._runs = 0
        self._first: list[bool] = []
        self._start = self._last = time.monotonic()

    def add(self, fields: dict[str, Any]) -> str | None:
        """Count a finished item, as the tables do without failures of ours; return the line if one is due."""
        self._done += 1
        self._runs += sum(status != "infra" for status in fields["final"])
        self._first += [is_erroneous(status) for status in fields["first"] if status != "infra"]
        now = time.monotonic()
        if now - self._last < PROGRESS_EVERY_S:
            return None
        self._last = now
        elapsed = now - self._start
        left = elapsed / self._done * max(0, self.total - self._done)
        error = f"Err {fmean(self._first):.2f}, " if self._first else ""
        return (
            f"llamoco: {self._done}/{self.total} items, {self._runs} runs, {error}"
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
