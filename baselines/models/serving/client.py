"""The side of those who ask: an adapter like any other, whose model lives in a broker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from typing import Final, NamedTuple

from llamoco_bench.baselines.models.base import Generation, Request
from llamoco_bench.baselines.models.serving import wire
from llamoco_bench.errors import ModelError

_ANNOUNCED_AT_ONCE: Final = 20


def _chunks(requests: Iterable[Request], size: int) -> Iterator[list[Request]]:
    rest = iter(requests)
    while chunk := list(islice(rest, size)):
        yield chunk


class Address(NamedTuple):
    """Where a broker is: on whose account it is asked, its socket, the secret that opens it (hex), and its log."""

    label: str
    socket: str
    secret: str
    log: str


class BrokeredModel:
    """The model of a broker.

    Parameters
    ----------
    address: of the broker; the connection is made when something is first wanted.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Connection | None = None
        self._identity: Mapping[str, object] | None = None
        self._account = {"label": address.label}

    @property
    def identity(self) -> Mapping[str, object]:
        """Identity of the model, as its adapter gives it. Raises `ModelError` where the broker has died."""
        if self._identity is None:
            identity: Mapping[str, object] = self._call({"what": "identity"})["identity"]
            self._identity = identity
        return self._identity

    def generate(self, request: Request) -> Generation:
        """Answer `request`. Raises `ModelError` where no answer can be had, or the broker has died."""
        return self.generate_all([request])[0]

    def generate_all(self, requests: Sequence[Request]) -> list[Generation]:
        """Answer requests, as many at a time as the model can. Raises `ModelError` where one cannot be answered."""
        packet = self._call(
            {"what": "ask", **self._account, "requests": [wire.request_to(request) for request in requests]}
        )
        return [wire.generation_from(answer) for answer in packet["answers"]]

    def announce(self, requests: Iterable[Request]) -> None:
        """Say what will be asked, so that it may be answered already when it is."""
        for some in _chunks(requests, _ANNOUNCED_AT_ONCE):
            self._call(
                {"what": "announce", **self._account, "requests": [wire.request_to(request) for request in some]}
            )

    def close(self) -> None:
        """Give back the connection; the broker goes on."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _call(self, packet: Mapping[str, object]) -> wire.Packet:
        try:
            if self._connection is None:
                self._connection = Client(self._address.socket, "AF_UNIX", authkey=bytes.fromhex(self._address.secret))
            wire.send(self._connection, packet)
            answer = wire.receive(self._connection)
        except (OSError, EOFError, AuthenticationError) as error:
            self.close()
            raise ModelError(
                f"The process that serves {self._address.label} has died ({type(error).__name__}); "
                f"what it said is in {self._address.log}"
            ) from None
        if "error" in answer:
            raise ModelError(answer["error"])
        return answer
