"""One problem's label, from the competition to the record."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from llamoco_bench.baselines.models.identity import digest
from llamoco_bench.journal import Journal, Record
from llamoco_bench.problems.problem import Problem
from llamoco_bench.training.labels.board import Board
from llamoco_bench.training.labels.candidates import Candidate, candidate_hash
from llamoco_bench.training.labels.evidence import Evidence, weigh
from llamoco_bench.training.labels.full import full
from llamoco_bench.training.labels.protocol import Protocol
from llamoco_bench.training.labels.race import race
from llamoco_bench.training.labels.runs import Runner, values_hash
from llamoco_bench.training.labels.verification import Verification, verify


def label_key(problem: Problem, protocol: Protocol) -> str:
    """Key of a label: everything that decides it but the best value known, which only ever gets better."""
    return digest({"kind": "label", "values": values_hash(problem), "protocol": protocol.hash()})[:32]


def make_label(
    problem: Problem,
    protocol: Protocol,
    known: Mapping[str, Record],
    journal: Journal | None = None,
    *,
    sandbox: bool = True,
) -> Record:
    """Find the label of a problem.

    Parameters
    ----------
    known: records of earlier runs by key; they are not run again.
    journal: receives each run.
    sandbox: whether the winner's program is run in the sandbox; otherwise the label is a draft without its score.

    Returns
    -------
    The record of the label, see `label_record`; that of a draft also where the sandbox failed, so that the same job
    runs the program another time.
    """
    began = time.monotonic()
    board = Board(Runner(problem, protocol.master, known, journal))
    ranked = compete(board, protocol)
    checked = verify(problem, ranked[0], protocol.schedule.seeds) if sandbox else None
    if checked is not None and "infra" in checked.statuses:
        checked = None
    record = label_record(board, ranked, checked, protocol)
    record["wall_s"] = round(time.monotonic() - began, 2)
    return record


def compete(board: Board, protocol: Protocol) -> list[Candidate]:
    """Return the candidates that ran on all seeds, the best first."""
    if protocol.mode == "full":
        return full(board, protocol.candidates, protocol.schedule.seeds)
    return race(board, protocol.portfolio, protocol.schedule, protocol.granularity)


def label_record(board: Board, ranked: list[Candidate], checked: Verification | None, protocol: Protocol) -> Record:
    """Put a label together, as JSON builtins; without `checked` a draft."""
    problem, runner, seeds = board.runner.problem, board.runner, protocol.schedule.seeds
    evidence = weigh(board, ranked, seeds)
    found = [board.best_known, None if checked is None else checked.best_f]
    best_known = min((value for value in found if value is not None), default=None)
    return {
        "kind": "label-draft" if checked is None else "label",
        "key": label_key(problem, protocol),
        "problem": problem.id,
        "mode": protocol.mode,
        "protocol": protocol.hash(),
        **winner_fields(ranked[0]),
        **evidence_fields(evidence),
        "seeds": seeds,
        "candidates": len(board.runs),
        "finalists": len(ranked),
        "runs": sum(map(len, board.runs.values())),
        "evaluations": sum(run.evaluations for runs in board.runs.values() for run in runs),
        "capped": sum(record["stopped"] == "time" for record in runner.used.values()),
        "cpu_s": round(sum(record["cpu_s"] for record in runner.used.values()), 3),
        "best_known": best_known,
        "best_known_source": problem.best_known_source,
        "f0": [runner.start(number) for number in range(seeds)],
        **({} if checked is None else checked.fields(best_known)),
    }


def winner_fields(winner: Candidate) -> dict[str, Any]:
    """Return what the winner is."""
    return {
        "optimizer": winner.optimizer,
        "config": winner.config,
        "program": candidate_hash(winner)[:16],
    }


def evidence_fields(evidence: Evidence) -> dict[str, Any]:
    """Return what speaks for the winner."""
    runner_up, other = evidence.runner_up, evidence.runner_up_score
    mine = evidence.score
    return {
        "selection_perf": mine.perf,
        "selection_reach": mine.reach,
        "selection_at": mine.at,
        "runner_up": None if runner_up is None else runner_up.optimizer,
        "runner_up_config": None if runner_up is None else runner_up.config,
        "margin_perf": None if other is None else mine.perf - other.perf,
        "margin_reach": None if other is None else mine.reach - other.reach,
        "margin_at": None if other is None else mine.at - other.at,
        "p_optimizer": evidence.p_optimizer,
        "p_config": evidence.p_config,
    }
