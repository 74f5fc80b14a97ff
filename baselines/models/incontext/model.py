"""A model that is shown solved problems, as earlier turns of the conversation, before it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from llamoco_bench.baselines.models.base import Announced, Generation, Message, Model, Request
from llamoco_bench.baselines.models.incontext.examples import DEFAULT, ExampleSet, read_examples
from llamoco_bench.baselines.models.spec import ModelSpec


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
    """

    def __init__(self, kind: str, inner: Model, examples: ExampleSet, choice: Choice, shots: int) -> None:
        self._kind = kind
        self._inner = inner
        self._examples = examples
        self._choice = choice
        self._shots = shots

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
        """Answer; where prompt and examples are longer than the context, the least useful example is left out.

        The model says itself that a prompt does not fit (finish reason ``context``), and has read none of it by then,
        so that only the attempt that fits counts. Raises `ModelError`.
        """
        chosen = self._choice.choose(request, self._shots)
        for shots in range(len(chosen), -1, -1):
            sent = self._shown(request, chosen[:shots])
            answer = self._inner.generate(sent)
            if answer.finish_reason != "context":
                break
        return replace(answer, messages=tuple(sent.messages))

    def announce(self, requests: Iterable[Request]) -> None:
        """Say what will be asked, with the examples."""
        if isinstance(self._inner, Announced):
            self._inner.announce(self._shown(r, self._choice.choose(r, self._shots)) for r in requests)

    def close(self) -> None:
        """Close the model below."""
        self._inner.close()

    def _shown(self, request: Request, chosen: Sequence[int]) -> Request:
        """Put the examples before the question, the most useful one next to it."""
        pairs = [self._examples.examples[number] for number in reversed(chosen)]
        turns = [
            message for pair in pairs for message in (Message("user", pair.prompt), Message("assistant", pair.answer))
        ]
        n_system = next((i for i, m in enumerate(request.messages) if m.role != "system"), len(request.messages))
        return replace(request, messages=(*request.messages[:n_system], *turns, *request.messages[n_system:]))


def examples_of(spec: ModelSpec) -> ExampleSet:
    """Read the examples that a spec names. Raises `UsageError`."""
    named = spec.optional("examples", str)
    return read_examples(DEFAULT if named is None else Path(named))


def question(request: Request) -> str:
    """Return what was asked first, also in a later turn."""
    return next((message.content for message in request.messages if message.role == "user"), "")
