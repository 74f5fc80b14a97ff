"""What models wrote: the program in each answer, what it uses, and where the same program was written again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from llamoco_bench.extraction import extract_program
from llamoco_bench.journal import Record
from llamoco_bench.optimizer_use import optimizers_used

Cell = tuple[str, str, str]

_PARALLEL_FROM: Final = 4000
"""Distinct answers from which it pays to start processes; parsing one takes some 3 ms."""


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
    """Find the programs in all answers. Equal answers are read once; very many in several processes."""
    texts = list(dict.fromkeys(record["text"] for turns in generations.values() for record in turns.values()))
    found = dict(zip(texts, _read_all(texts), strict=True))
    return {
        cell: {turn: Answer(record, *found[record["text"]]) for turn, record in turns.items()}
        for cell, turns in generations.items()
    }


def _read_all(texts: Sequence[str]) -> list[tuple[str, tuple[str, ...], str]]:
    workers = os.process_cpu_count() if hasattr(os, "process_cpu_count") else len(os.sched_getaffinity(0))
    if len(texts) < _PARALLEL_FROM or (workers or 1) < 2:
        return list(map(_read, texts))
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_read, texts, chunksize=200))


def _read(text: str) -> tuple[str, tuple[str, ...], str]:
    program = extract_program(text) or ""
    fingerprint = hashlib.sha256(program.encode("utf-8", "surrogatepass")).hexdigest()[:12] if program else ""
    return program, optimizers_used(program), fingerprint
