"""The shape of `nano`: a Llama, so that transformers trains it and every engine that reads Llama runs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of the decoder; the embedding serves as the head too.

    Attributes
    ----------
    vocabulary: tokens at most.
    context: tokens of prompt and answer together.
    """

    width: int = 128
    layers: int = 4
    heads: int = 4
    hidden: int = 384
    vocabulary: int = 4096
    context: int = 2048


def new_model(shape: Shape, tokenizer: Any, seed: int) -> Any:
    """Make the model with random weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.width,
        intermediate_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return LlamaForCausalLM(config)


def export(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write what ships: weights of 16 bits, configuration and tokenizer."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    model.to(torch.float16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
