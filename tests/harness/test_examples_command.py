"""``llamoco examples``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llamoco_bench import cli
from llamoco_bench.baselines import optimizers
from llamoco_bench.baselines.models.incontext.examples import read_examples
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.commands.examples import eligible, spread
from llamoco_bench.problems import list_problems, load_problem


def run(file: Path, *arguments: str) -> int:
    few = ("--suite", "synthetic/constrained/train", "--count", "1", "--runs", "1", "--wall", "1")
    return cli.main(["examples", str(file), *few, *arguments])


def test_file_is_what_the_models_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.jsonl"
    assert run(file, "--experts", "l-bfgs-b", "--least", "0") == 0
    (example,) = read_examples(file).examples
    assert example.problem == list_problems("synthetic/constrained/train")[0]
    assert example.answer == f"```python\n{POOL['l-bfgs-b'].source().rstrip()}\n```\n"
    assert "Answer with one complete program" in example.prompt
    row = json.loads(file.read_text())
    assert (row["split"], row["expert"]) == ("train", "l-bfgs-b")
    assert f"{example.problem}: l-bfgs-b, Perf" in capsys.readouterr().out


def test_what_is_solved_badly_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.jsonl"
    assert run(file, "--experts", "l-bfgs-b", "--least", "2") == 0
    assert "left out" in capsys.readouterr().out
    assert not file.read_text().strip()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--experts", "slsq"], "Did you mean 'slsqp'"),
        (["--experts", "de"], "None of de can handle the constraints"),
        (["--count", "0"], "must be at least 1"),
        (["--suite", "none"], "Unknown suite"),
        (["--suite", "synthetic/test"], "is kept for evaluation. Allowed: synthetic/train"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "mine.jsonl", *arguments) == cli.EXIT_USAGE
    assert says in capsys.readouterr().err
    assert not (tmp_path / "mine.jsonl").exists()


@pytest.mark.parametrize(
    ("folder", "prompt", "says"), [("", "cobol", "has no description 'cobol'"), ("file/below", "python", "file")]
)
def test_what_is_wrong_is_found_out_before_any_expert_runs(
    folder: str,
    prompt: str,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run_optimizer(*_: object, **__: object) -> None:
        pytest.fail("an expert was run")

    monkeypatch.setattr(optimizers, "run_optimizer", run_optimizer)
    (tmp_path / "file").touch()
    file = tmp_path / folder / "mine.jsonl"
    assert run(file, "--experts", "slsqp", "--prompt", prompt) == cli.EXIT_USAGE
    assert says in capsys.readouterr().err


def test_problems_are_spread_over_the_suite() -> None:
    ids = [str(i) for i in range(10)]
    assert spread(ids, 4) == ["0", "2", "5", "7"]
    assert spread(ids, 99) == ids


def test_experts_that_ignore_constraints_are_not_asked_about_them() -> None:
    assert eligible(["de", "slsqp"], load_problem("cec2020/RC17")) == ["slsqp"]
    assert eligible(["de", "slsqp"], load_problem("synthetic/u0000")) == ["de", "slsqp"]
