"""Wait for the other side without going to sleep, as long as that pays.

A switch between two processes on the way to an answer costs more than the answer: the kernel has to wake the other
side, which then starts with cold caches. With a processor for each side it is quicker to look at a counter in shared
memory for a few microseconds. The counter only hints that a message is in the pipe; what counts is the message. Where
the other side is not running (too few processors, a slow step of the program, an expensive problem), looking is a
waste, so that it is given up for a while after it has failed too often.
"""

from __future__ import annotations

from typing import Final

_LOOKS: Final = 1000  # some 40 us
_FULL_CREDIT: Final = 8
_PENALTY: Final = 4
_PAUSE: Final = 256

MOST_SECONDS_A_WAIT: Final = 1e-3
"""A wait never takes more processor time than this, even on a slow machine."""


class Spinner:
    """Looks at one counter; `enabled` is false where there is only one processor."""

    __slots__ = ("_cells", "_credit", "_index", "_pause")

    def __init__(self, cells: memoryview, index: int, enabled: bool) -> None:
        self._cells = cells
        self._index = index
        self._credit = _FULL_CREDIT if enabled else 0
        self._pause = 0

    def wait(self, number: int) -> None:
        """Return once the counter is at `number`, or when waiting longer does not pay."""
        if self._pause:
            self._pause -= 1
            return
        if not self._credit:
            return
        cells, index = self._cells, self._index
        for _ in range(_LOOKS):
            if cells[index] == number:
                if self._credit < _FULL_CREDIT:
                    self._credit += 1
                return
        self._credit -= _PENALTY
        if self._credit <= 0:
            self._credit = _PENALTY
            self._pause = _PAUSE
