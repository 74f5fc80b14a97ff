"""The cache folder and the checksums remembered in it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import user_cache
from llamoco_bench.baselines.models.user_cache import cache_folder, remembered_sha256, sha256_of_all, written_whole


def test_folder_follows_the_environment_unless_it_is_relative(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/llamoco-bench")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache" / "llamoco-bench"


def test_checksum_is_computed_once_and_again_when_the_file_changes(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[Path] = []
    real = user_cache.sha256_of

    def counted(path: Path) -> str:
        computed.append(path)
        return real(path)

    monkeypatch.setattr(user_cache, "sha256_of", counted)
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    assert [remembered_sha256(file) for _ in range(3)] == [hashlib.sha256(b"one").hexdigest()] * 3
    assert len(computed) == 1
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert remembered_sha256(file) == hashlib.sha256(b"two").hexdigest()


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"stamp": 3}', "\x00"])
def test_damaged_note_is_computed_anew(damage: str, cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    expected = remembered_sha256(file)
    (note,) = (cache / "digests").iterdir()
    note.write_text(damage)
    assert remembered_sha256(file) == expected


def test_cache_that_cannot_be_written_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "taken"))
    assert remembered_sha256(tmp_path / "taken") == user_cache.sha256_of(tmp_path / "taken")


def test_checksum_of_several_files_depends_on_names_and_contents_only(cache: Path, tmp_path: Path) -> None:
    def digest(folder: str, **contents: str) -> str:
        (tmp_path / folder).mkdir()
        files = [tmp_path / folder / name for name in contents]
        for file in files:
            file.write_text(contents[file.name])
        return sha256_of_all(files, tmp_path / folder)

    one = digest("one", a="1", b="2")
    assert digest("two", b="2", a="1") == one
    assert digest("three", a="2", b="1") != one
    assert digest("four", a="1", c="2") != one


def test_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    with written_whole(path) as file:
        file.write(b"first")
        assert not path.exists()
    assert path.read_bytes() == b"first"
    with pytest.raises(TypeError), written_whole(path) as file:
        file.writelines([b"half of the sec", None])  # type: ignore[list-item]
    assert path.read_bytes() == b"first"
    assert list(path.parent.iterdir()) == [path]
