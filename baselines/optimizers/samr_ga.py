# optimizer: samr-ga
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""Self-adaptive mutation-rate genetic algorithm: every individual inherits and varies its own step size."""
import numpy as np

POPULATION = 50  # individuals
ELITE = 0.3  # share of the population that has children
SIGMA = 0.1  # first step size, as a share of the box
META = 2.0  # largest factor by which a child's step size differs from its parent's


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    dim, used, best = len(lower), 0, (np.inf, (lower + upper) / 2)

    def evaluate(u):  # points (n, dim) of the unit cube; infinite past the budget
        nonlocal used, best
        x = np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        f = np.append(np.fmin(objective(x), np.inf), np.full(len(u) - len(x), np.inf))  # nan counts as inf
        used += len(x)
        best = min(best, (f.min(), x[f.argmin()]), key=lambda pair: pair[0])
        return f

    x, sigma = rng.random((POPULATION, dim)), np.full(POPULATION, SIGMA)
    f = evaluate(x)
    while used < budget:
        elite = f.argsort()[: max(1, round(ELITE * POPULATION))]
        parents = rng.choice(elite, POPULATION)
        parents[0] = elite[0]  # the best one always has a child
        sigma = np.clip(sigma[parents] * META ** rng.uniform(-1, 1, POPULATION), 1e-12, 1)
        x = np.clip(x[parents] + sigma[:, None] * rng.standard_normal((POPULATION, dim)), 0, 1)
        f = evaluate(x)
    return best[1]
