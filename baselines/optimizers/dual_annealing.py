# optimizer: dual-annealing
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, D103, SIM105
"""Dual annealing (SciPy's): generalised simulated annealing with L-BFGS-B descents from good points."""
import numpy as np
from scipy.optimize import dual_annealing

INITIAL_TEMP = 5230.0  # first temperature of the visiting distribution
VISIT = 2.62  # tail of the visiting distribution; more means longer jumps
ACCEPT = -5.0  # acceptance; less means fewer worse points
LOCAL_SEARCH = True  # whether good points are improved by a descent


def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    rng = np.random.default_rng(seed)
    dim, used, best = len(lower), 0, (np.inf, (lower + upper) / 2)

    def evaluate(u):
        """Objective at points u (n, dim) of the unit cube."""
        nonlocal used, best
        used += len(u)
        if used > budget:
            raise StopIteration
        x = np.minimum(lower + np.fmin(np.fmax(u, 0), 1) * (upper - lower), upper)
        f = np.fmin(objective(x), 1e30)
        best = min(best, (f.min(), x[f.argmin()]), key=lambda pair: pair[0])
        return f

    def slope(u):
        step = np.where(u > 0.5, -1e-8, 1e-8)
        values = evaluate(np.vstack([u, u + np.diag(step)]))
        return (values[1:] - values[0]) / step

    bounds = [(0, 1)] * dim
    try:
        dual_annealing(lambda u: evaluate(u[None])[0], bounds, maxiter=budget, maxfun=10 * budget,
                       initial_temp=INITIAL_TEMP, visit=VISIT, accept=ACCEPT, rng=rng,
                       no_local_search=not LOCAL_SEARCH,
                       minimizer_kwargs={"method": "L-BFGS-B", "jac": slope, "bounds": bounds})
    except StopIteration:  # the budget is spent
        pass
    return best[1]
