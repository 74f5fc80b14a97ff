"""Fixtures of the plugin's tests: answers to replay, which cost no model, and a session in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plugin.support import Bench, Replay


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
    """Run pytest in a process of its own, with two runs a program and a short time limit."""

    def run(*arguments: Any, runs: int = 2, timeout: float = 3.0) -> pytest.RunResult:
        return pytester.runpytest_subprocess(
            *map(str, arguments), f"--llamoco-runs={runs}", f"--llamoco-timeout={timeout}", timeout=120
        )

    return run
