"""Fixtures of the plugin's tests: answers to replay, which cost no model, and a session of the plugin."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.plugin.support import Bench, Replay

# A session within this process forgets the modules that it loads; what costs time or holds a state is loaded before.
for module in (
    "llamoco_bench.evaluation",
    "llamoco_bench.point_evaluation",
    "llamoco_bench.gate_keeping",
    "llamoco_bench.report_writing",
    "llamoco_bench.ranking",
    "llamoco_bench.reports.html",
    "llamoco_bench.baselines.models.serving",
    "llamoco_bench.sandbox",
    "scipy.special",
    "scipy.stats",
):
    import_module(module)


@pytest.fixture
def replay(pytester: pytest.Pytester) -> Replay:
    """Write answers by (short problem name, turn) to a file; give the option that replays them."""

    def write(answers: dict[tuple[str, int], str], name: str = "answers.jsonl", label: str = "m") -> str:
        path = Path(pytester.path) / name
        usage = {"input_tokens": 100, "output_tokens": 50}
        lines = [
            json.dumps({"problem": f"cec2020/{problem}", "turn": turn, "text": text, "usage": usage})
            for (problem, turn), text in answers.items()
        ]
        path.write_text("\n".join(lines) + "\n")
        return f"--llamoco-model={label}=replay:{path}"

    return write


@pytest.fixture
def bench(pytester: pytest.Pytester) -> Bench:
    """Run a session with two runs a program and a short time limit.

    It runs in this process, whose interpreters for programs it shares, unless it has workers, is without xdist, or is
    to stand `apart`: then it gets a process of its own.
    """

    def run(*arguments: Any, runs: int = 2, timeout: float = 3.0, apart: bool = False) -> pytest.RunResult:
        given = [*map(str, arguments), f"--llamoco-runs={runs}", f"--llamoco-timeout={timeout}"]
        if apart or "-n" in given or "no:xdist" in given:
            return pytester.runpytest_subprocess(*given, timeout=120)
        return pytester.runpytest_inprocess(*given)

    return run
