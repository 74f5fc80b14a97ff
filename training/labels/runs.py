"""Runs of candidates: each is done once, journalled at once, and found again by its key."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from llamoco_bench.baselines.models.identity import digest
from llamoco_bench.baselines.optimizers.run import OptimizerRun, run_source
from llamoco_bench.journal import Journal, Record
from llamoco_bench.metrics import REACH_PRECISION
from llamoco_bench.problems.problem import Problem
from llamoco_bench.sandbox.reference import reference_value
from llamoco_bench.seeds import derive_seed
from llamoco_bench.training.labels.candidates import Candidate, candidate_hash

SAFETY_S: Final = 1800.0
"""Seconds of wall clock that end a run. No run comes near it: what bounds the cost of a Bayesian method is the number
of its models, a hyper-parameter. A run that is ended so scores 0 and is marked as capped; one that was not, because the
machine was suspended or the process halted meanwhile, is done again."""

_AGAIN: Final = 2

PROTOCOL: Final = 1
"""Raised where runs of the same program come to count differently."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a label needs of one run.

    Attributes
    ----------
    best_f: best feasible objective, None where the run found none or failed.
    at: evaluations after which it was found; those of the whole run where there is none.
    evaluations: evaluations of the whole run.
    failed: whether the program raised an exception or was capped; it then scores 0.
    """

    best_f: float | None
    at: int
    evaluations: int
    failed: bool

    @classmethod
    def of(cls, record: Record) -> Run:
        """Take a run out of its record (kind ``label-run``)."""
        return cls(record["best_f"], record["at"], record["evaluations"], record["failed"])


def label_seed(master: int, problem_id: str, number: int) -> int:
    """Seed of run `number` of every candidate on a problem; never one that models or answer programs are scored on."""
    return derive_seed("label", master, problem_id, number)


def target_of(problem: Problem, f0: float) -> float | None:
    """Value at which a run stops early since no score can rise any more: the hardest target of Reach.

    None where a run must go on because the best value known is not proven: a better one may be found.
    """
    if problem.best_known is None or not problem.best_known_source.startswith("closed form"):
        return None
    gap = f0 - problem.best_known
    return problem.best_known + REACH_PRECISION * gap if gap > 0 else None


@dataclass(slots=True)
class Runner:
    """Runs candidates on one problem.

    Parameters
    ----------
    problem: on which all of them run.
    master: seed of the whole labelling.
    known: records of earlier runs by key.
    journal: receives each run as soon as it has ended; None to keep none.

    Attributes
    ----------
    used: records of all runs that were asked for, by key, in their order.
    """

    problem: Problem
    master: int
    known: Mapping[str, Record]
    journal: Journal | None = None
    used: dict[str, Record] = field(default_factory=dict)
    _definition: str = field(init=False)
    _starts: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._definition = values_hash(self.problem)

    def start(self, number: int) -> float:
        """f0 of run `number`, the same for every candidate."""
        if number not in self._starts:
            self._starts[number] = reference_value(self.problem, self.seed(number))
        return self._starts[number]

    def seed(self, number: int) -> int:
        """Seed of run `number`, the same for every candidate."""
        return label_seed(self.master, self.problem.id, number)

    def run(self, one: Candidate, number: int) -> Run:
        """Return run `number` of a candidate, from the journal if it is there."""
        key = self._key(one, number)
        record = self.used.get(key) or self.known.get(key)
        if record is None:
            record = self._do(one, number, key)
            if self.journal is not None:
                self.journal.append(record)
        self.used[key] = record
        return Run.of(record)

    def _key(self, one: Candidate, number: int) -> str:
        return digest(
            {
                "kind": "label run",
                "protocol": PROTOCOL,
                "values": self._definition,
                "program": candidate_hash(one),
                "seed": self.seed(number),
                "stops": target_of(self.problem, self.start(number)) is not None,
            }
        )[:32]

    def _do(self, one: Candidate, number: int, key: str) -> Record:
        target = target_of(self.problem, self.start(number))
        for _ in range(1 + _AGAIN):
            began = time.process_time()
            run = run_source(one.source, self.problem, self.seed(number), wall_s=SAFETY_S, target=target)
            cpu_s = time.process_time() - began
            if run.stopped != "time" or cpu_s > SAFETY_S / 2:
                break
        return _record(self.problem, one, number, run, key, cpu_s)


def _record(problem: Problem, one: Candidate, number: int, run: OptimizerRun, key: str, cpu_s: float) -> Record:
    failed = run.error is not None or run.stopped == "time"
    best = None if failed else run.best_f
    record: dict[str, Any] = {
        "kind": "label-run",
        "key": key,
        "problem": problem.id,
        "optimizer": one.optimizer,
        "config": one.config,
        "number": number,
        "best_f": best,
        "at": run.curve[-1][0] if best is not None and run.curve else run.evaluations,
        "evaluations": run.evaluations,
        "failed": failed,
        "stopped": run.stopped,
        "error": run.error,
        "cpu_s": round(cpu_s, 4),
    }
    if improves(problem, run):
        record["best_x"] = [] if run.best_x is None else run.best_x.tolist()
    return record


def improves(problem: Problem, run: OptimizerRun) -> bool:
    """Tell whether a run found a feasible point better than the best that was known when it ran."""
    if run.best_f is None or problem.best_known_source.startswith("closed form"):
        return False
    return problem.best_known is None or run.best_f < problem.best_known


def values_hash(problem: Problem) -> str:
    """Hash of all that fixes a run's values: the problem's definition, bounds and budget, not what is known of it."""
    head = [problem.id, problem.lower.tolist(), problem.upper.tolist(), problem.budget, problem.definition]
    return digest(head)[:16]
