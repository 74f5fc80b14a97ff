"""Hold a program to its limits from outside, whatever it does inside."""

from __future__ import annotations

import errno
import itertools
import os
import threading
from collections.abc import Callable
from time import perf_counter
from types import TracebackType
from typing import Final, Literal

from llamoco_bench.sandbox.broker import Clock
from llamoco_bench.sandbox.children import Child
from llamoco_bench.sandbox.limits import Limits

Reason = Literal["wall", "cpu", "memory", "threads", "output", "disk", "files", "startup"]

_SAMPLE_S: Final = 0.05
_STARTUP_S: Final = 60.0
# The watch spends at most this share of its time, one in so many, on counting files.
_DISK_PACE: Final = 10.0
_MIB: Final = 1 << 20


def folder_use(folder: str, most_files: int) -> tuple[int, int]:
    """Return (bytes, entries) below `folder`; stops counting once there are more than `most_files` entries.

    Folders nested beyond what a path can name count as too many.
    """
    size = entries = 0
    waiting = [folder]
    while waiting and entries <= most_files:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in itertools.islice(found, most_files + 1 - entries):
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError as error:  # the program may change everything meanwhile
            if error.errno == errno.ENAMETOOLONG:
                return size, most_files + 1
    return size, entries


class Watch:
    """A thread that looks at one child now and then, and kills it once it is over a limit.

    The harness blocks in its pipes meanwhile; the kill closes them. It lives no longer than the run.

    Attributes
    ----------
    reason: the limit that was passed; None as long as there is none.
    """

    def __init__(
        self,
        child: Child,
        limits: Limits,
        clock: Clock,
        *,
        folder: str,
        base_rss_bytes: int,
        output_is_full: Callable[[], bool],
        give_up: Callable[[], None],
    ) -> None:
        self.reason: Reason | None = None
        self._child = child
        self._limits = limits
        self._clock = clock
        self._folder = folder
        self._most_rss = base_rss_bytes + limits.memory_mb * _MIB
        self._output_is_full = output_is_full
        self._give_up = give_up
        self._born = perf_counter()
        self._next_disk_look = self._born
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="llamoco-watch", daemon=True)

    def _watch(self) -> None:
        while not self._done.wait(self._pause()):
            reason = self.look()
            if reason is not None:
                self.reason = reason
                self._child.kill()
                if reason == "startup":
                    self._give_up()
                return

    def _pause(self) -> float:
        left = self._limits.wall_s - self._clock.program_s()
        return min(_SAMPLE_S, max(left, 0.001))

    def look(self) -> Reason | None:
        """Return the limit that the child is over now."""
        if self._clock.started is None:
            return "startup" if perf_counter() - self._born > _STARTUP_S else None
        if self._clock.program_s() >= self._limits.wall_s:
            return "wall"
        if self._output_is_full():
            return "output"
        return self._use() or self._disk()

    def _use(self) -> Reason | None:
        use = self._child.use()
        if use is None:
            return None
        # The program may have spun while the problem was evaluated.
        if use.cpu_s - self._clock.evaluator_s > self._limits.processor_s:
            return "cpu"
        if use.rss_bytes > self._most_rss:
            return "memory"
        return "threads" if use.threads > self._limits.threads else None

    def _disk(self) -> Reason | None:
        now = perf_counter()
        if now < self._next_disk_look:
            return None
        size, entries = folder_use(self._folder, self._limits.files)
        self._next_disk_look = now + _DISK_PACE * (perf_counter() - now)
        if entries > self._limits.files:
            return "files"
        return "disk" if size > self._limits.disk_mb * _MIB else None

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
