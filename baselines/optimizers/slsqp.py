# optimizer: slsqp
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, B905, D103
"""SLSQP, sequential least squares programming, from random starts, with gradients by batched differences."""
import numpy as np
from scipy.optimize import minimize

FTOL = 1e-06  # precision of the objective at which a descent ends
STEP = 1e-08  # of the finite differences, as a share of the box
SAMPLES = 16  # random points of which the best starts a descent


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    dim, used, seen = len(lower), 0, {}
    best = (np.inf, np.inf, (lower + upper) / 2)  # violation, objective, point

    def evaluate(u):
        """Values f (n,), g (n, m), h (n, p) and violation (n,) at points u (n, dim) of the unit cube."""
        nonlocal used, best
        used += len(u)
        if used > budget:
            raise StopIteration
        x = np.minimum(lower + np.fmin(np.fmax(u, 0), 1) * (upper - lower), upper)
        g = inequality(x) if inequality else x[:, :0]
        h = equality(x) if equality else x[:, :0]
        f, g, h = (np.fmin(v, 1e30) for v in (objective(x), g, h))
        broken = np.maximum(g, 0).sum(axis=1) + np.where(abs(h) > 1e-4, abs(h), 0).sum(axis=1)
        best = min([best, *zip(broken, f, x)], key=lambda point: point[:2])
        return f, g, h, broken

    def values(u):
        if u.tobytes() not in seen:  # SLSQP asks for f, g and h of the same point in turn
            seen.clear()
            seen[u.tobytes()] = [v[0] for v in evaluate(u[None])]
        return seen[u.tobytes()]

    def slopes(u):
        centre, key = values(u), (u.tobytes(), "slopes")
        if key not in seen:
            step = np.where(u + STEP > 1, -STEP, STEP)
            seen[key] = [(v - v0).T / step for v, v0 in zip(evaluate(u + np.diag(step)), centre)]
        return seen[key]

    constraints = [  # SLSQP wants inequalities >= 0
        {"type": "ineq", "fun": lambda u: -values(u)[1], "jac": lambda u: -slopes(u)[1]},
        {"type": "eq", "fun": lambda u: values(u)[2], "jac": lambda u: slopes(u)[2]}]
    try:
        while used < budget:
            starts = rng.random((min(SAMPLES, budget - used), dim))
            f, _, _, broken = evaluate(starts)
            minimize(lambda u: values(u)[0], starts[np.lexsort((f, broken))[0]], jac=lambda u: slopes(u)[0],
                     method="SLSQP", bounds=[(0, 1)] * dim, constraints=constraints,
                     options={"ftol": FTOL, "maxiter": 200})
    except StopIteration:  # in the middle of a descent
        pass
    return best[2]
