"""The process that evaluates items: an xdist worker, or pytest itself where there are none."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import pytest

from llamoco_bench.run_folder import RunFolder
from llamoco_bench.suite_items import EVALUATOR_KEY, SETTINGS_KEY, ProblemItem

WORKERINPUT_KEY = "llamoco_run"


class Worker:
    """Hooks of the evaluating process.

    Parameters
    ----------
    config: of this process.
    name: of this process in the journal.
    folder: of the run; None in an xdist worker, which is told by the controller.
    """

    def __init__(self, config: pytest.Config, name: str, folder: RunFolder | None = None) -> None:
        self._config = config
        self._name = name
        self._folder = folder
        self._open = ExitStack()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Open journal and evaluator for the first item of ours."""
        if isinstance(item, ProblemItem) and EVALUATOR_KEY not in self._config.stash:
            self._start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put the outcome on the report, as builtins: execnet carries nothing else to the controller."""
        report = yield
        if isinstance(item, ProblemItem) and report.when == "call" and item.outcome is not None:
            outcome = item.outcome
            fields: dict[str, Any] = {
                "status": outcome.status,
                "first": list(outcome.first),
                "final": list(outcome.final),
            }
            report.llamoco = fields  # type: ignore[attr-defined]
        return report

    def pytest_sessionfinish(self) -> None:
        """Give back models and files."""
        self._open.close()

    def _start(self) -> None:
        from llamoco_bench.evaluation import Evaluator, index_known
        from llamoco_bench.journal import Journal

        folder = self._folder or RunFolder.at(self._config.workerinput[WORKERINPUT_KEY])  # type: ignore[attr-defined]
        known = index_known(folder.records())
        journal = self._open.enter_context(Journal(folder.new_journal(self._name)))
        evaluator = Evaluator(self._config.stash[SETTINGS_KEY], journal, known, self._name)
        self._open.callback(evaluator.close)
        self._config.stash[EVALUATOR_KEY] = evaluator
