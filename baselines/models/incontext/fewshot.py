"""Kind ``fewshot``: solved problems drawn at random are shown first."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from llamoco_bench.baselines.models.base import Model, Request
from llamoco_bench.baselines.models.incontext.examples import ExampleSet
from llamoco_bench.baselines.models.incontext.model import InContext, examples_of, longest_answer
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.seeds import derive_seed

PACKAGES: Final = ()


@dataclass(frozen=True, slots=True)
class RandomChoice:
    """Draws examples anew for each problem; the repair turn sees those of the first."""

    examples: ExampleSet
    draw: int

    @property
    def identity(self) -> Mapping[str, object]:
        """Where the draw starts."""
        return {"draw": self.draw}

    def choose(self, request: Request, count: int) -> Sequence[int]:
        """Draw without replacement, no problem twice."""
        rng = random.Random(derive_seed("fewshot", self.draw, request.problem_id))
        others = self.examples.others_than(request.problem_id)
        return self.examples.first_of_each(rng.sample(others, len(others)), count)


def wrap(spec: ModelSpec, inner: Model) -> Model:
    """Give the adapter. Raises `UsageError` for a file of examples that cannot be read."""
    examples = examples_of(spec)
    choice = RandomChoice(examples, spec.option("draw", int))
    return InContext("fewshot", inner, examples, choice, spec.option("shots", int), longest_answer(spec))


def prepare(spec: ModelSpec, say: Say) -> None:
    """Check the examples."""
    examples_of(spec)
