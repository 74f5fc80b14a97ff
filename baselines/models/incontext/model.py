"""A model that is shown solved problems, as earlier turns of the conversation, before it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from llamoco_bench.baselines.models.base import Announced, Generation, Message, Model, Request, Usage
from llamoco_bench.baselines.models.incontext.examples import DEFAULT, ExampleSet, read_examples
from llamoco_bench.baselines.models.spec import ModelSpec

ROOM: Final = 256
"""Tokens that examples must leave for the answer; a short program needs about as many."""


class Choice(Protocol):
    """Chooses what is shown."""

    @property
    def identity(self) -> Mapping[str, object]:
        """What the choice depends on, besides the examples and how many are shown."""
        ...

    def choose(self, request: Request, count: int) -> Sequence[int]:
        """Return the numbers of at most `count` examples of other problems, the one to be kept longest first."""
        ...


class InContext:
    """Shows examples to a model, fewer of them where they do not fit into its context.

    Parameters
    ----------
    kind: name of the kind, for the identity.
    inner: who is asked.
    examples: what there is to show.
    choice: which of it is shown.
    shots: how many.
    longest: longest answer in tokens that the model below may give; None where that is not known.
    """

    def __init__(
        self, kind: str, inner: Model, examples: ExampleSet, choice: Choice, shots: int, longest: int | None = None
    ) -> None:
        self._kind = kind
        self._inner = inner
        self._examples = examples
        self._choice = choice
        self._shots = shots
        self._room = min(ROOM, longest or ROOM)

    @property
    def identity(self) -> Mapping[str, object]:
        """The model below, the examples, and how they are chosen."""
        inner = dict(self._inner.identity)
        return {
            "kind": self._kind,
            "shots": self._shots,
            "examples_sha256": self._examples.sha256,
            **self._choice.identity,
            "inner": inner,
            "deterministic": inner.get("deterministic", False),
        }

    def generate(self, request: Request) -> Generation:
        """Answer; where examples leave the answer no room in the context, the least useful one is left out.

        A model says itself that a prompt does not fit (finish reason ``context``), and has read none of it by then; an
        answer that the context cut off was paid for, and counts. Raises `ModelError`.
        """
        chosen = self._choice.choose(request, self._shots)
        spent: list[Usage] = []
        for shots in range(len(chosen), -1, -1):
            sent = self._shown(request, chosen[:shots])
            answer = self._inner.generate(sent)
            if answer.usage is not None and answer.finish_reason != "context":
                spent.append(answer.usage)
            if not self._is_crowded_out(answer):
                break
        return replace(answer, usage=_total(spent) if spent else answer.usage, messages=tuple(sent.messages))

    def announce(self, requests: Iterable[Request]) -> None:
        """Say what will be asked, with the examples."""
        if isinstance(self._inner, Announced):
            self._inner.announce(self._shown(r, self._choice.choose(r, self._shots)) for r in requests)

    def close(self) -> None:
        """Close the model below."""
        self._inner.close()

    def _is_crowded_out(self, answer: Generation) -> bool:
        """Tell whether the context, and not the longest answer allowed, ended the answer early or before it began."""
        if answer.finish_reason == "context":
            return True
        if answer.finish_reason != "length" or answer.usage is None:
            return False
        return answer.usage.output_tokens < self._room

    def _shown(self, request: Request, chosen: Sequence[int]) -> Request:
        """Put the examples before the question, the most useful one next to it."""
        pairs = [self._examples.examples[number] for number in reversed(chosen)]
        turns = [
            message for pair in pairs for message in (Message("user", pair.prompt), Message("assistant", pair.answer))
        ]
        n_system = next((i for i, m in enumerate(request.messages) if m.role != "system"), len(request.messages))
        return replace(request, messages=(*request.messages[:n_system], *turns, *request.messages[n_system:]))


def _total(spent: Sequence[Usage]) -> Usage:
    return Usage(sum(usage.input_tokens for usage in spent), sum(usage.output_tokens for usage in spent))


def longest_answer(spec: ModelSpec) -> int | None:
    """Return the longest answer that the model below `spec` may give, in tokens; None where its options do not say."""
    options = spec.base.options
    given = options.get("max_new_tokens") or options.get("max_tokens")
    return given if isinstance(given, int) else None


def examples_of(spec: ModelSpec) -> ExampleSet:
    """Read the examples that a spec names. Raises `UsageError`."""
    named = spec.optional("examples", str)
    return read_examples(DEFAULT if named is None else Path(named))


def question(request: Request) -> str:
    """Return what was asked first, also in a later turn."""
    return next((message.content for message in request.messages if message.role == "user"), "")
