"""An interpreter that was started for one program, where the system has not what a zygote needs.

It is told how to begin over one socket (see `BOOT`). Where the kernel does not end it with the harness, it holds on to
the socket, whose end says that the harness has gone.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import gc
import json
import math
import mmap
import os
import resource
import signal
import socket
import subprocess
from typing import Any, Final, NamedTuple, NoReturn

from . import harden, prepare, wire
from .job import Job, read_job

BOOT: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); import child.fresh as fresh; fresh.start(*map(int, sys.argv[2:]))"
)
"""What the interpreter is told to run, with the folder above this package, the number of the socket and those of the
five descriptors of a job: the job, the shared memory, the pipe for requests, the pipe for answers, the output."""

LIFELINE_FD: Final = wire.RULES_FD  # there are no rules where it is needed
# Everything was closed when the interpreter was started: what is open since then has low numbers.
_FEW_FDS: Final = 256


class Config(NamedTuple):
    """What the interpreter is told.

    Attributes
    ----------
    folder: its private folder.
    path: folders that libraries are imported from.
    readable: folders that it may read, where Landlock can withhold the others.
    hidden: folders that it may not read, although they may lie below a readable one.
    preload: modules to load before the program's time begins; those that are not installed are passed over.
    variables: names of environment variables that the program may see.
    parent: process id of the harness.
    linux: whether the interfaces of Linux may be tried; elsewhere the same numbers can mean other calls.
    """

    folder: str
    path: list[str]
    readable: list[str]
    hidden: list[str]
    preload: list[str]
    variables: list[str]
    parent: int
    linux: bool


def start(control_fd: int, job_fd: int, shared_fd: int, request_fd: int, answer_fd: int, output_fd: int) -> NoReturn:
    """Load the libraries, tell the harness what that took, give up what can be given up, run the program."""
    control = socket.socket(fileno=control_fd)
    with control.makefile("rb") as lines:
        config = Config(**json.loads(lines.readline()))
    prepare.open_libraries(config.path, config.preload)
    from . import ask, execute  # not before numpy can be found

    for name in set(os.environ) - set(config.variables):  # macOS adds some
        del os.environ[name]
    job = read_job(job_fd)
    shared = mmap.mmap(shared_fd, job.layout.size)
    libc = harden.load_libc() if config.linux else None
    rules = None if libc is None else harden.build_rules(libc, config.folder, config.readable, config.hidden)
    use = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = use.ru_utime + use.ru_stime
    control.sendall(json.dumps({"cpu_s": cpu_s, "peak": use.ru_maxrss}).encode() + b"\n")
    if not control.recv(1):  # the harness has looked at what it weighs so far, or has gone
        os._exit(1)
    wanted = {1: output_fd, 2: output_fd, wire.REQUEST_FD: request_fd, wire.ANSWER_FD: answer_fd}
    lifeline = control.detach()
    if libc is None:
        wanted[LIFELINE_FD] = lifeline
    elif rules is not None:
        wanted[wire.RULES_FD] = rules
    modules = prepare.own_modules()
    prepare.arrange_descriptors(wanted, _close_from)
    gc.freeze()  # what a program finds by the collector is then what it finds in a fork
    channel = ask.Channel(shared, job.layout, may_spin=job.may_spin)
    # The kernel counts from the start of the interpreter, the harness from that of the program.
    limited = job._replace(cpu_s=job.cpu_s + math.ceil(cpu_s))
    missing = _harden(limited) if libc is None else _harden_on_linux(libc, rules is not None, limited, config.parent)
    if missing and not job.weak:
        channel.report(wire.REFUSED, {"missing": missing})
        os._exit(1)
    prepare.settle(config.folder, modules)
    execute.run(job, channel)


def _close_from(first: int) -> None:
    last = os.sysconf("SC_OPEN_MAX")
    with contextlib.suppress(OSError):
        last = max(map(int, os.listdir("/dev/fd")))
    os.closerange(first, max(last, _FEW_FDS) + 1)


def _harden(job: Job) -> list[str]:
    _thread.start_new_thread(_die_with_the_harness, (os.read, os.killpg))
    return harden.harden_anywhere(job, _sizes_by_ps())


def _harden_on_linux(libc: ctypes.CDLL, has_rules: bool, job: Job, parent: int) -> list[str]:
    base: harden.Sizes | None = None
    with contextlib.suppress(OSError):
        base = harden.sizes()
    rules = wire.RULES_FD if has_rules else None
    tools = harden.Tools(libc, base or _sizes_by_ps(), rules, harden.build_filter())
    return harden.harden(tools, job, parent)


def _die_with_the_harness(read: Any, killpg: Any) -> None:
    """End the program with all its group once the harness has gone; the socket says nothing before."""
    with contextlib.suppress(OSError):  # the program has closed it
        if read(LIFELINE_FD, 1) == b"":
            killpg(0, signal.SIGKILL)


def _sizes_by_ps() -> harden.Sizes | None:
    """Return (address space, bound of the data) of this process in bytes."""
    command = ["ps", "-o", "vsz=", "-p", str(os.getpid())]
    with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
        space = 1024 * int(subprocess.run(command, capture_output=True, timeout=10.0, check=True).stdout)
        return space, space
    return None
