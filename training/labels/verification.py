"""The score of a label is that of its answer program, run as any program of a model is: in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llamoco_bench.problems.problem import Problem
from llamoco_bench.sandbox import Limits, RunResult, run_program
from llamoco_bench.seeds import run_seed
from llamoco_bench.statuses import is_erroneous
from llamoco_bench.training.labels.candidates import Candidate
from llamoco_bench.training.labels.runs import Run
from llamoco_bench.training.labels.scores import Score, mean_score, score_run

WALL_S = 1800.0
"""Seconds that an answer program may take in the sandbox; some hundred times what the slowest of the pool takes, since
a machine that is busy otherwise must not fail it."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Runs of an answer program in the sandbox, on the seeds that the benchmark gives to models.

    They are not those that chose the label, so that the score is not flattered by the choice.

    Attributes
    ----------
    statuses: how each run ended.
    starts: f0 of each run.
    runs: what each run found.
    best_x: the best feasible point of all, where it is better than any known; else None.
    """

    statuses: tuple[str, ...]
    starts: tuple[float, ...]
    runs: tuple[Run, ...]
    best_x: tuple[float, ...] | None

    def score(self, best_known: float | None) -> Score:
        """Mean scores; a run that did not end well has 0."""
        return mean_score([score_run(run, best_known, f0) for run, f0 in zip(self.runs, self.starts, strict=True)])

    @property
    def best_f(self) -> float | None:
        """Best feasible objective of all runs."""
        return min((run.best_f for run in self.runs if run.best_f is not None), default=None)

    def fields(self, best_known: float | None) -> Mapping[str, Any]:
        """Return what is recorded with the label; the scores are against this f*."""
        score = self.score(best_known)
        return {
            "perf": score.perf,
            "reach": score.reach,
            "sandbox_statuses": list(self.statuses),
            "sandbox_f0": list(self.starts),
            "sandbox_best_f": [run.best_f for run in self.runs],
            "sandbox_evaluations": [run.evaluations for run in self.runs],
            "sandbox_at": [run.at for run in self.runs],
            "best_x": None if self.best_x is None else list(self.best_x),
        }


def verify(problem: Problem, one: Candidate, runs: int, master: int = 0) -> Verification:
    """Run the answer program of a candidate `runs` times in the sandbox.

    Raises
    ------
    SandboxError: the sandbox itself failed.
    """
    seeds = [run_seed(master, problem.id, number) for number in range(runs)]
    results = [run_program(one.source, problem, seed=seed, limits=Limits(wall_s=WALL_S)) for seed in seeds]
    return Verification(
        statuses=tuple(result.status for result in results),
        starts=tuple(result.f0 for result in results),
        runs=tuple(map(_run, results)),
        best_x=_improvement(problem, results),
    )


def _run(result: RunResult) -> Run:
    failed = is_erroneous(result.status)
    best = None if failed else result.best_f
    at = result.curve[-1][0] if best is not None and result.curve else result.evaluations
    return Run(best, at, result.evaluations, failed)


def _improvement(problem: Problem, results: list[RunResult]) -> tuple[float, ...] | None:
    if problem.best_known_source.startswith("closed form"):
        return None
    found = [
        (result.best_f, tuple(result.best_x.tolist()))
        for result in results
        if result.best_f is not None and result.best_x is not None
    ]
    best = min(found, default=None)
    if best is None or (problem.best_known is not None and best[0] >= problem.best_known):
        return None
    return best[1]
