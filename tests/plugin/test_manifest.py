"""What the manifest says of how programs were run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.problems._native import evaluator_kind
from llamoco_bench.sandbox.layers import EXTRA_LAYERS, LAYERS
from tests.plugin.support import GOOD, Bench, Replay, fenced


def manifest(pytester: pytest.Pytester) -> dict[str, Any]:
    [path] = (Path(pytester.path) / ".llamoco" / "runs").glob("*/manifest.json")
    said: dict[str, Any] = json.loads(path.read_text())
    return said


@pytest.mark.parametrize("mode", ["strict", "weak"])
def test_layers_of_the_sandbox_and_the_evaluator_are_in_the_manifest(
    pytester: pytest.Pytester, replay: Replay, bench: Bench, mode: str
) -> None:
    answers = replay({("RC04", 0): fenced(GOOD)})
    bench(answers, "--llamoco-suite=cec2020", "--llamoco-problems=RC04", f"--llamoco-sandbox={mode}")
    said = manifest(pytester)
    assert said["sandbox"]["mode"] == mode
    assert set(said["sandbox"]["layers"]) == {*LAYERS, *EXTRA_LAYERS}
    assert all(said["sandbox"]["layers"][layer] is True for layer in LAYERS)
    assert said["evaluator"] == evaluator_kind()


def test_session_that_runs_no_program_says_nothing_of_a_sandbox(
    pytester: pytest.Pytester, replay: Replay, bench: Bench
) -> None:
    answers = replay({("RC04", 0): fenced(GOOD)})
    bench(answers, "--llamoco-suite=cec2020", "--llamoco-problems=RC04", "--llamoco-stage=generate")
    assert "sandbox" not in manifest(pytester)
