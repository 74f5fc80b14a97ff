"""The functions that a program calls: each asks the harness, which alone can evaluate."""

from __future__ import annotations

import itertools
import json
import mmap
import os
import struct
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from .spin import Spinner
from .wire import ANSWER, ANSWER_FD, ANSWERS, REPORT, REPORT_BYTES, REQUEST, REQUEST_FD, REQUESTS, Layout

# Bound here, since a program may well replace what it finds in the modules.
_array, _asarray, _empty, _float64 = np.array, np.asarray, np.empty, np.float64
_read, _write, _exit = os.read, os.write, os._exit
_pack, _unpack, _answer_size, _struct_error = REQUEST.pack, ANSWER.unpack, ANSWER.size, struct.error
_dumps, _len, _min, _range, _ValueError = json.dumps, len, min, range, ValueError

_PATIENCE_S = 5.0

Function = Callable[[Any], Any]


class Channel:
    """The child's end: one request at a time, whichever thread it comes from."""

    def __init__(self, shared: mmap.mmap, layout: Layout, *, may_spin: bool) -> None:
        self.dim = layout.dim
        self.max_rows = layout.rows
        self.lock = threading.Lock()
        self.is_kept = False
        memory = memoryview(shared)
        self.text = memory
        self.points = np.frombuffer(shared, np.float64, layout.rows * layout.dim).reshape(layout.rows, layout.dim)
        self.values = memory[layout.values_at : layout.values_end].cast("d")
        self.counters = memory[layout.counters_at :].cast("Q")
        self.spinner = Spinner(self.counters, ANSWERS, may_spin)
        self.next_number = itertools.count(1).__next__

    def exchange(self, kind: int, rows: int) -> None:
        """Ask about the first `rows` of the shared points, and wait until their values are there; needs the lock."""
        number = self._send(kind, rows)
        self.spinner.wait(number)
        try:
            while _unpack(_read(ANSWER_FD, _answer_size))[0] != number:
                pass
        except _struct_error:
            _exit(1)  # the harness has gone

    def _send(self, kind: int, count: int) -> int:
        number = self.next_number()
        _write(REQUEST_FD, _pack(kind, number, count))
        self.counters[REQUESTS] = number
        return number

    def tell(self, kind: int, count: int = 0) -> None:
        """Send a message that has no answer."""
        self._send(kind, count)

    def keep_for_good(self) -> None:
        """Let no thread that the program left running write into the shared memory any more.

        It waits for a question that is under way, but not for a lock that somebody keeps.
        """
        self.is_kept = self.is_kept or self.lock.acquire(timeout=_PATIENCE_S)

    def report(self, kind: int, fields: dict[str, Any]) -> None:
        """Send `fields` as JSON."""
        text = _dumps(fields).encode()[:REPORT_BYTES]
        self.text[: len(text)] = text
        self.tell(kind, len(text))

    def fail(self, fields: dict[str, Any]) -> None:
        """Send the report of a run that failed."""
        self.report(REPORT, fields)


def make_function(channel: Channel, kind: int, name: str, width: int | None) -> Function:
    """Return ``objective`` (where `width` is None) or a constraint function of `width` values a point.

    The exchange for one point is written out, with all look-ups done beforehand, as each shows in what an evaluation
    costs; see `Channel.exchange`.
    """
    ask_rows = _asker(channel, kind, width)
    dim, single = channel.dim, (channel.dim,)
    lock, first_point, values = channel.lock, channel.points[0], channel.values
    counters, wait, next_number = channel.counters, channel.spinner.wait, channel.next_number

    def function(x: Any) -> Any:
        points = _asarray(x, _float64)
        if points.shape == single:
            with lock:
                first_point[:] = points
                number = next_number()
                _write(REQUEST_FD, _pack(kind, number, 1))
                counters[REQUESTS] = number
                wait(number)
                try:
                    while _unpack(_read(ANSWER_FD, _answer_size))[0] != number:
                        pass
                except _struct_error:
                    _exit(1)
                return values[0] if width is None else _array(values[:width])
        if points.ndim == 2 and points.shape[1] == dim:
            return ask_rows(points)
        raise _ValueError(f"{name} expects shape ({dim},) or (n, {dim}), got {points.shape}")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Ask for {name} of one point, ({dim},), or of many, (n, {dim})."
    return function


def _asker(channel: Channel, kind: int, width: int | None) -> Function:
    """Return the function that asks about points (n, dim), as many at a time as fit."""
    per_row = 1 if width is None else width
    lock, points, values, max_rows = channel.lock, channel.points, channel.values, channel.max_rows

    def ask_rows(x: Any) -> Any:
        n = _len(x)
        result = _empty(n * per_row)
        for start in _range(0, n, max_rows):
            rows = _min(max_rows, n - start)
            with lock:
                points[:rows] = x[start : start + rows]
                channel.exchange(kind, rows)
                result[start * per_row : (start + rows) * per_row] = values[: rows * per_row]
        return result if width is None else result.reshape(n, width)

    return ask_rows
