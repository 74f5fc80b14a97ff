# optimizer: glpso
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""GLPSO: particle swarm with exemplars bred by a genetic algorithm from the particles' best points."""
import numpy as np

POPULATION = 50  # particles
MUTATION = 0.01  # probability that a variable of an exemplar is drawn anew
PATIENCE = 7  # generations without a better exemplar after which one is chosen by tournament
INERTIA = 0.7298  # share of the velocity that is kept
PULL = 1.49618  # pull towards the exemplar


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    dim, used, best = len(lower), 0, (np.inf, (lower + upper) / 2)

    def evaluate(u):  # points (n, dim) of the unit cube; infinite past the budget
        nonlocal used, best
        f, x = np.full(len(u), np.inf), np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        if len(x):
            f[: len(x)] = np.fmin(objective(x), np.inf)  # not-a-number counts as infinite
            used += len(x)
            best = min(best, (f.min(), x[f.argmin()]), key=lambda pair: pair[0])
        return f

    n = POPULATION
    x, v, columns = rng.random((n, dim)), np.zeros((n, dim)), np.arange(dim)
    own_x, own_f = x, evaluate(x)
    example, example_f, stagnant = own_x, own_f, np.zeros(n, int)
    while used < budget:
        # Gong et al. (2016): cross with a random particle per variable where that one is better ...
        mates = rng.integers(n, size=(n, dim))
        r, swarm_x = rng.random((n, dim)), own_x[own_f.argmin()]
        child = np.where(own_f[:, None] < own_f[mates], r * own_x + (1 - r) * swarm_x, own_x[mates, columns])
        child = np.where(rng.random((n, dim)) < MUTATION, rng.random((n, dim)), child)  # ... mutate ...
        child_f = evaluate(child)
        better = child_f < example_f  # ... and select
        example, example_f = np.where(better[:, None], child, example), np.where(better, child_f, example_f)
        stagnant = np.where(better, 0, stagnant + 1)
        late = np.flatnonzero(stagnant >= PATIENCE)
        rivals = rng.integers(n, size=(len(late), max(1, n // 5)))
        chosen = np.take_along_axis(rivals, example_f[rivals].argmin(axis=1)[:, None], axis=1)[:, 0]
        example[late], example_f[late], stagnant[late] = example[chosen], example_f[chosen], 0
        v = np.clip(INERTIA * v + PULL * rng.random((n, dim)) * (example - x), -0.2, 0.2)
        v[(x + v < 0) | (x + v > 1)] *= -0.5
        x = np.clip(x + v, 0, 1)
        f = evaluate(x)
        better = f < own_f
        own_x, own_f = np.where(better[:, None], x, own_x), np.where(better, f, own_f)
    return best[1]
