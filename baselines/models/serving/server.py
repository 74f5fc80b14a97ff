"""The process of a broker: reads what it is to be from standard input, serves a socket, ends when the input does.

The session that started it holds the other end of the input and nobody else does; so the input ends with the session,
even if that is killed.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import IO, Any, Final, NoReturn

from llamoco_bench.baselines.models.registry import make_model
from llamoco_bench.baselines.models.serving import wire
from llamoco_bench.baselines.models.serving.purse import Limits
from llamoco_bench.baselines.models.serving.scheduler import Scheduler
from llamoco_bench.baselines.models.serving.store import AnswerStore
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import LlamocoError, ModelError

DRAIN_S: Final = 10.0
"""How long an answer that was asked of a server, and will be paid for, is waited for after the session has ended."""


class Broker:
    """One model, behind one socket.

    Parameters
    ----------
    order: ``spec`` (as `ModelSpec.describe` gives it), ``store`` (path), ``run``, ``limits`` (by label), ``socket``
        (path, in a folder of its own) and ``secret`` (hex).
    """

    def __init__(self, order: dict[str, Any]) -> None:
        spec = ModelSpec.of_description(order["spec"])
        store = AnswerStore(Path(order["store"]))
        limits = {label: Limits(**its) for label, its in order["limits"].items()}
        self._scheduler = Scheduler(lambda: make_model(spec), store, order["run"], limits)
        self._drain_s = DRAIN_S if self._scheduler.is_parallel else 0.0
        self._folder = Path(order["socket"]).parent
        self._listener = Listener(order["socket"], "AF_UNIX", backlog=64, authkey=bytes.fromhex(order["secret"]))

    def serve(self) -> NoReturn:
        """Take on clients, one thread each."""
        while True:
            try:
                client = self._listener.accept()
            except (AuthenticationError, OSError, EOFError):
                continue  # not one of ours, or gone already
            threading.Thread(target=self._attend, args=(client,), daemon=True).start()

    def leave(self) -> NoReturn:
        """Let what is running come to its end, where it has a price, and end."""
        self._scheduler.close(self._drain_s)
        shutil.rmtree(self._folder, ignore_errors=True)  # a session that was killed could not do so
        os._exit(0)

    def _attend(self, client: Connection) -> None:
        actions: dict[str, Callable[[wire.Packet], wire.Packet]] = {
            "identity": lambda packet: {"identity": self._scheduler.identity},
            "ask": self._ask,
            "announce": self._announce,
        }
        with client:
            try:
                while True:
                    packet = wire.receive(client)
                    try:
                        answer = actions[packet["what"]](packet)
                    except ModelError as error:
                        answer = {"error": str(error)}
                    wire.send(client, answer)
            except (EOFError, OSError):
                return

    def _ask(self, packet: wire.Packet) -> wire.Packet:
        requests = [wire.request_from(request) for request in packet["requests"]]
        answers = self._scheduler.ask(requests, packet["label"])
        return {"answers": [wire.generation_to(answer) for answer in answers]}

    def _announce(self, packet: wire.Packet) -> wire.Packet:
        requests = (wire.request_from(request) for request in packet["requests"])
        return {"new": self._scheduler.announce(requests, packet["label"])}


def main() -> NoReturn:
    """Read the order, say on standard output that the socket is there, and serve."""
    order = json.loads(sys.stdin.readline())
    with _output_of_our_own() as output:
        try:
            broker = Broker(order)
        except LlamocoError as error:
            _say(output, {"error": str(error)})
            os._exit(1)
        threading.Thread(target=_leave_with_session, args=(broker,), daemon=True).start()
        _say(output, {"ready": True})
    broker.serve()


def _output_of_our_own() -> IO[str]:
    """Take standard output away from the adapter, whatever language it prints in; what it prints goes to the log.

    The session reads one line of it and then no more, so that a pipe full of other things would stop the adapter.
    """
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # this process ends without flushing anything
    return output


def _leave_with_session(broker: Broker) -> None:
    while sys.stdin.read(1):
        pass
    broker.leave()


def _say(output: IO[str], packet: dict[str, object]) -> None:
    output.write(json.dumps(packet) + "\n")
    output.flush()


if __name__ == "__main__":
    main()
