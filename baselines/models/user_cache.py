"""The user's cache folder: what may be deleted at any time and is then fetched or computed again."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO


def cache_folder() -> Path:
    """Return ``$XDG_CACHE_HOME/llamoco-bench``, or its place in the home folder; it need not exist."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    return base / "llamoco-bench"


@contextlib.contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold the lock file `lock` for one process at a time; the system frees it when the holder dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def sha256_of(path: Path) -> str:
    """SHA-256 of the content of a file, 64 hex digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def remembered_sha256(path: Path) -> str:
    """SHA-256 of the content of a large file, computed anew only when size, time or inode have changed.

    It is remembered in the cache folder; where that cannot be written, it is computed each time.
    """
    path = path.resolve()
    stat = path.stat()
    stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ino, stat.st_dev]
    note = cache_folder() / "digests" / f"{hashlib.sha256(os.fsencode(path)).hexdigest()}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(note.read_text())
        if known["stamp"] == stamp:
            return str(known["sha256"])
    digest = sha256_of(path)
    with contextlib.suppress(OSError), written_whole(note) as file:
        file.write(json.dumps({"stamp": stamp, "sha256": digest}).encode())
    return digest


def sha256_of_all(files: Iterable[Path], root: Path) -> str:
    """One SHA-256 of names below `root` and contents of several files, in the order of their names."""
    rows = sorted((file.relative_to(root).as_posix(), remembered_sha256(file)) for file in files)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that appears as `path` when the block has ended well, so that no reader meets half of one.

    Several processes may do so at a time; the last one's file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
