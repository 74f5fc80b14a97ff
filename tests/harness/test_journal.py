from __future__ import annotations

import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.errors import JournalError
from llamoco_bench.journal import SCHEMA, Journal, decode, encode, read_journals

numbers = st.floats() | st.lists(st.floats(), max_size=3)


def test_lines_come_back_in_order(tmp_path: Path) -> None:
    with Journal(tmp_path / "a.jsonl") as journal:
        for k in range(3):
            journal.append({"kind": "run", "k": k})
    assert [record["k"] for record in read_journals(tmp_path)] == [0, 1, 2]


def test_files_of_all_processes_are_read_together(tmp_path: Path) -> None:
    for name in ("gw0", "gw1"):
        with Journal(tmp_path / f"{name}.jsonl") as journal:
            journal.append({"kind": "run", "worker": name})
    assert {record["worker"] for record in read_journals(tmp_path)} == {"gw0", "gw1"}


@given(numbers)
def test_numbers_survive_including_those_json_lacks(value: float | list[float]) -> None:
    text = json.dumps(encode({"best_f": value}), allow_nan=False)
    back = decode(json.loads(text))["best_f"]
    assert repr(back) == repr(value)


def test_a_word_in_a_text_field_stays_a_word() -> None:
    assert decode({"text": "nan"})["text"] == "nan"


NUMBERS = ("best_f", "f0", "first_f", "violation", "best_known", "wall_s", "cpu_s", "best_x", "curve")


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_json_lacks_comes_back_from_the_file_in_every_field_of_numbers(
    tmp_path: Path, field: str, value: float
) -> None:
    written = [[1, value], [2, 0.5]] if field in ("curve", "best_x") else value
    with Journal(tmp_path / "a.jsonl") as journal:
        journal.append({"kind": "run", field: written, "text": str(value), "output": "nan"})
    [record] = read_journals(tmp_path)
    assert repr(record[field]) == repr(written)
    assert (record["text"], record["output"]) == (str(value), "nan")


def test_any_text_of_a_model_comes_back(tmp_path: Path) -> None:
    text = "half a pair \ud800, é, \u2028, \x00, line\nend"
    with Journal(tmp_path / "a.jsonl") as journal:
        journal.append({"kind": "generation", "text": text})
    assert read_journals(tmp_path)[0]["text"] == text


def test_line_is_on_disk_when_it_is_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []

    def fsync(fd: int) -> None:
        assert os.path.samestat(os.fstat(fd), path.stat())
        synced.append(path.read_text().count("\n"))

    path = tmp_path / "a.jsonl"
    monkeypatch.setattr(os, "fsync", fsync)
    with Journal(path) as journal:
        for _ in range(3):
            journal.append({"kind": "run"})
    assert synced == [1, 2, 3]


def test_folder_of_a_journal_is_made_and_its_file_is_closed_once(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    with Journal(tmp_path / "deep" / "journal" / "a.jsonl") as journal:
        journal.append({"kind": "run"})
        assert len(os.listdir("/proc/self/fd")) == len(before) + 1
    assert os.listdir("/proc/self/fd") == before
    journal.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.append({"kind": "run"})


def test_older_files_are_read_first_whatever_they_are_called(tmp_path: Path) -> None:
    for age, name in enumerate(("a", "c", "b")):
        path = tmp_path / f"{name}.jsonl"
        path.write_text(json.dumps({"schema": SCHEMA, "name": name}) + "\n")
        os.utime(path, (0, 10 - age))
    assert [record["name"] for record in read_journals(tmp_path)] == ["b", "c", "a"]


def test_empty_line_says_nothing(tmp_path: Path) -> None:
    line = json.dumps({"schema": SCHEMA}) + "\n"
    (tmp_path / "a.jsonl").write_text(f"{line}\n{line}")
    assert len(read_journals(tmp_path)) == 2


def test_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with Journal(path) as journal:
        journal.append({"kind": "run"})
    with path.open("ab") as file:
        file.write(b'{"schema": 1, "kind": "ru')
    assert len(read_journals(tmp_path)) == 1


def test_a_line_for_which_there_was_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(tmp_path / "a.jsonl") as journal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, allowed[1]))  # the first 4096 bytes of the line are written
        try:
            with pytest.raises(OSError, match="large"):
                journal.append({"kind": "generation", "text": 5000 * "x"})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
        journal.append({"kind": "run"})
    assert [record["kind"] for record in read_journals(tmp_path)] == ["run"]


def test_damage_in_the_middle_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"schema": 1, "kind": "run"}\n{"torn\n{"schema": 1, "kind": "run"}\n')
    with pytest.raises(JournalError, match="line 2"):
        read_journals(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"), [({"schema": SCHEMA + 1}, SCHEMA + 1), ({"kind": "run"}, None), ([SCHEMA], None)]
)
def test_unknown_schema_is_refused(tmp_path: Path, line: object, said: int | None) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(JournalError, match=f"line 1: schema {said}, this version reads {SCHEMA}"):
        read_journals(tmp_path)


def test_kill_9_loses_no_line_that_was_acknowledged(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom llamoco_bench.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "k = 0\nwhile True:\n"
        "    journal.append({'kind': 'run', 'k': k, 'pad': 'x' * 20000})\n    print(k, flush=True)\n    k += 1\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "a.jsonl")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(5)]
    time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    process.wait()
    found = [record["k"] for record in read_journals(tmp_path)]
    assert found[: len(acknowledged)] == acknowledged


def test_nothing_but_json_is_written() -> None:
    assert encode({"a": (math.inf, [math.nan]), "b": {"c": -math.inf}}) == {"a": ["inf", ["nan"]], "b": {"c": "-inf"}}
