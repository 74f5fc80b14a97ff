# optimizer: nsa
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""Noisy simulated annealing: Gaussian moves of a fixed size, cooled at every move; one sample a move."""
import numpy as np

HEAT = 0.1  # first temperature, in standard deviations of the objective over the box
RATE = 0.99  # factor by which a move cools the chain
STEP = 0.01  # size of a move, as a share of the box
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
    x, f = sample[first], values[first]
    temperature = HEAT * np.std(values[np.isfinite(values)]) if np.isfinite(values).any() else 1.0
    while used < budget:
        move = STEP * rng.standard_normal(x.shape)
        trial = np.abs(1 - np.abs(1 - np.abs((x + move) % 2)))  # reflected into the unit cube
        value = evaluate(trial)
        accepted = value <= f - temperature * np.log(rng.random(CHAINS))  # Metropolis et al. (1953)
        x, f = np.where(accepted[:, None], trial, x), np.where(accepted, value, f)
        temperature = max(1e-200, RATE * temperature)
    return best[1]
