"""Programs and readers that the tests of the plugin share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from llamoco_bench.journal import Record, read_journals

HEAD = "import numpy as np\ndef solve(objective, lower, upper, budget, seed, inequality=None, equality=None):\n"
GOOD = (
    f"{HEAD}    rng = np.random.default_rng(seed)\n"
    "    x = rng.uniform(lower, upper, (50, len(lower)))\n    return x[np.argmin(objective(x))]\n"
)
CRASHING = f"{HEAD}    return undefined_name\n"
HANGING = f"{HEAD}    while True:\n        pass\n"
GREEDY = f"{HEAD}    return np.ones(10**11)[: len(lower)]\n"

CONFTEST = f"""
from llamoco_bench.baselines.models import Generation

PROGRAM = {GOOD!r}


class Mine:
    def __init__(self, spec):
        self.spec = spec

    @property
    def identity(self):
        return {{"kind": "mine", "name": self.spec.name, "deterministic": True}}

    def generate(self, request):
        return Generation(f"```python\\n{{PROGRAM}}```")

    def close(self):
        pass


def prepare(spec, say):
    say(f"preparing {{spec.name}}")


Mine.prepare = staticmethod(prepare)


def pytest_llamoco_models(config):
    return {{"mine": Mine}}
"""
"""A conftest.py that brings the kind ``mine`` by the hook for models."""

Replay = Callable[..., str]
Bench = Callable[..., pytest.RunResult]


def fenced(program: str) -> str:
    return f"```python\n{program}```\n"


def records(folder: Path) -> list[Record]:
    """All journal records of the newest run below `folder`."""
    runs = sorted((folder / ".llamoco" / "runs").iterdir(), key=lambda path: path.stat().st_mtime)
    return read_journals(runs[-1] / "journal")
