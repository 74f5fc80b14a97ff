# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""AMCDE: differential evolution whose mutation strategies alternate between monopoly and competition."""
import numpy as np
from scipy.optimize import minimize

SIZE = 6.0  # first population, in units of dim^2, at most a tenth of the budget
STEADY = 10  # generations without progress that end a monopoly
EXPONENTIAL = 0.4  # probability of exponential instead of binomial crossover
ARCHIVE = 2.6  # replaced parents that are kept, in units of the population


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng, dim, used = np.random.default_rng(seed), len(lower), 0

    def evaluate(u):  # points (n, dim) of the unit cube; 1e100 past the budget
        nonlocal used
        if used >= budget:
            return np.full(len(u), 1e100)
        x = np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        used += len(x)
        f = np.nan_to_num(objective(x), nan=1e100, posinf=1e100)
        return np.append(f, np.full(len(u) - len(x), 1e100))

    first = int(max(20, min(SIZE * dim**2, budget / 10)))
    x, memory, slot = rng.random((first, dim)), np.full(20 * dim, 0.2), 0
    f, archive, owner = evaluate(x), x[:0], rng.integers(3, size=first)
    monopolist, idle, patience, chance = 0, 0, STEADY, 0.1
    while used < budget:  # Ye et al. (2023)
        time = used / budget
        order = f.argsort()[: max(4, round(first + (4 - first) * time))]  # linear reduction of the population
        x, f, owner, n = x[order], f[order], owner[order], len(order)
        if time > 0.85 and rng.random() < chance:
            found = minimize(lambda u: evaluate(u[None])[0], x[0], method="SLSQP", bounds=[(0, 1)] * dim)
            chance = 0.1 if found.fun < f[0] else 1e-4
            x[0], f[0] = (found.x, found.fun) if found.fun < f[0] else (x[0], f[0])
        pool, kind = np.vstack([x, archive]), owner if idle >= patience else np.full(n, monopolist)
        centre = memory[rng.integers(len(memory), size=n)]
        below = 0.5 - np.arctan(centre / 0.1) / np.pi  # F: Cauchy about the centre, above 0, at most 1
        scale = centre + 0.1 * np.tan(np.pi * (below + (1 - below) * rng.random(n) - 0.5))
        r1, r3 = rng.permutation(n), rng.integers(len(pool), size=n)
        r2 = np.roll(r1, 1)
        quarter, half = (x[rng.integers(max(2, n // share), size=n)] for share in (4, 2))
        scale = np.minimum(scale, 1)[:, None]
        v = np.choose(kind[:, None], [
            x + scale * (quarter - x + x[r1] - x[r2]),  # current-to-phibest/1
            x + scale * (quarter - x + x[r1] - pool[r3]),  # the same with archive
            0.5 + scale * (x[r1] - 0.5 + half - x[r2])])  # weighted-rand-to-phibest
        v = np.where(v < 0, x / 2, np.where(v > 1, (x + 1) / 2, v))
        rate, start = max(0, 2 * time - 1), rng.integers(dim, size=(n, 1))
        length, exponential = rng.geometric(1 - rate, (n, 1)), rng.random((n, 1)) < EXPONENTIAL
        crossed = (np.arange(dim) - start) % dim < np.where(exponential, length, 1)
        crossed |= ~exponential & (rng.random((n, dim)) < rate)
        trial = np.where(crossed, v, x)
        trial_f = evaluate(trial)
        better, gain, scale = trial_f < f, np.maximum(f - trial_f, 0), scale[:, 0]
        if better.any():
            archive = rng.permutation(np.vstack([archive, x[better]]))[: int(ARCHIVE * n)]
            memory[slot], slot = (gain @ scale**2) / (gain @ scale), (slot + 1) % len(memory)
        merit = np.bincount(kind, gain / (abs(f) + 1e-300), 3) / np.maximum(np.bincount(kind, minlength=3), 1)
        owner = np.where(kind == merit.argmax(), kind, rng.integers(3, size=n))  # the winner keeps its places
        progress = trial_f.min() < f[0]
        if progress and idle >= patience:
            monopolist, patience = kind[trial_f.argmin()], patience + 1
        idle = 0 if progress else idle + 1
        x, f = np.where(better[:, None], trial, x), np.minimum(trial_f, f)
    return np.minimum(lower + x[f.argmin()] * (upper - lower), upper)
