from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.baselines.models.user_cache import sha256_of
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.errors import UsageError
from llamoco_bench.training.__main__ import main
from llamoco_bench.training.instructions.build import build, read_group
from llamoco_bench.training.instructions.groups import GROUPS
from llamoco_bench.training.instructions.label import Label, read_labels, write_labels
from llamoco_bench.training.instructions.leakage import LeakageError, check, without_near_ones
from tests.training.rule_labels import PROVENANCE, rule_labels

Built = tuple[Path, dict[str, Any]]


def test_the_manifest_describes_the_files(instruction_set: Built) -> None:
    folder, manifest = instruction_set
    for group in GROUPS:
        entry = manifest["files"][group]
        assert sha256_of(folder / entry["name"]) == entry["sha256"]
        pairs = read_group(folder, group)
        assert len(pairs) == entry["rows"] == manifest["groups"][group]["pairs"] > 0
        assert {pair.group for pair in pairs} == {group}
    assert set(manifest["groups"]["train"]["prompts_a_problem"]) <= {"4", "5", "6"}


def test_no_problem_is_in_two_groups(instruction_set: Built) -> None:
    folder, _ = instruction_set
    problems = [{pair.problem for pair in read_group(folder, group)} for group in GROUPS]
    assert sum(map(len, problems)) == len(set().union(*problems)) == 80


def test_datasets_reads_the_folder_by_its_card(instruction_set: Built, tmp_path: Path) -> None:
    import datasets

    folder, manifest = instruction_set
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path))
    assert {name: len(rows) for name, rows in loaded.items()} == {
        group: manifest["files"][group]["rows"] for group in GROUPS
    }
    assert loaded["train"][0]["prompt"] == read_group(folder, "train")[0].prompt


def test_the_same_labels_give_the_same_bytes(instruction_set: Built, tmp_path: Path) -> None:
    _, manifest = instruction_set
    train = {pair.problem for pair in read_group(instruction_set[0], "train")}
    again = build(rule_labels(sorted(train)), tmp_path, {"provenance": "rule"}, lambda line: None)
    assert again["files"]["train"] == manifest["files"]["train"]


def test_a_training_problem_near_to_an_evaluation_problem_is_left_out(instruction_set: Built) -> None:
    train, test = (read_group(instruction_set[0], group) for group in ("train", "test"))
    copy = replace(train[0], problem="synthetic/u9999", description=f"{test[0].description} ")
    kept, dropped = without_near_ones([*train, copy], test)
    assert [(drop.problem, drop.near) for drop in dropped] == [("synthetic/u9999", test[0].problem)]
    assert kept == list(train)


def test_what_is_on_both_sides_is_found(instruction_set: Built) -> None:
    train, test = (read_group(instruction_set[0], group) for group in ("train", "test"))
    check(train, test)
    with pytest.raises(LeakageError, match="on both sides"):
        check([*train, test[0]], test)
    with pytest.raises(LeakageError, match="word by word"):
        check([*train, replace(test[0], problem="synthetic/u9999")], test)
    with pytest.raises(LeakageError, match="similarity"):
        check([*train, replace(test[0], problem="synthetic/u9999", prompt="another")], test)


def test_labels_survive_their_file(tmp_path: Path) -> None:
    labels = (
        Label("synthetic/u0001", "slsqp", POOL["slsqp"].defaults, 0.8, 0.9, 0.5),
        *rule_labels(["synthetic/c0001"]),
    )
    write_labels(labels, tmp_path / "labels.parquet", "trial")
    assert read_labels(tmp_path / "labels.parquet") == labels


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "slsq"}, "Did you mean 'slsqp'"),
        ({"config": '{"ftol": "small"}'}, "should be of type float"),
        ({"problem": "synthetic/u0002"}, "more than once"),
    ],
)
def test_wrong_labels_are_refused(tmp_path: Path, change: dict[str, str], message: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = {"problem": "synthetic/u0001", "optimizer": "slsqp", "config": "{}"}
    pq.write_table(pa.Table.from_pylist([row | change, row | {"problem": "synthetic/u0002"}]), tmp_path / "labels")
    with pytest.raises(UsageError, match=message):
        read_labels(tmp_path / "labels")


def test_a_grid_search_goes_before_a_race_and_the_usual_protocol_before_another(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def row(problem: str, optimizer: str, mode: str, protocol: str) -> dict[str, object]:
        return {
            "problem": problem, "optimizer": optimizer, "config": "{}", "mode": mode, "protocol": protocol,
            "p_optimizer": 0.75,
        }  # fmt: skip

    rows = [
        row("synthetic/u0001", "sa", "race", "usual"),
        row("synthetic/u0001", "de", "full", "grid"),
        row("synthetic/u0002", "sa", "race", "other"),
        row("synthetic/u0002", "pso", "race", "usual"),
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "labels.parquet")
    labels = read_labels(tmp_path / "labels.parquet")
    assert [(label.problem[-1], label.optimizer, label.probability) for label in labels] == [
        ("1", "de", 0.75),
        ("2", "pso", 0.75),
    ]


def test_the_command_builds_the_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_labels(rule_labels(["synthetic/u0000", "synthetic/u0300"]), tmp_path / "labels.parquet", PROVENANCE)
    assert main(["build", str(tmp_path / "labels.parquet"), str(tmp_path / "set")]) == 0
    assert "train: " in capsys.readouterr().out
    assert PROVENANCE in (tmp_path / "set" / "README.md").read_text()


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(tmp_path / "none.parquet"), str(tmp_path / "set")]) == 4
    assert "is no file" in capsys.readouterr().err
