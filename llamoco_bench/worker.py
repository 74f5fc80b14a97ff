"""The process that evaluates items: an xdist worker, or pytest itself where there are none."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from llamoco_bench.run_folder import RunFolder
from llamoco_bench.suite_items import EVALUATOR_KEY, SETTINGS_KEY, ProblemItem

if TYPE_CHECKING:
    from llamoco_bench.controller import Controller

WORKERINPUT_KEY: Final = "llamoco_run"
"""Under this key an xdist worker is told of the run, as builtins: its ``folder``, and the addresses of ``brokers``."""


class Worker:
    """Hooks of the evaluating process.

    Parameters
    ----------
    config: of this process.
    name: of this process in the journal.
    controller: None in an xdist worker, which is told what it needs.
    """

    def __init__(self, config: pytest.Config, name: str, controller: Controller | None = None) -> None:
        self._config = config
        self._name = name
        self._controller = controller
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
        from llamoco_bench.baselines.models.serving import Address
        from llamoco_bench.evaluation import Evaluator
        from llamoco_bench.journal import Journal

        told = self._controller.tell() if self._controller else self._config.workerinput[WORKERINPUT_KEY]  # type: ignore[attr-defined]
        folder = RunFolder(Path(told["folder"]))
        brokers = {label: Address(*address) for label, address in told["brokers"].items()}
        earlier = folder.records()
        journal = self._open.enter_context(Journal(folder.new_journal(self._name)))
        evaluator = Evaluator(self._config.stash[SETTINGS_KEY], journal, earlier, self._name, brokers)
        self._open.callback(evaluator.close)
        self._config.stash[EVALUATOR_KEY] = evaluator
