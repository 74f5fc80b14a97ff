# optimizer: dtpso
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""DTPSO: particle swarm whose particles follow a feasible and, once they left it, an infeasible track."""
import numpy as np

POPULATION = 50  # particles, the reserve included
ACTIVE = 0.9  # share of the particles that move on tracks; the reserve searches around the best point
SOCIAL = 0.5  # weight of the best point against the neighbour, on the feasible track
PULL = 1.7119  # acceleration
RADIUS = 0.1  # distance within which another particle is too close to be a neighbour


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng, dim, used, n = np.random.default_rng(seed), len(lower), 0, max(2, round(ACTIVE * POPULATION))

    def evaluate(u):  # objective and violation at points u (n, dim) of the unit cube, (2, n)
        nonlocal used
        used += len(u)
        x = np.minimum(lower + u * (upper - lower), upper)
        g = np.maximum(inequality(x), 0) if inequality else x[:, :0]
        h = abs(equality(x)) if equality else x[:, :0]
        v = g.sum(axis=1) + np.where(h > 1e-4, h, 0).sum(axis=1)
        return np.nan_to_num([objective(x), v], nan=1e100, posinf=1e100)

    def precedes(a, b):  # feasibility rule on (objective, violation): first by violation, then by objective
        return (a[1] < b[1]) | ((a[1] == b[1]) & (a[0] < b[0]))

    def neighbours(points):  # the nearest particle outside the radius
        d2 = ((points[:, None] - x) ** 2).sum(axis=2)
        return x[np.where(d2 > RADIUS**2, d2, np.inf).argmin(axis=1)]

    x = rng.random((POPULATION, dim))[:budget]
    value = evaluate(x)
    order = np.lexsort(value)[:n]
    x, value, reserve = x[order], value[:, order], POPULATION - n
    best, best_value = x[0].copy(), value[:, 0].copy()
    y, off, own, own_value = x.copy(), np.zeros(len(x), bool), x.copy(), value.copy()
    vx, vy, sign = np.zeros(x.shape), np.zeros(x.shape), np.ones((reserve, dim))
    while used + 2 * n + reserve <= budget:  # our reading of Lu, Tseng and Lin (2023)
        time, (r1, r2, r3) = used / budget, rng.random((3, n, dim))
        inertia = 0.9 - 0.5 * time
        vx = inertia * vx + PULL * r1 * ((1 - SOCIAL) * (neighbours(x) - x) + SOCIAL * (best - x))
        vy = inertia * vy + PULL * r2 * (own - y) + PULL * r3 * (neighbours(y) - y)
        vx, vy = np.clip(vx, -0.1, 0.1), np.clip(vy, -0.1, 0.1)
        near = best + 0.1 * 1e-6**time * sign * rng.random((reserve, dim))  # departs: narrows down
        new_x, new_y, near = np.clip(x + vx, 0, 1), np.clip(y + vy, 0, 1), np.clip(near, 0, 1)
        tried = np.vstack([new_x, new_y[off], near])
        values = evaluate(tried)
        worse = values[1, :n] > value[1]  # less feasible than before: goes on the infeasible track
        left = worse & ~off
        y_value = np.full((2, n), np.inf)
        y_value[:, off] = values[:, n : len(values[0]) - reserve]
        y = np.where(left[:, None], new_x, np.where(off[:, None], new_y, y))
        vy = np.where(left[:, None], vx, vy)
        x, value = np.where(worse[:, None], x, new_x), np.where(worse, value, values[:, :n])
        back = off & precedes(y_value, value)  # the infeasible track has met feasible ground: the tracks swap
        x, vx = np.where(back[:, None], y, x), np.where(back[:, None], vy, vx)
        value = np.where(back, y_value, value)
        off = (off | left) & ~back
        better = precedes(value, own_value)
        own, own_value = np.where(better[:, None], x, own), np.where(better, value, own_value)
        i = np.lexsort(values)[0]
        failed = ~precedes(values[:, len(tried) - reserve :], best_value[:, None])
        sign *= np.where(failed[:, None] & (rng.random(sign.shape) < 0.5), -1, 1)
        if precedes(values[:, i], best_value):
            best, best_value = tried[i], values[:, i]
    return np.minimum(lower + best * (upper - lower), upper)
