# optimizer: l-bfgs-b
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, B905, D103
"""L-BFGS-B on a quadratic penalty of the constraints, from random starts, with batched differences."""
import numpy as np
from scipy.optimize import minimize

MAXCOR = 10  # corrections kept to approximate the Hessian
FTOL = 1e-09  # relative decrease below which a descent ends
STEP = 1e-08  # of the finite differences, as a share of the box
PENALTY = 1000.0  # first weight of the squared violation, raised a hundredfold in each of three rounds


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    dim, used, rounds = len(lower), 0, 3 if inequality or equality else 1
    best = (np.inf, np.inf, (lower + upper) / 2)  # violation, objective, point

    def evaluate(u, weight):
        """Penalised objective (n,) at points u (n, dim) of the unit cube."""
        nonlocal used, best
        used += len(u)
        if used > budget:
            raise StopIteration
        x = np.minimum(lower + np.fmin(np.fmax(u, 0), 1) * (upper - lower), upper)
        g = inequality(x) if inequality else x[:, :0]
        h = equality(x) if equality else x[:, :0]
        f, g, h = np.fmin(objective(x), 1e30), np.fmin(g, 1e30), np.fmin(abs(h), 1e30)
        broken = np.maximum(g, 0).sum(axis=1) + np.where(h > 1e-4, h, 0).sum(axis=1)
        best = min([best, *zip(broken, f, x)], key=lambda point: point[:2])
        g = np.maximum(g + 1e-6, 0)  # a penalty approaches from outside: aim a little inside
        return f + weight * ((g**2).sum(axis=1) + (h**2).sum(axis=1))

    def with_slope(u, weight):
        step = np.where(u + STEP > 1, -STEP, STEP)
        values = evaluate(np.vstack([u, u + np.diag(step)]), weight)
        return values[0], (values[1:] - values[0]) / step

    try:
        while used < budget:
            starts = rng.random((min(16, budget - used), dim))
            u = starts[evaluate(starts, PENALTY).argmin()]
            for i in range(rounds):
                u = minimize(with_slope, u, (PENALTY * 100**i,), method="L-BFGS-B", jac=True,
                             bounds=[(0, 1)] * dim, options={"maxcor": MAXCOR, "ftol": FTOL, "gtol": 0}).x
    except StopIteration:  # in the middle of a descent
        pass
    return best[2]
