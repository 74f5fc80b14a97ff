"""Reading a Llama checkpoint as transformers writes it: ``config.json`` and ``model.safetensors``.

The format of safetensors is a length, a JSON table and raw arrays; reading it takes no package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.errors import ModelError

Array = NDArray[Any]
"""Of 32-bit numbers."""

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"

_TYPES: Final[Mapping[str, np.dtype[Any]]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


@dataclass(frozen=True, slots=True)
class Config:
    """Shape of a Llama.

    Attributes
    ----------
    heads, key_heads: attention heads of queries, and of keys and values.
    head_width: of one head.
    context: tokens that it was trained for.
    """

    layers: int
    heads: int
    key_heads: int
    head_width: int
    epsilon: float
    theta: float
    context: int

    @classmethod
    def read(cls, path: Path) -> Config:
        """Read ``config.json``. Raises `ModelError` where it describes no such model."""
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if found["model_type"] != "llama" or found.get("attention_bias") or found["hidden_act"] != "silu":
                raise ValueError(f"model_type {found['model_type']}, hidden_act {found['hidden_act']}")
            heads, rope = found["num_attention_heads"], found.get("rope_parameters") or {}
            return cls(
                layers=found["num_hidden_layers"],
                heads=heads,
                key_heads=found.get("num_key_value_heads", heads),
                head_width=found.get("head_dim") or found["hidden_size"] // heads,
                epsilon=found["rms_norm_eps"],
                theta=float(rope.get("rope_theta", found.get("rope_theta", 10_000.0))),
                context=found["max_position_embeddings"],
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise ModelError(f"{path} describes no plain Llama: {error!r}") from error


def read_weights(path: Path) -> Mapping[str, Array]:
    """Read all arrays of a file of safetensors, in 32 bits.

    Raises
    ------
    ModelError: where it is no such file, is cut off, or holds other numbers than of 16 or 32 bits.
    """
    try:
        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        table: dict[str, Any] = json.loads(data[8 : 8 + size])
        return {name: _array(data, 8 + size, entry) for name, entry in table.items() if name != "__metadata__"}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise ModelError(f"{path} cannot be read as safetensors: {error!r}") from error


def _array(data: bytes, base: int, entry: Mapping[str, Any]) -> Array:
    start, end = entry["data_offsets"]
    kind = _TYPES[entry["dtype"]]
    values: Array = np.frombuffer(data, kind, (end - start) // kind.itemsize, base + start)
    return values.reshape(entry["shape"]).astype(np.float32)
