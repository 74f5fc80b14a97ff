"""Loading a checkpoint with transformers."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from llamoco_bench.baselines.models.checkpoints import Checkpoint
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError


@dataclass(frozen=True, slots=True)
class HFOptions:
    """Options of the kind ``hf``, named as in the spec."""

    dtype: str
    device: str
    threads: int
    max_new_tokens: int
    temperature: float
    seed: int
    trust_remote_code: bool
    template: str
    batch: int
    merge: bool

    @classmethod
    def of(cls, spec: ModelSpec) -> HFOptions:
        """Read the options of a spec."""
        return cls(
            dtype=spec.option("dtype", str),
            device=spec.option("device", str),
            threads=spec.option("threads", int),
            max_new_tokens=spec.option("max_new_tokens", int),
            temperature=spec.option("temperature", float),
            seed=spec.option("seed", int),
            trust_remote_code=spec.option("trust_remote_code", bool),
            template=spec.option("template", str),
            batch=spec.option("batch", int),
            merge=spec.option("merge", bool),
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory.

    Attributes
    ----------
    context: tokens that it was built for; None where its configuration does not say.
    ends: ids of the tokens that end an answer.
    padding: id of the token that fills prompts up.
    """

    model: Any
    tokenizer: Any
    context: int | None
    ends: frozenset[int]
    padding: int


BALANCED: Final = "balanced"
"""The device that stands for all GPUs, with the layers spread over them by accelerate."""


def resolve_device(device: str) -> str:
    """Return the device meant: ``auto`` is the first GPU, or the CPU where there is none, as for ``balanced``."""
    if device not in ("auto", BALANCED):
        return device
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


@contextlib.contextmanager
def tolerated_warnings() -> Iterator[None]:
    """Let warnings of foreign libraries be warnings, also where the user's pytest makes them errors.

    They would otherwise be booked as failures of the infrastructure, item by item.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        yield


def load(checkpoint: Checkpoint, options: HFOptions) -> Loaded:
    """Load model and tokenizer, for inference.

    Raises
    ------
    ModelError: where transformers cannot.
    """
    try:
        with tolerated_warnings():
            return _load(checkpoint, options)
    except Exception as error:  # a checkpoint's own code and parsers in C may raise anything
        hint = " Its code runs only with trust_remote_code=true." if "trust_remote_code" in str(error) else ""
        raise ModelError(f"transformers cannot load {checkpoint.folder}: {error!r}.{hint}") from error


def _load(checkpoint: Checkpoint, options: HFOptions) -> Loaded:
    import torch
    from transformers import GenerationConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.set_num_threads(options.threads)
    tokenizer = _load_tokenizer(checkpoint, options)
    model = _load_full(checkpoint.base or checkpoint, options)
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)  # an adapter that brought tokens along
    ends = _end_tokens(model, tokenizer)
    model.generation_config = GenerationConfig()  # what a checkpoint recommends would otherwise silently apply
    if checkpoint.base is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, checkpoint.folder, local_files_only=True)
        if options.merge:
            model = model.merge_and_unload()
    if options.device != BALANCED:
        model = model.to(resolve_device(options.device))
    model = model.eval()
    context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else min(ends, default=0)
    return Loaded(model, tokenizer, context, ends, padding)


def _load_tokenizer(checkpoint: Checkpoint, options: HFOptions) -> Any:
    from transformers import AutoTokenizer

    own = any((checkpoint.folder / name).is_file() for name in ("tokenizer_config.json", "tokenizer.json"))
    source = checkpoint if own or checkpoint.base is None else checkpoint.base
    return AutoTokenizer.from_pretrained(source.folder, **_common(source, options))


def _load_full(checkpoint: Checkpoint, options: HFOptions) -> Any:
    from transformers import AutoModelForCausalLM, GgufConfig

    arguments = _common(checkpoint, options)
    if options.device == BALANCED:
        arguments["device_map"] = BALANCED
    if checkpoint.gguf_file:
        # Packed weights would be unpacked at every step, and cannot be adapted.
        arguments["quantization_config"] = GgufConfig(dequantize=True)
    return AutoModelForCausalLM.from_pretrained(checkpoint.folder, dtype=options.dtype, **arguments)


def _common(checkpoint: Checkpoint, options: HFOptions) -> dict[str, Any]:
    arguments: dict[str, Any] = {"local_files_only": True, "trust_remote_code": options.trust_remote_code}
    return arguments | ({"gguf_file": checkpoint.gguf_file} if checkpoint.gguf_file else {})


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """Ids that end an answer, by the checkpoint's generation settings and its tokenizer."""
    configured = model.generation_config.eos_token_id
    ids = configured if isinstance(configured, list) else [configured]
    return frozenset(i for i in (*ids, tokenizer.eos_token_id) if i is not None)


def generation_settings(loaded: Loaded, temperature: float, max_new_tokens: int) -> Any:
    """Return settings for the plain distribution at a temperature, and for where an answer ends."""
    from transformers import GenerationConfig

    tokens = {
        "max_new_tokens": max_new_tokens,
        "eos_token_id": sorted(loaded.ends) or None,
        "pad_token_id": loaded.padding,
        "bos_token_id": loaded.tokenizer.bos_token_id,
    }
    if temperature == 0:
        return GenerationConfig(do_sample=False, **tokens)
    return GenerationConfig(do_sample=True, temperature=temperature, top_k=0, top_p=1.0, **tokens)
