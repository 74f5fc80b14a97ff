# optimizer: cobyla
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, B905, D103
"""COBYLA, linear approximations of objective and constraints without derivatives, from random starts."""
import numpy as np
from scipy.optimize import minimize

RHOBEG = 0.1  # first size of the simplex, as a share of the box
TOL = 1e-06  # last size of the simplex
SAMPLES = 16  # random points of which the best starts a search


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng, budget = np.random.default_rng(seed), min(budget, 20_000)  # its own arithmetic takes 0.3 ms a point
    dim, used, seen = len(lower), 0, {}
    best = (np.inf, np.inf, (lower + upper) / 2)  # violation, objective, point

    def evaluate(u):
        """Values f (n,), constraints >= 0 (n, m) and violation (n,) at points u (n, dim) of the unit cube."""
        nonlocal used, best
        used += len(u)
        x = np.minimum(lower + np.fmin(np.fmax(u, 0), 1) * (upper - lower), upper)
        g = inequality(x) if inequality else x[:, :0]
        h = equality(x) if equality else x[:, :0]
        f, g, h = (np.fmin(v, 1e30) for v in (objective(x), g, h))
        broken = np.maximum(g, 0).sum(axis=1) + np.where(abs(h) > 1e-4, abs(h), 0).sum(axis=1)
        best = min([best, *zip(broken, f, x)], key=lambda point: point[:2])
        return f, np.hstack([-g, h, -h]), broken  # COBYLA wants c >= 0 and knows no equalities

    def values(u):
        key = u.tobytes()  # COBYLA asks for objective and constraints of the same point in turn
        if key not in seen and used < budget:
            seen.clear()
            seen[key] = [v[0] for v in evaluate(u[None])]
        return seen.get(key) or next(iter(seen.values()))

    constraints = {"type": "ineq", "fun": lambda u: values(u)[1]} if inequality or equality else ()
    while used < budget:
        starts = rng.random((min(SAMPLES, budget - used), dim))
        f, _, broken = evaluate(starts)
        if used == budget:
            break
        minimize(lambda u: values(u)[0], starts[np.lexsort((f, broken))[0]], method="COBYLA", tol=TOL,
                 bounds=[(0, 1)] * dim, constraints=constraints,
                 options={"rhobeg": RHOBEG, "maxiter": budget - used})
    return best[2]
