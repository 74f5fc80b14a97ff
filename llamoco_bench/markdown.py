"""Markdown that the code writes: tables of pages and cards, programs in answers."""

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


def fenced(program: str) -> str:
    """Write a program as an answer: one fenced block and nothing else, without a line break at its end."""
    return f"```python\n{program.rstrip()}\n```"
