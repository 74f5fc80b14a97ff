"""Recording of runs in compiled code: what a trusted program has spent and found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llamoco_bench.problems._native import compiled_types, native_available
from llamoco_bench.problems.problem import Problem

if TYPE_CHECKING:
    from llamoco_bench.problems._native._evaluator import Recorder


def compiled_recorder(problem: Problem, wall_s: float | None, stop: type[BaseException]) -> Recorder | None:
    """Return a recorder of a synthetic problem, or None where the problem is not evaluated by compiled code.

    Its ``objective``, ``inequality`` and ``equality`` are what a program calls; ``returned`` takes the point that the
    program gave back. Counts and best point follow the rules of `llamoco_bench.sandbox.ledger.Ledger`.

    Parameters
    ----------
    problem: gives bounds and budget.
    wall_s: seconds after which the next call stops the program; None for no limit.
    stop: raised with ``"budget"`` or ``"time"`` to stop the program.
    """
    if not native_available():
        return None
    evaluator, recorder = compiled_types()
    if not isinstance(problem.functions, evaluator):
        return None
    limit = math.inf if wall_s is None else wall_s
    return recorder(problem.functions, problem.lower, problem.upper, problem.budget, limit, stop)
