"""What goes between the harness and a program: three descriptors and a piece of shared memory.

Points and values lie in shared memory. A pipe carries requests of one fixed size to the harness, another carries
answers of one fixed size back; as each is far below PIPE_BUF, none is ever cut in two. Every answer repeats the number
of its request, so that a program that leaves a call half-way (by an alarm signal, say) never takes an old value for the
answer to a new call. Two counters in the shared memory hint that a message is on its way, see `spin`.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

OBJECTIVE: Final = 0
INEQUALITY: Final = 1
EQUALITY: Final = 2
READY: Final = 3
"""The child is hardened and about to compile the program."""
RESULT: Final = 4
"""``solve`` returned; the point stands in the first row of the shared points."""
REPORT: Final = 5
"""The run failed; `count` bytes of JSON stand at the start of the shared memory."""
REFUSED: Final = 6
"""A layer of the sandbox could not be put up; JSON as in a report."""

REQUEST: Final = struct.Struct("<QQQ")
"""kind, number, rows (or bytes)"""
ANSWER: Final = struct.Struct("<Q")
"""number of the request that is answered"""
LAUNCHED: Final = struct.Struct("<q")
"""process id of the child"""
ENDED: Final = struct.Struct("<qddq")
"""wait status, user seconds, system seconds, largest resident KiB"""

REPORT_BYTES: Final = 64 * 1024
POINTS_BYTES: Final = 1024 * 1024
MAX_ROWS: Final = 4096

# The counters of messages to and from the harness, in a cache line each; numbers index 64-bit words.
_LINE: Final = 64
REQUESTS: Final = 0
ANSWERS: Final = _LINE // 8

# Descriptors of the child after it has closed everything else.
REQUEST_FD: Final = 3
ANSWER_FD: Final = 4
RULES_FD: Final = 5


def rows_that_fit(dim: int) -> int:
    """Return how many points of a batch travel at a time."""
    return max(1, min(MAX_ROWS, POINTS_BYTES // (8 * dim)))


class Layout(NamedTuple):
    """How the shared memory is laid out: points, then values, then two counters; a report takes the place of points."""

    rows: int
    dim: int
    width: int

    @property
    def values_at(self) -> int:
        """Offset of the values, in bytes."""
        return 8 * self.rows * self.dim

    @property
    def values_end(self) -> int:
        """Offset of the end of the values, in bytes."""
        return self.values_at + 8 * self.rows * self.width

    @property
    def counters_at(self) -> int:
        """Offset of the counters, in bytes, at the start of a cache line."""
        return -(-max(self.values_end, REPORT_BYTES) // _LINE) * _LINE

    @property
    def size(self) -> int:
        """Size of the shared memory, in bytes."""
        return self.counters_at + 2 * _LINE
