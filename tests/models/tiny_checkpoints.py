"""Checkpoints of the real formats, small enough to be made in a test."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHAT_TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<end>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

CORPUS = ["def solve(objective, lower, upper, budget, seed):\n    return lower", "### Instruction:\n### Response:\n"]


def tokenizer(chat: bool) -> Any:
    """Byte-level BPE, with or without a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<s>", "<end>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(CORPUS, trainer)
    wrapped = PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<s>", eos_token="<end>")
    if chat:
        wrapped.chat_template = CHAT_TEMPLATE
    return wrapped


def save_llama(folder: Path, *, chat: bool = False, context: int = 256, **generation: Any) -> Path:
    """Save a Llama with random weights, its tokenizer and its generation settings."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    words = tokenizer(chat)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=context,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        initializer_range=0.5,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LlamaForCausalLM(config)
    model.generation_config = GenerationConfig(**{"eos_token_id": words.eos_token_id, **generation})
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


@contextmanager
def deprecations_between_peft_and_transformers() -> Iterator[None]:
    """Pass over the one warning that peft provokes in transformers."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        yield


def load_adapter(folder: Path, base: Path) -> Any:
    """Load an adapter as the documentation of peft does."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    with deprecations_between_peft_and_transformers():
        return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), folder)


def save_adapter(folder: Path, base: Path) -> Path:
    """Save a LoRA adapter of `base` that changes its answers."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    settings = LoraConfig(r=4, lora_alpha=32, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    with deprecations_between_peft_and_transformers():
        model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), settings)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "lora_" in name:
                weights.fill_(0.3)
    model.save_pretrained(folder)
    return folder
