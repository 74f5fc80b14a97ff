"""Kind ``nano``: the model that ships with the package, or another of its build."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from llamoco_bench.baselines.models.base import Generation, Message, Request, Usage
from llamoco_bench.baselines.models.conversation import encodable, sampling_seed
from llamoco_bench.baselines.models.nano import tokens, weights
from llamoco_bench.baselines.models.nano.network import Network
from llamoco_bench.baselines.models.nano.tokens import Tokens
from llamoco_bench.baselines.models.nano.weights import Array, Config, read_weights
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.baselines.models.user_cache import sha256_of_all
from llamoco_bench.errors import ModelError

PACKAGES: Final = ()

SHIPPED: Final = Path(__file__).parent / "checkpoint"
"""Where the model that ships with the package lies."""

END: Final = "<|end|>"
_FILES: Final = (weights.CONFIG, weights.WEIGHTS, tokens.FILE)


class Nano:
    """A nano model; it is loaded when the first answer is wanted, which takes a fraction of a second.

    Parameters
    ----------
    folder: with ``config.json``, ``model.safetensors`` and ``tokenizer.json``.
    temperature: 0 takes the most likely token each time.
    max_tokens: longest answer.
    seed: start of the sampling.
    """

    def __init__(self, folder: Path, temperature: float = 0.0, max_tokens: int = 512, seed: int = 0) -> None:
        self._folder, self._temperature, self._most, self._seed = folder, temperature, max_tokens, seed
        self._loaded: tuple[Config, Tokens, Network] | None = None

    @property
    def identity(self) -> Mapping[str, object]:
        """Files by content, and how it is asked; rounding differs by machine, and can turn a close decision."""
        identity: dict[str, object] = {
            "kind": "nano",
            "sha256": sha256_of_all((self._folder / name for name in _FILES), self._folder),
            "temperature": self._temperature,
            "max_tokens": self._most,
            "deterministic": True,
        }
        return identity | ({"seed": self._seed} if self._temperature > 0 else {})

    def generate(self, request: Request) -> Generation:
        """Answer with at most `max_tokens` tokens; a prompt that is too long loses its middle.

        Raises
        ------
        ModelError: where the checkpoint cannot be read.
        """
        started = time.monotonic()
        config, words, network = self.load()
        most = min(self._most, config.context // 2)
        prompt = _shortened(encode(words, request.messages), config.context - most)
        temperature = self._temperature if request.temperature is None else request.temperature
        rng = np.random.default_rng(sampling_seed(self._seed, request))
        network.forget()
        answer: list[int] = []
        end = words.id(END)
        for token in _continued(network, prompt, most, temperature, rng):
            answer.append(token)
            if token == end:
                break
        finished = bool(answer) and answer[-1] == end
        usage = Usage(len(prompt), len(answer))
        return Generation(words.decode(answer), usage, "stop" if finished else "length", time.monotonic() - started)

    def close(self) -> None:
        """Free the weights."""
        self._loaded = None

    def load(self) -> tuple[Config, Tokens, Network]:
        """Read the files, once. Raises `ModelError` where they are damaged or do not fit together."""
        if self._loaded is None:
            config = Config.read(self._folder / weights.CONFIG)
            words = Tokens(self._folder / tokens.FILE)
            self._loaded = config, words, _working(self._folder, config, words)
        return self._loaded


def _working(folder: Path, config: Config, words: Tokens) -> Network:
    """Give the network once it has read something: arrays of wrong shapes are found out here, not in an answer."""
    arrays = read_weights(folder / weights.WEIGHTS)
    try:
        network = Network(config, arrays)
        network.read([words.id(END), *encode(words, [Message("user", "")])])
    except (ValueError, KeyError, IndexError, TypeError, ZeroDivisionError) as error:
        raise ModelError(
            f"{folder}: its configuration, weights and tokenizer do not fit together: {error!r}"
        ) from error
    return network


def encode(words: Tokens, messages: Sequence[Message]) -> list[int]:
    """Turn a conversation into ids, up to where the answer begins; the chat template of the checkpoint in Python."""
    ids: list[int] = []
    for message in messages:
        ids += [words.id(f"<|{message.role}|>"), *words.encode(encodable(message.content))]
        ids += [words.id(END)] if message.role == "assistant" else []
    return [*ids, words.id("<|assistant|>")]


def _shortened(ids: list[int], most: int) -> list[int]:
    """Leave out the middle of what is longer than `most`."""
    if len(ids) <= most:
        return ids
    head = most // 2
    return ids[:head] + ids[len(ids) - (most - head) :]


def _continued(
    network: Network, prompt: list[int], most: int, temperature: float, rng: np.random.Generator
) -> Iterator[int]:
    logits = network.read(prompt)
    for number in range(most):
        token = _chosen(logits, temperature, rng)
        yield token
        if number + 1 < most:
            logits = network.read([token])


def _chosen(logits: Array, temperature: float, rng: np.random.Generator) -> int:
    if temperature == 0:
        return int(logits.argmax())
    scaled = (logits - logits.max()).astype(np.float64) / temperature
    share = np.exp(scaled)
    return int(rng.choice(len(share), p=share / share.sum()))


def make(spec: ModelSpec) -> Nano:
    """Give the adapter. Raises `ModelError` where the files are not there."""
    folder = Path(spec.optional("folder", str) or SHIPPED)
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder} holds no nano model: {', '.join(missing)} is missing. "
            "`python -m llamoco_bench.training nano` makes one"
        )
    return Nano(folder, spec.option("temperature", float), spec.option("max_tokens", int), spec.option("seed", int))


def prepare(spec: ModelSpec, say: Say) -> None:
    """Look whether the files are there and fit together. Raises `ModelError` where not."""
    model = make(spec)
    model.load()
    model.close()
