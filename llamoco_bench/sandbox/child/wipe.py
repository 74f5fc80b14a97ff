"""Empty a folder that an untrusted program has filled."""

from __future__ import annotations

import os
import stat


def wipe(folder: str) -> None:
    """Remove everything in `folder`, however deep it is nested and whatever its modes are; follow no links.

    Only one folder is open at a time and no path is ever built, so that depth costs neither recursion, nor
    descriptors, nor long paths.

    Raises
    ------
    OSError: something cannot be removed.
    """
    os.chmod(folder, 0o700)
    fd = _open(folder)
    try:
        names: list[str] = []
        waiting = [_without_files(fd)]
        while True:
            if waiting[-1]:
                names.append(waiting[-1].pop())
                os.chmod(names[-1], 0o700, dir_fd=fd)
                fd = _go(fd, names[-1])
                waiting.append(_without_files(fd))
            elif names:
                fd = _go(fd, "..")
                os.rmdir(names.pop(), dir_fd=fd)
                waiting.pop()
            else:
                return
    finally:
        os.close(fd)


def _open(name: str, parent: int | None = None) -> int:
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)


def _go(fd: int, name: str) -> int:
    """Return a descriptor of a neighbour in place of `fd`."""
    neighbour = _open(name, fd)
    os.close(fd)
    return neighbour


def _without_files(fd: int) -> list[str]:
    """Remove the files of a folder; return the names of its subfolders."""
    folders = []
    for name in os.listdir(fd):
        if stat.S_ISDIR(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
            folders.append(name)
        else:
            os.unlink(name, dir_fd=fd)
    return folders
