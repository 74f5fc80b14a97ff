"""The HTML report of a session: written once everything has run and gates have decided, named at the end.

It shows the change to the baseline of the gates, where there is one.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from llamoco_bench.errors import LlamocoError
from llamoco_bench.options import Report
from llamoco_bench.run_folder import RunFolder

if TYPE_CHECKING:
    from llamoco_bench.gates.measurements import Measurements


class ReportWriter:
    """Hooks of the controlling process where a report was asked for."""

    def __init__(self, report: Report, folder: RunFolder, baseline: Measurements | None) -> None:
        self._folder = folder
        self._baseline = baseline
        self._path: Path = report.path or folder.path / f"report.{report.form}"
        self._line = ""

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        """Write the report behind all that others do at the end; that it cannot be written fails no session."""
        yield
        if not self._folder.journals.is_dir():
            return
        from llamoco_bench.reports.html.report import write_report

        try:
            beside = write_report([self._folder], self._path, self._baseline)
            self._line = f"report: {self._path}" + (f", with its details in {beside}/" if beside else "")
        except (LlamocoError, OSError) as error:
            self._line = f"no report: {error}"

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where it is."""
        if self._line:
            terminalreporter.write_line(self._line)
