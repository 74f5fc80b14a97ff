# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, D103
"""Uniform random search within the bounds, many points per call."""

import numpy as np

BATCH = 1000  # points per call


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    best = (np.inf, np.inf, (lower + upper) / 2)  # violation, objective, point
    for start in range(0, budget, BATCH):
        x = rng.uniform(lower, upper, (min(BATCH, budget - start), len(lower)))
        f, broken = objective(x), np.zeros(len(x))
        if inequality:
            broken += np.maximum(inequality(x), 0).sum(axis=1)
        if equality:
            gap = abs(equality(x))
            broken += np.where(gap > 1e-4, gap, 0).sum(axis=1)
        f, broken = (np.where(np.isnan(v), np.inf, v) for v in (f, broken))
        i = np.lexsort((f, broken))[0]
        best = min(best, (broken[i], f[i], x[i]), key=lambda point: point[:2])
    return best[2]
