"""A program that tries to break out of its sandbox, one way after the other.

It is never imported: its text runs like any program, with the names in `ALLOWED_VARIABLES` and `HIDDEN` put before it.
``solve`` returns 1 for each attempt that succeeds, in the order of `ATTEMPTS`, else 0.
"""

import ctypes
import errno
import importlib
import os
import resource
import socket
from collections.abc import Callable

ALLOWED_VARIABLES: list[str] = globals().get("ALLOWED_VARIABLES", [])
HIDDEN: list[str] = globals().get("HIDDEN", [])

_LIBC = ctypes.CDLL(None, use_errno=True)
_GET_PDEATHSIG, _GET_DUMPABLE, _GET_NO_NEW_PRIVS = 2, 3, 39


def _succeeds(action: Callable[..., object], *arguments: object) -> bool:
    try:
        action(*arguments)
    except (OSError, ImportError, ValueError, MemoryError):
        return False
    return True


def _stays_in_the_session() -> bool:
    return os.getsid(0) != os.getpid() or os.getpgid(0) != os.getpid()


def _outlives_its_parent() -> bool:
    signal = ctypes.c_int(0)
    _LIBC.prctl(_GET_PDEATHSIG, ctypes.byref(signal), 0, 0, 0)
    return signal.value == 0


def _may_gain_privileges() -> bool:
    return bool(_LIBC.prctl(_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)


def _has_capabilities() -> bool:
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    return _LIBC.capget(header, sets) != 0 or any(sets)


def _can_be_looked_into() -> bool:
    return bool(_LIBC.prctl(_GET_DUMPABLE, 0, 0, 0, 0) != 0)


def _uses_what_it_likes() -> bool:
    names = ("AS", "DATA", "CPU", "FSIZE", "NOFILE")
    limits = [resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1] for name in names]
    endless = resource.RLIM_INFINITY in limits
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    return endless or _succeeds(bytearray, most) or _succeeds(_raise_limit, resource.RLIMIT_NOFILE)


def _raise_limit(which: int) -> None:
    _, hard = resource.getrlimit(which)
    resource.setrlimit(which, (hard + 1, hard + 1))


def _sees_the_environment() -> bool:
    return not set(os.environ) <= set(ALLOWED_VARIABLES)


def _reads_files() -> bool:
    paths = ("/etc/passwd", "/proc/self/environ", *HIDDEN)
    return any(_succeeds(_read, path) for path in paths) or _succeeds(os.listdir, "/")


def _read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


def _imports_the_harness() -> bool:
    return _succeeds(importlib.import_module, "llamoco_bench")


def _writes_files() -> bool:
    path = os.path.join(os.path.dirname(os.getcwd()), f"llamoco-probe-{os.getpid()}")
    if not _succeeds(_write, path):
        return False
    os.remove(path)
    return True


def _write(path: str) -> None:
    with open(path, "w"):
        pass


def _changes_modes() -> bool:
    _write("own")
    return _succeeds(os.chmod, "own", 0o777)


def _starts_processes() -> bool:
    try:
        pid = os.fork()
    except OSError:
        return False
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def _runs_commands() -> bool:
    try:
        os.execv("/nonexistent", ["nonexistent"])
    except OSError as error:
        return error.errno != errno.EPERM


def _opens_sockets() -> bool:
    return _succeeds(socket.socket) or _succeeds(socket.socket, socket.AF_UNIX)


def _signals_others() -> bool:
    return _succeeds(os.kill, os.getppid(), 0)


ATTEMPTS = (
    _stays_in_the_session,
    _outlives_its_parent,
    _may_gain_privileges,
    _has_capabilities,
    _can_be_looked_into,
    _uses_what_it_likes,
    _sees_the_environment,
    _reads_files,
    _imports_the_harness,
    _writes_files,
    _changes_modes,
    _starts_processes,
    _runs_commands,
    _opens_sockets,
    _signals_others,
)


def _outcome(attempt: Callable[[], bool]) -> bool:
    try:
        return attempt()
    except AttributeError:  # the system has not what the layer is made of
        return True


def solve(objective: object, lower: object, upper: object, budget: int, seed: int) -> list[float]:
    """Return the outcome of each attempt."""
    return [float(_outcome(attempt)) for attempt in ATTEMPTS]
