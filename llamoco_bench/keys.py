"""Content-addressed keys: everything that changes an outcome goes in, and nothing else.

Resume and cache are the same look-up by these keys. Labels, workers, paths and the order of options are not part of
them; sampling parameters, revision, messages, seed and limits are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from llamoco_bench.baselines.models.base import Message


def canonical_json(value: object) -> str:
    """Write `value` as JSON in which equal things are equal text: sorted keys, no blanks, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of `value`, 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def generation_key(
    identity: Mapping[str, object], problem_id: str, messages: Sequence[Message], turn: int, sample: int
) -> str:
    """Key of one answer of one model."""
    return digest(
        {
            "kind": "generation",
            "model": dict(identity),
            "problem": problem_id,
            "messages": [[message.role, message.content] for message in messages],
            "turn": turn,
            "sample": sample,
        }
    )


def run_key(
    *, generation: str, definition: str, program: str, run: int, seed: int, limits: Mapping[str, object], contract: int
) -> str:
    """Key of one execution of one program.

    Parameters
    ----------
    generation: key of the answer that the program was taken from.
    definition: hash of the problem's definition.
    program: the source.
    run, seed: number of the run and the seed it receives.
    limits: as asked for, not as calibrated on this machine.
    contract: version of the contract between harness and program.
    """
    return digest(
        {
            "kind": "run",
            "generation": generation,
            "definition": definition,
            "program": hashlib.sha256(program.encode("utf-8", "surrogatepass")).hexdigest(),
            "run": run,
            "seed": seed,
            "limits": dict(limits),
            "contract": contract,
        }
    )
