# optimizer: de
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, B905, D103
"""Differential evolution (SciPy's), a generation per call; a new population where one has collapsed."""
import numpy as np
from scipy.optimize import differential_evolution

POPULATION = 50  # individuals
F = 0.5  # differential weight
CR = 0.9  # probability of crossover per variable
STRATEGY = "rand1bin"  # how a trial vector is made


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    used = 0
    best = (np.inf, np.inf, (lower + upper) / 2)  # violation, objective, point

    def cost(columns):
        """Penalised objective (n,) of points in columns (dim, n); infinite for those past the budget."""
        nonlocal used, best
        penalised = np.full(columns.shape[1], np.inf)
        x = np.clip(columns.T[: budget - used], lower, upper)
        if len(x):
            used += len(x)
            f, broken = objective(x), np.zeros(len(x))
            if inequality:
                broken += np.maximum(inequality(x), 0).sum(axis=1)
            if equality:
                gap = abs(equality(x))
                broken += np.where(gap > 1e-4, gap, 0).sum(axis=1)
            f, broken = (np.where(np.isfinite(v), v, 1e30) for v in (f, broken))
            best = min([best, *zip(broken, f, x)], key=lambda point: point[:2])
            penalised[: len(x)] = f + 1e6 * broken
        return penalised

    while used < budget:
        generations = -(-(budget - used) // POPULATION) - 1
        population = rng.uniform(lower, upper, (POPULATION, len(lower)))
        differential_evolution(cost, list(zip(lower, upper)), init=population, strategy=STRATEGY,
                               mutation=F, recombination=CR, maxiter=generations, tol=1e-10, rng=rng,
                               polish=False, vectorized=True, updating="deferred")
    return best[2]
