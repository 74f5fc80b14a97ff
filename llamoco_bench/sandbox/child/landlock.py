"""Confine a process to some folders (Landlock).

A rule set is built once, in the zygote, and bound to each child. It allows reading below the interpreter and its
libraries, and writing in one private folder. What Landlock does not mediate (owners, modes, times of files), seccomp
refuses.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable, Iterator

_CREATE, _ADD, _RESTRICT = 444, 445, 446

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE = 1 << 13, 1 << 14

_READ = _READ_FILE | _READ_DIR
_OWN = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER | _TRUNCATE
_ON_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE

# Rights that a version of Landlock can withhold; version 5 adds ioctl on devices.
_FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_ALL_TCP = 0b11
_ALL_SCOPES = 0b11

_SYSTEM_FOLDERS = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/gnu/store",
    "/nix/store",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
)


def abi(libc: ctypes.CDLL) -> int:
    """Return the version of Landlock that the kernel has; 0 where it has none."""
    version = int(libc.syscall(_CREATE, None, 0, 1))
    return max(version, 0)


def build(libc: ctypes.CDLL, folder: str, readable: Iterable[str], hidden: Iterable[str]) -> int:
    """Return a descriptor of the rules: write in `folder`, read below `readable` and the system, but not in `hidden`.

    Raises
    ------
    OSError: the kernel has no Landlock, or refuses a rule.
    """
    version = abi(libc)
    if version == 0:
        raise OSError(ctypes.get_errno(), "landlock")
    handled = (1 << _FS_RIGHTS[min(version, 5)]) - 1
    attributes = struct.pack("=QQQ", handled, _ALL_TCP if version >= 4 else 0, _ALL_SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = libc.syscall(_CREATE, attributes, size, 0)
    if rules < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    for path, rights in _rules(folder, readable, hidden):
        _add(libc, rules, path, rights & handled)
    return int(rules)


def _rules(folder: str, readable: Iterable[str], hidden: Iterable[str]) -> Iterator[tuple[str, int]]:
    veiled = frozenset(os.path.realpath(path) for path in hidden)
    roots = {os.path.realpath(path) for path in (*readable, *_SYSTEM_FOLDERS) if os.path.exists(path)}
    for root in sorted(roots):
        yield from around(root, veiled)
    yield "/dev/null", _READ_FILE | _WRITE_FILE
    yield folder, _OWN


def around(root: str, hidden: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield rules that make all below `root` readable except for `hidden` (both free of symbolic links)."""
    if root in hidden or any(root.startswith(path + os.sep) for path in hidden):
        return
    if not any(path.startswith(root.rstrip(os.sep) + os.sep) for path in hidden):
        yield root, _READ
        return
    yield root, _READ_DIR
    for entry in sorted(os.scandir(root), key=lambda entry: entry.name):
        if not entry.is_symlink():
            yield from around(entry.path, hidden)


def _add(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:  # gone since it was listed
        return
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _ON_FILES
        beneath = struct.pack("=Qi", rights, fd)
        if rights and libc.syscall(_ADD, rules, 1, beneath, 0) != 0:
            raise OSError(ctypes.get_errno(), "landlock_add_rule", path)
    finally:
        os.close(fd)


def restrict(libc: ctypes.CDLL, rules: int) -> None:
    """Bind the calling thread, and all that comes of it, to the rules; needs ``no_new_privs``.

    Raises
    ------
    OSError: the kernel refuses.
    """
    if libc.syscall(_RESTRICT, rules, 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")
