"""The kinds of models and their options: one table, from which parsing, errors and documentation follow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from llamoco_bench.errors import UsageError, choose

Value = bool | int | float | str

_WORDS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_EXPECTED: Final = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text"}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a kind.

    Attributes
    ----------
    default: None where the adapter decides; `shown` then says how.
    help: what it does, for errors and documentation.
    least: smallest value allowed.
    choices: the only values allowed, if there are any.
    """

    name: str
    type: Literal["int", "float", "bool", "str"]
    default: Value | None
    help: str
    least: float | None = None
    choices: tuple[str, ...] = ()
    shown: str = ""

    def parse(self, text: str) -> Value:
        """Turn the text of a spec into a value.

        Raises
        ------
        UsageError: for a value of the wrong type or outside what is allowed.
        """
        if self.choices and text not in self.choices:
            raise choose(f"value of {self.name}", text, self.choices)
        try:
            value = _convert(text, self.type)
        except (ValueError, KeyError):
            raise self._refusal(text) from None
        if self.least is not None and (isinstance(value, str) or not self.least <= value < math.inf):
            raise self._refusal(text)
        return value

    def _refusal(self, text: str) -> UsageError:
        at_least = "" if self.least is None else f", at least {self.least:g}"
        return UsageError(f"Option {self.name} is {text!r}, expected {_EXPECTED[self.type]}{at_least} ({self.help})")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of model.

    Attributes
    ----------
    argument: what stands behind the colon; empty for a kind that takes no name.
    module: where its ``make(spec)`` and ``prepare(spec, say)`` are.
    extra: the extra of this distribution that brings the packages it needs; empty if it needs none.
    open_options: any option is let through, as true/false, number or text; the adapter checks it.
    brokered: holds weights or connections, so that all workers of a session share one process of it.
    """

    name: str
    argument: str
    summary: str
    module: str
    options: tuple[Option, ...] = ()
    extra: str = ""
    open_options: bool = False
    brokered: bool = False

    def defaults(self) -> dict[str, Value | None]:
        """Every option with its default."""
        return {option.name: option.default for option in self.options}

    def parse_option(self, name: str, text: str) -> Value:
        """Turn one ``name=text`` of a spec into a value. Raises `UsageError`."""
        if self.open_options:
            return guess(text)
        for option in self.options:
            if option.name == name:
                return option.parse(text)
        if not self.options:
            raise UsageError(f"Models of kind {self.name} take no options, got {name}={text}")
        raise choose(f"option of {self.name}", name, [option.name for option in self.options])


@dataclass(frozen=True, slots=True)
class Preset:
    """A short name for a kind, a name and options; options of the spec override those of the preset."""

    kind: str
    name: str
    options: Mapping[str, Value]
    summary: str


def guess(text: str) -> Value:
    """Read a value whose type nobody declared: true/false, a number, else text."""
    if text in ("true", "false"):
        return text == "true"
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text


def _convert(text: str, kind: Literal["int", "float", "bool", "str"]) -> Value:
    if kind == "int":
        return int(text)
    if kind == "bool":
        return _WORDS[text.lower()]
    if kind == "float":
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(text)
        return value
    return text


_PACKAGE: Final = "llamoco_bench.baselines.models"
_THREADS = Option("threads", "int", 1, "threads that compute; answers depend on their number", least=1)
_SEED = Option("seed", "int", 0, "start of the sampling; matters only at a temperature above 0", least=0)

_ALL: Final = (
    Kind(
        "replay",
        "FILE",
        "answers from a JSON-lines file, or from the journals of an earlier run",
        f"{_PACKAGE}.replay",
        (
            Option(
                "model",
                "str",
                None,
                "label of the model whose answers are taken",
                shown="the only one there is",
            ),
        ),
    ),
    Kind(
        "random",
        "",
        "always the same program: uniform random search",
        f"{_PACKAGE}.random_search",
        (Option("batch", "int", 1000, "points per call of the objective", least=1),),
    ),
    Kind(
        "pool",
        "OPTIMIZER",
        "the program of one optimizer of the pool, as an expert; options are its hyper-parameters",
        f"{_PACKAGE}.expert",
        open_options=True,
    ),
    Kind(
        "gguf",
        "FILE",
        "a GGUF file, run in this process by llama.cpp",
        f"{_PACKAGE}.gguf",
        (
            Option("temperature", "float", 0.0, "0 takes the most likely token each time", least=0),
            Option("max_tokens", "int", 1024, "longest answer in tokens", least=1),
            Option("n_ctx", "int", 4096, "tokens of prompt and answer together", least=64),
            _THREADS,
            _SEED,
        ),
        extra="local",
        brokered=True,
    ),
    Kind(
        "openai",
        "MODEL",
        "a model behind the OpenAI chat interface: hosted, or a server of one's own",
        f"{_PACKAGE}.openai_chat",
        (
            Option(
                "base_url",
                "str",
                None,
                "address of the interface, up to and with /v1",
                shown="`OPENAI_BASE_URL`, else OpenAI's own",
            ),
            Option(
                "server",
                "str",
                None,
                "name of the server in the key of the answers; change it when the server serves other weights",
                shown="host of `base_url`, `loopback` for this machine",
            ),
            Option(
                "temperature",
                "float",
                None,
                "0 takes the most likely token each time",
                least=0,
                shown="0, unless the table of hosted models says otherwise",
            ),
            Option(
                "max_tokens",
                "int",
                None,
                "longest answer in tokens",
                least=1,
                shown="2048, unless the table of hosted models says otherwise",
            ),
            Option("seed", "int", None, "start of the sampling, mixed with sample and turn", least=0, shown="not sent"),
            Option("timeout_s", "float", 300.0, "seconds that one attempt may take", least=0.1),
            Option("retries", "int", 5, "attempts after the first", least=0),
            Option("total_s", "float", 900.0, "seconds that all attempts and pauses may take", least=0.1),
            Option("concurrency", "int", 8, "requests that are sent at a time", least=1),
            Option("key_env", "str", "OPENAI_API_KEY", "environment variable that holds the key"),
        ),
        extra="openai",
        brokered=True,
    ),
    Kind(
        "hf",
        "PATH_OR_ID",
        "a checkpoint in a folder or on the Hugging Face Hub, run in this process by transformers",
        f"{_PACKAGE}.hf",
        (
            Option(
                "dtype",
                "str",
                "auto",
                "type of the weights in memory; auto takes that of the checkpoint",
                choices=("auto", "float32", "bfloat16", "float16"),
            ),
            Option("device", "str", "auto", "as torch names it; auto takes a GPU if there is one"),
            _THREADS,
            Option(
                "batch", "int", 8, "answers that are generated together; only with 1 they repeat to the bit", least=1
            ),
            Option("max_new_tokens", "int", 2048, "longest answer in tokens", least=1),
            Option("temperature", "float", 0.0, "0 takes the most likely token each time", least=0),
            _SEED,
            Option("revision", "str", None, "commit, tag or branch on the Hub", shown="the Hub's main branch"),
            Option("trust_remote_code", "bool", False, "run Python code that the checkpoint brings along"),
            Option("gguf_file", "str", None, "file of weights within the folder or repository", shown="safetensors"),
            Option(
                "template",
                "str",
                "auto",
                "how messages become text; auto takes the chat template of the tokenizer if it has one",
                choices=("auto", "chat", "instruction"),
            ),
        ),
        extra="hf",
        brokered=True,
    ),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _ALL})
"""The kinds that come with the package, by name."""

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "smollm2": Preset(
            "gguf",
            "smollm2",
            MappingProxyType({"max_tokens": 256}),
            "SmolLM2-135M-Instruct, fetched on first use: a real general model that runs anywhere",
        ),
    }
)
"""Short names, by name."""
