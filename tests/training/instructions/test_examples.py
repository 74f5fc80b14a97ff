"""The solved problems that come with the package, and the command that makes them from labels."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import llamoco_bench.training
from llamoco_bench.baselines.models.incontext.examples import DEFAULT, read_examples
from llamoco_bench.baselines.models.user_cache import sha256_of
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.errors import UsageError
from llamoco_bench.markdown import fenced
from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.prompting import CONTRACT_VERSION
from llamoco_bench.training.__main__ import main
from llamoco_bench.training.instructions.examples import (
    LEAST,
    choose_examples,
    manifest_of,
    write_examples,
)
from llamoco_bench.training.instructions.groups import group_of
from llamoco_bench.training.instructions.label import Label, read_labels, write_labels
from llamoco_bench.training.instructions.pairs import pairs_of
from tests.training.rule_labels import PROVENANCE, rule_labels

LABELS = Path(llamoco_bench.training.__file__).with_name("data") / "labels" / "labels.parquet"
AGAIN = f"python -m llamoco_bench.training examples {LABELS}"


def quiet(line: str) -> None:
    """Say nothing."""


def labels_of(group: str, count: int) -> list[Label]:
    """Label the first of a group, among a few of all problems: to sort them all takes seconds."""
    return rule_labels(islice((problem for problem in IDS[::29] if group_of(problem) == group), count))


@pytest.fixture(scope="module")
def shipped() -> list[dict[str, Any]]:
    with gzip.open(DEFAULT, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture
def no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare with one evaluation problem instead of two thousand."""
    (label,) = labels_of("test", 1)
    texts = [prompt.text for prompt in load_problem(label.problem).prompts()]
    monkeypatch.setattr("llamoco_bench.training.instructions.examples._descriptions_never_shown", lambda: texts)


def test_shipped_examples_are_in_step_with_the_labels(shipped: list[dict[str, Any]]) -> None:
    manifest = json.loads(manifest_of(DEFAULT).read_text(encoding="utf-8"))
    assert manifest["labels"]["sha256"] == sha256_of(LABELS), f"the labels are others now. Run: {AGAIN}"
    assert manifest["contract_version"] == CONTRACT_VERSION, f"prompts are others now. Run: {AGAIN}"
    assert manifest["sha256"] == read_examples(DEFAULT).sha256
    assert (manifest["pairs"], manifest["problems"]) == (len(shipped), len({row["problem"] for row in shipped}))


def test_no_shipped_example_is_of_an_evaluation_problem(shipped: list[dict[str, Any]]) -> None:
    training = set(list_problems("synthetic/train"))
    for row in shipped:
        assert row["split"] == "train"
        assert row["problem"] in training
        assert group_of(row["problem"]) == "train", "no held-out base function and no held-out family of constraints"


def test_every_shipped_answer_is_the_program_of_the_pool_that_its_label_names(shipped: list[dict[str, Any]]) -> None:
    labels = {label.problem: label for label in read_labels(LABELS)}
    for row in shipped:
        label = labels[row["problem"]]
        assert (row["optimizer"], row["config"]) == (label.optimizer, dict(label.config))
        assert row["answer"] == fenced(POOL[row["optimizer"]].source(row["config"])), f"Run: {AGAIN}"
        assert label.perf is not None
        assert label.perf >= LEAST


def test_shipped_prompts_are_what_the_harness_asks_today(shipped: list[dict[str, Any]]) -> None:
    labels = {label.problem: label for label in read_labels(LABELS)}
    for problem in [row["problem"] for row in shipped][:: len(shipped) // 10]:
        today = {pair.prompt for pair in pairs_of(labels[problem])}
        assert {row["prompt"] for row in shipped if row["problem"] == problem} <= today, f"Run: {AGAIN}"


def test_every_shipped_problem_is_described_in_both_languages(shipped: list[dict[str, Any]]) -> None:
    languages: dict[str, list[str]] = {}
    for row in shipped:
        languages.setdefault(row["problem"], []).append(row["language"])
    assert {tuple(sorted(found)) for found in languages.values()} == {("latex", "python")}


def test_shipped_file_stays_small() -> None:
    assert DEFAULT.stat().st_size < 1_000_000


@pytest.mark.slow
def test_the_command_makes_the_shipped_file_again(tmp_path: Path) -> None:
    out = tmp_path / "examples.jsonl.gz"
    assert main(["examples", str(LABELS), str(out)]) == 0
    assert gzip.decompress(out.read_bytes()) == gzip.decompress(DEFAULT.read_bytes())
    assert json.loads(manifest_of(out).read_text()) == json.loads(manifest_of(DEFAULT).read_text())


@pytest.mark.usefixtures("no_others")
@pytest.mark.parametrize("group", ["test", "unseen_function", "unseen_family"])
def test_only_the_training_side_is_shown(group: str) -> None:
    train = labels_of("train", 3)
    chosen = choose_examples([*labels_of(group, 3), *train], quiet)
    assert {pair.problem for pair in chosen.pairs} == {label.problem for label in train}
    with pytest.raises(UsageError, match="none of the labels is of a synthetic problem of the training side"):
        choose_examples(labels_of(group, 3), quiet)


@pytest.mark.usefixtures("no_others")
def test_what_no_program_solves_well_is_not_shown() -> None:
    good, bad = (replace(label, perf=perf) for label, perf in zip(labels_of("train", 2), (0.5, 0.49), strict=True))
    chosen = choose_examples([good, bad], quiet)
    assert {pair.problem for pair in chosen.pairs} == {good.problem}
    assert chosen.badly_solved == (bad.problem,)


def test_a_training_problem_near_to_one_that_is_evaluated_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = labels_of("train", 2)
    texts = [prompt.text + " " for prompt in load_problem(near.problem).prompts() if prompt.language == "latex"]
    monkeypatch.setattr("llamoco_bench.training.instructions.examples._descriptions_never_shown", lambda: texts)
    chosen = choose_examples([near, far], quiet)
    assert {pair.problem for pair in chosen.pairs} == {far.problem}
    assert chosen.near == (near.problem,)


@pytest.mark.usefixtures("no_others")
def test_the_same_labels_give_the_same_bytes_and_what_the_models_read(tmp_path: Path) -> None:
    labels = labels_of("train", 2)
    files = [tmp_path / name for name in ("a.jsonl.gz", "b.jsonl.gz")]
    for file in files:
        write_examples(choose_examples(labels, quiet), {}, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert [example.problem for example in read_examples(files[0]).examples] == [
        label.problem for label in labels for _ in ("python", "latex")
    ]


@pytest.mark.parametrize("out", ["mine.jsonl", "none/mine.jsonl.gz"])
def test_a_file_that_cannot_be_written_is_refused_at_once(
    out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_labels(labels_of("train", 1), tmp_path / "labels.parquet", PROVENANCE)
    assert main(["examples", str(tmp_path / "labels.parquet"), str(tmp_path / out)]) == 4
    assert "Expected FILE.jsonl.gz in a folder that exists" in capsys.readouterr().err
