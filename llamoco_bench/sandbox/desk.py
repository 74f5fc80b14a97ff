"""The harness's end of a run: shared memory, pipes, and the file that takes the output."""

from __future__ import annotations

import fcntl
import mmap
import os
from contextlib import suppress
from types import TracebackType

import numpy as np

from llamoco_bench.sandbox.child import wire
from llamoco_bench.sandbox.child.job import Job
from llamoco_bench.sandbox.child.spin import Spinner
from llamoco_bench.sandbox.evaluator import Array
from llamoco_bench.sandbox.text import TAIL_BYTES

# Without the seals a program could cut the memory short, and the next access would kill the harness.
_SEAL_SEAL, _SEAL_SHRINK, _SEAL_GROW, _ADD_SEALS = 1, 2, 4, 1033


def _memory_file(name: str, size: int) -> int:
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, _ADD_SEALS, _SEAL_SHRINK | _SEAL_GROW | _SEAL_SEAL)
    return fd


class Desk:
    """Everything of one run that must be closed again; use it as a context.

    Attributes
    ----------
    points: (rows, dim) float64, where the program puts the points it asks about.
    request_fd, answer_fd: the harness's ends of the pipes.
    """

    def __init__(self, job: Job, output_bytes: int) -> None:
        self._fds: list[int] = []
        self._output_bytes = output_bytes
        self._job = self._keep(os.memfd_create("job", os.MFD_CLOEXEC))
        os.write(self._job, job.to_bytes())
        layout = job.layout
        self._shared = self._keep(_memory_file("shared", layout.size))
        self._output = self._keep(_memory_file("output", output_bytes))
        self.request_fd, self._request_end = map(self._keep, os.pipe())
        self._answer_end, self.answer_fd = map(self._keep, os.pipe())
        self._map = mmap.mmap(self._shared, layout.size)
        memory = memoryview(self._map)
        self.points = np.frombuffer(self._map, np.float64, job.rows * job.dim).reshape(job.rows, job.dim)
        self._point = self.points[:1]
        self._values = memory[layout.values_at : layout.values_end].cast("d")
        self._counters = memory[layout.counters_at :].cast("Q")
        self._spinner = Spinner(self._counters, wire.REQUESTS, job.may_spin)

    def _keep(self, fd: int) -> int:
        self._fds.append(fd)
        return fd

    def child_fds(self) -> list[int]:
        """Return the descriptors that the child gets, in the order that it expects."""
        return [self._job, self._shared, self._request_end, self._answer_end, self._output]

    def close_child_ends(self) -> None:
        """Close the child's ends of the pipes, so that its death shows as their end."""
        for fd in (self._request_end, self._answer_end):
            self._fds.remove(fd)
            os.close(fd)

    def listen(self, seen: int) -> bytes:
        """Return the message after number `seen`; less than a message where the program has gone or misbehaves."""
        self._spinner.wait(seen)
        return os.read(self.request_fd, wire.REQUEST.size)

    def answer(self, number: int) -> None:
        """Tell the program that the values of its request are there.

        Raises
        ------
        BrokenPipeError: the program has gone.
        """
        os.write(self.answer_fd, wire.ANSWER.pack(number))
        self._counters[wire.ANSWERS] = number

    def take(self, rows: int) -> Array:
        """Return a copy of the first `rows` points."""
        return self._point.copy() if rows == 1 else self.points[:rows].copy()

    def put(self, values: Array) -> None:
        """Write `values`, of any shape, to where the program reads them."""
        if values.size == 1:
            self._values[0] = values.item()
        else:
            self._values[: values.size] = np.ascontiguousarray(values, np.float64).reshape(-1).data

    def text(self, count: int) -> bytes:
        """Return `count` bytes from the start of the shared memory."""
        return bytes(self._map[: min(count, wire.REPORT_BYTES)])

    def printed_bytes(self) -> int:
        """Return how much the program has printed; it cannot be more than the limit."""
        return os.lseek(self._output, 0, os.SEEK_CUR)

    def output_is_full(self) -> bool:
        """Tell whether the program has filled all of its output."""
        return self.printed_bytes() >= self._output_bytes

    def output_tail(self) -> tuple[bytes, bool]:
        """Return the last 4 KB of output, and whether that is all of it."""
        end = min(self.printed_bytes(), self._output_bytes)
        start = max(0, end - TAIL_BYTES)
        return os.pread(self._output, end - start, start), start == 0

    def close(self) -> None:
        """Close everything."""
        del self.points, self._point, self._values, self._counters, self._spinner
        # A view that someone still holds keeps the map alive until it goes itself.
        with suppress(BufferError):
            self._map.close()
        while self._fds:
            os.close(self._fds.pop())

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
