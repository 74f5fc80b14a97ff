"""Data that the page keeps compressed until it is asked for."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence


def pack(data: bytes) -> str:
    """Compress to a zlib stream in base64; the page undoes it with ``DecompressionStream("deflate")``."""
    return base64.b64encode(zlib.compress(data, 6)).decode("ascii")


def pack_json(value: Mapping[str, object] | Sequence[object]) -> str:
    """Pack a JSON value."""
    return pack(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())


def data_uri(data: str, mime: str) -> str:
    """Return a link that holds `data`, for downloads that work without JavaScript."""
    return f"data:{mime};charset=utf-8;base64,{base64.b64encode(data.encode()).decode('ascii')}"


def script_json(value: Mapping[str, object]) -> str:
    """Write JSON that can stand inside a ``script`` element, whatever its strings say."""
    written = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
