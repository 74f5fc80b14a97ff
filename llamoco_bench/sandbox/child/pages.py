"""Gather the memory of a zygote into large pages, so that a fork has fewer of them to copy the table of.

Most of what a fork and the end of its child cost is in proportion to the number of pages. A child that writes to a
large page gets a small one of its own, as ever.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Final

_LARGE_BYTES: Final = 2 << 20
_COLLAPSE: Final = 25  # of Linux 6.1; older kernels refuse it, and nothing is lost

Range = tuple[int, int]


def gather(libc: ctypes.CDLL) -> None:
    """Do so for all memory of the process that is in use and no file's."""
    advise = libc.madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with contextlib.suppress(OSError), open("/proc/self/smaps") as file:
        for start, end in list(in_use(file)):
            first = -(-start // _LARGE_BYTES) * _LARGE_BYTES
            for place in range(first, end - _LARGE_BYTES + 1, _LARGE_BYTES):
                advise(place, _LARGE_BYTES, _COLLAPSE)


def in_use(lines: Iterator[str]) -> Iterator[Range]:
    """Yield the ranges of addresses in `lines` of smaps that belong to no file and are resident by half at least.

    Others must stay as they are: to gather pages that were never touched would use memory.
    """
    place: Range | None = None
    for line in lines:
        words = line.split()
        if not words[0].endswith(":"):  # the first line of a range
            start, _, end = words[0].partition("-")
            is_ours = words[1] == "rw-p" and words[5:] in ([], ["[heap]"])
            place = (int(start, 16), int(end, 16)) if is_ours else None
        elif words[0] == "Rss:" and place is not None:
            if 2 * 1024 * int(words[1]) >= place[1] - place[0]:
                yield place
            place = None
