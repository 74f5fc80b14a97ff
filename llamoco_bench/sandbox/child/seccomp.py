"""Refuse system calls that an optimizer has no use for (seccomp, an allow-list).

What is not listed fails with EPERM, so that libraries fall back; calls that are newer than the list fail with ENOSYS,
as on an older kernel, since the C library takes only that for a reason to fall back. Calls that serve nothing but an
attack end the program.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from typing import Final, NamedTuple

from . import syscalls

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NR, _ARCH, _ARGS = 0, 4, 16
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_X32_BIT = 0x40000000
_FIRST_NEW_CALL = 424  # from here on the numbers of all architectures agree: calls of Linux 5.1 and later

_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020080
_RLIMIT_CPU = 0
_SIGKILL, _SIGSTOP = 9, 19
_SET_MODE_FILTER = 1
_LINE, _PID = struct.Struct("=HBBI"), struct.Struct("=I")

# Options that only read, and names of threads and of memory regions.
_PRCTL_OPTIONS = (2, 3, 15, 16, 21, 23, 30, 39, 0x53564D41)
# Is it a terminal, how large, how many bytes wait, close-on-exec, non-blocking.
_IOCTL_REQUESTS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# Duplicates, flags, locks and sizes; not the owner that signals go to, nor leases, notices and seals.
_FCNTL_COMMANDS = (*range(8), 36, 37, 38, 1030, 1032, 1034)


class Machine(NamedTuple):
    """What differs between architectures."""

    column: int
    audit: int
    install: int


MACHINES: Final = {"x86_64": Machine(0, 0xC000003E, 317), "aarch64": Machine(1, 0xC00000B7, 277)}


class Instruction(NamedTuple):
    """One instruction of the kernel's filter language; jumps count the instructions that are skipped."""

    code: int
    if_true: int
    if_false: int
    value: int


def _load(offset: int) -> Instruction:
    return Instruction(_LOAD, 0, 0, offset)


def _answer(value: int) -> Instruction:
    return Instruction(_RETURN, 0, 0, value)


def _argument(index: int) -> int:
    """Offset of the low half of an argument; where no pointer is meant, the calls look at 32 bits only."""
    return _ARGS + 8 * index + (4 if sys.byteorder == "big" else 0)


def _high_half(index: int) -> int:
    return _ARGS + 8 * index + (0 if sys.byteorder == "big" else 4)


def _when(number: int, body: list[Instruction]) -> list[Instruction]:
    """Run `body`, which must end in an answer, for one system call."""
    return [Instruction(_EQUAL, 0, len(body), number), *body]


def _one_of(index: int, values: tuple[int, ...]) -> list[Instruction]:
    """Allow the call if its argument is one of `values`."""
    tests = [Instruction(_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [_load(_argument(index)), *tests, _answer(_ERRNO | errno.EPERM), _answer(_ALLOW)]


def _signal_to(pid: int, target: int, signal: int) -> list[Instruction]:
    """Allow signals to the own process, but for those that cannot be told from the harness's own."""
    return [
        _load(_argument(target)),
        Instruction(_EQUAL, 1, 0, pid),
        _answer(_ERRNO | errno.EPERM),
        *_none_of(signal, (_SIGKILL, _SIGSTOP)),
    ]


def _none_of(index: int, values: tuple[int, ...]) -> list[Instruction]:
    tests = [Instruction(_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [_load(_argument(index)), *tests, _answer(_ALLOW), _answer(_ERRNO | errno.EPERM)]


def _threads_only() -> list[Instruction]:
    return [
        _load(_argument(0)),
        Instruction(_ANY_BIT, 0, 2, _CLONE_THREAD),
        Instruction(_ANY_BIT, 1, 0, _CLONE_NAMESPACES),
        _answer(_ALLOW),
        _answer(_ERRNO | errno.EPERM),
    ]


def _truncates_only_to_write(flags: int) -> list[Instruction]:
    """Allow a file to be opened unless it is emptied without being opened for writing.

    Before its third version (Linux 6.2), Landlock took that for reading: a program could have emptied its libraries.
    """
    return [
        _load(_argument(flags)),
        Instruction(_ANY_BIT, 0, 4, os.O_TRUNC),
        Instruction(_ANY_BIT, 1, 0, os.O_WRONLY),
        Instruction(_ANY_BIT, 2, 1, os.O_RDWR),
        Instruction(_ANY_BIT, 0, 1, os.O_RDWR),
        _answer(_ERRNO | errno.EPERM),
        _answer(_ALLOW),
    ]


def _sets_no_processor_time(pid: int) -> list[Instruction]:
    """Allow limits of the own process to be read, and set but for that of processor time.

    The kernel kills for that one as for want of memory: a program could end as if the machine had failed.
    """
    return [
        _load(_argument(0)),
        Instruction(_EQUAL, 1, 0, 0),
        Instruction(_EQUAL, 0, 6, pid),
        _load(_argument(1)),
        Instruction(_EQUAL, 0, 5, _RLIMIT_CPU),
        _load(_argument(2)),
        Instruction(_EQUAL, 0, 2, 0),
        _load(_high_half(2)),
        Instruction(_EQUAL, 1, 0, 0),
        _answer(_ERRNO | errno.EPERM),
        _answer(_ALLOW),
    ]


def _checks(pid: int) -> dict[str, list[Instruction]]:
    return {
        "open": _truncates_only_to_write(1),
        "openat": _truncates_only_to_write(2),
        "clone": _threads_only(),
        "clone3": [_answer(_ERRNO | errno.ENOSYS)],  # its flags lie in memory, where a filter cannot look
        "kill": _signal_to(pid, 0, 1),
        "tgkill": _signal_to(pid, 0, 2),
        "prctl": _one_of(0, _PRCTL_OPTIONS),
        "ioctl": _one_of(1, _IOCTL_REQUESTS),
        "fcntl": _one_of(1, _FCNTL_COMMANDS),
        "sched_setaffinity": _one_of(0, (0,)),
        "setrlimit": _none_of(0, (_RLIMIT_CPU,)),
        "prlimit64": _sets_no_processor_time(pid),
    }


def _numbers(table: syscalls.Numbers, column: int) -> list[int]:
    return [number for numbers in table.values() if (number := numbers[column]) is not None]


def program(pid: int, machine: Machine) -> list[Instruction]:
    """Return the filter for the process `pid`."""
    column = machine.column
    lines = [_load(_ARCH), Instruction(_EQUAL, 1, 0, machine.audit), _answer(_KILL), _load(_NR)]
    lines += [Instruction(_AT_LEAST, 0, 1, _X32_BIT), _answer(_KILL)]
    for table in syscalls.ALLOWED:
        for number in _numbers(table, column):
            lines += _when(number, [_answer(_ALLOW)])
    for name, body in _checks(pid).items():
        checked = syscalls.CHECKED[name][column]
        if checked is not None:
            lines += _when(checked, body)
    for number in _numbers(syscalls.KILLING, column):
        lines += _when(number, [_answer(_KILL)])
    lines += [Instruction(_AT_LEAST, 0, 1, _FIRST_NEW_CALL), _answer(_ERRNO | errno.ENOSYS)]
    return [*lines, _answer(_ERRNO | errno.EPERM)]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_void_p))


def this_machine() -> Machine:
    """Return the architecture of this machine.

    Raises
    ------
    OSError: the filter does not know the architecture.
    """
    name = platform.machine()
    if name not in MACHINES or struct.calcsize("P") != 8:
        raise OSError(errno.ENOSYS, f"no system call numbers for {name}")
    return MACHINES[name]


class Filter:
    """The filter, translated once; a child only writes its own process id into it.

    Raises
    ------
    OSError: the filter does not know the architecture.
    """

    def __init__(self) -> None:
        self._machine = this_machine()
        some_pid, other_pid = (program(pid, self._machine) for pid in (1, 2))
        self._pid_lines = [i for i, line in enumerate(some_pid) if line != other_pid[i]]
        self._n_lines = len(some_pid)
        code = b"".join(_LINE.pack(*line) for line in some_pid)
        self._code = ctypes.create_string_buffer(code, len(code))

    def install(self, libc: ctypes.CDLL, pid: int) -> None:
        """Bind the calling thread, `pid`, and all that comes of it to the filter; needs ``no_new_privs``.

        Raises
        ------
        OSError: the kernel refuses.
        """
        for i in self._pid_lines:
            _PID.pack_into(self._code, (i + 1) * _LINE.size - _PID.size, pid)
        header = _Program(self._n_lines, ctypes.addressof(self._code))
        if libc.syscall(self._machine.install, _SET_MODE_FILTER, 0, ctypes.byref(header)) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")
