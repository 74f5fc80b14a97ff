# optimizer: sdms-pso
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""sDMS-PSO: small swarms that regroup at random, learn their inertia and refine their best points."""
from collections import deque

import numpy as np
from scipy.optimize import minimize

SIZE = 3  # particles of a swarm
SWARMS = 33  # swarms
PULL = 1.49445  # pull towards a particle's own best point and that of its swarm
REGROUP = 10  # generations between two regroupings
LEARN = 10  # generations that an inertia is tried for


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    dim, used, best = len(lower), 0, (np.inf, (lower + upper) / 2)

    def evaluate(u):  # points (n, dim) of the unit cube; 1e100 past the budget
        nonlocal used, best
        if used >= budget:
            return np.full(len(u), 1e100)
        x = np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        f = np.append(np.nan_to_num(objective(x), nan=1e100, posinf=1e100), np.full(len(u) - len(x), 1e100))
        used += len(x)
        best = min(best, (f.min(), x[f.argmin()]), key=lambda pair: pair[0])
        return f

    def with_slope(u):
        step = np.where(u > 0.5, -1e-8, 1e-8)
        values = evaluate(np.vstack([u, u + np.diag(step)]))
        return values[0], (values[1:] - values[0]) / step

    n, generation, learned = SWARMS * SIZE, 0, deque(maxlen=8)
    x, v, successes = rng.random((n, dim)), np.zeros((n, dim)), np.zeros(SWARMS)
    inertia = rng.uniform(0.4, 0.9, SWARMS)
    own_x, own_f = x, evaluate(x)
    while used < budget:  # Liang et al. (2015)
        leaders = own_f.reshape(SWARMS, SIZE).argmin(axis=1) + np.arange(0, n, SIZE)
        w, guide = np.repeat(inertia, SIZE)[:, None], np.repeat(own_x[leaders], SIZE, axis=0)
        if used > 0.95 * budget:  # at the end one swarm
            w, guide = 0.9 - 0.5 * used / budget, own_x[own_f.argmin()]
        r1, r2 = rng.random((2, n, dim))
        v = np.clip(w * v + PULL * r1 * (own_x - x) + PULL * r2 * (guide - x), -0.1, 0.1)
        v[(x + v < 0) | (x + v > 1)] *= -0.5
        x = np.clip(x + v, 0, 1)
        f = evaluate(x)
        better = f < own_f
        own_x, own_f = np.where(better[:, None], x, own_x), np.where(better, f, own_f)
        successes, generation = successes + better.reshape(SWARMS, SIZE).sum(axis=1), generation + 1
        if generation % LEARN == 0:
            learned.append(inertia[successes.argmax()])
            inertia = rng.uniform(0.4, 0.9, SWARMS)
            if len(learned) == learned.maxlen:
                inertia = rng.normal(np.median(learned), 0.1, SWARMS)
            successes[:] = 0
        if generation % 100 == 0:  # refine the best quarter of the leaders
            for i in sorted(leaders, key=lambda i: own_f[i])[: SWARMS // 4]:
                found = minimize(with_slope, own_x[i], jac=True, method="L-BFGS-B", bounds=[(0, 1)] * dim,
                                 options={"maxfun": max(1, 200 // (dim + 1))})
                own_x[i], own_f[i] = (found.x, found.fun) if found.fun < own_f[i] else (own_x[i], own_f[i])
        if generation % REGROUP == 0:
            order = rng.permutation(n)
            x, v, own_x, own_f = x[order], v[order], own_x[order], own_f[order]
    return best[1]
