"""One job of a child: what it is told, and nothing more."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from .wire import Layout


class Job(NamedTuple):
    """What a child is told about its run. It learns neither the name of the problem nor anything about its optimum."""

    source: str
    lower: list[float]
    upper: list[float]
    budget: int
    seed: int
    n_inequality: int
    n_equality: int
    rows: int
    width: int
    weak: bool
    may_spin: bool
    memory_bytes: int
    cpu_s: int
    open_files: int
    file_bytes: int

    @property
    def dim(self) -> int:
        """Number of decision variables."""
        return len(self.lower)

    @property
    def layout(self) -> Layout:
        """How the shared memory of the run is laid out."""
        return Layout(self.rows, self.dim, self.width)

    def to_bytes(self) -> bytes:
        """Return the job as JSON."""
        return json.dumps(self._asdict()).encode()


def read_job(fd: int) -> Job:
    """Read a job from the start of a memory file."""
    size = os.fstat(fd).st_size
    return Job(**json.loads(os.pread(fd, size, 0)))
