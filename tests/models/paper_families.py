"""Tiny checkpoints with random weights, of the very architectures and tokenizer families of the paper's models."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.models.tiny_checkpoints import CORPUS

CONTEXT: Final = 192

LLAMA2_CHAT: Final = (
    "{% for m in messages %}{% if m.role == 'user' %}{{ bos_token + '[INST] ' + m.content + ' [/INST]' }}"
    "{% else %}{{ ' ' + m.content + ' ' + eos_token }}{% endif %}{% endfor %}"
)
DEEPSEEK_CHAT: Final = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ 'User: ' + m.content + '\\n\\n' }}"
    "{% else %}{{ 'Assistant: ' + m.content + eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def save_family(preset: str, folder: Path) -> Path:
    """Save a tiny relative of the model that a preset stands for."""
    import torch

    makers = {"codegen": _codegen, "phi": _phi, "codellama": _codellama, "llama2": _llama2, "deepseekmath": _deepseek}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model, words = makers[preset.partition("-")[0]]()
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def _codegen() -> tuple[Any, Any]:
    from transformers import CodeGenConfig, CodeGenForCausalLM

    words = _codegen_tokenizer()
    sizes = {"n_positions": CONTEXT, "n_ctx": CONTEXT, "n_embd": 32, "n_layer": 2, "n_head": 4, "rotary_dim": 4}
    return CodeGenForCausalLM(CodeGenConfig(**sizes, **_common(words))), words


def _phi() -> tuple[Any, Any]:
    from transformers import PhiConfig, PhiForCausalLM

    words = _codegen_tokenizer()
    return PhiForCausalLM(PhiConfig(**_sizes(), **_common(words))), words


def _codellama() -> tuple[Any, Any]:
    from transformers import CodeLlamaTokenizer

    return _llama(CodeLlamaTokenizer(**_sentencepiece()), LLAMA2_CHAT, rope_theta=1e6)


def _llama2() -> tuple[Any, Any]:
    """Grouped-query attention, as only the 70B member of the family has."""
    from transformers import LlamaTokenizer

    return _llama(LlamaTokenizer(**_sentencepiece()), LLAMA2_CHAT, num_key_value_heads=2)


def _deepseek() -> tuple[Any, Any]:
    """A Llama with the byte-level tokenizer that DeepSeek's checkpoints bring along as `tokenizer.json`."""
    from transformers import PreTrainedTokenizerFast

    core, begin, end = _byte_level(), "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
    return _llama(PreTrainedTokenizerFast(tokenizer_object=core, bos_token=begin, eos_token=end), DEEPSEEK_CHAT)


def _llama(words: Any, template: str, **more: Any) -> tuple[Any, Any]:
    from transformers import LlamaConfig, LlamaForCausalLM

    words.chat_template = template
    return LlamaForCausalLM(LlamaConfig(**_sizes(), **_common(words), **more)), words


def _sizes() -> dict[str, int]:
    return {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": CONTEXT,
    }


def _common(words: Any) -> dict[str, Any]:
    ends = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id}
    return {"vocab_size": len(words), "initializer_range": 0.5, **ends}


def _codegen_tokenizer() -> Any:
    import json

    from transformers import CodeGenTokenizer

    model = json.loads(_byte_level().to_str())["model"]
    vocabulary = {**model["vocab"], "<|endoftext|>": len(model["vocab"])}
    return CodeGenTokenizer(vocab=vocabulary, merges=[tuple(pair) for pair in model["merges"]])


def _byte_level() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    core.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    )
    return core


def _sentencepiece() -> dict[str, Any]:
    """Pieces with byte fallback, as SentencePiece makes them."""
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.Metaspace()
    core.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=120, show_progress=False))
    model = json.loads(core.to_str())["model"]
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    vocabulary = {piece: number for number, piece in enumerate([*special, *model["vocab"]])}
    return {"vocab": vocabulary, "merges": [tuple(pair) for pair in model["merges"]]}
