"""What the programs of the pool score on labelled problems, by the runs that the labels rest on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from llamoco_bench.baselines.models.identity import canonical_json
from llamoco_bench.errors import UsageError
from llamoco_bench.metrics import optimization_performance, reach
from llamoco_bench.training.evaluation.identify import Choice


@dataclass(frozen=True, slots=True)
class Score:
    """Mean scores of a program on a problem.

    Attributes
    ----------
    runs: how many they are the mean of.
    """

    perf: float
    reach: float
    runs: int


class ScoreTable:
    """Scores by problem and program; a race has no run of most programs on a problem.

    Parameters
    ----------
    scores: by problem and program.
    labels: rows of the labels by problem; only those are asked for in `completed`.
    more: folder for runs that are missing; None to do without them.
    jobs: processes that do them.
    """

    def __init__(
        self,
        scores: Mapping[str, Mapping[Choice, Score]],
        labels: Mapping[str, Mapping[str, Any]] | None = None,
        more: Path | None = None,
        jobs: int = 1,
    ) -> None:
        self._scores = scores
        self._labels = labels or {}
        self._more = more
        self._jobs = jobs

    @classmethod
    def read(cls, labels: Path, runs: Path, more: Path | None = None, jobs: int = 1) -> ScoreTable:
        """Read the tables that `label-export` writes; `more` and `jobs` as above.

        Raises
        ------
        UsageError: where one of them is missing.
        """
        import pyarrow.parquet as pq

        for path in (labels, runs):
            if not path.is_file():
                raise UsageError(f"{path} is no file. Expected a table of the labelling")
        starts = {row["problem"]: row for row in pq.read_table(labels).to_pylist()}
        columns = ["problem", "optimizer", "config", "number", "best_f", "failed"]
        return cls(_means(pq.read_table(runs, columns=columns).to_pylist(), starts), starts, more, jobs)

    def completed(self, wanted: Iterable[tuple[str, Choice | None]]) -> ScoreTable:
        """Return a table where each wanted program has as many runs on its labelled problem as the label's winner.

        Else programs that a race dropped early, which are the bad ones, would be missing from a mean, or count by a
        single run. Without a folder for them, the table as it is.
        """
        if self._more is None:
            return self
        missing: dict[str, list[Choice]] = defaultdict(list)
        for problem, choice in dict.fromkeys(wanted):
            known = self.of(problem, choice)
            if choice and problem in self._labels and (not known or known.runs < len(self._labels[problem]["f0"])):
                missing[problem].append(choice)
        if not missing:
            return self
        from llamoco_bench.training.evaluation.more_runs import run_more

        starts = {problem: list(self._labels[problem]["f0"]) for problem in missing}
        found = _means(run_more(missing, starts, self._more, jobs=self._jobs), self._labels)
        merged = {**self._scores, **{name: {**self._scores.get(name, {}), **scores} for name, scores in found.items()}}
        return ScoreTable(merged, self._labels, self._more, self._jobs)

    def of(self, problem: str, choice: Choice | None) -> Score | None:
        """Score of a program on a problem, or None where it was not run there."""
        return None if choice is None else self._scores.get(problem, {}).get(choice)

    def winner_again(self, problem: str) -> Score | None:
        """Score of the label's program in runs that were done after it had won, through the sandbox, on other seeds.

        The one of `virtual_best` has won on the very runs that it is scored by, luck included; this one has not.
        """
        label = self._labels.get(problem)
        if label is None or label.get("perf") is None or label.get("reach") is None:
            return None
        return Score(float(label["perf"]), float(label["reach"]), len(label["f0"]))

    def programs(self, problem: str) -> Mapping[Choice, Score]:
        """Scores of all programs that were run on a problem; empty where none was."""
        return self._scores.get(problem, {})

    def virtual_best(self, problem: str) -> Score | None:
        """Score of the best program on a problem, among those with the most runs; by Perf, then Reach."""
        scores = list(self._scores.get(problem, {}).values())
        most = max((score.runs for score in scores), default=0)
        finalists = [score for score in scores if score.runs == most]
        return max(finalists, key=lambda score: (score.perf, score.reach), default=None)

    def single_best(self, problems: Iterable[str], share: float = 0.9) -> Choice | None:
        """Program with the best mean Reach over `problems`, among those run on at least `share` of them."""
        known = [problem for problem in problems if problem in self._scores]
        found: dict[Choice, list[float]] = defaultdict(list)
        for problem in known:
            for choice, score in self._scores[problem].items():
                found[choice].append(score.reach)
        able = {choice: fmean(values) for choice, values in found.items() if len(values) >= share * len(known)}
        return max(able, key=lambda choice: able[choice], default=None)


def _means(
    runs: Iterable[Mapping[str, Any]], starts: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[Choice, Score]]:
    values: dict[str, dict[Choice, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        label = starts.get(run["problem"])
        if label is None or run["number"] >= len(label["f0"]):
            continue
        best = None if run["failed"] else run["best_f"]
        start, known = label["f0"][run["number"]], label["best_known"]
        score = optimization_performance(best, known, start), reach(best, known, start)
        choice = Choice(run["optimizer"], canonical_json(json.loads(run["config"])))
        values[run["problem"]][choice].append(score)
    return {
        problem: {
            choice: Score(fmean(perf for perf, _ in scores), fmean(reached for _, reached in scores), len(scores))
            for choice, scores in choices.items()
        }
        for problem, choices in values.items()
    }
