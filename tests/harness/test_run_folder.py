from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.errors import JournalError, UsageError
from llamoco_bench.run_folder import RunFolder, choose_folder, create_run, find_run

OPTIONS = {"seed": 0, "prompt": "python"}


def model(kind: str, name: str, label: str = "m", **options: object) -> dict[str, Any]:
    return {"label": label, "kind": kind, "name": name, "options": options}


MANIFEST: dict[str, Any] = {"options": OPTIONS, "models": [model("random", "")], "suites": ["s"], "problems": "*"}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = create_run(tmp_path / "runs")
    folder.write_manifest(MANIFEST)
    return folder


def test_naming_a_run_writes_nothing(tmp_path: Path) -> None:
    create_run(tmp_path / "runs")
    assert not list(tmp_path.iterdir())


def test_manifest_says_what_with_what_and_on_what(run: RunFolder) -> None:
    manifest = run.manifest
    assert manifest["options"] == OPTIONS
    assert {"python", "versions", "platform", "cpus", "git", "argv", "started"} <= set(manifest)


def test_later_sessions_write_beside_the_manifest_not_over_it(run: RunFolder) -> None:
    before = (run.path / "manifest.json").read_text()
    run.write_manifest({**MANIFEST, "models": ["other"]})
    assert (run.path / "manifest.json").read_text() == before
    [later] = run.path.glob("resume-*.json")
    assert json.loads(later.read_text())["models"] == ["other"]


def test_journals_of_one_process_never_share_a_file(run: RunFolder) -> None:
    assert run.new_journal("main") != run.new_journal("main")


@pytest.mark.parametrize("how", ["path", "name", "last"])
def test_run_is_found_by_path_name_or_as_the_last_one(run: RunFolder, how: str) -> None:
    name = {"path": str(run.path), "name": run.path.name, "last": "last"}[how]
    assert find_run(name, run.path.parent).path == run.path


def test_unknown_run_is_refused_with_those_that_exist(run: RunFolder) -> None:
    with pytest.raises(UsageError, match=run.path.name):
        find_run("nowhere", run.path.parent)


def test_folder_without_a_manifest_is_told_from_one_that_is_not_there(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a run folder"):
        find_run(str(tmp_path), run.path.parent)
    with pytest.raises(UsageError, match="does not exist"):
        find_run(str(tmp_path / "none"), run.path.parent)


def test_last_run_of_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run"):
        find_run("last", tmp_path)


def test_folder_that_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="manifest"):
        _ = RunFolder(tmp_path).manifest


def test_new_run_refuses_a_folder_that_holds_one(run: RunFolder) -> None:
    with pytest.raises(UsageError, match="resume"):
        choose_folder(str(run.path), None, OPTIONS)


def test_going_on_needs_the_same_options(run: RunFolder) -> None:
    assert choose_folder(None, str(run.path), OPTIONS).path == run.path
    with pytest.raises(UsageError, match="seed was 0, now 1"):
        choose_folder(None, str(run.path), {**OPTIONS, "seed": 1})


def test_models_of_a_run_are_those_of_all_its_sessions_as_the_latest_has_them(tmp_path: Path) -> None:
    run = create_run(tmp_path)
    for models in ([model("pool", "de", "a")], [model("random", "", "b"), model("pool", "de", "a", x=1)]):
        run.write_manifest({**MANIFEST, "models": models})
    assert run.models == {"a": model("pool", "de", "a", x=1), "b": model("random", "", "b")}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (model("pool", "slsqp"), model("pool", "de")),
        (model("openai", "x"), model("fewshot", "x")),
        (model("random", ""), model("replay", "answers.jsonl")),
    ],
)
def test_label_of_another_model_of_the_run_is_refused(
    run: RunFolder, before: dict[str, Any], now: dict[str, Any]
) -> None:
    """Also where a later session brought it; results of both would count as those of one."""
    run.write_manifest({**MANIFEST, "models": [before]})
    with pytest.raises(UsageError, match=rf"'m' is {before['kind']}:?{before['name']} in .* now {now['kind']}:"):
        choose_folder(None, str(run.path), OPTIONS, [now])
    assert choose_folder(None, str(run.path), OPTIONS, [{**now, "label": "n"}]).path == run.path


def test_server_or_checkpoint_may_have_moved_when_a_run_is_gone_on_with(run: RunFolder) -> None:
    run.write_manifest({**MANIFEST, "models": [model("hf", "/old/folder/tuned", base_url="a")]})
    moved = model("hf", "elsewhere/tuned/", base_url="b")
    assert choose_folder(None, str(run.path), OPTIONS, [moved]).path == run.path


def test_new_folder_and_old_run_exclude_each_other(run: RunFolder) -> None:
    with pytest.raises(UsageError, match="not both"):
        choose_folder("x", str(run.path), OPTIONS)
