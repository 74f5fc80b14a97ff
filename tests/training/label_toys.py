"""Small problems, small pools and made-up records: for tests of labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llamoco_bench.journal import Record
from llamoco_bench.problems.problem import Array, Evaluation, Problem
from llamoco_bench.training.labels.candidates import Candidate, grid_candidates
from llamoco_bench.training.labels.folder import LabelFolder
from llamoco_bench.training.labels.protocol import Mode, Protocol
from llamoco_bench.training.labels.race import Schedule

SHORT = Schedule(opening=2, deepened=2, second=8, leaders=2, climbs=2, entry=8, third=4, finalists=3, seeds=3)


@dataclass(frozen=True)
class Toy:
    """A rippled bowl: sphere plus cosines, minimum 0 at 0.7."""

    ripple: float = 1.0

    def __call__(self, points: Array) -> Evaluation:
        z = points - 0.7
        f = (z**2).sum(axis=1) + self.ripple * (1 - np.cos(6 * z)).sum(axis=1)
        return Evaluation(f, np.empty((len(f), 0)), np.empty((len(f), 0)))


def toy_problem(name: str = "toy/bowl", dim: int = 3, budget: int = 300, ripple: float = 1.0) -> Problem:
    """Return the bowl as a problem."""
    return Problem(
        id=name,
        title="toy",
        lower=np.full(dim, -5.0),
        upper=np.full(dim, 5.0),
        budget=budget,
        n_inequality=0,
        n_equality=0,
        evaluator=Toy(ripple),
        describe=tuple,
        definition=f"toy {ripple}",
        best_known=0.0,
        best_known_source="closed form: the bowl's centre",
    )


MakeToy = Callable[..., Problem]


def toy_protocol(mode: Mode = "race", optimizers: tuple[str, ...] = ("pso", "samr-ga", "sdms-pso")) -> Protocol:
    """Protocol of a competition between a few cheap optimizers."""
    portfolio: dict[str, tuple[Candidate, ...]] = {name: grid_candidates(name, "half")[::4][:4] for name in optimizers}
    return Protocol(mode, "unconstrained", "half", 0, SHORT, portfolio)


def run_record(problem: str, optimizer: str, number: int, best_f: float, **config: float) -> Record:
    """Return the record of a run as the labelling writes it."""
    return {
        "kind": "label-run",
        "key": f"{problem} {optimizer} {config} {number}",
        "problem": problem,
        "optimizer": optimizer,
        "config": config,
        "number": number,
        "best_f": best_f,
        "at": 5,
        "evaluations": 10,
        "failed": False,
        "stopped": "returned",
        "error": None,
        "cpu_s": 0.5,
    }


def label_record(problem: str, optimizer: str, mode: str = "race", left: float = 0.1, **changes: Any) -> Record:
    """Return the record of a label whose program left the share `left` of the way; `changes` are to its fields."""
    record: Record = {
        "kind": "label",
        "key": f"{problem} {mode}",
        "problem": problem,
        "mode": mode,
        "protocol": f"protocol of {mode}",
        "optimizer": optimizer,
        "config": {"a": 1.0},
        "program": "0" * 16,
        "perf": 1 - left,
        "reach": 0.5,
        "selection_perf": 1 - left,
        "selection_reach": 0.5,
        "selection_at": 5.0,
        "runner_up": "de",
        "runner_up_config": {},
        "margin_perf": 0.1,
        "margin_reach": 0.1,
        "margin_at": 1.0,
        "p_optimizer": 0.9,
        "p_config": 0.8,
        "seeds": 2,
        "candidates": 3,
        "finalists": 2,
        "runs": 4,
        "evaluations": 40,
        "capped": 0,
        "cpu_s": 2.0,
        "wall_s": 3.0,
        "best_known": 0.0,
        "best_known_source": "closed form",
        "f0": [1.0, 1.0],
        "sandbox_statuses": ["ok", "ok"],
        "sandbox_f0": [1.0, 1.0],
        "sandbox_best_f": [left, left],
        "sandbox_evaluations": [10, 10],
        "sandbox_at": [5, 5],
        "best_x": None,
    }
    return {**record, **changes}


def folder_of(*records: Record) -> LabelFolder:
    """Return a folder that holds records of runs and labels."""
    folder = LabelFolder(Path("toy"))
    folder.add(records)
    folder.protocols = {record["protocol"]: {} for record in records if record["kind"] == "label"}
    return folder
