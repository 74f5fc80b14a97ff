"""Kind ``hf``: a checkpoint run in this process by transformers, one request at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from llamoco_bench.baselines.models.base import Generation, Message, Model, Request, Usage
from llamoco_bench.baselines.models.checkpoints import Checkpoint, find_checkpoint
from llamoco_bench.baselines.models.conversation import chat_messages, encodable, sampling_seed
from llamoco_bench.baselines.models.hf_loading import HFOptions, Loaded, load, resolve_device, tolerated_warnings
from llamoco_bench.baselines.models.instruction_template import instruction_text
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

PACKAGES: Final = ("torch", "transformers")


class HuggingFace:
    """A checkpoint; it is loaded when the first answer is wanted.

    Requests are never batched: padding and other requests in a batch change greedy answers.

    Parameters
    ----------
    checkpoint: where it lies.
    options: how it is loaded and asked.
    """

    def __init__(self, checkpoint: Checkpoint, options: HFOptions) -> None:
        self._checkpoint = checkpoint
        self._options = options
        self._loaded: Loaded | None = None
        self._identity: dict[str, object] = {}

    @property
    def identity(self) -> Mapping[str, object]:
        """Checkpoint by content or commit, libraries by version, and how it is loaded and asked."""
        options = self._options
        if not self._identity:
            device = resolve_device(options.device).partition(":")[0]
            self._identity = {
                "kind": "hf",
                "checkpoint": self._checkpoint.identity,
                "engine": f"transformers {version('transformers')}, torch {version('torch')}",
                "dtype": options.dtype,
                "device": device,
                "template": options.template,
                "max_new_tokens": options.max_new_tokens,
                "temperature": options.temperature,
                "deterministic": device == "cpu",
                **({"threads": options.threads} if device == "cpu" else {}),
                **({"seed": options.seed} if options.temperature > 0 else {}),
            }
        return self._identity

    def generate(self, request: Request) -> Generation:
        """Answer with at most `max_new_tokens` tokens.

        Raises
        ------
        ModelError: where the checkpoint cannot be loaded, or torch fails, e.g. for want of memory.
        """
        started = time.monotonic()
        if self._loaded is None:
            self._loaded = load(self._checkpoint, self._options)
        try:
            with tolerated_warnings():
                text, usage, finish_reason = self._answer(self._loaded, request)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise ModelError(f"transformers failed on {request.problem_id}: {error}") from error
        return Generation(text, usage, finish_reason, time.monotonic() - started)

    def close(self) -> None:
        """Free the weights."""
        if self._loaded is not None:
            self._loaded = None
            import torch

            torch.cuda.empty_cache()

    def _answer(self, loaded: Loaded, request: Request) -> tuple[str, Usage, str]:
        import torch

        prompt = encode(loaded, request.messages, self._options.template)
        length = prompt.shape[1]
        room = self._options.max_new_tokens
        if loaded.context is not None:
            room = min(room, loaded.context - length)
        if room <= 0:
            return "", Usage(length, 0), "context"
        with torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed(sampling_seed(self._options.seed, request))
            output = loaded.model.generate(
                input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=room
            )[0, length:]
        stopped = bool(len(output)) and int(output[-1]) in loaded.ends
        text = loaded.tokenizer.decode(output, skip_special_tokens=True)
        return text, Usage(length, len(output)), "stop" if stopped else "length"


def encode(loaded: Loaded, messages: Sequence[Message], template: str) -> Tensor:
    """Turn a conversation into token ids, (1, length).

    Parameters
    ----------
    template: ``chat``, ``instruction``, or ``auto`` for the tokenizer's chat template where it has one.
    """
    tokenizer = loaded.tokenizer
    chat = template == "chat" or (template == "auto" and tokenizer.chat_template is not None)
    if chat:
        text = tokenizer.apply_chat_template(chat_messages(messages), tokenize=False, add_generation_prompt=True)
    else:
        text = encodable(instruction_text(messages))
    # A chat template writes the special tokens itself.
    ids: Tensor = tokenizer(text, add_special_tokens=not chat, return_tensors="pt")["input_ids"]
    return ids.to(loaded.model.device)


def make(spec: ModelSpec) -> Model:
    """Give the adapter. Raises `UsageError` or `ModelError` where the checkpoint is not here."""
    return HuggingFace(_find(spec, fetch=False), HFOptions.of(spec))


def prepare(spec: ModelSpec, say: Say) -> None:
    """Fetch what is missing from the Hub; compute checksums once, so that workers need not."""
    say(f"looking for the checkpoint {spec.name}")
    HuggingFace(_find(spec, fetch=True), HFOptions.of(spec)).identity  # noqa: B018


def _find(spec: ModelSpec, *, fetch: bool) -> Checkpoint:
    return find_checkpoint(
        spec.name, spec.optional("revision", str), spec.optional("gguf_file", str) or "", fetch=fetch
    )
