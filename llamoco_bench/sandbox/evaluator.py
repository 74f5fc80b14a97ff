"""One way of evaluating whatever comes as a problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.errors import SandboxError, UsageError
from llamoco_bench.problems.problem import Evaluation, violation

Array = NDArray[np.float64]

_CHUNK_ROWS = 4096


class ProblemLike(Protocol):
    """What `run_program` needs of a problem.

    Objects may also have ``n_inequality``, ``n_equality``, ``inequality(x)``, ``equality(x)``, and ``evaluate(X)`` that
    gives the `Evaluation` of points (n, dim) in one pass; a problem that lacks them counts as unconstrained.
    """

    @property
    def id(self) -> str:
        """Name of the problem."""

    @property
    def dim(self) -> int:
        """Number of decision variables."""

    @property
    def lower(self) -> Array:
        """Lower bounds, (dim,)."""

    @property
    def upper(self) -> Array:
        """Upper bounds, (dim,)."""

    @property
    def budget(self) -> int:
        """Function evaluations that a program may spend."""

    def objective(self, x: Array, /) -> float | Array:
        """Objective of one point, (dim,), or of many, (n, dim)."""


class Evaluator:
    """The problem as the trusted side uses it: facts that are checked once, and values of points.

    Raises
    ------
    UsageError: bounds, dimension, budget or number of constraints do not fit together.
    """

    __slots__ = (
        "_evaluate",
        "_single_is_known",
        "budget",
        "dim",
        "lower",
        "n_equality",
        "n_inequality",
        "problem",
        "upper",
    )

    def __init__(self, problem: ProblemLike) -> None:
        self.problem = problem
        self.dim = int(problem.dim)
        self.lower = np.array(problem.lower, dtype=np.float64)
        self.upper = np.array(problem.upper, dtype=np.float64)
        self.budget = int(problem.budget)
        self.n_inequality = int(getattr(problem, "n_inequality", 0))
        self.n_equality = int(getattr(problem, "n_equality", 0))
        self._check()
        self._evaluate = self._choose()
        self._single_is_known = False

    @property
    def n_constraints(self) -> int:
        """Number of constraints of both kinds."""
        return self.n_inequality + self.n_equality

    def _check(self) -> None:
        name = getattr(self.problem, "id", "the problem")
        if self.dim < 1 or self.lower.shape != (self.dim,) or self.upper.shape != (self.dim,):
            shapes = f"{self.lower.shape} and {self.upper.shape}"
            raise UsageError(f"Bounds of {name} have shapes {shapes}; both must be ({self.dim},), dim at least 1.")
        if not bool(np.all(np.isfinite(self.lower) & np.isfinite(self.upper) & (self.lower <= self.upper))):
            raise UsageError(f"Bounds of {name} must be finite, with lower <= upper.")
        if self.budget < 1 or self.n_inequality < 0 or self.n_equality < 0:
            raise UsageError(f"{name} must have a budget of at least 1 and no negative number of constraints.")

    def _choose(self) -> Callable[[Array], Evaluation]:
        evaluate = getattr(self.problem, "evaluate", None)
        if evaluate is not None:
            return cast(Callable[[Array], Evaluation], evaluate)
        return _Separate(self.problem, self.n_inequality, self.n_equality)

    def __call__(self, points: Array) -> Evaluation:
        """Evaluate `points`, (n, dim).

        A point outside the bounds, or not finite, that the problem cannot evaluate has the value not-a-number.

        Raises
        ------
        SandboxError: the problem fails on a point within its bounds, or gives values of a wrong shape.
        """
        if len(points) > _CHUNK_ROWS:
            parts = [self(points[i : i + _CHUNK_ROWS]) for i in range(0, len(points), _CHUNK_ROWS)]
            return Evaluation(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        try:
            values = self._evaluate(points)
        except Exception as error:  # noqa: BLE001 - a point outside the bounds may upset a problem; see _one_by_one
            return self._one_by_one(points, error)
        if len(points) > 1 or not self._single_is_known:  # of single points the first alone: most come one by one
            self._check_shapes(values, len(points))
        return values

    def _check_shapes(self, values: Evaluation, n: int) -> None:
        if not isinstance(values, Evaluation):
            raise SandboxError(f"{self.problem.id} gave a {type(values).__name__}, expected Evaluation(f, g, h).")
        got, expected = tuple(map(np.shape, values)), ((n,), (n, self.n_inequality), (n, self.n_equality))
        if got != expected:
            shapes = f"{', '.join(map(str, got))}, expected {', '.join(map(str, expected))}"
            raise SandboxError(f"{self.problem.id} gave values of shapes {shapes} for {n} point{'s' * (n > 1)}.")
        self._single_is_known = self._single_is_known or n == 1

    def _one_by_one(self, points: Array, error: Exception) -> Evaluation:
        if len(points) == 1:
            if self.inside(points)[0]:
                raise SandboxError(f"{self.problem.id} cannot be evaluated: {type(error).__name__}: {error}") from error
            return self._unknown(1)
        parts = [self(points[i : i + 1]) for i in range(len(points))]
        return Evaluation(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _unknown(self, n: int) -> Evaluation:
        return Evaluation(*(np.full(shape, np.nan) for shape in ((n,), (n, self.n_inequality), (n, self.n_equality))))

    def inside(self, points: Array) -> NDArray[np.bool_]:
        """Tell which of `points`, (n, dim), lie within the bounds, (n,)."""
        inside: NDArray[np.bool_] = np.all((points >= self.lower) & (points <= self.upper), axis=1)
        return inside

    def violation(self, values: Evaluation) -> Array:
        """Mean constraint violation of each point, (n,); infinite where the objective is not finite."""
        amount = violation(values) if self.n_constraints else np.zeros(len(values.f))
        return np.where(np.isfinite(values.f), amount, np.inf)


def remembering(evaluator: Evaluator) -> Callable[[Array], Evaluation]:
    """Return what evaluates as `evaluator` does, but the points asked about last only once.

    A program asks for the constraints of the points whose objective it has just asked for.
    """
    return _Remembering(evaluator).__call__ if evaluator.n_constraints else evaluator.__call__


class _Remembering:
    __slots__ = ("_evaluator", "_points", "_values")

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._points = b""
        self._values: Evaluation | None = None

    def __call__(self, points: Array) -> Evaluation:
        """Evaluate `points`, (n, dim). Raises `SandboxError`."""
        asked = points.tobytes()
        if self._values is None or asked != self._points:
            self._values = self._evaluator(points)
            self._points = asked
        return self._values


class _Separate:
    """Evaluate a problem that has no ``evaluate`` by its single functions."""

    __slots__ = ("_functions",)

    def __init__(self, problem: ProblemLike, n_inequality: int, n_equality: int) -> None:
        self._functions = (
            _Rows(problem.objective, ()),
            _Rows(getattr(problem, "inequality", None), (n_inequality,)),
            _Rows(getattr(problem, "equality", None), (n_equality,)),
        )

    def __call__(self, points: Array) -> Evaluation:
        with np.errstate(all="ignore"):
            return Evaluation(*(function(points) for function in self._functions))


class _Rows:
    """A function of points (n, dim), made of one that perhaps takes only single points."""

    __slots__ = ("_batched", "_function", "_width")

    def __init__(self, function: Callable[[Array], float | Array] | None, width: tuple[int, ...]) -> None:
        self._function = function
        self._width = width
        self._batched = True

    def __call__(self, points: Array) -> Array:
        wanted = (len(points), *self._width)
        if self._width == (0,) or self._function is None:
            return np.empty(wanted)
        if self._batched and len(points) > 1:
            values = self._batch(points)
            if values.shape == wanted:
                return values
            self._batched = False
        rows = [np.asarray(self._function(point), dtype=np.float64).reshape(self._width) for point in points]
        return np.array(rows).reshape(wanted)

    def _batch(self, points: Array) -> Array:
        assert self._function is not None
        try:
            return np.asarray(self._function(points), dtype=np.float64)
        except Exception:  # noqa: BLE001 - it does not take batches; a failure of its own shows on single points
            return np.empty(0)
