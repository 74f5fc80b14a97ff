# optimizer: heco-de
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""HECO-DE: differential evolution on weighted sums of objective, violation and an equivalent objective."""
import numpy as np

LAMBDA = 10  # individuals that have a child per generation, each for its own weights
SIZE = 2  # first population, in units of dim
BIAS = 0.1  # extra weight of the violation
MEMORY = 5  # pairs of parameters remembered, in units of dim


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng, dim, used = np.random.default_rng(seed), len(lower), 0

    def evaluate(u):  # objective and violation at points u (n, dim) of the unit cube, (2, n)
        nonlocal used
        used += len(u)
        x = np.minimum(lower + u * (upper - lower), upper)
        g = np.maximum(inequality(x), 0) if inequality else x[:, :0]
        h = abs(equality(x)) if equality else x[:, :0]
        v = g.sum(axis=1) + np.where(h > 1e-4, h, 0).sum(axis=1)
        return np.nan_to_num([objective(x), v], nan=1e100, posinf=1e100)

    def scaled(a):  # to [0, 1]; unknown values count as the worst known
        a = np.minimum(a, a[a < 1e100].max(initial=a.min()))
        return (a - a.min()) / (np.ptp(a) or 1)

    def objectives(f, v, reference):  # equivalent objective, violation, objective; (3, n)
        return np.array([scaled(abs(f - reference)), scaled(v), scaled(f)])

    first = min(budget, max(LAMBDA, min(SIZE * dim, budget // 5)))
    x, memory, slot, wins = rng.random((first, dim)), np.full((4, MEMORY * dim, 2), 0.5), [0] * 4, np.zeros(4)
    (f, v), archive = evaluate(x), x[:0]
    while used + LAMBDA <= budget:  # Xu, He and Shang (2022)
        time, i = used / budget, np.arange(1, LAMBDA + 1)[:, None] / LAMBDA
        order = np.lexsort((f, v))[: round(first + (LAMBDA - first) * time)]  # reduction of the population
        x, f, v = x[order], f[order], v[order]
        weights = np.hstack([i * time, i * time + BIAS, (1 - i) * (1 - time)])
        kind = rng.choice(4, LAMBDA, p=(wins + 2) / (wins + 2).sum())
        chosen = rng.permutation(len(x))[:LAMBDA]
        parent = x[chosen]
        qbest = parent[(weights @ objectives(f[chosen], v[chosen], f[0])).argmin(axis=1)]
        scale, rate = memory[kind, rng.integers(memory.shape[1], size=LAMBDA)].T
        below = 0.5 - np.arctan(scale / 0.1) / np.pi  # F: Cauchy about the memory, above 0, at most 1
        scale = np.minimum(scale + 0.1 * np.tan(np.pi * (below + (1 - below) * rng.random(LAMBDA) - 0.5)), 1)
        rate, s = np.clip(rng.normal(rate, 0.1), 0, 1), scale[:, None]
        r1, r2, r3 = x[rng.integers(len(x), size=(3, LAMBDA))]
        extra = np.vstack([x, archive])[rng.integers(len(x) + len(archive), size=LAMBDA)]
        to_best = parent + s * (qbest - parent + r1 - extra)  # current-to-Qbest/1 with archive, else rand/1
        mutant = np.where((kind < 2)[:, None], to_best, r1 + s * (r2 - r3))
        mutant = np.abs(1 - np.abs(1 - np.abs(mutant % 2)))  # reflected into the unit cube
        place = (np.arange(dim) - rng.integers(dim, size=(LAMBDA, 1))) % dim
        run = place < rng.geometric(np.maximum(1 - rate, 1e-9))[:, None]  # exponential crossover
        binomial = (rng.random((LAMBDA, dim)) < rate[:, None]) | (place == 0)
        child = np.where(np.where((kind % 2)[:, None], run, binomial), mutant, parent)
        child_f, child_v = evaluate(child)
        both = objectives(np.append(f[chosen], child_f), np.append(v[chosen], child_v), f[0])
        gain = (weights * (both[:, :LAMBDA] - both[:, LAMBDA:]).T).sum(axis=1)
        better = (gain > 0) & (child_f < 1e100) & (child_v < 1e100)
        for k in set(kind[better]):
            w = gain * better * (kind == k)
            memory[k, slot[k]] = [w @ a**2 / max(w @ a, 1e-300) for a in (scale, rate)]  # Lehmer means
            slot[k] = (slot[k] + 1) % memory.shape[1]
        wins += np.bincount(kind[better], minlength=4)
        wins *= (wins + 2).min() >= 0.05 * (wins + 2).sum()  # start anew when one is hardly used
        kept, archive = chosen[better], rng.permutation(np.vstack([archive, parent[better]]))[: 4 * len(x)]
        x[kept], f[kept], v[kept] = child[better], child_f[better], child_v[better]
    return np.minimum(lower + x[np.lexsort((f, v))[0]] * (upper - lower), upper)
