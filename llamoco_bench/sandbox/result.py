"""What one run of a program came to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.statuses import Status

Stopped = Literal["returned", "budget", ""]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def _number(value: float | None) -> Json:
    if value is None or math.isfinite(value):
        return value
    return str(value)


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run did not end well. Every text is cleaned of control characters.

    Attributes
    ----------
    type: name of the exception, or of the limit that was passed.
    message: what it said.
    line: number of the program's own line that failed, from 1; None where there is none to name.
    source_line: that line.
    traceback: the frames that lie in the program, innermost last.
    output: the end of what the program printed, at most 4 KB.
    """

    type: str
    message: str
    line: int | None = None
    source_line: str = ""
    traceback: str = ""
    output: str = ""

    def to_dict(self) -> dict[str, Json]:
        """Return the fields as JSON builtins."""
        return {
            "type": self.type,
            "message": self.message,
            "line": self.line,
            "source_line": self.source_line,
            "traceback": self.traceback,
            "output": self.output,
        }


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """One run of one program on one problem.

    Attributes
    ----------
    status: how the run ended, see `llamoco_bench.statuses`.
    stopped: ``"returned"`` where the program came to its end, ``"budget"`` where it asked for more evaluations than
        it had, else empty.
    best_f: objective of the best feasible point within the bounds that was evaluated within the budget; None where
        there is none.
    best_x: that point, (dim,) float64, read-only; None where there is none.
    feasible: whether there is one.
    violation: mean constraint violation of `best_x`, or the smallest one met where nothing was feasible; infinite
        where nothing was evaluated.
    f0: best of 50 uniform points, the same for every program, see `reference_value`.
    first_f: best value of the program's own first call or first batch; None where it asked for none.
    evaluations: evaluations that were spent.
    curve: (evaluations, best objective so far) at improvements, at most 60, the first and the last always.
    wall_s: seconds of wall clock that are charged to the program.
    evaluator_s: seconds that the trusted side spent on evaluating the problem meanwhile.
    cpu_s: seconds of processor time of the program, waiting for values included.
    peak_rss_mb: largest resident memory, MiB, libraries included.
    output: the end of what the program printed, at most 4 KB, cleaned of control characters.
    error: what went wrong; None where `status` is ``ok``.
    """

    status: Status
    stopped: Stopped
    best_f: float | None
    best_x: NDArray[np.float64] | None
    feasible: bool
    violation: float
    f0: float
    first_f: float | None
    evaluations: int
    curve: tuple[tuple[int, float], ...]
    wall_s: float
    evaluator_s: float
    cpu_s: float
    peak_rss_mb: float
    output: str
    error: RunError | None

    def to_dict(self) -> dict[str, Json]:
        """Return the fields as JSON builtins; numbers that are not finite become ``"nan"``, ``"inf"``, ``"-inf"``."""
        return {
            "status": self.status,
            "stopped": self.stopped,
            "best_f": _number(self.best_f),
            "best_x": None if self.best_x is None else self.best_x.tolist(),
            "feasible": self.feasible,
            "violation": _number(self.violation),
            "f0": _number(self.f0),
            "first_f": _number(self.first_f),
            "evaluations": self.evaluations,
            "curve": [[evaluations, value] for evaluations, value in self.curve],
            "wall_s": self.wall_s,
            "evaluator_s": self.evaluator_s,
            "cpu_s": self.cpu_s,
            "peak_rss_mb": self.peak_rss_mb,
            "output": self.output,
            "error": None if self.error is None else self.error.to_dict(),
        }
