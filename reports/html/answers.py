"""What models wrote: the program in each answer, what it uses, and where the same program was written again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from llamoco_bench.extraction import extract_program
from llamoco_bench.journal import Record
from llamoco_bench.optimizer_use import optimizers_used

Cell = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a model.

    Attributes
    ----------
    record: the journal's record: ``text``, ``prompt``, ``usage``, ``finish_reason``, ``wall_s``.
    program: the program in it; empty where there is none.
    optimizers: what the program uses (`llamoco_bench.optimizer_use`).
    fingerprint: the same for equal programs; empty where there is none.
    """

    record: Record
    program: str
    optimizers: tuple[str, ...]
    fingerprint: str


def read_answers(generations: Mapping[Cell, Mapping[int, Record]]) -> dict[Cell, dict[int, Answer]]:
    """Find the programs in all answers; equal answers are read once."""
    texts = {record["text"] for turns in generations.values() for record in turns.values()}
    found = {text: _read(text) for text in texts}
    return {
        cell: {turn: Answer(record, *found[record["text"]]) for turn, record in turns.items()}
        for cell, turns in generations.items()
    }


def _read(text: str) -> tuple[str, tuple[str, ...], str]:
    program = extract_program(text) or ""
    fingerprint = hashlib.sha256(program.encode("utf-8", "surrogatepass")).hexdigest()[:12] if program else ""
    return program, optimizers_used(program), fingerprint
