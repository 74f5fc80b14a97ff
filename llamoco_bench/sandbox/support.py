"""Whether programs can be run on this system at all, and if not, what is missing and what to do instead."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import Final

_INSTEAD: Final = (
    "Ask the models here with --llamoco-stage=generate, and run their programs on Linux (a container or a virtual "
    "machine will do) with --llamoco-stage=execute"
)
# What each serves, by module and name; Linux has had all of them since 5.3.
_NEEDED: Final = (
    (os, "memfd_create", "files in memory whose size is sealed"),
    (os, "pidfd_open", "handles on processes"),
    (signal, "pidfd_send_signal", "handles on processes"),
    (os, "sched_getaffinity", "the processors of a process"),
)
_NAMES: Final = {"darwin": "macOS", "win32": "Windows", "linux": "Linux"}


def missing_support() -> str:
    """Return why no program can be run on this system and what to do about it; empty where programs can be run.

    This decides only whether the sandbox can start. Which of its layers then hold is found by trying, see `layers`.
    """
    missing = list(dict.fromkeys(_missing()))
    if not missing:
        return ""
    system = _NAMES.get(sys.platform, sys.platform)
    return f"Programs cannot be isolated on this {system}: it lacks {', '.join(missing)}. {_INSTEAD}."


def _missing() -> Iterator[str]:
    if sys.platform != "linux":
        yield "Landlock, seccomp and /proc"
    for module, name, meaning in _NEEDED:
        if not hasattr(module, name):
            yield meaning
