"""Models that answer at once, or when they are let."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from llamoco_bench.baselines.models.base import Generation, Message, Request, Usage
from llamoco_bench.errors import ModelError


def request(text: str, **fields: object) -> Request:
    return Request("cec2020/RC01", [Message("user", text)], **fields)  # type: ignore[arg-type]


class Echo:
    """Gives the text back; notes what it was asked, and waits for `gate`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()
        self.failures = 0

    @property
    def identity(self) -> Mapping[str, object]:
        return {"kind": "echo", "deterministic": True}

    def generate(self, request: Request) -> Generation:
        text = request.messages[-1].content
        self.asked.append(text)
        self.began.set()
        assert self.gate.wait(10)
        if self.failures:
            self.failures -= 1
            raise ModelError(f"no answer to {text}")
        return Generation(text, Usage(10, 5))

    def close(self) -> None:
        pass


class BatchEcho(Echo):
    """Answers up to four at once; notes how many at a time, and at what temperature."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[tuple[int, float | None]] = []

    @property
    def batch_size(self) -> int:
        return 4

    def generate_batch(self, requests: Sequence[Request]) -> Sequence[Generation]:
        self.batches.append((len(requests), requests[0].temperature))
        return [self.generate(request) for request in requests]


class ParallelEcho(Echo):
    """Three adapters may wait at a time."""

    @property
    def concurrency(self) -> int:
        return 3
