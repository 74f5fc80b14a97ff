"""A small synthetic run, read once for all tests of views."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from llamoco_bench.reports.html.evidence import read_runs
from llamoco_bench.reports.html.study import Study, make_study
from llamoco_bench.run_folder import RunFolder
from tests.reports.synthetic_runs import SIX_MODELS, Shape, write_run

if TYPE_CHECKING:
    from tests.reports.html.browsing import Browser

SMALL = Shape({"cec2020": 9, "synthetic": 5}, SIX_MODELS, runs=3)


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_run(tmp_path_factory.mktemp("runs") / "small", SMALL)


@pytest.fixture(scope="session")
def study(small_run: RunFolder) -> Study:
    return make_study(read_runs([small_run]))


@pytest.fixture(scope="session")
def page(small_run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from llamoco_bench.reports.html.report import write_report

    path = tmp_path_factory.mktemp("pages") / "report.html"
    assert write_report([small_run], path) is None
    return path


@pytest.fixture(scope="session")
def downloaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def browser(downloaded: Path) -> Iterator[Browser]:
    from tests.reports.html.browsing import chromium

    with chromium(downloaded) as window:
        yield window
