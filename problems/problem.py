"""What a problem is: one definition, from which evaluator, prompts and documentation follow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Final, Literal, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
_Result = TypeVar("_Result")

EQUALITY_TOLERANCE: Final = 1e-4
"""An equality counts as satisfied where |h| <= 1e-4 (CEC2020 guidelines)."""


class Evaluation(NamedTuple):
    """Values of `n` points: objective (n,), inequalities (n, n_inequality), equalities (n, n_equality)."""

    f: Array
    g: Array
    h: Array


Evaluator = Callable[[Array], Evaluation]
"""Maps points (n, dim) to their values; must not modify its argument, nor give floating-point warnings (`quiet`)."""


def quiet(function: Callable[[Array], _Result]) -> Callable[[Array], _Result]:
    """Let a function of points give infinities and not-a-numbers without a floating-point warning."""

    @wraps(function)
    def silenced(points: Array) -> _Result:
        with np.errstate(all="ignore"):
            return function(points)

    return silenced


class Functions(Protocol):
    """The functions of a problem; each takes one point, (dim,), or many, (n, dim)."""

    def objective(self, x: ArrayLike, /) -> float | Array:
        """Objective of one point, (dim,) -> float, or of many, (n, dim) -> (n,)."""

    def inequality(self, x: ArrayLike, /) -> Array:
        """Inequality values, (dim,) -> (n_inequality,) or (n, dim) -> (n, n_inequality); satisfied where <= 0."""

    def equality(self, x: ArrayLike, /) -> Array:
        """Equality values, (dim,) -> (n_equality,) or (n, dim) -> (n, n_equality); satisfied where |h| <= 1e-4."""

    def evaluate(self, x: ArrayLike, /) -> Evaluation:
        """Objective and all constraints of points `x`, (n, dim), in one pass."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One textual description of a problem.

    Attributes
    ----------
    language: ``"python"`` or ``"latex"``.
    style: name of the style within the language, e.g. ``"plain"``.
    text: what the model reads.
    code: for Python, the part of `text` that defines ``objective(x)``, and ``inequality(x)`` / ``equality(x)`` where
        there are any; each takes x of shape (dim,). Empty for LaTeX.
    namespace: the arrays that the text names but does not list, so that ``exec(code, dict(namespace))`` gives the
        functions. Programs do not see them.
    """

    language: Literal["python", "latex"]
    style: str
    text: str
    code: str = ""
    namespace: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A box-bounded minimisation problem with inequality (g <= 0) and equality (|h| <= 1e-4) constraints.

    Parameters
    ----------
    id: ``suite/name``, e.g. ``"cec2020/RC01"``.
    title: what it is, in words.
    lower, upper: (dim,) float64, bounds of the decision variables.
    budget: function evaluations that a program may spend; one evaluation gives f, g and h of one point.
    n_inequality, n_equality: number of constraints of each kind.
    evaluator: maps points (n, dim) to an `Evaluation`; must not modify its argument, nor warn (see `quiet`).
    describe: gives the prompts; called only when they are wanted.
    definition: everything that fixes the values of the problem, as text; hashed into the keys of runs.
    best_known: objective of the best feasible point known, or None where there is none.
    best_known_source: where `best_known` comes from, or why there is none.
    notes: remarks for the documentation.
    labels: what is known of the landscape, e.g. ``{"modality": "multimodal"}``.
    functions: the functions of the problem where it has some that are faster for single points than its evaluator.

    Attributes
    ----------
    objective, inequality, equality, evaluate: the functions of the problem, see `Functions`; those of `functions`
        themselves where they are given, with nothing in between.
    """

    id: str
    title: str
    lower: Array
    upper: Array
    budget: int
    n_inequality: int
    n_equality: int
    evaluator: Evaluator
    describe: Callable[[], Sequence[Prompt]]
    definition: str
    best_known: float | None
    best_known_source: str
    notes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    functions: Functions | None = field(default=None, repr=False)
    objective: Callable[[ArrayLike], float | Array] = field(init=False, repr=False)
    inequality: Callable[[ArrayLike], Array] = field(init=False, repr=False)
    equality: Callable[[ArrayLike], Array] = field(init=False, repr=False)
    evaluate: Callable[[ArrayLike], Evaluation] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Take the functions of the problem apart, so that calling one looks up nothing else."""
        functions = self.functions or _ByEvaluator(self.id, self.dim, self.evaluator)
        for name in ("objective", "inequality", "equality", "evaluate"):
            object.__setattr__(self, name, getattr(functions, name))

    @property
    def dim(self) -> int:
        """Number of decision variables."""
        return len(self.lower)

    @property
    def n_constraints(self) -> int:
        """Number of constraints of both kinds."""
        return self.n_inequality + self.n_equality

    @property
    def definition_hash(self) -> str:
        """SHA-256 (first 16 hex digits) of everything that fixes the values of the problem."""
        head = f"{self.id}\n{self.lower.tolist()}\n{self.upper.tolist()}\n{self.budget}\n{self.best_known}\n"
        return hashlib.sha256((head + self.definition).encode()).hexdigest()[:16]

    def violation(self, x: ArrayLike) -> float | Array:
        """Mean constraint violation as in the CEC2020 guidelines; 0 where feasible."""
        points, single = _rows(x)
        value = violation(self.evaluate(points))
        return float(value[0]) if single else value

    def prompts(self) -> Sequence[Prompt]:
        """Return the textual descriptions of the problem, in a fixed order."""
        return self.describe()


@dataclass(frozen=True, slots=True)
class _ByEvaluator:
    """The functions of a problem that has nothing but an evaluator of many points."""

    id: str
    dim: int
    evaluator: Evaluator

    def evaluate(self, x: ArrayLike) -> Evaluation:
        points = np.asarray(x, dtype=np.float64)
        if points.shape[1:] != (self.dim,):
            raise ValueError(f"{self.id} expects points of shape (n, {self.dim}), got {points.shape}")
        return self.evaluator(points)

    def objective(self, x: ArrayLike) -> float | Array:
        points, single = _rows(x)
        f = self.evaluate(points).f
        return float(f[0]) if single else f

    def inequality(self, x: ArrayLike) -> Array:
        points, single = _rows(x)
        g = self.evaluate(points).g
        return g[0] if single else g

    def equality(self, x: ArrayLike) -> Array:
        points, single = _rows(x)
        h = self.evaluate(points).h
        return h[0] if single else h


def _rows(x: ArrayLike) -> tuple[Array, bool]:
    points = np.asarray(x, dtype=np.float64)
    return (points[np.newaxis, :], True) if points.ndim == 1 else (points, False)


def violation(values: Evaluation) -> Array:
    """Mean constraint violation of each point, (n,).

    (sum max(g, 0) + sum H) / m with H = |h| where |h| > 1e-4, else 0 (CEC2020 guidelines, section "Evaluation
    criteria"); 0 for a problem without constraints. Not-a-number counts as infinite.
    """
    m = values.g.shape[1] + values.h.shape[1]
    if m == 0:
        return np.zeros(len(values.f))
    distance = np.abs(values.h)
    total = np.maximum(values.g, 0.0).sum(axis=1) + np.where(distance <= EQUALITY_TOLERANCE, 0.0, distance).sum(axis=1)
    return np.where(np.isnan(total), np.inf, total / m)
