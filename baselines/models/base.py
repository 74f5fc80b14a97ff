"""What a model adapter is: it answers a conversation with text, and says what that cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from llamoco_bench.errors import ModelError


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked of a model.

    Attributes
    ----------
    problem_id: e.g. ``"cec2020/RC01"``; a language model never looks at it, `replay:` and `pool:` do.
    messages: the conversation so far; the last one is the user's.
    turn: 0 for the first program, 1 for the repair.
    sample: index of the sample, for models that are asked several times.
    seed: for adapters that can seed their sampling.
    temperature: takes the place of the model's own for this request, where one is given; adapters without sampling
        ignore it.
    """

    problem_id: str
    messages: Sequence[Message]
    turn: int = 0
    sample: int = 0
    seed: int = 0
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as counted by the model's own tokenizer or by the server."""

    input_tokens: int
    output_tokens: int


class PaidModelError(ModelError):
    """No answer can be had, although tokens were spent on it: a limit of spending must know of them.

    Attributes
    ----------
    usage: what was spent.
    """

    def __init__(self, message: str, usage: Usage) -> None:
        super().__init__(message)
        self.usage = usage


@dataclass(frozen=True, slots=True)
class Generation:
    """A model's answer.

    Attributes
    ----------
    text: the raw answer.
    usage: tokens, or None where the model has none (an expert program).
    finish_reason: ``"stop"``; ``"length"`` where the answer was cut off; ``"context"`` where the prompt did not fit
        into the model's context and the answer is therefore empty; or what the server says.
    wall_s: seconds from request to answer, retries included.
    messages: the conversation that was really sent, where that is another than the request's.
    """

    text: str
    usage: Usage | None = None
    finish_reason: str = "stop"
    wall_s: float = 0.0
    messages: Sequence[Message] | None = None


@runtime_checkable
class Model(Protocol):
    """What every adapter provides. It is made once per process and used from one thread.

    `identity` holds everything that changes an answer (model, revision, sampling parameters) as JSON values, and
    nothing else: no label, port or path. A number of threads belongs in it only where answers depend on it. Its
    value ``deterministic`` is true where the same request to the same identity gives the same text.
    """

    @property
    def identity(self) -> Mapping[str, object]:
        """What the answers depend on; part of the key under which they are stored."""
        ...

    def generate(self, request: Request) -> Generation:
        """Answer `request`. Raises `ModelError` where no answer can be had."""
        ...

    def close(self) -> None:
        """Give back weights, connections and processes."""
        ...


@runtime_checkable
class BatchModel(Model, Protocol):
    """A model that answers several requests at once faster than one by one."""

    @property
    def batch_size(self) -> int:
        """Most requests at once."""
        ...

    def generate_batch(self, requests: Sequence[Request]) -> Sequence[Generation]:
        """Answer requests that have the same `temperature`; raises `ModelError` where none of them can be answered."""
        ...


@runtime_checkable
class ParallelModel(Model, Protocol):
    """A model that waits for others most of the time, so that several adapters in one process pay."""

    @property
    def concurrency(self) -> int:
        """Most adapters at a time."""
        ...


@runtime_checkable
class Announced(Model, Protocol):
    """A model that can begin with what it will be asked later."""

    def announce(self, requests: Iterable[Request]) -> None:
        """Say what will be asked."""
        ...


@runtime_checkable
class ManyAtOnce(Model, Protocol):
    """A model that is given many requests at once and sees to it how they are answered together."""

    def generate_all(self, requests: Sequence[Request]) -> Sequence[Generation]:
        """Answer all `requests`, in their order. Raises `ModelError` where one cannot be answered."""
        ...


def generate_all(model: Model, requests: Sequence[Request]) -> Sequence[Generation]:
    """Answer `requests` at once where `model` can, else one by one. Raises `ModelError`."""
    if isinstance(model, ManyAtOnce):
        return model.generate_all(requests)
    return [model.generate(request) for request in requests]
