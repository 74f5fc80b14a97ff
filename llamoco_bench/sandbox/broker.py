"""Answer a program's questions until it ends or has spent its budget."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import Literal, NamedTuple

from llamoco_bench.sandbox.child import wire
from llamoco_bench.sandbox.desk import Desk
from llamoco_bench.sandbox.evaluator import Array, Evaluator, remembering
from llamoco_bench.sandbox.ledger import Ledger

How = Literal["budget", "result", "report", "refused", "eof", "protocol", "forged"]


class Ending(NamedTuple):
    """How the conversation with a program ended, and the bytes of text that came with the last message."""

    how: How
    text_bytes: int = 0


class Clock:
    """Tells apart the program's time from the time of the trusted side; another thread may read it meanwhile."""

    __slots__ = ("busy_since", "evaluator_s", "started")

    def __init__(self) -> None:
        self.started: float | None = None
        self.evaluator_s = 0.0
        self.busy_since: float | None = None

    def start(self) -> None:
        """Start the program's time."""
        self.started = perf_counter()

    def program_s(self) -> float:
        """Seconds that the program has had so far."""
        now = perf_counter()
        busy = self.busy_since
        waiting = 0.0 if busy is None else now - busy
        return 0.0 if self.started is None else max(0.0, now - self.started - self.evaluator_s - waiting)

    def busy(self) -> float:
        """Begin a stretch of trusted time."""
        self.busy_since = now = perf_counter()
        return now

    def free(self, since: float) -> None:
        """End a stretch of trusted time."""
        self.evaluator_s += perf_counter() - since
        self.busy_since = None


class Broker:
    """The trusted side of one run."""

    def __init__(self, evaluator: Evaluator, ledger: Ledger, desk: Desk, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock
        self._widths = (1, evaluator.n_inequality, evaluator.n_equality)
        self._values = remembering(evaluator)

    def serve(self) -> Ending:
        """Answer until the program ends, in whichever way.

        Raises
        ------
        SandboxError: the problem cannot be evaluated.
        """
        while True:
            # It ended before it was answered; what it said last may still be on its way, where several threads asked.
            with suppress(BrokenPipeError):
                return self._serve()

    def _serve(self) -> Ending:
        wait, read, fd = self._desk.spinner.wait, os.read, self._desk.request_fd
        size, unpack, answer_one = wire.REQUEST.size, wire.REQUEST.unpack, self._make_answer_one()
        number, ending = 0, None
        while ending is None:
            wait(number + 1)
            message = read(fd, size)
            try:
                kind, number, count = unpack(message)
            except struct.error:
                return Ending("protocol" if message else "eof")
            if kind == wire.OBJECTIVE and count == 1:
                ending = answer_one(number)
            elif kind <= wire.EQUALITY:
                ending = self._answer(kind, number, count)
            elif self._clock.started is None:
                ending = self._begin(kind, count)
            else:
                ending = _last_message(kind, count)
        return ending

    def _begin(self, kind: int, count: int) -> Ending | None:
        """Take the first message, which comes from the child before the program has any part in it."""
        if kind == wire.READY:
            self._clock.start()
            return None
        return Ending("refused", min(count, wire.REPORT_BYTES))

    def _answer(self, kind: int, number: int, count: int) -> Ending | None:
        if not (0 < count <= len(self._desk.points) and self._widths[kind]):
            return Ending("protocol")
        since = self._clock.busy()
        granted = min(count, self._ledger.remaining(kind))
        if granted:
            self._evaluate(kind, granted)
        self._clock.free(since)
        if granted < count:
            return Ending("budget")
        self._desk.answer(number)
        return None

    def _make_answer_one(self) -> Callable[[int], Ending | None]:
        """Return a function that does what `_answer` does, for the objective of one point.

        Nearly all requests are of that kind, and each look-up shows in what an evaluation costs: so all are done here.
        """
        clock, remaining, record = self._clock, self._ledger.remaining, self._ledger.record
        copy_point, values_there, counters = self._desk.points[:1].copy, self._desk.values, self._desk.counters
        write, fd, pack, now = os.write, self._desk.answer_fd, wire.ANSWER.pack, perf_counter
        evaluate = self._values

        def answer_one(number: int) -> Ending | None:
            if not remaining(wire.OBJECTIVE):
                return Ending("budget")
            clock.busy_since = since = now()
            point = copy_point()
            values = evaluate(point)
            record(point, values)
            values_there[0] = values.f.item()
            clock.evaluator_s += now() - since
            clock.busy_since = None
            write(fd, pack(number))
            counters[wire.ANSWERS] = number
            return None

        return answer_one

    def _evaluate(self, kind: int, rows: int) -> None:
        # A copy, so that what is evaluated and what is recorded stay one and the same whatever the program does.
        points = self._desk.points[:rows].copy()
        values = self._values(points)
        if kind == wire.OBJECTIVE:
            self._ledger.record(points, values)
        else:
            self._ledger.spend(kind, rows)
        self._desk.put(values[kind])

    def weigh(self, point: Array) -> None:
        """Evaluate a returned point on the program's account."""
        rows = point.reshape(1, -1)
        since = self._clock.busy()
        self._ledger.record(rows, self._values(rows))
        self._clock.free(since)


def _last_message(kind: int, count: int) -> Ending:
    if kind == wire.RESULT:
        return Ending("result")
    if kind in (wire.READY, wire.REFUSED):  # the sandbox itself says these, before the program begins
        return Ending("forged")
    if kind == wire.REPORT and count <= wire.REPORT_BYTES:
        return Ending("report", count)
    return Ending("protocol")
