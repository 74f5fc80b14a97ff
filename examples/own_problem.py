#!/usr/bin/env python
"""A problem of one's own: what models read of it, and how an expert and a hand-written program do on it."""

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.problems import register_problem
from llamoco_bench.problems.own import problem_from_equations
from llamoco_bench.sandbox import Limits, run_program

BEAM = register_problem(
    problem_from_equations(
        "lab/beam",
        """
f = x1*x2
g1 = 6*1000/(x1*x2^2) - 10
g2 = x2 - 3*x1
""",
        "x1 in [0.5, 10]; x2 in [0.5, 20]",
        title="A light rectangular beam",
        about="Choose width x1 and height x2 of a beam: least area, with the bending stress within its limit.",
        budget=2_000,
        best_known=1800 ** (2 / 3) / 3,
        best_known_source="calculus: both constraints hold as equalities",
    )
)

BY_HAND = """
import numpy as np

def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    x = rng.uniform(lower, upper, (budget, len(lower)))
    feasible = x[(inequality(x) <= 0).all(axis=1)]
    return feasible[np.argmin(objective(feasible))]
"""


def main() -> None:
    """Print the description, and the best point that each program finds."""
    print(BEAM.prompts()[0].text)
    for name, source in (("slsqp", POOL["slsqp"].source({})), ("by hand", BY_HAND)):
        result = run_program(source, BEAM, seed=0, limits=Limits(wall_s=60, memory_mb=4096))
        print(
            f"{name}: {result.status}, {result.best_f} after {result.evaluations} evaluations; best: {BEAM.best_known}"
        )


if __name__ == "__main__":
    main()
