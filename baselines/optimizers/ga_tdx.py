# optimizer: ga-tdx
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""GA-TDX: genetic algorithm with two-direction crossover and grouped mutation on a penalty function."""
import numpy as np

POPULATION = 50  # individuals, an even number
BETA = 0.2  # share of the population that is mutated by a normal distribution
GAMMA = 6.0  # how fast the mutation of the others narrows
PENALTY = 1e10  # weight of the squared violation


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng, dim, used, n = np.random.default_rng(seed), len(lower), 0, POPULATION // 2

    def evaluate(u):  # penalised objective at points u (n, dim) of the unit cube; 1e100 past the budget
        nonlocal used
        unknown = np.full(len(u), 1e100)
        x = np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        if not len(x):
            return unknown
        used += len(x)
        g = np.maximum(inequality(x), 0) if inequality else x[:, :0]
        h = equality(x) if equality else x[:, :0]
        broken = (g**2).sum(axis=1) + np.where(abs(h) > 1e-4, h**2, 0).sum(axis=1)
        f = np.nan_to_num(objective(x) + PENALTY * broken, nan=1e100, posinf=1e100)
        return np.append(f, unknown[len(x) :])

    x = rng.random((2 * n, dim))
    f = evaluate(x)
    while used < budget:  # Wang, Xu and Wang (2023)
        order = f.argsort()
        x, f = x[order], f[order]
        a, b = x[:n], x[n:]
        d1 = a - b  # from the worse to the better half
        side = rng.standard_normal((n, dim))  # made orthogonal to d1 and as long
        side -= d1 * ((side * d1).sum(axis=1) / ((d1**2).sum(axis=1) + 1e-300))[:, None]
        side *= (np.linalg.norm(d1, axis=1) / (np.linalg.norm(side, axis=1) + 1e-300))[:, None]
        d2 = (d1 + side) / 2
        children = np.clip(np.vstack([x, x]) + rng.random((4 * n, 1)) * np.vstack([d1, d1, d2, d2]), 0, 1)
        values = evaluate(children)
        second = values[2 * n :] < values[: 2 * n]  # the better child of each pair ...
        child = np.where(second[:, None], children[2 * n :], children[: 2 * n])
        value = np.minimum(values[2 * n :], values[: 2 * n])
        better = value < f  # ... against its parent
        x, f = np.where(better[:, None], child, x), np.minimum(value, f)
        order = f.argsort()
        x, f, few = x[order], f[order], max(1, round(BETA * 2 * n))
        normal = x + rng.standard_normal(x.shape) * abs(x[0] - x[-1]) / 6
        width = 1 - rng.random(x.shape) ** max(0, 1 - used / budget) ** GAMMA
        other = x + np.where(rng.random(x.shape) < 0.5, 1 - x, -x) * width
        child = np.clip(np.where(np.arange(2 * n)[:, None] < few, normal, other), 0, 1)
        value = evaluate(child)
        better = value < f
        x, f = np.where(better[:, None], child, x), np.minimum(value, f)
    return np.minimum(lower + x[f.argmin()] * (upper - lower), upper)
