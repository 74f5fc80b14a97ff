"""The process that runs one program, as the harness holds it: look at it, kill it, hear that it has ended."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from typing import Final, NamedTuple, Protocol

_TICK_S: Final = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


class Sample(NamedTuple):
    """What the system says of a process."""

    cpu_s: float
    threads: int
    rss_bytes: int


class Exit(NamedTuple):
    """How a child ended: wait status, processor seconds, and largest resident memory in MiB."""

    status: int
    cpu_s: float
    peak_rss_mb: float

    @property
    def signal(self) -> int:
        """Number of the signal that ended it; 0 where none did."""
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0


class Child(Protocol):
    """A running child. Whatever it does, these reach it and no other process."""

    def use(self) -> Sample | None:
        """Return what it uses now; None where that cannot be told, or not yet again."""

    def kill(self) -> None:
        """Kill it, unless it has gone."""

    def has_ended(self, patience_s: float) -> bool:
        """Tell whether it ends by itself within `patience_s`."""

    def close(self) -> None:
        """Let go of it."""


def sample(pid: int) -> Sample | None:
    """Return what `pid` uses now, by /proc; None where it has gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        with open(f"/proc/{pid}/statm", "rb") as file:
            pages = int(file.read().split()[1])
    except (OSError, IndexError):
        return None
    return Sample((int(fields[11]) + int(fields[12])) * _TICK_S, int(fields[17]), pages * _PAGE_BYTES)


class ForkedChild:
    """A child of a zygote, behind a pidfd."""

    def __init__(self, pid: int, handle: int) -> None:
        self._pid = pid
        self._handle = handle

    def use(self) -> Sample | None:
        """Return what it uses now; None where it has gone."""
        return sample(self._pid)

    def kill(self) -> None:
        """Kill it, unless it has gone; the zygote then kills its group."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def has_ended(self, patience_s: float) -> bool:
        """Tell whether it ends by itself within `patience_s`."""
        poller = select.poll()
        poller.register(self._handle, select.POLLIN)
        return bool(poller.poll(1000.0 * patience_s))

    def close(self) -> None:
        """Close the pidfd."""
        os.close(self._handle)
