"""A real model through the whole harness: prompt, broker, answer, sandbox, score, and all of it again for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from llamoco_bench.journal import Record, read_journals

pytestmark = pytest.mark.model

WHERE = ("--llamoco-suite=smoke", "--llamoco-problems=RC17", "--llamoco-runs=1", "--llamoco-repairs=0")


def generations() -> list[Record]:
    return [record for record in read_journals(Path("out/journal")) if record["kind"] == "generation"]


def test_smollm2_plain_with_an_example_and_as_a_solver(smollm2_file: Path, pytester: pytest.Pytester) -> None:
    base = f"gguf:{smollm2_file}?max_tokens=24&n_ctx=8192"
    models = [
        f"--llamoco-model=plain={base}",
        f"--llamoco-model=near=retrieval:{base}",
        f"--llamoco-model=opro=opro:{base}&steps=1&samples=2",
        f"--llamoco-model=lmea=lmea:{base}&generations=1&population=2&attempts=1",
    ]
    result = pytester.runpytest_subprocess(*models, *WHERE, "--llamoco-run-dir=out", timeout=600)
    assert result.ret == 0
    assert sum(result.parseoutcomes().values()) == len(models)
    for label in ("opro", "lmea"):
        result.stdout.re_match_lines([rf"{label} +- +- +\d"])
    asked = generations()
    assert {record["model"] for record in asked} == {"plain", "near", "opro", "lmea"}
    assert all(0 < record["usage"]["output_tokens"] <= 24 for record in asked)
    tokens = {record["model"]: record["usage"]["input_tokens"] for record in reversed(asked)}
    assert tokens["near"] > tokens["plain"] + 300, "an example is a prompt and a program more"

    again = pytester.runpytest_subprocess(*models, *WHERE, "--llamoco-resume=out", timeout=600)
    assert again.ret == 0
    assert generations() == asked, "nothing is asked again"
