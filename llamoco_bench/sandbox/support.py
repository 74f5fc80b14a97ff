"""Which way programs can be run on this system, by what it offers; what it lacks is said in words."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import Final

_INSTEAD: Final = (
    "Ask the models here with --llamoco-stage=generate, and run their programs on Linux or macOS (a container or a "
    "virtual machine will do) with --llamoco-stage=execute"
)
# What each serves, by module and name; Linux has had all of them since 5.3.
_NEEDED: Final = (
    (os, "memfd_create", "files in memory whose size is sealed"),
    (os, "pidfd_open", "handles on processes"),
    (signal, "pidfd_send_signal", "handles on processes"),
)
# Without these, no process can be started, limited and ended with all that comes of it.
_INDISPENSABLE: Final = ((os, "setsid", "sessions"), (os, "killpg", "process groups"), (os, "wait4", "waiting"))
_NAMES: Final = {"darwin": "macOS", "win32": "Windows", "linux": "Linux"}


def system_name() -> str:
    """Return the name of this system, as people write it."""
    return _NAMES.get(sys.platform, sys.platform)


def has_linux_kernel() -> bool:
    """Tell whether the interfaces of Linux (Landlock, seccomp, prctl, /proc) may be tried at all."""
    return sys.platform == "linux"


def missing_support() -> str:
    """Return why no program can be run on this system and what to do about it; empty where programs can be run.

    This decides only whether a program can be started and ended. Which layers of the sandbox then hold is found by
    trying, see `layers`.
    """
    missing = [meaning for module, name, meaning in _INDISPENSABLE if not hasattr(module, name)]
    if not missing and sys.platform != "win32":
        return ""
    lacks = ", ".join(missing or ["sessions"])
    return f"Programs cannot be run on this {system_name()}: it lacks {lacks}. {_INSTEAD}."


def missing_features() -> tuple[str, ...]:
    """Return what a zygote needs and this system lacks; where that is anything, each program gets a fresh interpreter.

    Such a system is never complete in the sense of the strict sandbox.
    """
    return tuple(dict.fromkeys(_missing()))


def _missing() -> Iterator[str]:
    if not has_linux_kernel():
        yield "Landlock, seccomp and /proc"
    for module, name, meaning in _NEEDED:
        if not hasattr(module, name):
            yield meaning


def usable_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
