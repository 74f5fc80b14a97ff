"""The journal: append-only JSON lines, one file per process, one fsynced line per finished thing.

A file of one's own needs no lock, also on a network file system; a line that is written is never changed, so a
``kill -9`` loses at most the line being written. Readers take all files of a run together. The kinds of lines:

``generation``
    one answer of a model: ``key, problem, model, turn, sample, text, usage, finish_reason, wall_s``; of a method that
    proposes points also ``by`` and ``run``
``run``
    one execution of a program: ``key, generation, suite, problem, model, turn, sample, run, seed`` and the fields of
    `llamoco_bench.sandbox.RunResult`
``item``
    what became of an item: ``suite, problem, model, runs`` (as many as were asked for), ``status, faults``
``plan``
    what a session set out to do: ``items`` (suite, short problem name, model), ``runs`` of each, and ``shard`` (number
    and count, or null)

JSON has no NaN and no infinity: they are written as the strings ``"nan"``, ``"inf"``, ``"-inf"``.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from llamoco_bench.errors import JournalError

SCHEMA: Final = 1

BY_POINTS: Final = "points"
"""Value of ``by`` in the records of a method that proposes points: there is no program that could be erroneous."""

Record = dict[str, Any]


class Journal:
    """The file to which one process appends."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def append(self, record: Mapping[str, object]) -> None:
        """Write `record` as one line and wait until it is on disk.

        Raises
        ------
        OSError: where the disk is full, say. Nothing of the line is left then, so that later ones can be read.
        """
        line = json.dumps({"schema": SCHEMA, **encode(dict(record))}, ensure_ascii=True, allow_nan=False)
        data = memoryview((line + "\n").encode())
        before = os.fstat(self._fd).st_size
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            os.ftruncate(self._fd, before)
            raise
        os.fsync(self._fd)

    def close(self) -> None:
        """Close the file; what was appended stays."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _no_fault(_: Record) -> str:
    return ""


def read_journals(folder: Path) -> list[Record]:
    """Read every line of every journal in `folder`, oldest file first; errors as of `iterate_journals`."""
    return list(iterate_journals(folder))


def iterate_journals(folder: Path, fault_of: Callable[[Record], str] = _no_fault) -> Iterator[Record]:
    """Yield every line of every journal in `folder`, oldest file first, without ever holding a whole file.

    A last line that a killed process left torn is passed over. `fault_of` says what is wrong with a record.

    Raises
    ------
    JournalError: for any other line that cannot be read, for an unknown schema, and for a record with a fault.
    """
    for path in sorted(folder.glob("*.jsonl"), key=lambda path: (path.stat().st_mtime, path.name)):
        yield from _read_file(path, fault_of)


def _read_file(path: Path, fault_of: Callable[[Record], str]) -> Iterator[Record]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line == b"\n":
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                if not line.endswith(b"\n"):
                    return
                raise JournalError(
                    f"{path}, line {number}: not JSON ({error}); the file was changed or damaged"
                ) from None
            if not isinstance(record, dict) or record.get("schema") != SCHEMA:
                schema = record.get("schema") if isinstance(record, dict) else None
                raise JournalError(f"{path}, line {number}: schema {schema!r}, this version reads {SCHEMA}")
            if fault := fault_of(record):
                raise JournalError(f"{path}, line {number}: a record {fault}; the file was changed or damaged")
            yield decode(record) if any(word in line for word in _WRITTEN_NON_FINITE) else record


def encode(value: Any) -> Any:
    """Turn non-finite floats anywhere in `value` into strings, tuples into lists."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value


_WRITTEN_NON_FINITE: Final = (b'"nan"', b'"inf"', b'"-inf"')
"""What a line holds if there is anything to decode in it; looking is a hundred times cheaper than decoding."""

_NUMBER_FIELDS: Final = frozenset(
    {"best_f", "f0", "first_f", "violation", "best_known", "wall_s", "cpu_s", "best_x", "curve"}
)


def decode(record: Record) -> Record:
    """Undo `encode` in the fields that hold numbers; text fields keep a word such as "nan" as it is."""
    return {key: _number(value) if key in _NUMBER_FIELDS else value for key, value in record.items()}


def _number(value: Any) -> Any:
    if isinstance(value, str) and value in ("nan", "inf", "-inf"):
        return float(value)
    if isinstance(value, list):
        return [_number(item) for item in value]
    return value
