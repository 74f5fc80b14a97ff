from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.journal import Journal
from llamoco_bench.merging import merge_runs
from llamoco_bench.run_folder import RunFolder


def make(path: Path, model: str = "m", name: str = "random", **fields: Any) -> RunFolder:
    folder = RunFolder(path)
    options = {"seed": 0}
    models = [{"label": model, "kind": name, "name": "", "options": {}}]
    folder.write_manifest(
        {"options": options, "models": models, "suites": ["s"], "problems": "*", "runs": 5, "stage": "all", **fields}
    )
    with Journal(folder.new_journal("main")) as journal:
        journal.append({"kind": "item", "suite": "s", "problem": "s/p", "model": model, "status": "ok"})
    return folder


def test_runs_of_different_models_become_one(tmp_path: Path) -> None:
    merged = merge_runs([make(tmp_path / "a", "m"), make(tmp_path / "b", "n")], tmp_path / "c")
    assert [model["label"] for model in merged.manifest["models"]] == ["m", "n"]
    assert {record["model"] for record in merged.records()} == {"m", "n"}
    assert {part["path"] for part in merged.manifest["merged"]} == {str(tmp_path / "a"), str(tmp_path / "b")}


def test_merged_runs_stay_as_they_were(tmp_path: Path) -> None:
    folders = [make(tmp_path / "a"), make(tmp_path / "b")]
    before = [sorted(f.path.rglob("*")) for f in folders]
    merge_runs(folders, tmp_path / "c")
    assert [sorted(f.path.rglob("*")) for f in folders] == before


def test_models_that_a_later_session_brought_are_merged_and_checked_too(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a", "m"), make(tmp_path / "b", "n")
    late = {"label": "late", "kind": "pool", "name": "de", "options": {}}
    first.write_manifest({**first.manifest, "models": [late]})
    assert list(merge_runs([first, second], tmp_path / "c").models) == ["m", "late", "n"]
    second.write_manifest({**second.manifest, "models": [{**late, "name": "slsqp"}]})
    with pytest.raises(UsageError, match="'late' means another model"):
        merge_runs([first, second], tmp_path / "d")


def test_merged_run_is_a_whole_of_its_own(tmp_path: Path) -> None:
    first = make(tmp_path / "a", "m", suites=["s"], shard=[1, 2])
    second = make(tmp_path / "b", "n", suites=["t", "s"], shard=[2, 2])
    (tmp_path / "c").mkdir()
    merged = merge_runs([first, second], tmp_path / "c")
    assert len({first.id, second.id, merged.id}) == 3
    assert (merged.manifest["suites"], merged.manifest["shard"]) == (["s", "t"], None)
    assert merged.manifest["options"] == first.manifest["options"]
    assert merge_runs([merged], tmp_path / "d").manifest["suites"] == ["s", "t"]


@pytest.mark.parametrize(("globs", "merged"), [(("RC0*", "RC0*"), "RC0*"), (("RC0*", "RC1*"), "*")])
def test_merged_run_has_the_glob_that_all_have(tmp_path: Path, globs: tuple[str, str], merged: str) -> None:
    runs = [make(tmp_path / name, name, problems=glob) for name, glob in zip("ab", globs, strict=True)]
    assert merge_runs(runs, tmp_path / "c").manifest["problems"] == merged


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "options": ({"options": {"seed": 1}}, "options is"),
    "runs": ({"runs": 2}, "runs is 2"),
    "stage": ({"stage": "execute"}, "stage is 'execute' here, 'all' there"),
    "label": ({"name": "pool"}, "another model"),
    "shards": ({"shard": [1, 3]}, "2 and 3 shards"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_runs_that_do_not_fit_together_are_refused(tmp_path: Path, what: str) -> None:
    fields, message = REFUSED[what]
    folders = [make(tmp_path / "a", shard=[1, 2]), make(tmp_path / "b", **fields)]
    with pytest.raises(UsageError, match=message):
        merge_runs(folders, tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_run_given_twice_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path / "a")
    with pytest.raises(UsageError, match="same run"):
        merge_runs([folder, folder], tmp_path / "c")


def test_folder_that_holds_something_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "mine").touch()
    with pytest.raises(UsageError, match="new folder"):
        merge_runs([make(tmp_path / "a")], tmp_path / "c")
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["mine"]


def test_file_in_the_way_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("mine")
    with pytest.raises(UsageError, match="new folder"):
        merge_runs([make(tmp_path / "a")], tmp_path / "c")
    assert (tmp_path / "c").read_text() == "mine"


def test_one_of_the_runs_is_no_output(tmp_path: Path) -> None:
    folders = [make(tmp_path / "a"), make(tmp_path / "b")]
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match=r"b is one of the runs, which stay as they are; give a new folder"):
        merge_runs(folders, tmp_path / "a" / ".." / "b")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("output", [".", "", "../here"])
def test_current_folder_is_no_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(
        UsageError, match=r"is the current folder, which cannot become the merged run; give a new folder"
    ):
        merge_runs([make(tmp_path / "a")], Path(output))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "here"]


@pytest.mark.parametrize("output", ["empty", "to-empty", "here/../new", "to-nowhere"])
def test_folder_that_is_empty_or_not_there_becomes_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    for name in ("empty", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "to-empty").symlink_to("empty")
    (tmp_path / "to-nowhere").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)
    merged = merge_runs([make(tmp_path / "a")], Path(output))
    assert len(merged.records()) == 1
    assert merged.path == Path(output)
    assert not list(tmp_path.glob("*.tmp-*"))


def test_nothing_is_left_where_copying_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    folder = make(tmp_path / "a")
    monkeypatch.setattr("llamoco_bench.merging.shutil.copy2", full)
    with pytest.raises(OSError, match="space"):
        merge_runs([folder], tmp_path / "c")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_torn_last_line_of_a_killed_process_is_passed_over_after_merging_too(tmp_path: Path) -> None:
    folder = make(tmp_path / "a")
    [journal] = folder.journals.glob("*.jsonl")
    with journal.open("a") as file:
        file.write('{"kind": "ru')
    assert len(merge_runs([folder], tmp_path / "c").records()) == 1
