"""Runs that the labelling did without: a race drops most programs of a problem before they have had all their runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from llamoco_bench.errors import UsageError
from llamoco_bench.journal import Record
from llamoco_bench.problems import load_problem
from llamoco_bench.training.evaluation.identify import Choice
from llamoco_bench.training.labels.backends import spread
from llamoco_bench.training.labels.candidates import candidate
from llamoco_bench.training.labels.folder import LabelFolder, journal_of_this_process
from llamoco_bench.training.labels.runs import Runner


def run_more(
    wanted: Mapping[str, Iterable[Choice]],
    starts: Mapping[str, list[float]],
    folder: Path,
    seed: int = 0,
    jobs: int = 1,
) -> Iterator[Record]:
    """Yield the rows of all runs of programs on problems, as they would stand in the table of the labelling.

    Parameters
    ----------
    wanted: programs of the pool by problem.
    starts: f0 of each run, by problem: as many runs are done.
    folder: of journals; what is in them is not done again.
    seed: master seed of the labelling.
    jobs: processes.

    Raises
    ------
    UsageError: `starts` are not those of the master seed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = LabelFolder.read(folder)
    tasks = ((name, list(wanted[name]), starts[name], folder, done.known(name), seed) for name in sorted(wanted))
    found = (_on_problem(*task) for task in tasks) if jobs == 1 else spread(_on_problem, tasks, "loky", jobs)
    for records in found:
        yield from records


def _on_problem(
    name: str, choices: list[Choice], starts: list[float], folder: Path, known: Mapping[str, Record], seed: int
) -> list[Record]:
    with journal_of_this_process(folder, "runs") as journal:
        runner = Runner(load_problem(name), seed, known, journal)
        if starts and runner.start(0) != starts[0]:
            raise UsageError(f"the label of {name} was found with another master seed than {seed}, or on other values")
        for choice in choices:
            one = candidate(choice.optimizer, json.loads(choice.config))
            for number in range(len(starts)):
                runner.run(one, number)
        return [record | {"config": json.dumps(record["config"])} for record in runner.used.values()]
