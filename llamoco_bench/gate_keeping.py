"""Gates in a pytest session: decided in the controlling process once everything has run, shown at the end.

A session that does only a part of a run, a stage or a shard, leaves its gates to whoever has the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.gates.baseline import load_baseline
from llamoco_bench.gates.decision import Comparison, Decision, Verdict, check_selection, compare, decide
from llamoco_bench.gates.expression import Gate
from llamoco_bench.gates.measurements import Measurements, measure_run
from llamoco_bench.gates.wording import as_dict, comparison_dict, comparison_lines, verdict_lines
from llamoco_bench.options import value_of
from llamoco_bench.run_folder import RUNS_ROOT, RunFolder

if TYPE_CHECKING:
    from llamoco_bench.settings import Settings

SHOWN: Final = ("err", "perf", "reach", "comp")
"""Measures of the comparison with the baseline in the terminal."""


class GateKeeper:
    """Hooks that decide and show the gates; registered where gates or a baseline are given.

    Raises
    ------
    UsageError: for a gate that looks at nothing or has no baseline, and for a baseline that is missing where that is
        to fail, all before anything has run.
    """

    def __init__(self, config: pytest.Config, settings: Settings, folder: RunFolder) -> None:
        self._settings = settings
        self._folder = folder
        self._gates: list[Gate] = value_of(config, "fail-on")
        self._name: str | None = value_of(config, "baseline")
        self._missing_fails = value_of(config, "baseline-missing") == "fail"
        self._verdict: Verdict | None = None
        self._comparisons: list[Comparison] = []
        self.base = self._load()
        check_selection(self._gates, [(suite, spec.label) for suite in settings.suites for spec in settings.models])

    def _load(self) -> Measurements | None:
        if self._name is None:
            for gate in self._gates:
                if gate.needs_baseline:
                    raise UsageError(f"The gate {gate.text!r} needs a baseline; give --llamoco-baseline=RUN")
            return None
        base = load_baseline(self._name, RUNS_ROOT)
        if base is None and self._missing_fails:
            raise UsageError(
                f"--llamoco-baseline={self._name} is not there. Give a run or a file of 'llamoco baseline save', "
                "or --llamoco-baseline-missing=warn to go on without"
            )
        return base

    @property
    def _postponed(self) -> str:
        """Why this session decides nothing; empty where it does."""
        if self._settings.shard is not None:
            return (
                f"shard {self._settings.shard} is a part of a run: decide the gates on the merged one by 'llamoco gate'"
            )
        return "nothing is executed in this stage" if self._settings.stage == "generate" else ""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Decide; a violated gate fails a session that was a success so far."""
        ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if self._postponed or not ended or not self._folder.journals.is_dir():
            return
        current = measure_run(self._folder)
        self._verdict = self._decide(current)
        if self.base is not None:
            self._comparisons = compare(current, self.base)
        content = {**as_dict(self._verdict), "comparisons": [comparison_dict(c) for c in self._comparisons]}
        (self._folder.path / "gates.json").write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")
        if self._verdict.violated and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _decide(self, current: Measurements) -> Verdict:
        """Decide the gates; those of which nothing was run, as happens with ``-k``, stay undecided."""
        met = [gate for gate in self._gates if any(gate.selects(*pair) for pair in current.samples)]
        verdict = decide(met, current, self.base, missing_fails=self._missing_fails)
        unmet = tuple(
            Decision(gate, gate.suite, gate.model, "undecided", "nothing that it looks at was run")
            for gate in self._gates
            if gate not in met
        )
        return Verdict(verdict.decisions + unmet, verdict.improvements, (*self._absence(), *verdict.notes))

    def _absence(self) -> Iterator[str]:
        if self._name is not None and self.base is None:
            yield f"the baseline {self._name} is not there; 'llamoco baseline save RUN -o FILE' makes one"

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show what was decided, and the change to the baseline."""
        terminalreporter.section("llamoco gates", sep="=", bold=True)
        for line, colour in self._lines():
            terminalreporter.write_line(line, **({colour: True} if colour else {}))

    def _lines(self) -> Iterator[tuple[str, str]]:
        if self._verdict is None:
            yield f"not decided: {self._postponed or 'the session was stopped'}", "yellow"
            return
        shown = [c for c in self._comparisons if c.measure in SHOWN]
        if shown:
            yield from ((line, "") for line in [*comparison_lines(shown), ""])
        yield from verdict_lines(self._verdict)
