"""An OpenAI chat endpoint on loopback that fails as it is told to, one behaviour a request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers request number i with behaviour number i, and with the last one from then on."""

    protocol_version = "HTTP/1.1"
    server: FaultServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        number = len(self.server.seen)
        self.server.seen.append({"path": self.path, "headers": dict(self.headers.items()), **json.loads(body)})
        behaviours = self.server.behaviours
        try:
            behaviours[min(number, len(behaviours) - 1)](self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def reply(self, status: int, content: bytes, headers: dict[str, str] | None = None, claimed: int = 0) -> None:
        """Send `content`, claiming that it is `claimed` bytes longer."""
        self.send_response(status)
        for key, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(key, value)
        self.send_header("content-length", str(len(content) + claimed))
        self.end_headers()
        self.wfile.write(content)
        if claimed:
            self.close_connection = True


class FaultServer(ThreadingHTTPServer):
    """Remembers the requests in `seen`, and how many slow ones there were at a time in `most_at_once`."""

    daemon_threads = True

    def __init__(self, behaviours: Sequence[Behaviour]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours = behaviours
        self.seen: list[dict[str, Any]] = []
        self.stopping = threading.Event()
        self.slow = 0
        self.most_at_once = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def serving(*behaviours: Behaviour) -> Iterator[FaultServer]:
    with FaultServer(behaviours) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()


def completion(text: object = "hello", **more: Any) -> dict[str, Any]:
    """A well-formed answer; `more` replaces parts of it."""
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        **more,
    }


def says(body: object = None, status: int = 200, **headers: str) -> Behaviour:
    """Answer with JSON."""
    content = json.dumps(completion() if body is None else body).encode()
    return lambda handler: handler.reply(status, content, {k.replace("_", "-"): v for k, v in headers.items()})


def fails(status: int, error: dict[str, Any] | None = None, **headers: str) -> Behaviour:
    """Answer with an error as the interface words it."""
    return says({"error": error or {"message": f"status {status}"}}, status, **headers)


def raw(content: bytes, **headers: str) -> Behaviour:
    """Answer 200 with any bytes."""
    return lambda handler: handler.reply(200, content, {k.replace("_", "-"): v for k, v in headers.items()})


def takes_a_while(text: str, seconds: float) -> Behaviour:
    """Answer well, but late."""

    def behave(handler: Handler) -> None:
        server = handler.server
        server.slow += 1
        server.most_at_once = max(server.most_at_once, server.slow)
        server.stopping.wait(seconds)
        server.slow -= 1
        says(completion(text))(handler)

    return behave


def cuts_the_body_short(handler: Handler) -> None:
    handler.reply(200, json.dumps(completion()).encode()[:50], claimed=500)


def cuts_the_json_short(handler: Handler) -> None:
    handler.reply(200, json.dumps(completion()).encode()[:50])


def hangs_up(handler: Handler) -> None:
    handler.close_connection = True


def speaks_no_http(handler: Handler) -> None:
    handler.wfile.write(b"what?\r\n\r\n")
    handler.close_connection = True


def stays_silent(handler: Handler) -> None:
    handler.server.stopping.wait(20)
    handler.close_connection = True


def drips_the_body_for_ever(handler: Handler) -> None:
    """Never stops sending, so that no time limit on a single read ends it."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "1000000")
    handler.end_headers()
    _drip(handler, b" ")


def drips_the_headers_for_ever(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    _drip(handler, b"x")


def _drip(handler: Handler, byte: bytes) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and not handler.server.stopping.wait(0.05):
        handler.wfile.write(byte)
        handler.wfile.flush()
    handler.close_connection = True
