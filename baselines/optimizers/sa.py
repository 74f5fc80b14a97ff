# optimizer: sa
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""Simulated annealing: Metropolis chains in lockstep, cooled geometrically, with adapted steps."""
import numpy as np

HEAT = 1.0  # first temperature, in standard deviations of the objective over the box
COLD = 1e-08  # last temperature, as a share of the first
STEP = 0.1  # first size of a move, as a share of the box
CHAINS = 4  # independent chains that share the budget


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

    sample = rng.random((max(30, CHAINS), dim))
    values = evaluate(sample)
    first = values.argsort()[:CHAINS]
    x, f, step = sample[first], values[first], np.full(CHAINS, STEP)
    spread = np.std(values[np.isfinite(values)]) if np.isfinite(values).any() else 1.0
    while used < budget:
        temperature = HEAT * spread * COLD ** (used / budget) + 1e-300
        move = step[:, None] * rng.standard_normal(x.shape)
        trial = np.abs(1 - np.abs(1 - np.abs((x + move) % 2)))  # reflected into the unit cube
        value = evaluate(trial)
        accepted = value <= f - temperature * np.log(rng.random(CHAINS))  # Metropolis et al. (1953)
        x, f = np.where(accepted[:, None], trial, x), np.where(accepted, value, f)
        step = np.clip(step * np.exp((accepted - 0.25) / dim), 1e-12, 1)  # Corana et al. (1987) keep 1/2
    return best[1]
