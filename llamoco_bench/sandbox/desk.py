"""The harness's end of a run: shared memory, pipes, and the file that takes the output."""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
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

# Room to go over the limit in, so that it shows; a sealed file refuses the whole of a chunk that would not fit.
_OVERFLOW_BYTES = 4 << 20


def _sealed_file(name: str, size: int) -> int:
    """Return a file in memory of zeros, whose size cannot be changed."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, _ADD_SEALS, _SEAL_SHRINK | _SEAL_GROW | _SEAL_SEAL)
    return fd


def _file_on_disk(size: int) -> int:
    """Return a file of zeros without a name, where files in memory are missing.

    It can be cut short, so that a program must get the memory behind it but not the descriptor, see `child.fresh`.
    """
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(bytes(size))  # so that no access can fail later for want of room on the disk
        file.seek(0)
        return os.dup(file.fileno())


class Desk:
    """Everything of one run that must be closed again; use it as a context.

    Attributes
    ----------
    points: (rows, dim) float64, where the program puts the points it asks about.
    values: float64, where the program reads their values.
    counters: where both sides note the number of their last message, see `wire`.
    spinner: waits for the program's next message, as long as that pays.
    request_fd, answer_fd: the harness's ends of the pipes.
    """

    def __init__(self, job: Job, output_bytes: int) -> None:
        self._fds: list[int] = []
        self._output_bytes = output_bytes
        try:
            self._open(job)
        except BaseException:
            self._close_descriptors()
            raise

    def _open(self, job: Job) -> None:
        layout = job.layout
        if hasattr(os, "memfd_create"):
            self._job = self._keep(os.memfd_create("job", os.MFD_CLOEXEC))
            self._shared = self._keep(_sealed_file("shared", layout.size))
            self._output = self._keep(_sealed_file("output", self._output_bytes + _OVERFLOW_BYTES))
        else:
            self._job, self._shared, self._output = (self._keep(_file_on_disk(size)) for size in (0, layout.size, 0))
        os.write(self._job, job.to_bytes())
        self.request_fd, self._request_end = map(self._keep, os.pipe())
        self._answer_end, self.answer_fd = map(self._keep, os.pipe())
        self._map = mmap.mmap(self._shared, layout.size)
        memory = memoryview(self._map)
        self.points = np.frombuffer(self._map, np.float64, job.rows * job.dim).reshape(job.rows, job.dim)
        self.values = memory[layout.values_at : layout.values_end].cast("d")
        self.counters = memory[layout.counters_at :].cast("Q")
        self.spinner = Spinner(self.counters, wire.REQUESTS, job.may_spin)

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

    def answer(self, number: int) -> None:
        """Tell the program that the values of its request are there.

        Raises
        ------
        BrokenPipeError: the program has gone.
        """
        os.write(self.answer_fd, wire.ANSWER.pack(number))
        self.counters[wire.ANSWERS] = number

    def put(self, values: Array) -> None:
        """Write `values`, of any shape, to where the program reads them."""
        self.values[: values.size] = np.ascontiguousarray(values, np.float64).reshape(-1).data

    def text(self, count: int) -> bytes:
        """Return `count` bytes from the start of the shared memory."""
        return bytes(self._map[: min(count, wire.REPORT_BYTES)])

    def printed_bytes(self) -> int:
        """Return how much the program has printed."""
        return os.lseek(self._output, 0, os.SEEK_CUR)

    def output_is_full(self) -> bool:
        """Tell whether the program has printed more than it may."""
        return self.printed_bytes() > self._output_bytes

    def output_tail(self) -> tuple[bytes, bool]:
        """Return the last 4 KB of output, and whether that is all of it."""
        end = self.printed_bytes()
        start = max(0, end - TAIL_BYTES)
        return os.pread(self._output, end - start, start), start == 0

    def close(self) -> None:
        """Close everything."""
        del self.points, self.values, self.counters, self.spinner
        # A view that someone still holds keeps the map alive until it goes itself.
        with suppress(BufferError):
            self._map.close()
        self._close_descriptors()

    def _close_descriptors(self) -> None:
        while self._fds:
            os.close(self._fds.pop())

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
