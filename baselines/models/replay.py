"""Kind ``replay``: gives the recorded answers of a file or of an earlier run, and asks nobody."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from llamoco_bench.baselines.models.base import Generation, Model, Request
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.replay_files import Asked, read_answers
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError, UsageError
from llamoco_bench.problems import load_problem
from llamoco_bench.seeds import handed_round

PACKAGES: Final = ()


class Replay:
    """Recorded answers, by problem, turn and sample.

    Parameters
    ----------
    answers: what was recorded.
    source: where from, for errors.
    """

    def __init__(self, answers: Mapping[Asked, Generation], source: str) -> None:
        self._answers = answers
        self._source = source
        self._digest = _digest(answers)

    @property
    def identity(self) -> Mapping[str, object]:
        """The content of the answers, whatever file or order they were in."""
        return {"kind": "replay", "answers_sha256": self._digest, "deterministic": True}

    def generate(self, request: Request) -> Generation:
        """Give the recorded answer; a repair that was not recorded is an empty answer.

        Raises
        ------
        ModelError: where the first answer was not recorded.
        """
        found = self._answers.get(Asked(request.problem_id, request.turn, request.sample))
        if found is not None:
            return found
        if request.turn > 0:
            return Generation("")
        raise ModelError(f"{self._source} holds no answer to {request.problem_id}, sample {request.sample}")

    def close(self) -> None:
        """Nothing is held."""


def make(spec: ModelSpec) -> Model:
    """Read the answers. Raises `UsageError` for a file that is missing or malformed."""
    answers = read_answers(Path(spec.name), spec.optional("model", str))
    return Replay(_handed_round(answers) if spec.option("shuffled", bool) else answers, spec.name)


def prepare(spec: ModelSpec, say: Say) -> None:
    """Check the file."""
    make(spec)


def _handed_round(answers: Mapping[Asked, Generation]) -> dict[Asked, Generation]:
    """Give each problem all answers to another one of its suite that has constraints too, or has none either.

    The only one of its kind keeps its own.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for problem in sorted({asked.problem for asked in answers}):
        has_constraints = load_problem(problem).n_constraints > 0
        alike[f"{problem.partition('/')[0]}, {'with' if has_constraints else 'without'} constraints"].append(problem)
    if all(len(problems) == 1 for problems in alike.values()):
        names = ", ".join(problems[0] for problems in alike.values())
        raise UsageError(
            f"shuffled=true cannot hand round the answers to {names}: no two of them are "
            "alike. Expected two problems of a suite that have constraints, or two that have none"
        )
    taker: dict[str, str] = {}
    for kind, problems in alike.items():
        taker |= handed_round(problems, "replay", kind)
    return {asked._replace(problem=taker[asked.problem]): generation for asked, generation in answers.items()}


def _digest(answers: Mapping[Asked, Generation]) -> str:
    rows = [[*asked, asdict(generation)] for asked, generation in sorted(answers.items(), key=lambda item: item[0])]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
