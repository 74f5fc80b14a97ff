"""``pool:frequent``: a control that answers every problem with the program that is most often right in training.

It knows of a problem only whether it has constraints. A model that reads its prompts has to do better.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from llamoco_bench.baselines.models.base import Generation, Model, Request
from llamoco_bench.baselines.models.identity import digest
from llamoco_bench.baselines.models.incontext.examples import DEFAULT, read_examples
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError, choose

NAME: Final = "frequent"
OPTIONS: Final = ("examples",)


class FrequentAnswer:
    """The most frequent answer of solved problems, one for problems with constraints and one for those without.

    Parameters
    ----------
    path: file of solved problems.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems = {example.problem: example.answer for example in read_examples(path).examples}

    @property
    def identity(self) -> Mapping[str, object]:
        """The two answers."""
        answers = {str(has_constraints): answer for has_constraints, answer in self._answers.items()}
        return {"kind": "pool", "name": NAME, "answers_sha256": digest(answers), "deterministic": True}

    def generate(self, request: Request) -> Generation:
        """Answer with what is right most often. Raises `ModelError` where no example is of the problem's kind."""
        has_constraints = _has_constraints(request.problem_id)
        if has_constraints not in self._answers:
            kind = "with" if has_constraints else "without"
            raise ModelError(f"{self._path} has no problem {kind} constraints, as {request.problem_id} is")
        return Generation(self._answers[has_constraints])

    def close(self) -> None:
        """Nothing is held."""

    @cached_property
    def _answers(self) -> Mapping[bool, str]:
        votes: dict[bool, Counter[str]] = defaultdict(Counter)
        for problem, answer in self._problems.items():
            votes[_has_constraints(problem)][answer] += 1
        return {
            kind: min(counter, key=lambda answer: (-counter[answer], answer)) for kind, counter in sorted(votes.items())
        }


def make(spec: ModelSpec) -> Model:
    """Give the adapter. Raises `UsageError` for an option that there is not, or examples that cannot be read."""
    for name in spec.options:
        if name not in OPTIONS:
            raise choose("option of pool:frequent", name, OPTIONS)
    return FrequentAnswer(Path(str(spec.options.get("examples", DEFAULT))))


def _has_constraints(problem_id: str) -> bool:
    from llamoco_bench.problems import load_problem

    return load_problem(problem_id).n_constraints > 0
