"""What ``python -m llamoco_bench.training`` says where something is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from llamoco_bench.training.__main__ import EXIT_USAGE, main


def test_missing_package_is_named_with_the_extra_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "joblib", None)
    assert main(["label", str(tmp_path), "--problems", "synthetic/u1917", "--jobs", "2"]) == EXIT_USAGE
    message = capsys.readouterr().err
    assert "joblib" in message
    assert "llamoco-bench[training]" in message


def test_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = tmp_path / "none.parquet"
    assert main(["nano", str(labels), str(tmp_path / "out")]) == EXIT_USAGE
    assert str(labels) in capsys.readouterr().err
