"""What travels between a broker and its clients: JSON, one object a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from llamoco_bench.baselines.models.base import Generation, Message, Request, Usage

Packet = dict[str, Any]


def send(connection: Connection, packet: Mapping[str, object]) -> None:
    """Send one packet. Raises `OSError` where the other side has gone."""
    connection.send_bytes(json.dumps(packet).encode())


def receive(connection: Connection) -> Packet:
    """Wait for one packet. Raises `EOFError` or `OSError` where the other side has gone."""
    packet: Packet = json.loads(connection.recv_bytes())
    return packet


def request_to(request: Request) -> Packet:
    """Return a request as JSON values."""
    return {
        "problem_id": request.problem_id,
        "messages": [[message.role, message.content] for message in request.messages],
        "turn": request.turn,
        "sample": request.sample,
        "seed": request.seed,
        "temperature": request.temperature,
    }


def request_from(packet: Packet) -> Request:
    """Undo `request_to`."""
    messages = [Message(role, content) for role, content in packet["messages"]]
    return Request(**{**packet, "messages": messages})


def generation_to(generation: Generation) -> Packet:
    """Return an answer as JSON values."""
    usage = generation.usage
    return {
        "text": generation.text,
        "usage": None if usage is None else [usage.input_tokens, usage.output_tokens],
        "finish_reason": generation.finish_reason,
        "wall_s": generation.wall_s,
    }


def generation_from(packet: Packet) -> Generation:
    """Undo `generation_to`."""
    usage = None if packet["usage"] is None else Usage(*packet["usage"])
    return Generation(**{**packet, "usage": usage})
