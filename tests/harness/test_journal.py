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


def test_unknown_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"schema": SCHEMA + 1}) + "\n")
    with pytest.raises(JournalError, match="schema"):
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
