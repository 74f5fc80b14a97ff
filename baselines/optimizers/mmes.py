# optimizer: mmes
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""MMES: evolution strategy that samples from a mixture of evolution paths instead of a covariance matrix."""
import numpy as np
from scipy.special import ndtr

SIGMA = 0.3  # first step size, as a share of the box
LAMBDA = 1.0  # first population, in units of 4 + 3 ln(dim)
MIXING = 4  # evolution paths that are mixed into a sample
RATE = 0.4  # learning rate of the evolution path, in units of 1 / sqrt(dim)


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

    n_children = round(LAMBDA * (4 + 3 * np.log(dim)))
    m = 2 * int(np.ceil(np.sqrt(dim)))  # evolution paths that are kept
    c_1, c_c, c_s = min(0.5, 3.8 / dim), min(0.5, RATE / np.sqrt(dim)), 0.3
    gamma = 1 - (1 - c_1) ** m
    while used < budget:
        mu = n_children // 2
        weights = np.log(mu + 0.5) - np.log(np.arange(1, mu + 1))
        weights, mueff = weights / weights.sum(), weights.sum() ** 2 / (weights**2).sum()
        mean, sigma, path, success, generation = rng.random(dim), SIGMA, np.zeros(dim), 0.0, m
        paths, born, previous = 1e-6 * rng.standard_normal((m, dim)), np.arange(m), np.full(mu, np.inf)
        while used < budget:
            half = -(-n_children // 2)
            chosen = m - 1 - (rng.geometric(c_1, (half, MIXING)) - 1) % m  # young paths are likelier
            mixed = np.einsum("hk,hkd->hd", rng.standard_normal((half, MIXING)), paths[chosen])
            z = np.sqrt(gamma / MIXING) * mixed + np.sqrt(1 - gamma) * rng.standard_normal((half, dim))
            u = np.clip(mean + sigma * np.vstack([z, -z])[:n_children], 0, 1)  # mirrored pairs
            f = evaluate(u)
            order = f.argsort()[:mu]
            step = weights @ (u[order] - mean)
            mean = mean + step
            path = (1 - c_c) * path + np.sqrt(c_c * (2 - c_c) * mueff) * step / sigma
            gaps = np.diff(born)  # keep the paths about 1 / c_c generations apart, as LM-CMA does
            drop = 1 + gaps.argmin() if gaps.min() <= np.ceil(1 / c_c) else 0
            paths, born = np.delete(paths, drop, axis=0), np.delete(born, drop)
            generation += 1
            paths, born = np.vstack([paths, path]), np.append(born, generation)
            better = weights[f[order] < previous].sum()  # paired test against the last generation
            success = (1 - c_s) * success + np.sqrt(c_s * (2 - c_s) * mueff) * (2 * better - 1)
            sigma = min(1, sigma * np.exp(ndtr(success) / 0.95 - 1))
            previous = f[order]
            if sigma < 1e-11 or np.ptp(f) <= 1e-12 * abs(f.min()):
                break
        n_children *= 2
    return best[1]
