"""Kind ``opro``: optimization by prompting.

C. Yang, X. Wang, Y. Lu, H. Liu, Q. V. Le, D. Zhou and X. Chen, "Large Language Models as Optimizers", ICLR 2024
(arXiv 2309.03409), section 3; settings of the authors' script for linear regression: 5 points to begin with, the 20
best shown with the best last, 8 answers a step at temperature 1, points and values rounded.
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

_PROMPT: Final = """\
You will help me to minimize {function}

Below are points and their values, sorted by value in descending order: lower values are better, and the best point is \
the last one.

{pairs}

Give me one new point that is different from all points above and has a value lower than any of theirs. Keep within \
the bounds. Write no code. Your answer must end with the point as a list in brackets, [{names}], with numbers in place \
of the names.
"""


@dataclass(frozen=True, slots=True)
class OPROSettings:
    """Settings, named as the options of the spec."""

    steps: int
    samples: int
    start: int
    history: int
    heat: float
    digits: int
    idle: int

    def describe(self) -> Mapping[str, object]:
        """Return the settings as JSON values."""
        return asdict(self)

    def method(self, space: Space) -> OPRO:
        """Begin a run."""
        return OPRO(self, space)


class OPRO:
    """One run.

    Departs from the authors' script: the bounds and the dimension are stated, since a point of the wrong length or
    outside would be of no use; points are clipped to the bounds; numbers are rounded to significant digits, not to
    decimals; the run does not stop at the optimum, which nobody knows; it ends after `idle` steps without any answer
    that can be read; constraints are shown by their violation and rank by Deb's rules.
    """

    def __init__(self, settings: OPROSettings, space: Space) -> None:
        self._settings = settings
        self._space = space
        self._seen: dict[Point, Candidate] = {}
        self._step = 0
        self._idle = 0

    def start(self, rng: np.random.Generator) -> Sequence[Point]:
        """Draw the points to begin with."""
        return text.random_points(self._space, self._settings.start, self._settings.digits, rng)

    def ask(self) -> Sequence[Question]:
        """Ask the same question `samples` times."""
        settings = self._settings
        if self._step == settings.steps or self._idle == settings.idle:
            return []
        self._step += 1
        return [Question([Message("user", self.prompt())], settings.heat)] * settings.samples

    def tell(self, answers: Sequence[str]) -> Sequence[Point]:
        """Read one point of each answer; return those that are new."""
        digits, space = self._settings.digits, self._space
        read = [text.last_in_brackets(answer, space.dim) for answer in answers]
        points = [space.inside(text.rounded(point, digits)) for point in read if point is not None]
        self._idle = 0 if points else self._idle + 1
        return [point for point in dict.fromkeys(points) if point not in self._seen]

    def learn(self, candidates: Sequence[Candidate]) -> None:
        """Remember what was found."""
        self._seen.update((candidate.point, candidate) for candidate in candidates)

    def prompt(self) -> str:
        """Write the question: the best points so far, the very best last."""
        settings, space = self._settings, self._space
        best = sorted(self._seen.values(), key=lambda candidate: candidate.rank)[: settings.history]
        pairs = "\n\n".join(
            f"point:\n[{text.vector(c.point, settings.digits)}]\nvalue:\n{text.value_line(c, space, settings.digits)}"
            for c in reversed(best)
        )
        return _PROMPT.format(function=text.in_words(space), pairs=pairs, names=text.names(space.dim))


def wrap(spec: ModelSpec, inner: Model) -> Model:
    """Give the adapter."""
    settings = OPROSettings(
        steps=spec.option("steps", int),
        samples=spec.option("samples", int),
        start=spec.option("start", int),
        history=spec.option("history", int),
        heat=spec.option("heat", float),
        digits=spec.option("digits", int),
        idle=spec.option("idle", int),
    )
    return PointSolver("opro", VERSION, settings, inner)


def prepare(spec: ModelSpec, say: Say) -> None:
    """Nothing is needed besides the model below."""
