"""Kind ``replay``: gives the recorded answers of a file or of an earlier run, and asks nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from llamoco_bench.baselines.models.base import Generation, Model, Request
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.replay_files import Asked, read_answers
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError

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
    return Replay(read_answers(Path(spec.name), spec.optional("model", str)), spec.name)


def prepare(spec: ModelSpec, say: Say) -> None:
    """Check the file."""
    make(spec)


def _digest(answers: Mapping[Asked, Generation]) -> str:
    rows = [[*asked, asdict(generation)] for asked, generation in sorted(answers.items(), key=lambda item: item[0])]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
