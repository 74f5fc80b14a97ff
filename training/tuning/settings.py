"""How a phase of training is run: what the paper fixes, what is ours, and what the machine decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from llamoco_bench.training.tuning.contrastive import MARGIN, Pooling

Precision = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Phase 1, contrastive warm-up.

    Attributes
    ----------
    steps: of the optimizer.
    triplets: anchors per step and process, each with a positive and a negative.
    optimizer: ``sgd`` in the paper.
    learning_rate: constant.
    collapse: the phase ends where both mean distances stay below it, since all prompts then look alike.
    """

    steps: int = 1000
    triplets: int = 4
    optimizer: Literal["sgd", "adamw_torch"] = "sgd"
    learning_rate: float = 5e-4
    margin: float = MARGIN
    pooling: Pooling = "last"
    balance: bool = True
    collapse: float = 0.005


@dataclass(frozen=True, slots=True)
class Tuning:
    """Phase 2, instruction tuning; and pre-training, which learns prompts too.

    Attributes
    ----------
    epochs: in each, as many problems are drawn as there are.
    problems: problems in a batch.
    prompts: rephrasings of a problem in a batch, drawn anew each time; 0 for all of them. Fewer take less memory.
    accumulate: batches per step of the optimizer.
    learning_rate: reached after `warmup_steps`, from where it falls to 0 along a cosine.
    balance: draw problems by equation 5.
    learn_prompts: the loss covers prompts too.
    """

    epochs: int = 20
    problems: int = 1
    prompts: int = 0
    accumulate: int = 1
    learning_rate: float = 5e-4
    warmup_steps: int = 1000
    weight_decay: float = 0.01
    balance: bool = True
    learn_prompts: bool = False


@dataclass(frozen=True, slots=True)
class Lora:
    """Low-rank adaptation of all linear layers."""

    rank: int = 8
    alpha: int = 32
    dropout: float = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """What does not change the result, or only in its last digits.

    Attributes
    ----------
    seed: of sampling and dropout.
    precision: ``bf16`` and ``fp16`` keep weights in 32 bits and compute in 16.
    threads: of a process on the CPU.
    save_steps: between two checkpoints.
    keep: checkpoints that are kept.
    max_steps: stop after so many, 0 for no such limit; the schedule is that of the whole phase.
    """

    seed: int = 0
    precision: Precision = "bf16"
    threads: int = 1
    save_steps: int = 200
    keep: int = 2
    max_steps: int = 0
    gradient_checkpointing: bool = False
