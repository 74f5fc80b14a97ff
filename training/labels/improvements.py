"""Better values than the best known: found by runs of labels, stored in the tables of the problems."""

from __future__ import annotations

from collections.abc import Iterator

from llamoco_bench.journal import Record
from llamoco_bench.problems import load_problem
from llamoco_bench.problems.best_values import Found, examine
from llamoco_bench.training.labels.folder import LabelFolder
from llamoco_bench.training.labels.runs import Run
from llamoco_bench.training.labels.scores import Score, mean_score, score_run


def improvements(folder: LabelFolder) -> Iterator[tuple[float | None, Found]]:
    """Yield for each problem the best point that any run found where it beats the best value known, with that value.

    Every point is evaluated again, and must be feasible.
    """
    for problem_id, record in sorted(_best_points(folder).items()):
        problem = load_problem(problem_id)
        source = f"found by {record['optimizer']} while problems were labelled"
        _, found = examine(problem, record["best_x"], source)
        if found is not None:
            yield problem.best_known, found


def _best_points(folder: LabelFolder) -> dict[str, Record]:
    """Record with the best of all points that were kept, by problem."""
    best: dict[str, tuple[float, Record]] = {}
    for record in [*(run for runs in folder.runs.values() for run in runs), *folder.labels.values()]:
        if record.get("best_x"):
            value = _value(record)
            if record["problem"] not in best or value < best[record["problem"]][0]:
                best[record["problem"]] = value, record
    return {name: record for name, (_, record) in best.items()}


def _value(record: Record) -> float:
    if record["kind"] == "label":
        return min(float(f) for f in record["sandbox_best_f"] if f is not None)
    return float(record["best_f"])


def rescored(label: Record) -> Record:
    """Return a label with the scores of its runs in the sandbox against the best value known now."""
    known = [v for v in (label["best_known"], load_problem(label["problem"]).best_known) if v is not None]
    best_known = min(known, default=None)
    score = sandbox_score(label, best_known)
    return {**label, "best_known": best_known, "perf": score.perf, "reach": score.reach}


def sandbox_score(label: Record, best_known: float | None) -> Score:
    """Mean scores of a label's runs in the sandbox against a value of f*."""
    columns = (label[f"sandbox_{name}"] for name in ("best_f", "at", "evaluations", "statuses", "f0"))
    return mean_score(
        [
            score_run(Run(best, at, evaluations, failed=status != "ok"), best_known, f0)
            for best, at, evaluations, status, f0 in zip(*columns, strict=True)
        ]
    )
