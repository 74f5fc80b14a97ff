"""The architectures of the paper's models with random weights, small enough for a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.models.tiny_checkpoints import tokenizer

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 256}


def save(kind: str, folder: Path) -> Path:
    """Save a tiny CodeGen, Phi-2 (Phi) or Code Llama (Llama)."""
    import torch
    from transformers import AutoModelForCausalLM

    words = tokenizer(False)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        AutoModelForCausalLM.from_config(_config(kind, len(words))).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def _config(kind: str, vocabulary: int) -> Any:
    from transformers import CodeGenConfig, LlamaConfig, PhiConfig

    ends = {"bos_token_id": 0, "eos_token_id": 1, "vocab_size": vocabulary}
    if kind == "codegen":
        return CodeGenConfig(n_embd=32, n_layer=2, n_head=4, n_positions=256, rotary_dim=8, n_inner=64, **ends)
    if kind == "phi":
        return PhiConfig(**SMALL, intermediate_size=64, **ends)
    return LlamaConfig(**SMALL, intermediate_size=64, **ends)
