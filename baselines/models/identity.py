"""The key under which an answer is stored: everything that changes it, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from llamoco_bench.baselines.models.base import Request


def canonical_json(value: object) -> str:
    """Write `value` as JSON in which equal things are equal text: sorted keys, no blanks, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of `value`, 64 hex digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def request_key(identity: Mapping[str, object], request: Request) -> str:
    """Key of the answer of the model of this `identity` to `request`.

    The seed counts only where answers are sampled: at a temperature of 0 the same answer serves sessions of any seed.
    """
    key: dict[str, object] = {
        "kind": "generation",
        "model": dict(identity),
        "problem": request.problem_id,
        "messages": [[message.role, message.content] for message in request.messages],
        "turn": request.turn,
        "sample": request.sample,
    }
    if request.temperature is not None:
        key["temperature"] = request.temperature
    if is_sampled(identity, request.temperature):
        key["seed"] = request.seed
    return digest(key)


def is_sampled(identity: Mapping[str, object], temperature: float | None = None) -> bool:
    """Tell whether chance has a part in the answers of a model, or of the one that it wraps (its ``inner``)."""
    if temperature is not None:
        return temperature > 0
    if "temperature" in identity:
        return identity["temperature"] != 0
    inner = identity.get("inner")
    if isinstance(inner, Mapping):
        return is_sampled(inner)
    return not identity.get("deterministic", False)
