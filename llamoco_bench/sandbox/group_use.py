"""What a process and its group use, where there is no /proc: as ``ps`` says."""

from __future__ import annotations

import subprocess
from typing import Final

from llamoco_bench.sandbox.children import Sample

_COMMAND: Final = ("ps", "-A", "-o", "pgid=,rss=,time=")
_PATIENCE_S: Final = 5.0
_UNITS_S: Final = (1, 60, 3600)


def group_use(group: int) -> Sample | None:
    """Return what the processes of a group use together, each counted as a thread; None where that cannot be told."""
    try:
        done = subprocess.run(_COMMAND, capture_output=True, text=True, timeout=_PATIENCE_S, check=True)
        return parse(done.stdout, group)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def parse(text: str, group: int) -> Sample | None:
    """Return the sum over the lines ``group, resident KiB, processor time`` that are of `group`; None without any.

    Raises
    ------
    ValueError: the text is not what ``ps`` writes.
    """
    lines = [fields for line in text.splitlines() if (fields := line.split()) and int(fields[0]) == group]
    if not lines:
        return None
    return Sample(
        cpu_s=sum(seconds(fields[2]) for fields in lines),
        threads=len(lines),
        rss_bytes=1024 * sum(int(fields[1]) for fields in lines),
    )


def seconds(text: str) -> float:
    """Return the seconds of a processor time as ``ps`` writes it: [days-][hours:]minutes:seconds[.hundredths].

    Raises
    ------
    ValueError: it is none.
    """
    days, _, clock = text.rpartition("-")
    parts = [float(part) for part in reversed(clock.split(":"))]
    return 86400.0 * int(days or 0) + sum(unit * part for unit, part in zip(_UNITS_S, parts, strict=False))
