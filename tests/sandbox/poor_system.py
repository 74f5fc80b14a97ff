"""Take from this Linux what other systems have not, in the harness and in the interpreters that it starts."""

from __future__ import annotations

import os
import signal
import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from llamoco_bench.sandbox import interpreter
from llamoco_bench.sandbox.child.fresh import BOOT

# Nothing that macOS has not may so much as be looked up there: not by Python, nor in the C library.
POORER = """
import builtins, ctypes, os, signal, socket, sys
sys.platform = "darwin"
for module, names in (
    (os, "memfd_create pidfd_open sched_getaffinity waitid O_PATH MFD_CLOEXEC"),
    (signal, "pidfd_send_signal"),
    (socket, "SOCK_SEQPACKET"),
):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
real_open, real_load = builtins.open, ctypes.CDLL
def poor_open(path, *rest, **more):
    if str(path).startswith("/proc"):
        raise FileNotFoundError(path)
    return real_open(path, *rest, **more)
builtins.open = poor_open
"""

# numpy loads a C library of its own; what the sandbox does after that may not.
_GIVING_BACK = """
import child.prepare as prepare
open_libraries, settle = prepare.open_libraries, prepare.settle
def refuse(*_):
    raise OSError("a call of Linux on another system")
def open_all(*arguments):
    loaded = open_libraries(*arguments)
    ctypes.CDLL = refuse
    return loaded
def give_back(*arguments):
    ctypes.CDLL, builtins.open = real_load, real_open
    settle(*arguments)
prepare.open_libraries, prepare.settle = open_all, give_back
"""


def take_away(patch: pytest.MonkeyPatch, *, waitid: bool) -> None:
    """Make this process the harness on a system without Landlock, seccomp, /proc, memfd and pidfd."""
    patch.setattr("llamoco_bench.sandbox.support.sys", SimpleNamespace(platform="darwin"))
    for name in ("memfd_create", "pidfd_open", "sched_getaffinity", *(() if waitid else ("waitid",))):
        patch.delattr(os, name, raising=False)
    patch.delattr(signal, "pidfd_send_signal", raising=False)


def make_interpreters_poor(patch: pytest.MonkeyPatch) -> None:
    """Let interpreters find a Python that lacks what macOS lacks, until the program begins."""
    head, start = BOOT.rsplit("; ", 1)
    patch.setattr("llamoco_bench.sandbox.fresh.BOOT", f"{POORER}{head}\n{_GIVING_BACK}{start}")


def note_groups(patch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that takes the process group of each interpreter that is started."""
    groups: list[int] = []
    start = interpreter.start

    def noting(*arguments: Any) -> subprocess.Popen[bytes]:
        process = start(*arguments)
        groups.append(process.pid)
        return process

    patch.setattr(interpreter, "start", noting)
    return groups


def running_in(groups: list[int]) -> list[str]:
    """Return the processes of these groups that run, as `ps` shows them; those that only wait to be reaped do not."""
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True)
    lines = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return [" ".join(line) for line in lines if int(line[0]) in groups and not line[1].startswith("Z")]
