"""Kind ``hf``: a checkpoint run in this process by transformers, several requests at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from llamoco_bench.baselines.models.base import Generation, Message, Model, Request, Usage
from llamoco_bench.baselines.models.checkpoints import Checkpoint, find_checkpoint
from llamoco_bench.baselines.models.conversation import chat_messages, encodable, sampling_seed
from llamoco_bench.baselines.models.hf_loading import (
    HFOptions,
    Loaded,
    generation_settings,
    load,
    resolve_device,
    tolerated_warnings,
)
from llamoco_bench.baselines.models.instruction_template import instruction_text
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

PACKAGES: Final = ("torch", "transformers")


class HuggingFace:
    """A checkpoint; it is loaded when the first answer is wanted.

    Requests that are answered together are padded to one length, and sums are then taken in another order: answers of a
    batch are equal to those of single requests up to rounding, which can turn a token that was a close decision.

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
                **({"merged": True} if options.merge and self._checkpoint.base is not None else {}),
                "max_new_tokens": options.max_new_tokens,
                "temperature": options.temperature,
                "deterministic": device == "cpu" and options.batch == 1,
                **({"threads": options.threads} if device == "cpu" else {}),
                **({"batch": options.batch} if options.batch > 1 else {}),
                **({"seed": options.seed} if options.temperature > 0 else {}),
            }
        return self._identity

    @property
    def batch_size(self) -> int:
        """Most requests that are answered together."""
        return self._options.batch

    def generate(self, request: Request) -> Generation:
        """Answer with at most `max_new_tokens` tokens.

        Raises
        ------
        ModelError: where the checkpoint cannot be loaded, or torch fails, e.g. for want of memory.
        """
        return self.generate_batch([request])[0]

    def generate_batch(self, requests: Sequence[Request]) -> list[Generation]:
        """Answer requests of one temperature together; the seed of the first goes for all.

        Raises
        ------
        ModelError: as `generate`.
        """
        started = time.monotonic()
        if self._loaded is None:
            self._loaded = load(self._checkpoint, self._options)
        try:
            with tolerated_warnings():
                answers = self._answer(self._loaded, requests)
        except (RuntimeError, ValueError, IndexError, TypeError) as error:
            raise ModelError(f"transformers failed on {requests[0].problem_id}: {error}") from error
        return [replace(answer, wall_s=time.monotonic() - started) for answer in answers]

    def close(self) -> None:
        """Free the weights."""
        if self._loaded is not None:
            self._loaded = None
            import torch

            torch.cuda.empty_cache()

    def _answer(self, loaded: Loaded, requests: Sequence[Request]) -> list[Generation]:
        prompts = [encode(loaded, request.messages, self._options.template) for request in requests]
        rooms = [self._room(loaded, prompt) for prompt in prompts]
        answers: dict[int, Generation] = {}
        # Those that the context leaves less room than the others would cut these off.
        for room in sorted(set(rooms)):
            numbers = [number for number, own in enumerate(rooms) if own == room]
            alike = [prompts[number] for number in numbers]
            if room <= 0:
                found = [Generation("", Usage(prompt.shape[1], 0), "context") for prompt in alike]
            else:
                found = self._answer_alike(loaded, requests[numbers[0]], alike, room)
            answers.update(zip(numbers, found, strict=True))
        return [answers[number] for number in range(len(requests))]

    def _room(self, loaded: Loaded, prompt: Tensor) -> int:
        most = self._options.max_new_tokens
        return most if loaded.context is None else min(most, loaded.context - prompt.shape[1])

    def _answer_alike(self, loaded: Loaded, first: Request, prompts: Sequence[Tensor], room: int) -> list[Generation]:
        """Answer `prompts`, each (1, length), together; `first` says at what temperature, and from what seed."""
        import torch

        temperature = self._options.temperature if first.temperature is None else first.temperature
        ids, mask = pad_left(prompts, loaded.padding)
        with torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed(sampling_seed(self._options.seed, first))
            settings = generation_settings(loaded, temperature, room)
            output = loaded.model.generate(input_ids=ids, attention_mask=mask, generation_config=settings)
        new = output[:, ids.shape[1] :]
        return [_read(loaded, row.tolist(), prompt.shape[1]) for row, prompt in zip(new, prompts, strict=True)]


def _read(loaded: Loaded, tokens: list[int], prompt_length: int) -> Generation:
    """Turn generated tokens into an answer; what follows the first token that ends it is padding."""
    end = next((i for i, token in enumerate(tokens) if token in loaded.ends), None)
    kept = tokens if end is None else tokens[: end + 1]
    text = loaded.tokenizer.decode(kept, skip_special_tokens=True)
    return Generation(text, Usage(prompt_length, len(kept)), "length" if end is None else "stop")


def pad_left(prompts: Sequence[Tensor], padding: int) -> tuple[Tensor, Tensor]:
    """Put prompts, (1, length) each, into one tensor (n, longest), padded on the left; return it and its mask."""
    import torch

    longest = max(prompt.shape[1] for prompt in prompts)
    pads = [longest - prompt.shape[1] for prompt in prompts]
    pad = torch.nn.functional.pad
    ids = [pad(prompt, (n, 0), value=padding) for prompt, n in zip(prompts, pads, strict=True)]
    mask = [pad(torch.ones_like(prompt), (n, 0)) for prompt, n in zip(prompts, pads, strict=True)]
    return torch.cat(ids), torch.cat(mask)


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
