# optimizer: amcde
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""AMCDE: differential evolution whose mutation strategies alternate between monopoly and competition."""
import numpy as np
from scipy.optimize import minimize

SHARE = 0.001  # first population, as a share of the budget; at most 6 dim^2, at least 20
STEADY = 5  # generations without progress that end a monopoly
EXPONENTIAL = 0.4  # probability of exponential instead of binomial crossover
ARCHIVE = 2.6  # replaced parents that are kept, in units of the population


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng, dim, used = np.random.default_rng(seed), len(lower), 0

    def evaluate(u):  # points (n, dim) of the unit cube; 1e100 past the budget
        nonlocal used
        f, x = np.full(len(u), 1e100), np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        if len(x):
            f[: len(x)] = np.nan_to_num(objective(x), nan=1e100, posinf=1e100)
        used += len(x)
        return f

    def with_slope(u):
        step = np.where(u > 0.5, -1e-8, 1e-8)
        values = evaluate(np.vstack([u, u + np.diag(step)]))
        return values[0], (values[1:] - values[0]) / step

    first = int(max(20, min(6 * dim**2, SHARE * budget)))
    x, memory, slot = rng.random((first, dim)), np.full(20 * dim, 0.2), 0
    f, archive, owner = evaluate(x), x[:0], rng.integers(3, size=first)
    monopolist, idle, patience, chance = 0, 0, STEADY, 0.1
    while used < budget:  # Ye et al. (2023)
        time = used / budget
        order = f.argsort()[: max(4, round(first + (4 - first) * time))]  # linear reduction of the population
        x, f, owner, n = x[order], f[order], owner[order], len(order)
        if time > 0.85 and rng.random() < chance:
            found = minimize(with_slope, x[0], jac=True, method="SLSQP", bounds=[(0, 1)] * dim)
            chance = 0.1 if found.fun < f[0] else 1e-4
            x[0], f[0] = min((found.x, found.fun), (x[0], f[0]), key=lambda pair: pair[1])
        competing, pool = idle >= patience, np.vstack([x, archive])
        kind = owner if competing else np.full(n, monopolist)
        centre = memory[rng.integers(len(memory), size=n)]
        below = 0.5 - np.arctan(centre / 0.1) / np.pi  # F: Cauchy about the centre, above 0, at most 1
        scale = np.minimum(1, centre + 0.1 * np.tan(np.pi * (below + (1 - below) * rng.random(n) - 0.5)))
        s, x1, x3 = scale[:, None], rng.permutation(x), pool[rng.integers(len(pool), size=n)]
        x2 = np.roll(x1, 1, axis=0)
        quarter, half = (x[rng.integers(max(2, n // share), size=n)] for share in (4, 2))
        v = np.choose(kind[:, None], [  # current-to-phibest, also with archive; weighted-rand-to-phibest
            x + s * (quarter - x + x1 - x2), x + s * (quarter - x + x1 - x3),
            0.5 + s * (x1 - 0.5 + half - x2)])
        v = np.where(v < 0, x / 2, np.where(v > 1, (x + 1) / 2, v))
        rate, place = max(0, 2 * time - 1), (np.arange(dim) - rng.integers(dim, size=(n, 1))) % dim
        length, binomial = rng.geometric(1 - rate, (n, 1)), (rng.random((n, dim)) < rate) | (place == 0)
        trial = np.where(np.where(rng.random((n, 1)) < EXPONENTIAL, place < length, binomial), v, x)
        trial_f = evaluate(trial)
        better, gain = trial_f < f, np.maximum(f - trial_f, 0)
        if better.any():
            archive = rng.permutation(np.vstack([archive, x[better]]))[: int(ARCHIVE * n)]
            memory[slot], slot = (gain @ scale**2) / (gain @ scale), (slot + 1) % len(memory)
        merit = np.bincount(kind, gain / (abs(f) + 1e-300), 3) / np.maximum(np.bincount(kind, minlength=3), 1)
        owner = np.where(competing & (kind == merit.argmax()), kind, rng.integers(3, size=n))
        if competing and trial_f.min() < f[0]:
            monopolist, patience = kind[trial_f.argmin()], patience + 1
        idle = 0 if trial_f.min() < f[0] else idle + 1
        x, f = np.where(better[:, None], trial, x), np.minimum(trial_f, f)
    return np.minimum(lower + x[f.argmin()] * (upper - lower), upper)
