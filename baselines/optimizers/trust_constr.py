# optimizer: trust-constr
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, B905, D103, SIM105
"""Trust-region interior point method (trust-constr) from random starts, gradients by batched differences."""
import numpy as np
from scipy.optimize import BFGS, Bounds, NonlinearConstraint, minimize

RADIUS = 1.0  # first trust region, in units of the box
PENALTY = 1.0  # first weight of the constraints in the merit function
BARRIER = 0.1  # first weight of the logarithmic barrier
TOLERANCE = 1e-08  # on gradient and trust region at which a descent ends


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
        if u.tobytes() not in seen:  # the solver asks for f, g and h of the same point in turn
            seen.clear()
            seen[u.tobytes()] = [v[0] for v in evaluate(u[None])]
        return seen[u.tobytes()]

    def slopes(u):
        centre, key = values(u), (u.tobytes(), "slopes")
        if key not in seen:
            step = np.where(u > 0.5, -1e-8, 1e-8)
            seen[key] = [(v - v0).T / step for v, v0 in zip(evaluate(u + np.diag(step)), centre)]
        return seen[key]

    def constraint(i, low):
        return NonlinearConstraint(lambda u: values(u)[i], low, 0, lambda u: slopes(u)[i], BFGS())

    options = {"initial_tr_radius": RADIUS, "initial_constr_penalty": PENALTY, "maxiter": budget,
               "initial_barrier_parameter": BARRIER, "gtol": TOLERANCE, "xtol": TOLERANCE}
    constraints = [constraint(1, -np.inf)] * bool(inequality) + [constraint(2, 0)] * bool(equality)
    while used < budget:
        starts = rng.random((min(16, budget - used), dim))
        f, _, _, broken = evaluate(starts)
        try:
            minimize(lambda u: values(u)[0], starts[np.lexsort((f, broken))[0]], method="trust-constr",
                     jac=lambda u: slopes(u)[0], hess=BFGS(), bounds=Bounds(0, 1), constraints=constraints,
                     options=options)
        except (StopIteration, ValueError, np.linalg.LinAlgError):  # budget spent; values that overflow
            pass
    return best[2]
