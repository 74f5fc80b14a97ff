"""Who is answered when: requests are queued, drawn together into batches, and answered once however many ask.

What someone waits for goes before what was only announced. A request that is running or stored already is joined, not
asked again. A batch is the one whose turn it is and those nearest to it in length, since all of a batch cost as much as
its longest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from llamoco_bench.baselines.models.base import BatchModel, Generation, Model, PaidModelError, ParallelModel, Request
from llamoco_bench.baselines.models.identity import request_key
from llamoco_bench.baselines.models.serving.purse import Limits
from llamoco_bench.baselines.models.serving.store import Account, AnswerStore
from llamoco_bench.errors import ModelError

GATHER_S: Final = 0.05
"""How long a batch that is not full waits for more, once someone waits."""


@dataclass(slots=True, eq=False)
class _Job:
    key: str
    request: Request
    label: str
    done: Future[Generation] = field(default_factory=Future)


class Scheduler:
    """Answers requests from several threads with one model.

    Parameters
    ----------
    make: gives an adapter; called once for each lane, in the lane's own thread except for the first.
    store: where answers are kept.
    run: id of the run on whose accounts they go there.
    limits: what may be spent, by the label under which the model is asked; other labels have no limit.

    Attributes
    ----------
    identity: of the model.
    is_parallel: whether the model is asked several things at a time.
    """

    def __init__(self, make: Callable[[], Model], store: AnswerStore, run: str, limits: Mapping[str, Limits]) -> None:
        self._make = make
        self._store = store
        self._run = run
        self._limits = limits
        self._first = make()
        self.identity = dict(self._first.identity)
        self._batch = self._first.batch_size if isinstance(self._first, BatchModel) else 1
        self._changed = threading.Condition()
        self._wanted: dict[str, _Job] = {}
        self._announced: dict[str, _Job] = {}
        self._running: dict[str, _Job] = {}
        self._open = True
        self.is_parallel = isinstance(self._first, ParallelModel)
        lanes = self._first.concurrency if isinstance(self._first, ParallelModel) else 1
        self._lanes = [threading.Thread(target=self._serve, args=(i,), daemon=True) for i in range(lanes)]
        for lane in self._lanes:
            lane.start()

    def ask(self, requests: Sequence[Request], label: str) -> list[Generation]:
        """Wait for the answers to `requests`, which are all queued at once, on the account of `label`.

        Raises
        ------
        ModelError: the first of them that cannot be answered.
        """
        with self._changed:  # or a batch is made of the first few alone
            waiting = [self._enter(request, label) for request in requests]
        return [future.result() for future in waiting]

    def announce(self, requests: Iterable[Request], label: str) -> int:
        """Queue what will be asked later, to be answered when nobody waits; return how many of it is new."""
        new = 0
        for request in requests:
            key = request_key(self.identity, request)
            with self._changed:
                if self._open and self._job(key) is None and self._store.get(key) is None:
                    self._announced[key] = _Job(key, request, label)
                    new += 1
        with self._changed:
            self._changed.notify_all()
        return new

    def close(self, drain_s: float = 0.0) -> None:
        """Drop what is queued, and wait for what is running for at most `drain_s` seconds a lane."""
        with self._changed:
            self._open = False
            dropped = [*self._wanted.values(), *self._announced.values()]
            self._wanted.clear()
            self._announced.clear()
            self._changed.notify_all()
        for job in dropped:
            job.done.set_exception(ModelError("The session has ended"))
        for lane in self._lanes:
            lane.join(drain_s)

    def _enter(self, request: Request, label: str) -> Future[Generation]:
        key = request_key(self.identity, request)
        with self._changed:
            job = self._running.get(key) or self._wanted.get(key)
            if job is not None:
                return job.done
            if (stored := self._store.get(key)) is not None:
                self._announced.pop(key, None)
                return _done(stored)
            if not self._open:
                raise ModelError("The session has ended")
            job = self._announced.pop(key, None) or _Job(key, request, label)
            job.label = label  # whoever waits for an answer pays for it, not who announced it
            self._wanted[key] = job
            self._changed.notify_all()
            return job.done

    def _job(self, key: str) -> _Job | None:
        return self._running.get(key) or self._wanted.get(key) or self._announced.get(key)

    def _serve(self, lane: int) -> None:
        model: Model | None = self._first if lane == 0 else None
        while jobs := self._take():
            try:
                if not (jobs := self._affordable(jobs)):
                    continue
                model = model or self._make()
                answers = _answer(model, [job.request for job in jobs])
                for job, answer in zip(jobs, answers, strict=True):
                    self._store.put(job.key, answer, Account(self._run, job.label))
                self._finish(jobs, answers)
            except PaidModelError as error:
                self._fail(jobs, self._charged(jobs[0], error))
            except Exception as error:  # noqa: BLE001 - whatever an adapter does, those who wait must hear of it
                self._fail(jobs, error)
        if model is not None:
            model.close()

    def _charged(self, job: _Job, failure: PaidModelError) -> ModelError:
        """Enter what a failure cost on the account of a job; return what is to be told."""
        try:
            self._store.charge(failure.usage, Account(self._run, job.label))
        except ModelError as error:
            return error
        return failure

    def _affordable(self, jobs: Sequence[_Job]) -> list[_Job]:
        """Return the jobs whose accounts have something left; the others fail."""
        refused: dict[str, ModelError] = {}
        for label in {job.label for job in jobs} & self._limits.keys():
            try:
                self._limits[label].check(self._store.spent(Account(self._run, label)))
            except ModelError as error:
                refused[label] = error
        for label, refusal in refused.items():
            self._fail([job for job in jobs if job.label == label], refusal)
        return [job for job in jobs if job.label not in refused]

    def _take(self) -> list[_Job]:
        """Wait for something to do, and return what makes up the next batch; nothing once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._announced or not self._open)
            if self._open and self._batch > 1:
                self._changed.wait_for(lambda: self._n_queued() >= self._batch or not self._open, GATHER_S)
            if not self._open:
                return []
            queued = [*self._wanted.values(), *self._announced.values()]
            alike = [job for job in queued if job.request.temperature == queued[0].request.temperature]
            # Sorting is stable: the head stays first, what is wanted stays before what was announced.
            length = _length(alike[0])
            alike.sort(key=lambda job: (job.key not in self._wanted, abs(_length(job) - length)))
            jobs = alike[: self._batch]
            for job in jobs:
                (self._wanted if job.key in self._wanted else self._announced).pop(job.key)
                self._running[job.key] = job
            return jobs

    def _n_queued(self) -> int:
        return len(self._wanted) + len(self._announced)

    def _finish(self, jobs: Sequence[_Job], answers: Sequence[Generation]) -> None:
        self._leave(jobs)
        for job, answer in zip(jobs, answers, strict=True):
            job.done.set_result(answer)

    def _fail(self, jobs: Sequence[_Job], error: Exception) -> None:
        self._leave(jobs)
        for job in jobs:
            told = error if isinstance(error, ModelError) else ModelError(f"{type(error).__name__}: {error}")
            job.done.set_exception(told)

    def _leave(self, jobs: Sequence[_Job]) -> None:
        with self._changed:
            for job in jobs:
                del self._running[job.key]


def _length(job: _Job) -> int:
    return sum(len(message.content) for message in job.request.messages)


def _answer(model: Model, requests: Sequence[Request]) -> Sequence[Generation]:
    if isinstance(model, BatchModel) and len(requests) > 1:
        answers = model.generate_batch(requests)
        if len(answers) != len(requests):
            raise ModelError(f"{len(requests)} requests were given {len(answers)} answers")
        return answers
    return [model.generate(request) for request in requests]


def _done(answer: Generation) -> Future[Generation]:
    future: Future[Generation] = Future()
    future.set_result(answer)
    return future
