# optimizer: madde
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""MadDE: differential evolution that adapts its three mutations, its parameters and its population."""
import numpy as np

SHARE = 0.001  # first population, as a share of the budget; at most 2 dim^2, at least 20
PBEST = 0.18  # share of the population that counts as best
QBX = 0.01  # probability of crossing with one of the best instead of the parent
ARCHIVE = 2.3  # replaced parents that are kept, in units of the population
MEMORY = 10  # pairs of parameters remembered, in units of dim


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng, dim, used = np.random.default_rng(seed), len(lower), 0

    def evaluate(u):  # points (n, dim) of the unit cube; 1e100 past the budget
        nonlocal used
        x = np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        used += len(x)
        f = np.nan_to_num(objective(x), nan=1e100, posinf=1e100)
        return np.append(f, np.full(len(u) - len(x), 1e100))

    first, memory = int(max(20, min(2 * dim**2, SHARE * budget))), np.full((MEMORY * dim, 2), 0.2)
    x, slot, share = rng.random((first, dim)), 0, np.ones(3) / 3
    f, archive = evaluate(x), x[:0]
    while used < budget:  # Biswas et al. (2021)
        time = used / budget
        order = f.argsort()[: max(4, round(first + (4 - first) * time))]  # linear reduction of the population
        x, f, n, rows = x[order], f[order], len(order), np.arange(len(order))
        pool, q = np.vstack([x, archive]), PBEST * (2 - time)
        centre, rate = memory[rng.integers(len(memory), size=n)].T
        below = 0.5 - np.arctan(centre / 0.1) / np.pi  # F: Cauchy about the centre, above 0
        scale = centre + 0.1 * np.tan(np.pi * (below + (1 - below) * rng.random(n) - 0.5))
        rate, scale = np.clip(rng.normal(rate, 0.1), 0, 1), np.minimum(scale, 1)[:, None]
        r1, r3 = rng.permutation(n), rng.integers(len(pool), size=n)
        r2 = np.roll(r1, 1)
        pbest, qbest = (x[rng.integers(max(2, round(p * n)), size=n)] for p in (PBEST, q))
        kind = rng.choice(3, n, p=share)
        v = np.choose(kind[:, None], [
            x + scale * (pbest - x + x[r1] - pool[r3]),  # current-to-pbest/1 with archive
            x + scale * (x[r1] - pool[r3]),  # current-to-rand/1 with archive
            0.5 + scale * (x[r1] - 0.5) + scale * (0.5 + 0.5 * time) * (qbest - x[r2])])  # weighted-rand
        v = np.where(v < 0, x / 2, np.where(v > 1, (x + 1) / 2, v))
        base = np.where(rng.random((n, 1)) < QBX, pool[rng.integers(max(2, round(q * len(pool))), size=n)], x)
        crossed = rng.random((n, dim)) < rate[:, None]
        crossed[rows, rng.integers(dim, size=n)] = True
        trial = np.where(crossed, v, base)
        trial_f = evaluate(trial)
        better, gain, scale = trial_f < f, np.maximum(f - trial_f, 0), scale[:, 0]
        archive = np.vstack([archive, x[better]])
        archive = archive[rng.permutation(len(archive))[: int(ARCHIVE * n)]]
        means = [(gain @ s**2) / max(gain @ s, 1e-300) for s in (scale, rate)]  # weighted Lehmer means
        memory[slot] = means if better.any() else 0.5
        slot = (slot + better.any()) % len(memory)
        merit = np.bincount(kind, gain / (abs(f) + 1e-300), 3) / np.maximum(np.bincount(kind, minlength=3), 1)
        share = np.clip(merit / merit.sum(), 0.1, 0.9) if merit.sum() > 0 else np.ones(3)
        share /= share.sum()
        x, f = np.where(better[:, None], trial, x), np.minimum(f, trial_f)
    return np.minimum(lower + x[f.argmin()] * (upper - lower), upper)
