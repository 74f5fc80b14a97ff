# optimizer: pso
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""Particle swarm optimization with a global best and an inertia that falls linearly."""
import numpy as np

POPULATION = 50  # particles
C1 = 1.5  # pull towards a particle's own best point
C2 = 1.5  # pull towards the best point of the swarm
VMAX = 0.2  # largest velocity, as a share of the box


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

    x = rng.random((POPULATION, dim))
    v = rng.uniform(-VMAX, VMAX, x.shape)
    own_x, own_f = x, evaluate(x)
    while used < budget:
        inertia = 0.9 - 0.5 * used / budget  # Shi and Eberhart (1998)
        r1, r2 = rng.random((2, *x.shape))
        swarm_x = own_x[own_f.argmin()]
        v = np.clip(inertia * v + C1 * r1 * (own_x - x) + C2 * r2 * (swarm_x - x), -VMAX, VMAX)
        v[(x + v < 0) | (x + v > 1)] *= -0.5  # bounce off the walls of the box
        x = np.clip(x + v, 0, 1)
        f = evaluate(x)
        better = f < own_f
        own_x, own_f = np.where(better[:, None], x, own_x), np.where(better, f, own_f)
    return best[1]
