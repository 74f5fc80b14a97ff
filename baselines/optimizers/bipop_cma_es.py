# optimizer: bipop-cma-es
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103
"""BIPOP-CMA-ES: CMA-ES with restarts that alternate between ever larger and small random populations."""
import numpy as np

SIGMA = 0.3  # first step size, as a share of the box
LAMBDA = 1.0  # first population, in units of 4 + 3 ln(dim)
INCREASE = 2.0  # factor by which the large population grows


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

    def descend(children, sigma, limit):
        """CMA-ES from a random point (Hansen, 2016, The CMA evolution strategy); the evaluations it spent."""
        start, generation = used, 0
        weights = np.log(children / 2 + 0.5) - np.log(np.arange(1, children // 2 + 1))
        weights, mueff = weights / weights.sum(), weights.sum() ** 2 / (weights**2).sum()
        c_s, c_c = (mueff + 2) / (dim + mueff + 5), (4 + mueff / dim) / (dim + 4 + 2 * mueff / dim)
        c_1 = 2 / ((dim + 1.3) ** 2 + mueff)
        c_mu = min(1 - c_1, 2 * (mueff - 2 + 1 / mueff) / ((dim + 2) ** 2 + mueff))
        damping = 1 + 2 * max(0, np.sqrt((mueff - 1) / (dim + 1)) - 1) + c_s
        chi = np.sqrt(dim) * (1 - 1 / (4 * dim) + 1 / (21 * dim**2))  # E|N(0, I)|
        mean, p_s, p_c, c, b, d = rng.random(dim), 0, 0, np.eye(dim), np.eye(dim), np.ones(dim)
        while used < min(budget, start + limit):
            u = np.clip(mean + sigma * (rng.standard_normal((children, dim)) * d) @ b.T, 0, 1)
            f = evaluate(u)
            y = (u[f.argsort()[: len(weights)]] - mean) / sigma
            step = weights @ y
            mean, generation = mean + sigma * step, generation + 1
            p_s = (1 - c_s) * p_s + np.sqrt(c_s * (2 - c_s) * mueff) * b @ (b.T @ step / d)
            length = np.linalg.norm(p_s) / chi
            steady = length < (1.4 + 2 / (dim + 1)) * np.sqrt(1 - (1 - c_s) ** (2 * generation))
            p_c = (1 - c_c) * p_c + steady * np.sqrt(c_c * (2 - c_c) * mueff) * step
            c = (1 - c_1 - c_mu) * c + c_1 * np.outer(p_c, p_c) + c_mu * (y.T * weights) @ y
            sigma *= np.exp(min(1, c_s / damping * (length - 1)))
            if generation % max(1, int(0.1 / (c_1 + c_mu) / dim)) == 0:  # as often as C has changed much
                d2, b = np.linalg.eigh(c)  # C = B D^2 B'
                d = np.sqrt(np.maximum(d2, 1e-28))
            flat = np.ptp(f) <= 1e-12 * abs(f.min())
            if flat or sigma * d.max() < 1e-11 or d.max() > 1e7 * d.min():
                break
        return used - start
    first = round(LAMBDA * (4 + 3 * np.log(dim)))
    large, spent_large, spent_small = first / INCREASE, 0, 0
    while used < budget:  # Hansen (2009), Benchmarking a BI-population CMA-ES, section 2
        if spent_large <= spent_small:
            large *= INCREASE
            spent_large += descend(round(large), SIGMA, budget)
        else:
            small = int(first * max(1, 0.5 * large / first) ** (rng.random() ** 2))
            spent_small += descend(small, SIGMA * 100 ** -rng.random(), max(1, spent_large // 2))
    return best[1]
