# optimizer: sep-cma-es
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""Sep-CMA-ES: evolution strategy with a diagonal covariance matrix, restarted with twice the population."""
import numpy as np

SIGMA = 0.3  # first step size, as a share of the box
LAMBDA = 1.0  # first population, in units of 4 + 3 ln(dim)
PARENTS = 0.5  # share of the population that is recombined


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
    chi = np.sqrt(dim) * (1 - 1 / (4 * dim) + 1 / (21 * dim**2))  # E|N(0, I)|
    while used < budget:
        mu = max(1, int(PARENTS * n_children))
        weights = np.log(mu + 0.5) - np.log(np.arange(1, mu + 1))
        weights, mueff = weights / weights.sum(), weights.sum() ** 2 / (weights**2).sum()
        # Ros and Hansen (2008): the default learning rate of C is multiplied by (dim + 2) / 3
        c_sigma, c_c = (mueff + 2) / (dim + mueff + 3), 4 / (dim + 4)
        damping = 1 + 2 * max(0, np.sqrt((mueff - 1) / (dim + 1)) - 1) + c_sigma
        c_cov = 2 / (mueff * (dim + np.sqrt(2)) ** 2) + (1 - 1 / mueff) * min(
            1, (2 * mueff - 1) / ((dim + 2) ** 2 + mueff))
        c_cov = min(1, c_cov * (dim + 2) / 3)
        mean, sigma, scale, p_sigma, p_c = rng.random(dim), SIGMA, np.ones(dim), np.zeros(dim), np.zeros(dim)
        generation = 0
        while used < budget:
            u = np.clip(mean + sigma * scale * rng.standard_normal((n_children, dim)), 0, 1)
            f = evaluate(u)
            order = f.argsort()[:mu]
            y = (u[order] - mean) / sigma
            step, generation = weights @ y, generation + 1
            mean = mean + sigma * step
            p_sigma = (1 - c_sigma) * p_sigma + np.sqrt(c_sigma * (2 - c_sigma) * mueff) * step / scale
            length = np.linalg.norm(p_sigma)
            steady = length < (1.4 + 2 / (dim + 1)) * chi * np.sqrt(1 - (1 - c_sigma) ** (2 * generation))
            p_c = (1 - c_c) * p_c + steady * np.sqrt(c_c * (2 - c_c) * mueff) * step
            variance = p_c**2 / mueff + (1 - 1 / mueff) * weights @ y**2
            scale = np.sqrt((1 - c_cov) * scale**2 + c_cov * variance) + 1e-300
            sigma *= np.exp(min(1, c_sigma / damping * (length / chi - 1)))
            if sigma * scale.max() < 1e-11 or np.ptp(f) <= 1e-12 * abs(f.min()):
                break
        n_children *= 2
    return best[1]
