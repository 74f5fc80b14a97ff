"""Labels of many problems: one task a problem, spread over processes or machines by joblib."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from llamoco_bench.baselines.optimizers import Kind, kind_of
from llamoco_bench.journal import Record
from llamoco_bench.problems import load_problem
from llamoco_bench.training.labels.folder import LabelFolder, journal_of_this_process
from llamoco_bench.training.labels.label import label_key, make_label
from llamoco_bench.training.labels.protocol import Protocol
from llamoco_bench.training.progress import say

Backend = Literal["loky", "dask", "ray"]
Protocols = Mapping[Kind, Protocol]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be labelled, and with what means.

    Attributes
    ----------
    problems: ids, in the order of labelling.
    protocols: by kind.
    folder: of the journals; every process that takes part must be able to write to it.
    backend: of joblib.
    jobs: processes at a time; 1 stays in this one.
    stop_after_s: seconds after which no further problem is begun; infinite for no end.
    sandbox: whether the programs of the labels are run in the sandbox. On a busy machine that takes many times as long
        as on an idle one, since harness and program wait for each other at every call; the same job with it
        completes the drafts that one without it has left.
    """

    problems: Sequence[str]
    protocols: Protocols
    folder: Path
    backend: Backend = "loky"
    jobs: int = 1
    stop_after_s: float = float("inf")
    sandbox: bool = True


def run_job(job: Job, folder: LabelFolder) -> list[Record]:
    """Label all problems of a job that `folder` has no label of; return the fresh labels in the order of their end."""
    done = folder.labels.keys() if job.sandbox else folder.labels.keys() | folder.drafts.keys()
    waiting = [problem_id for problem_id in job.problems if _key(problem_id, job.protocols) not in done]
    progress = Progress(len(waiting), len(job.problems))
    fresh = []
    with journal_of_this_process(job.folder, "labels") as journal:
        journal.append(_session(job))
        for label in _carry_out(job, waiting, folder):
            journal.append(label)
            fresh.append(label)
            progress.tell(label)
    return fresh


def _session(job: Job) -> Record:
    from llamoco_bench.run_folder import describe_session

    told = {name: value for name, value in describe_session().items() if name != "argv"}
    return {
        "kind": "label-session",
        "protocols": {protocol.hash(): protocol.description() for protocol in job.protocols.values()},
        "session": {**told, "backend": job.backend, "jobs": job.jobs},
    }


def _key(problem_id: str, protocols: Protocols) -> str:
    problem = load_problem(problem_id)
    return label_key(problem, protocols[kind_of(problem.n_constraints)])


def _carry_out(job: Job, waiting: Iterable[str], folder: LabelFolder) -> Iterator[Record]:
    end = time.monotonic() + job.stop_after_s
    tasks = (
        (problem_id, job.protocols, job.folder, folder.known(problem_id), job.sandbox)
        for problem_id in waiting
        if time.monotonic() < end
    )
    if job.jobs == 1 and job.backend == "loky":
        yield from (label_problem(*task) for task in tasks)
        return
    from llamoco_bench.training.labels.backends import spread

    yield from spread(label_problem, tasks, job.backend, job.jobs)


def label_problem(
    problem_id: str, protocols: Protocols, folder: Path, known: Mapping[str, Record], sandbox: bool
) -> Record:
    """Label one problem, in whichever process; its runs go to that process's own journal."""
    problem = load_problem(problem_id)
    with journal_of_this_process(folder, "runs") as journal:
        return make_label(problem, protocols[kind_of(problem.n_constraints)], known, journal, sandbox=sandbox)


class Progress:
    """Says on standard error how far a job is, one line a label.

    Parameters
    ----------
    waiting: labels that are to be made.
    total: labels of the job, those made before included.
    """

    def __init__(self, waiting: int, total: int) -> None:
        self._waiting, self._total, self._done = waiting, total, 0
        self._began = time.monotonic()

    def tell(self, label: Record) -> None:
        """Report a label."""
        self._done += 1
        spent = time.monotonic() - self._began
        left_h = spent / self._done * (self._waiting - self._done) / 3600
        done = self._total - self._waiting + self._done
        perf, reach = (label.get(name, label[f"selection_{name}"]) for name in ("perf", "reach"))
        say(
            f"[{done}/{self._total}] {label['problem']} {label['optimizer']} Perf {perf:.4f} "
            f"Reach {reach:.3f} P {label['p_optimizer']:.2f}, {label['runs']} runs, {label['wall_s']:.0f} s; "
            f"{3600 * self._done / spent:.0f} an hour, {left_h:.1f} h left"
            + (" (a draft)" if label["kind"] == "label-draft" else "")
        )
