"""Kind ``lmea``: a language model as selection, crossover and mutation of an evolutionary algorithm.

S. Liu, C. Chen, X. Qu, K. Tang and Y.-S. Ong, "Large Language Models as Evolutionary Optimizers", CEC 2024
(arXiv 2310.19046). LLaMoCo compares with 16 points and 250 generations at temperature 1, which rises by 0.1 whenever
the best value has not improved for 20 generations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from llamoco_bench.baselines.models.base import Message, Model
from llamoco_bench.baselines.models.points import text
from llamoco_bench.baselines.models.points.base import Candidate, Point, Question, Space
from llamoco_bench.baselines.models.points.model import PointSolver
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec

PACKAGES: Final = ()
VERSION: Final = 1
"""Raised whenever the method or its prompt changes."""

STAGNATION: Final = 20
"""Generations without improvement after which the temperature rises."""
HEATING: Final = 0.1
HOTTEST: Final = 2.0
"""What the interfaces of hosted models allow at most; the paper names no bound."""

_PROMPT: Final = """\
You are the operators of an evolutionary algorithm that minimizes {function}

A solution is a list of {dim} numbers separated by commas. This is the population with its values, \
sorted by value in descending order: lower values are better, and the best solution is the last one.

{population}

Do the following, step by step:
1. Select two parents from the population above.
2. Cross them over, which gives a child.
3. Mutate the child; keep it within the bounds.
4. Keep the child, and go back to step 1 until there are {size} children.

For each child write the two parents as <selection>{example}</selection><selection>{example}</selection> and the child \
as <res>{example}</res>, with numbers in place of the names. Explain nothing.
"""


@dataclass(frozen=True, slots=True)
class LMEASettings:
    """Settings, named as the options of the spec."""

    generations: int
    population: int
    attempts: int
    heat: float
    digits: int
    idle: int

    def describe(self) -> Mapping[str, object]:
        """Return the settings as JSON values."""
        return asdict(self)

    def method(self, space: Space) -> LMEA:
        """Begin a run."""
        return LMEA(self, space)


class LMEA:
    """One run.

    Departs from the paper, which is about tours of 10 to 25 cities: solutions are vectors, with dimension and bounds
    stated and children clipped to them; a generation that was asked `attempts` times goes on with what children it has,
    and after `idle` generations without any the run ends; constraints are shown by their violation and rank by Deb's
    rules. Parents are not checked against the population: only the children count.
    """

    def __init__(self, settings: LMEASettings, space: Space) -> None:
        self._settings = settings
        self._space = space
        self._population: list[Candidate] = []
        self._children: list[Candidate] = []
        self._generation = 0
        self._attempt = 0
        self._stagnant = 0
        self._idle = 0
        self.temperature = settings.heat

    def start(self, rng: np.random.Generator) -> Sequence[Point]:
        """Draw the first population."""
        return text.random_points(self._space, self._settings.population, self._settings.digits, rng)

    def ask(self) -> Sequence[Question]:
        """Ask for children, again while there are too few of them."""
        settings = self._settings
        if self._attempt and (self._missing() == 0 or self._attempt == settings.attempts):
            self._survive()
        if self._generation == settings.generations or self._idle == settings.idle:
            return []
        self._attempt += 1
        return [Question([Message("user", self.prompt())], self.temperature)]

    def tell(self, answers: Sequence[str]) -> Sequence[Point]:
        """Read the children, no more than are missing."""
        digits, space = self._settings.digits, self._space
        read = [point for answer in answers for point in text.tagged(answer, "res", space.dim)]
        return [space.inside(text.rounded(point, digits)) for point in read[: self._missing()]]

    def learn(self, candidates: Sequence[Candidate]) -> None:
        """Take the values: those of the first population, later those of children."""
        if self._attempt == 0:
            self._population = list(candidates)
        else:
            self._children += candidates

    def prompt(self) -> str:
        """Write the question: the whole population, the best last."""
        settings, space = self._settings, self._space
        worst_first = sorted(self._population, key=lambda candidate: candidate.rank, reverse=True)
        lines = [
            f"<sol>{text.vector(c.point, settings.digits)}</sol> value: {text.value_line(c, space, settings.digits)}"
            for c in worst_first
        ]
        return _PROMPT.format(
            function=text.in_words(space),
            dim=space.dim,
            size=settings.population,
            population="\n".join(lines),
            example=text.names(space.dim),
        )

    def _missing(self) -> int:
        return max(0, self._settings.population - len(self._children))

    def _survive(self) -> None:
        """Keep the best of parents and children, each point once; heat up where nothing improves."""
        before = min(candidate.rank for candidate in self._population)
        union = {c.point: c for c in [*self._population, *self._children]}
        self._population = sorted(union.values(), key=lambda c: c.rank)[: self._settings.population]
        self._stagnant = 0 if self._population[0].rank < before else self._stagnant + 1
        if self._stagnant == STAGNATION:
            self.temperature = min(HOTTEST, round(self.temperature + HEATING, 6))
            self._stagnant = 0
        self._idle = 0 if self._children else self._idle + 1
        self._children = []
        self._attempt = 0
        self._generation += 1


def wrap(spec: ModelSpec, inner: Model) -> Model:
    """Give the adapter."""
    settings = LMEASettings(
        generations=spec.option("generations", int),
        population=spec.option("population", int),
        attempts=spec.option("attempts", int),
        heat=spec.option("heat", float),
        digits=spec.option("digits", int),
        idle=spec.option("idle", int),
    )
    return PointSolver("lmea", VERSION, settings, inner)


def prepare(spec: ModelSpec, say: Say) -> None:
    """Nothing is needed besides the model below."""
