# optimizer: bo
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""Bayesian optimization: Gaussian processes in a box around the best point, sized by success and failure."""
import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.special import ndtr

ACQUISITION = "ei"  # ei: expected improvement; lcb: lower confidence bound; pi: probability of improvement
KERNEL = "matern"  # matern: Matern 5/2; rbf: squared exponential
INITIAL = 2  # random points before the first model, in units of dim
FITS = 100  # models that are fitted; the budget is shared out among them


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    dim, used, best = len(lower), 0, (np.inf, (lower + upper) / 2)

    def evaluate(u):  # points (n, dim) of the unit cube; 1e100 past the budget
        nonlocal used, best
        x = np.minimum(lower + u * (upper - lower), upper)[: budget - used]
        f = np.append(np.nan_to_num(objective(x), nan=1e100, posinf=1e100), np.full(len(u) - len(x), 1e100))
        used += len(x)
        best = min(best, (f.min(), x[f.argmin()]), key=lambda pair: pair[0])
        return f

    def kernel(a, b, length):
        d2 = np.maximum((a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T, 0) / length**2
        if KERNEL == "rbf":
            return np.exp(-d2 / 2)
        d = np.sqrt(5 * d2)
        return (1 + d + d**2 / 3) * np.exp(-d)

    def fitted(x, z, length):  # negative log likelihood, length scale, Cholesky factor and weights
        factor = cho_factor(kernel(x, x, length) + 1e-5 * np.eye(len(x)), lower=True)
        weights = cho_solve(factor, z)
        return z @ weights / 2 + np.log(np.diag(factor[0])).sum(), length, factor[0], weights

    first, batch = max(1, min(INITIAL * dim, budget // 2)), -(-budget // FITS)
    length = 0.0
    while used < budget:
        if length < 1e-6:  # the region has shrunk to nothing: start anew
            x, length = rng.random((first, dim)), 0.8
            y = evaluate(x)
            continue
        centre, best_y = x[y.argmin()], y.min()
        near = ((x - centre) ** 2).sum(axis=1).argsort()[:150]  # a model of all points would be too slow
        t, z = (x[near] - centre) / length, y[near].clip(None, np.quantile(y[near], 0.9))
        z = (z - z.mean()) / (z.std() + 1e-300)
        _, scale, factor, weights = min((fitted(t, z, s) for s in (0.3, 1, 3, 10)), key=lambda fit: fit[0])
        slots = max(5, 1000 // batch)
        move = rng.uniform(-length, length, (batch * slots, dim))
        u = np.clip(centre + move * (rng.random(move.shape) < 20 / dim), 0, 1)  # about 20 variables at a time
        k = kernel(t, (u - centre) / length, scale)
        mean = weights @ k
        std = np.sqrt(np.maximum(1 - (solve_triangular(factor, k, lower=True) ** 2).sum(axis=0), 1e-12))
        s = (z.min() - mean) / std
        density = np.exp(-(s**2) / 2) / np.sqrt(2 * np.pi)
        merit = {"ei": std * (s * ndtr(s) + density), "lcb": 2 * std - mean, "pi": s}[ACQUISITION]
        chosen = merit.reshape(batch, slots).argmax(axis=1) + np.arange(batch) * slots
        x, y = np.vstack([x, u[chosen]]), np.append(y, evaluate(u[chosen]))
        length = min(1.6, 1.3 * length) if y.min() < best_y else length / 1.3
    return best[1]
