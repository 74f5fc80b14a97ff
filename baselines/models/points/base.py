"""What a method is that solves a problem by asking a model for points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.baselines.models.base import Generation, Message, Model, Request

Array = NDArray[np.float64]
Point = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Space:
    """Where points lie, and how a model is told.

    Attributes
    ----------
    lower, upper: (dim,) float64.
    bounds: the bounds in words.
    n_constraints: constraints of both kinds; their violation is shown where there are any.
    """

    lower: Array
    upper: Array
    bounds: str
    n_constraints: int

    @property
    def dim(self) -> int:
        """Number of decision variables."""
        return len(self.lower)

    def inside(self, point: Point) -> Point:
        """Clip a point to the bounds."""
        clipped: list[float] = np.clip(point, self.lower, self.upper).tolist()
        return tuple(clipped)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A point that was evaluated.

    Attributes
    ----------
    f: objective.
    violation: mean constraint violation; 0 where feasible.
    """

    point: Point
    f: float
    violation: float

    @property
    def rank(self) -> tuple[float, float]:
        """Smaller is better: feasible before infeasible, then by objective or violation (the rules of K. Deb, 2000)."""
        violation = math.inf if math.isnan(self.violation) else self.violation
        return violation, math.inf if math.isnan(self.f) else self.f


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked of the model: a conversation of its own, at a temperature."""

    messages: Sequence[Message]
    temperature: float


class Method(Protocol):
    """One run of a method, by ask and tell. Nothing in it depends on chance but what it is given."""

    def start(self, rng: np.random.Generator) -> Sequence[Point]:
        """Return the points to begin with."""
        ...

    def ask(self) -> Sequence[Question]:
        """Return what the model is to be asked next, all at once; nothing when the run is over."""
        ...

    def tell(self, answers: Sequence[str]) -> Sequence[Point]:
        """Take the answers, in the order of the questions; return new points to be evaluated, within the bounds."""
        ...

    def learn(self, candidates: Sequence[Candidate]) -> None:
        """Take the values of the points that `start` or `tell` returned."""
        ...


@runtime_checkable
class PointModel(Model, Protocol):
    """A model whose answers are points.

    Attributes
    ----------
    inner_identity: identity of the model that is asked, under which its answers are kept.
    """

    @property
    def inner_identity(self) -> Mapping[str, object]:
        """Identity of the model that is asked."""
        ...

    def method(self, space: Space) -> Method:
        """Begin a run."""
        ...

    def generate_all(self, requests: Sequence[Request]) -> Sequence[Generation]:
        """Answer all `requests`, in their order."""
        ...


class MethodSettings(Protocol):
    """Settings of a method, as a dataclass."""

    def method(self, space: Space) -> Method:
        """Begin a run with these settings."""
        ...

    def describe(self) -> Mapping[str, object]:
        """Return the settings as JSON values."""
        ...
