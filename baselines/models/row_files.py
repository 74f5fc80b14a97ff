"""Tables in files: JSON lines or parquet, one row a record."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llamoco_bench.errors import UsageError

Row = dict[str, Any]


def read_rows(path: Path, form: str) -> Iterator[tuple[str, Row]]:
    """Yield (where, row) of a file, by its suffix: ``.parquet``, or else JSON lines, compressed where it is ``.gz``.

    Parameters
    ----------
    form: what is expected, for errors.

    Raises
    ------
    UsageError: for a file that is missing or malformed.
    """
    if not path.is_file():
        raise UsageError(f"{path} is no file. Expected JSON lines or parquet: {form}")
    yield from _parquet(path, form) if path.suffix == ".parquet" else _json_lines(path, form)


def _json_lines(path: Path, form: str) -> Iterator[tuple[str, Row]]:
    for number, line in enumerate(_text(path, form).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{where}: not JSON ({error}). Expected {form}") from None
        if not isinstance(row, dict):
            raise UsageError(f"{where}: a {type(row).__name__}. Expected {form}")
        yield where, row


def _text(path: Path, form: str) -> str:
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}). Expected JSON lines or parquet: {form}") from None


def _parquet(path: Path, form: str) -> Iterator[tuple[str, Row]]:
    """Read with pyarrow alone, which gives None where a value is missing; pandas would give not-a-number."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(f"{path} needs pyarrow ({error}): pip install pyarrow") from None
    try:
        rows = parquet.read_table(path).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"{path} cannot be read as parquet ({error}). Expected {form}") from None
    for number, row in enumerate(rows, start=1):
        yield f"{path}, row {number}", row
