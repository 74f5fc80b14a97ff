"""The model that is tuned: a checkpoint, full or adapted, in a form that can be trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from llamoco_bench.baselines.models.checkpoints import Checkpoint, find_checkpoint
from llamoco_bench.baselines.models.hf_loading import tolerated_warnings
from llamoco_bench.baselines.models.wheel_weights import WEIGHTS, fetch
from llamoco_bench.training.progress import say
from llamoco_bench.training.tuning.settings import Lora

ARGUMENTS: Final = {"local_files_only": True}


@dataclass(frozen=True, slots=True)
class Trainable:
    """A model to be trained, and the tokenizer that it was made with."""

    model: Any
    tokenizer: Any

    @property
    def padding(self) -> int:
        """Id of the token that fills sequences up; they are masked, so which one does not matter."""
        pad: int | None = self.tokenizer.pad_token_id
        end: int = self.tokenizer.eos_token_id
        return end if pad is None else pad

    def save(self, folder: Path) -> None:
        """Write weights (or the adapter alone) and tokenizer."""
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)


def load_trainable(base: str, lora: Lora | None, seed: int = 0) -> Trainable:
    """Load a checkpoint for training, in 32 bits.

    Parameters
    ----------
    base: folder, id on the Hub, or the name of weights that this package can fetch; a folder may hold an adapter,
        which is then trained on.
    lora: what a full checkpoint is adapted by; None to tune all weights.
    seed: of the adapter's first weights.

    Raises
    ------
    UsageError, ModelError: where there is no such checkpoint.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()
    with tolerated_warnings():
        checkpoint = _find(base)
        tokenizer = _tokenizer(checkpoint)
        model = _model(checkpoint.base or checkpoint)
        if checkpoint.base is not None:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, checkpoint.folder, is_trainable=True)
        elif lora is not None:
            model = _adapted(model, lora, seed)
    model.config.use_cache = False
    return Trainable(model, tokenizer)


def _find(base: str) -> Checkpoint:
    if base in WEIGHTS:
        path = fetch(WEIGHTS[base], say)
        return Checkpoint(path.parent, gguf_file=path.name)
    return find_checkpoint(base, None, "", fetch=True)


def _tokenizer(checkpoint: Checkpoint) -> Any:
    from transformers import AutoTokenizer

    own = checkpoint.base is None or (checkpoint.folder / "tokenizer_config.json").is_file()
    source = checkpoint if own or checkpoint.base is None else checkpoint.base
    gguf = {"gguf_file": source.gguf_file} if source.gguf_file else {}
    return AutoTokenizer.from_pretrained(source.folder, **ARGUMENTS, **gguf)


def _model(checkpoint: Checkpoint) -> Any:
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig

    arguments: dict[str, Any] = dict(ARGUMENTS)
    if checkpoint.gguf_file:  # packed weights cannot be trained
        arguments |= {"gguf_file": checkpoint.gguf_file, "quantization_config": GgufConfig(dequantize=True)}
    # Weights of 16 bits would lose the small steps of the optimizer: 16 bits are for computing alone.
    return AutoModelForCausalLM.from_pretrained(checkpoint.folder, dtype=torch.float32, **arguments)


def _adapted(model: Any, lora: Lora, seed: int) -> Any:
    import torch
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return get_peft_model(model, config)
