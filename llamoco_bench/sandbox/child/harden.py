"""Take from the calling process what a program has no use for, one layer after the other."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Callable
from typing import Final, NamedTuple

from . import landlock, seccomp
from .job import Job

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_CHILD_SUBREAPER, _SET_NO_NEW_PRIVS = 1, 4, 36, 38
_CAPABILITY_VERSION_3 = 0x20080522

# Shared memory and reservations count here but not as data, and libraries are generous with reservations.
_ADDRESS_SPACE_SPARE: Final = 4 * 1024**3
# Lets the report of a run that ran out of memory be written.
_LAST_GASP: Final = 16 * 1024**2

Sizes = tuple[int, int]
"""Address space and data, in bytes."""

Layer = tuple[str, Callable[[], None]]
_OF_LINUX: Final = (
    "dies with its parent",
    "no new privileges",
    "no capabilities",
    "not dumpable",
    "landlock",
    "seccomp",
)


class Tools(NamedTuple):
    """What a zygote prepares once for the hardening of its children.

    Attributes
    ----------
    libc: the C library.
    base: sizes of the process once the libraries are loaded; None where they cannot be told.
    rules: descriptor of the Landlock rules, as the child has it; None where there is no Landlock.
    filter: the seccomp filter; None where the machine is not known.
    """

    libc: ctypes.CDLL
    base: Sizes | None
    rules: int | None
    filter: seccomp.Filter | None


def load_libc() -> ctypes.CDLL:
    """Return the C library, with the types that the system calls here need."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def build_rules(libc: ctypes.CDLL, folder: str, readable: list[str], hidden: list[str]) -> int | None:
    """Return a descriptor of Landlock rules, see `landlock.build`; None where there is no Landlock."""
    with contextlib.suppress(OSError):
        return landlock.build(libc, folder, readable, hidden)
    return None


def build_filter() -> seccomp.Filter | None:
    """Return the seccomp filter; None where the machine is not known."""
    with contextlib.suppress(OSError):
        return seccomp.Filter()
    return None


def sizes() -> Sizes:
    """Return (address space, data) of this process, in bytes."""
    with open("/proc/self/statm") as file:
        fields = file.read().split()
    page = resource.getpagesize()
    return int(fields[0]) * page, int(fields[5]) * page


def be_private(libc: ctypes.CDLL) -> None:
    """Keep other processes of the same user from looking into this one.

    Raises
    ------
    OSError: the kernel refuses.
    """
    if libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_DUMPABLE")


def adopt_orphans(libc: ctypes.CDLL) -> None:
    """Become the parent of descendants whose own parent dies, so that none is lost.

    Raises
    ------
    OSError: the kernel refuses.
    """
    if libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")


def harden(tools: Tools, job: Job, zygote: int) -> list[str]:
    """Put up every layer; return what could not be put up, as ``name: reason``."""
    libc = tools.libc
    layers: list[Layer] = [
        ("dies with its parent", lambda: _die_with(libc, zygote)),
        ("own session", _own_session),
        ("resource limits", lambda: _limit(job, tools.base)),
        ("no new privileges", lambda: _no_new_privileges(libc)),
        ("no capabilities", lambda: _drop_capabilities(libc)),
        ("not dumpable", lambda: be_private(libc)),
        ("landlock", lambda: _confine(libc, tools.rules)),
        ("seccomp", lambda: _filter(libc, tools.filter)),
    ]
    return _put_up(layers)


def harden_anywhere(job: Job, base: Sizes | None) -> list[str]:
    """Put up the layers that any POSIX system has; return what could not be put up and what it has not."""
    layers: list[Layer] = [("own session", _own_session), ("resource limits", lambda: _limit(job, base))]
    return _put_up(layers) + [f"{name}: not on this system" for name in _OF_LINUX]


def _put_up(layers: list[Layer]) -> list[str]:
    missing = []
    for name, put_up in layers:
        try:
            put_up()
        except (OSError, ValueError, AttributeError) as error:  # the last where the C library lacks the call
            missing.append(f"{name}: {error}")
    return missing


def _own_session() -> None:
    if os.getsid(0) != os.getpid():
        os.setsid()


def _die_with(libc: ctypes.CDLL, zygote: int) -> None:
    if libc.prctl(_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_PDEATHSIG")
    if os.getppid() != zygote:  # it died before the call took hold
        os._exit(1)


def _limit(job: Job, base: Sizes | None) -> None:
    failed = []
    for which, soft, spare in _limits(job, base):
        hardest = resource.getrlimit(which)[1]
        hard = soft + spare if hardest == resource.RLIM_INFINITY else min(soft + spare, hardest)
        try:
            resource.setrlimit(which, (min(soft, hard), hard))
        except (OSError, ValueError) as error:  # macOS refuses some; the others are needed all the more
            failed.append(f"{which}: {error}")
    if base is None:
        failed.append("the size of the process cannot be told")
    if failed:
        raise OSError("; ".join(failed))


def _limits(job: Job, base: Sizes | None) -> list[tuple[int, int, int]]:
    """Return (resource, soft limit, what the hard limit is above it)."""
    limits = [
        (resource.RLIMIT_CPU, job.cpu_s, job.cpu_s),  # SIGXCPU says why; SIGKILL is for those that ignore it
        (resource.RLIMIT_FSIZE, job.file_bytes, 0),
        (resource.RLIMIT_NOFILE, job.open_files, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ]
    if base is not None:
        space, data = base
        limits += [
            (resource.RLIMIT_AS, space + job.memory_bytes + _ADDRESS_SPACE_SPARE, 0),
            (resource.RLIMIT_DATA, data + job.memory_bytes, _LAST_GASP),
        ]
    return limits


def _no_new_privileges(libc: ctypes.CDLL) -> None:
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _filter(libc: ctypes.CDLL, prepared: seccomp.Filter | None) -> None:
    if prepared is None:
        raise OSError("no filter for this machine")
    prepared.install(libc, os.getpid())


def _confine(libc: ctypes.CDLL, rules: int | None) -> None:
    if rules is None:
        raise OSError("the kernel offers no Landlock")
    landlock.restrict(libc, rules)
    os.close(rules)
