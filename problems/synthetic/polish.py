"""Local search with gradients by central differences, a whole gradient in one call of the evaluator."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize

from llamoco_bench.problems.problem import Array, Evaluation, Problem, violation

_STEP: Final = 1e-7
"""Of the differences, in units of the width of the box."""

_MARGIN: Final = 1e-10
"""By which inequalities are to hold: SLSQP ends on the edge, and rounding may leave it on either side."""

_RESTORING_STEPS: Final = 8


class Best:
    """The best feasible point so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.f = np.inf
        self.x: Array | None = None

    def see(self, points: Array, values: Evaluation, amounts: Array) -> None:
        """Look at evaluated points, (n, dim), and their violations, (n,)."""
        f = np.where((amounts == 0.0) & np.isfinite(values.f), values.f, np.inf)
        i = int(np.argmin(f))
        if f[i] < self.f:
            self.f, self.x = float(f[i]), points[i].copy()

    def look(self, point: Array) -> None:
        """Evaluate a point and look at it."""
        points = np.clip(point, self.problem.lower, self.problem.upper)[np.newaxis]
        values = self.problem.evaluate(points)
        self.see(points, values, violation(values))


def polish(best: Best, start: Array, steps: int) -> None:
    """Run SLSQP from a point, (dim,), for at most `steps` steps, and look at where it ends."""
    problem = best.problem
    width = problem.upper - problem.lower

    def at(u: Any) -> Array:
        points: Array = problem.lower + width * u
        return points

    def constraint(kind: str, function: Callable[[Array], Any]) -> dict[str, Any]:
        return {"type": kind, "fun": function, "jac": lambda u: _differences(function, u).T}

    constraints: list[Any] = []
    options: Any = {"maxiter": steps, "ftol": 1e-12}
    if problem.n_inequality:
        constraints.append(constraint("ineq", lambda u: -_MARGIN - problem.inequality(at(u))))
    if problem.n_equality:
        constraints.append(constraint("eq", lambda u: problem.equality(at(u))))

    def value(u: Any) -> Any:
        return problem.objective(at(u))

    found = minimize(
        value,
        (start - problem.lower) / width,
        method="SLSQP",
        jac=partial(_differences, value),
        bounds=[(0.0, 1.0)] * problem.dim,
        constraints=constraints,
        options=options,
    )
    if np.isfinite(found.x).all():
        best.look(at(found.x))
        best.look(at(_restored(problem, at, found.x)))


def _restored(problem: Problem, at: Callable[[Array], Array], u: Array) -> Array:
    """Return a point near u where the constraints violated at u hold, if a few Gauss-Newton steps get there."""

    def violated(points: Array) -> Array:
        values = problem.evaluate(at(points))
        return np.hstack((np.maximum(values.g + _MARGIN, 0.0), values.h))

    for _ in range(_RESTORING_STEPS):
        amounts, slopes = violated(u[np.newaxis])[0], _differences(violated, u)
        if not (np.abs(amounts) > _MARGIN).any() or not (np.isfinite(amounts).all() and np.isfinite(slopes).all()):
            break
        u = np.clip(u - np.linalg.pinv(slopes.T) @ amounts, 0.0, 1.0)
    return u


def _differences(function: Callable[[Array], Any], u: Array) -> Any:
    """Derivatives by each coordinate of u, (dim, ...); points beyond the sides of the box are harmless here."""
    step = _STEP * np.eye(len(u))
    values = np.asarray(function(np.vstack((u + step, u - step))))
    return (values[: len(u)] - values[len(u) :]) / (2.0 * _STEP)
