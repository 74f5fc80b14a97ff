"""Toys: small problems and small pools for tests of labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from llamoco_bench.problems.problem import Array, Evaluation, Problem
from llamoco_bench.training.labels.candidates import Candidate, grid_candidates
from llamoco_bench.training.labels.protocol import Mode, Protocol
from llamoco_bench.training.labels.race import Schedule

SHORT = Schedule(opening=2, deepened=2, second=8, leaders=2, climbs=2, entry=8, third=4, finalists=3, seeds=3)


@dataclass(frozen=True)
class Toy:
    """A rippled bowl: sphere plus cosines, minimum 0 at 0.7."""

    ripple: float = 1.0

    def __call__(self, points: Array) -> Evaluation:
        z = points - 0.7
        f = (z**2).sum(axis=1) + self.ripple * (1 - np.cos(6 * z)).sum(axis=1)
        return Evaluation(f, np.empty((len(f), 0)), np.empty((len(f), 0)))


MakeToy = Callable[..., Problem]


@pytest.fixture
def make_toy() -> MakeToy:
    def make(name: str = "toy/bowl", dim: int = 3, budget: int = 300, ripple: float = 1.0) -> Problem:
        return Problem(
            id=name,
            title="toy",
            lower=np.full(dim, -5.0),
            upper=np.full(dim, 5.0),
            budget=budget,
            n_inequality=0,
            n_equality=0,
            evaluator=Toy(ripple),
            describe=tuple,
            definition=f"toy {ripple}",
            best_known=0.0,
            best_known_source="closed form: the bowl's centre",
        )

    return make


def toy_protocol(mode: Mode = "race", optimizers: tuple[str, ...] = ("pso", "samr-ga", "sdms-pso")) -> Protocol:
    """Protocol of a competition between a few cheap optimizers."""
    portfolio: dict[str, tuple[Candidate, ...]] = {name: grid_candidates(name, "half")[::4][:4] for name in optimizers}
    return Protocol(mode, "unconstrained", "half", 0, SHORT, portfolio)
