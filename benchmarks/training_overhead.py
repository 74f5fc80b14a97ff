"""Tokens per second of instruction tuning: our batches against transformers' plain Trainer, in one run.

Both train the same small Llama on the same rows with the same optimizer, precision and rows a batch; the peer has the
Trainer's own random sampler. Rounds alternate; figures are processor time of one thread, medians over rounds. Tokens
are counted without padding.

    python benchmarks/training_overhead.py --rounds 5
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM, PrinterCallback, Trainer, TrainingArguments
from transformers.utils import logging

from llamoco_bench.training.tuning.batches import HomogeneousBatches
from llamoco_bench.training.tuning.batches import Rows as Facts
from llamoco_bench.training.tuning.encoding import Row, answer_batch
from llamoco_bench.training.tuning.trainers import Rows, StreamTrainer

PROMPTS, PROBLEMS, VOCABULARY = 5, 48, 2048


def rows() -> list[Row]:
    """Rows as long as those of the instruction set in nano's tokens: prompts 250 to 700, answers 50 to 60."""
    lot = random.Random(0)
    found = []
    for problem in range(PROBLEMS):
        length = lot.randrange(250, 600)
        for _ in range(PROMPTS):
            prompt = tuple(lot.randrange(VOCABULARY) for _ in range(length + lot.randrange(100)))
            answer = tuple(lot.randrange(VOCABULARY) for _ in range(lot.randrange(50, 60)))
            found.append(Row(f"p{problem}", "abcdef"[problem % 6], prompt, answer))
    return found


def model() -> Any:
    """Llama of half a million parameters with fixed random weights."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=96,
        intermediate_size=256,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config)


def arguments(folder: Path, **own: Any) -> TrainingArguments:
    """Settings that all share."""
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=1,
        learning_rate=1e-3,
        bf16=True,
        use_cpu=True,
        report_to="none",
        save_strategy="no",
        logging_steps=10,
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        **own,
    )


class Counted(Rows):
    """Rows that count the tokens handed out."""

    tokens = 0

    def __getitem__(self, index: int) -> Row:
        row = super().__getitem__(index)
        self.tokens += row.length
        return row


def ours(data: list[Row], folder: Path) -> tuple[Trainer, Counted]:
    facts = Facts([r.problem for r in data], [r.optimizer for r in data], [r.length for r in data])
    counted = Counted(data)
    trainer = StreamTrainer(
        batches=HomogeneousBatches(facts),
        model=model(),
        args=arguments(folder),
        train_dataset=counted,
        data_collator=lambda batch: answer_batch(batch, 0),
    )
    return trainer, counted


def plain(data: list[Row], folder: Path) -> tuple[Trainer, Counted]:
    counted = Counted(data)
    trainer = Trainer(
        model=model(),
        args=arguments(folder, per_device_train_batch_size=PROMPTS),
        train_dataset=counted,
        data_collator=lambda batch: answer_batch(batch, 0),
    )
    return trainer, counted


def speed(make: Callable[[], tuple[Trainer, Counted]]) -> float:
    """Tokens a second of processor time, from the first batch to the last step."""
    trainer, counted = make()
    trainer.remove_callback(PrinterCallback)
    counted.tokens = 0
    began = time.process_time()
    trainer.train()
    return counted.tokens / (time.process_time() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    data = rows()
    with tempfile.TemporaryDirectory() as place:
        ways: dict[str, Callable[[], tuple[Trainer, Counted]]] = {
            "homogeneous batches, equation 5": lambda: ours(data, Path(place)),
            "Trainer": lambda: plain(data, Path(place)),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, make in ways.items():
                found[name].append(speed(make))
    for name, values in found.items():
        print(f"{name:34s} {statistics.median(values):8.0f} tokens/s  ({min(values):.0f} to {max(values):.0f})")
    ratios = [own / peer for own, peer in zip(*found.values(), strict=True)]
    print(
        f"ratio, median over rounds          {statistics.median(ratios):8.2f}  ({min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    main()
