"""What every adapter of a language model does to a request before it sends it on."""

from __future__ import annotations

from collections.abc import Sequence

from llamoco_bench.baselines.models.base import Message, Request
from llamoco_bench.seeds import derive_seed


def chat_messages(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Return the conversation in the form of the OpenAI interface, in text that can be encoded.

    A model's own answer comes back in the repair turn and may hold lone surrogates, which no encoder takes.
    """
    return [{"role": message.role, "content": encodable(message.content)} for message in messages]


def encodable(text: str) -> str:
    """Replace what UTF-8 cannot encode by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def sampling_seed(seed: int, request: Request) -> int:
    """Seed in [0, 2**31) for the sampling of one answer.

    It differs between samples and turns, since one seed for all would give the same sample again and again.
    """
    return derive_seed("sampling", seed, request.seed, request.turn, request.sample) >> 1
