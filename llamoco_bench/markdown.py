"""Tables in Markdown, for pages and cards that the code writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: bool = False) -> str:
    """Write a table, without a line break at its end; bars in cells are escaped.

    Parameters
    ----------
    numbers: all columns but the first hold numbers, and are set to the right.
    """
    rule = ("---", *("---:" if numbers else "---" for _ in columns[1:]))
    lines = (columns, rule, *rows)
    return "\n".join(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
