"""The adapter behind everything that always answers with the same program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from llamoco_bench.baselines.models.base import Generation, Request
from llamoco_bench.markdown import fenced


@dataclass(frozen=True, slots=True)
class FixedProgram:
    """Answers every request, the repair turn included, with one program; costs no tokens.

    Attributes
    ----------
    kind: of the model.
    program: source of the answer program.
    """

    kind: str
    program: str

    @property
    def identity(self) -> Mapping[str, object]:
        """The program is all that matters."""
        digest = hashlib.sha256(self.program.encode()).hexdigest()
        return {"kind": self.kind, "program_sha256": digest, "deterministic": True}

    def generate(self, request: Request) -> Generation:
        """Answer with the program in a code block."""
        return Generation(fenced(self.program) + "\n")

    def close(self) -> None:
        """Nothing is held."""
