"""Tables as CSV that any spreadsheet opens without harm."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(out: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a header and rows; a text that a spreadsheet would take for a formula gets an apostrophe in front.

    Programs under test name their errors, and users their models: neither may compute where a table is opened.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_inert(name) for name in header])
    writer.writerows([_inert(value) for value in row] for row in rows)


def _inert(value: object) -> object:
    """Keep a spreadsheet from taking a text for a formula, and what no file can hold out of it."""
    if not isinstance(value, str):
        return value
    written = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return f"'{written}" if written[:1] in _FORMULA and not _is_number(written) else written


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
