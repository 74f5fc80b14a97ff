"""A Llama in numpy, one sequence at a time, with a cache of keys and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llamoco_bench.baselines.models.nano.weights import Array, Config


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights of one layer, each (in, out) or (width,).

    Attributes
    ----------
    qkv: of queries, keys and values side by side.
    gate_up: of gate and up projection side by side.
    """

    before_attention: Array
    qkv: Array
    out: Array
    before_mlp: Array
    gate_up: Array
    down: Array


class Network:
    """Computes logits; keeps what it computed of the tokens before.

    Parameters
    ----------
    weights: by the names that transformers gives them.

    Raises
    ------
    ValueError: where an array is missing or its shape is not that of `config`.
    """

    def __init__(self, config: Config, weights: Mapping[str, Array]) -> None:
        self._config = config
        try:
            self._embedding = weights["model.embed_tokens.weight"]
            head = weights.get("lm_head.weight", self._embedding)
            self._layers = [_layer(weights, f"model.layers.{i}.") for i in range(config.layers)]
            self._last_norm = weights["model.norm.weight"]
        except KeyError as error:
            raise ValueError(f"the array {error} is missing") from error
        widths = {layer.qkv.shape[1] for layer in self._layers}
        if widths - {(config.heads + 2 * config.key_heads) * config.head_width}:
            raise ValueError(f"{config.heads} heads of {config.head_width} do not have projections of width {widths}")
        self._head = np.ascontiguousarray(head.T)
        frequencies = config.theta ** (-np.arange(0, config.head_width, 2) / config.head_width)
        angles = np.arange(config.context)[:, None] * np.tile(frequencies, 2)
        self._cos, self._sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)
        shape = (config.layers, 2, config.key_heads, config.context, config.head_width)
        self._cache = np.zeros(shape, np.float32)
        self._length = 0

    def forget(self) -> None:
        """Begin a new sequence."""
        self._length = 0

    def read(self, tokens: Sequence[int]) -> Array:
        """Go on with `tokens` and return the logits of what comes next, (vocabulary,).

        Raises
        ------
        ValueError: where they do not fit into the context.
        """
        if self._length + len(tokens) > self._config.context:
            raise ValueError(f"{self._length + len(tokens)} tokens do not fit into {self._config.context}")
        x = self._embedding[np.asarray(tokens)]
        for number, layer in enumerate(self._layers):
            x = x + self._attend(_normed(x, layer.before_attention, self._config.epsilon), layer, number)
            gate, up = np.split(_normed(x, layer.before_mlp, self._config.epsilon) @ layer.gate_up, 2, axis=-1)
            x = x + (_silu(gate) * up) @ layer.down
        self._length += len(tokens)
        return np.asarray(_normed(x[-1], self._last_norm, self._config.epsilon) @ self._head)

    def _attend(self, x: Array, layer: Layer, number: int) -> Array:
        c, n, start = self._config, len(x), self._length
        end = start + n
        heads = (x @ layer.qkv).reshape(n, -1, c.head_width).transpose(1, 0, 2)  # (heads, n, head width)
        q, k, v = np.split(heads, [c.heads, c.heads + c.key_heads])
        cos, sin = self._cos[start:end], self._sin[start:end]
        keys, values = self._cache[number]
        keys[:, start:end], values[:, start:end] = _rotated(k, cos, sin), v
        groups = c.heads // c.key_heads
        q = _rotated(q, cos, sin).reshape(c.key_heads, groups * n, c.head_width)
        scores = q @ keys[:, :end].transpose(0, 2, 1) * np.float32(c.head_width**-0.5)
        if n > 1:
            later = np.arange(end) > np.arange(start, end)[:, None]
            scores = np.where(np.tile(later, (groups, 1)), np.float32(-np.inf), scores)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed: Array = scores @ values[:, :end] / scores.sum(axis=-1, keepdims=True)
        return mixed.reshape(c.heads, n, c.head_width).transpose(1, 0, 2).reshape(n, -1) @ layer.out


def _layer(weights: Mapping[str, Array], at: str) -> Layer:
    def joined(*names: str) -> Array:
        return np.ascontiguousarray(np.concatenate([weights[f"{at}{name}.weight"] for name in names]).T)

    return Layer(
        weights[f"{at}input_layernorm.weight"],
        joined("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        joined("self_attn.o_proj"),
        weights[f"{at}post_attention_layernorm.weight"],
        joined("mlp.gate_proj", "mlp.up_proj"),
        joined("mlp.down_proj"),
    )


def _normed(x: Array, weight: Array, epsilon: float) -> Array:
    scale: Array = weight / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(epsilon))
    return x * scale


def _silu(x: Array) -> Array:
    gate: Array = 1 + np.exp(-x)
    return x / gate


def _rotated(x: Array, cos: Array, sin: Array) -> Array:
    """Rotate each pair of coordinates (i, i + half) by the angle of its position."""
    half = x.shape[-1] // 2
    turned: Array = np.concatenate([-x[..., half:], x[..., :half]], axis=-1) * sin
    return x * cos + turned
