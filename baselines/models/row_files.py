"""Tables in files: JSON lines or parquet, one row a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llamoco_bench.errors import UsageError

Row = dict[str, Any]


def read_rows(path: Path, form: str) -> Iterator[tuple[str, Row]]:
    """Yield (where, row) of a file, by its suffix ``.parquet`` or else as JSON lines.

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
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{where}: not JSON ({error}). Expected {form}") from None
        if not isinstance(row, dict):
            raise UsageError(f"{where}: a {type(row).__name__}. Expected {form}")
        yield where, row


def _parquet(path: Path, form: str) -> Iterator[tuple[str, Row]]:
    try:
        import pandas as pd

        table = pd.read_parquet(path)
    except ImportError as error:
        raise UsageError(f"{path} needs pandas and pyarrow ({error}): pip install pandas pyarrow") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as parquet ({error}). Expected {form}") from None
    for number, row in enumerate(table.to_dict("records"), start=1):
        yield f"{path}, row {number}", {str(name): value for name, value in row.items()}
