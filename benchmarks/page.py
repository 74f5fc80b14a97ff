"""Pages of measurements: each script owns one section of a page, and writes it anew."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from llamoco_bench import markdown

DOCS = Path(__file__).parent.parent / "docs" / "benchmarks"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are aligned to the right."""
    return markdown.table(head, rows, numbers=True)


def circumstances() -> str:
    """Return in one line when and on what something was measured."""
    load = "/".join(f"{value:.1f}" for value in os.getloadavg())
    usable = len(os.sched_getaffinity(0))
    system = f"Linux {platform.release().partition('-')[0]}, Python {sys.version.split()[0]}"
    return (
        f"Measured {time.strftime('%Y-%m-%d %H:%M')} on {usable} of {os.cpu_count()} processors, {system}, load {load}."
    )


def put_section(page: str, section: str, text: str) -> None:
    """Replace what stands between the marks of `section` on a page of docs/benchmarks.

    Raises
    ------
    ValueError: the page has no such section.
    """
    path = DOCS / page
    marks = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    pattern = re.compile(f"{re.escape(marks[0])}.*?{re.escape(marks[1])}", re.DOTALL)
    new, n = pattern.subn(lambda _: f"{marks[0]}\n\n{text.strip()}\n\n{marks[1]}", path.read_text(encoding="utf-8"))
    if n != 1:
        raise ValueError(f"{path} must have one section {marks[0]} ... {marks[1]}, has {n}")
    path.write_text(new, encoding="utf-8")
