"""The value that a run starts from, the same for every program."""

from __future__ import annotations

import numpy as np

from llamoco_bench.sandbox.evaluator import Evaluator, ProblemLike
from llamoco_bench.seeds import derive_seed

N_REFERENCE_POINTS = 50


def reference_value(problem: ProblemLike | Evaluator, seed: int) -> float:
    """Return f0: the best of 50 uniform points drawn with the run's seed.

    Only feasible points count; where none is feasible, f0 is the worst finite objective among them, and where none is
    finite, not-a-number. A program cannot move it, unlike the value of its own first point.
    """
    evaluator = problem if isinstance(problem, Evaluator) else Evaluator(problem)
    rng = np.random.default_rng(derive_seed("f0", seed))
    points = rng.uniform(evaluator.lower, evaluator.upper, (N_REFERENCE_POINTS, evaluator.dim))
    values = evaluator(points)
    feasible = values.f[evaluator.violation(values) == 0.0]
    if len(feasible):
        return float(feasible.min())
    finite = values.f[np.isfinite(values.f)]
    return float(finite.max()) if len(finite) else float("nan")
