"""One item of a method that proposes points (OPRO, LMEA): ask, evaluate here, show what came out, ask again.

The points are evaluated in this process: nothing of the model's is executed. Chance enters through the seed of the run
and the answers of the model; a run that was stopped is therefore gone on with by playing it again from the recorded
answers, which costs nothing but the evaluations, up to the first question that has none.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from llamoco_bench import prompting, seeds
from llamoco_bench.baselines.models.base import Generation, Request
from llamoco_bench.baselines.models.identity import digest, request_key
from llamoco_bench.baselines.models.points.base import Candidate, Method, Point, PointModel, Question, Space
from llamoco_bench.errors import ModelError, SandboxError
from llamoco_bench.item_outcome import ItemOutcome, Stage
from llamoco_bench.journal import BY_POINTS
from llamoco_bench.sandbox import RunResult
from llamoco_bench.sandbox.evaluator import Evaluator as Functions
from llamoco_bench.sandbox.ledger import OBJECTIVE, Ledger
from llamoco_bench.sandbox.reference import reference_value

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.base import Model
    from llamoco_bench.baselines.models.spec import ModelSpec
    from llamoco_bench.journal import Record
    from llamoco_bench.problems.problem import Problem
    from llamoco_bench.settings import Settings

_CALLS_OF_A_RUN: Final = 1 << 20
"""More than a run can ask: samples are numbered through all runs, so that each answer can be replayed."""


class Session(Protocol):
    """What an item needs of the evaluator."""

    @property
    def settings(self) -> Settings:
        """What was asked for."""
        ...

    def model(self, spec: ModelSpec) -> Model:
        """Return the adapter for `spec`."""
        ...

    def known_here(self, key: str, suite: str, label: str) -> Record | None:
        """Return the record of an earlier session."""
        ...

    def recorded_run(self, label: str, problem_id: str, run: int) -> Record | None:
        """Return the record of a run of an earlier session."""
        ...

    def write(self, kind: str, **fields: Any) -> None:
        """Append a record to the journal."""
        ...


class PointItem:
    """All runs of one method on one problem."""

    def __init__(self, session: Session, suite: str, problem: Problem, spec: ModelSpec) -> None:
        self._session = session
        self._suite = suite
        self._problem = problem
        self._spec = spec
        self._fresh = 0

    def carry_through(self) -> ItemOutcome:
        """Do what is missing. Faults of ours are returned, not raised."""
        statuses: list[str] = []
        faults: list[str] = []
        waits_for: Stage = ""
        try:
            for run in range(self._session.settings.runs):
                record = self._record(run)
                if record is None:
                    waits_for = "generate"
                    break
                statuses.append(record["status"])
        except (ModelError, SandboxError) as error:
            faults.append(str(error))
        done = tuple(statuses)
        return ItemOutcome((), done, cached=self._fresh == 0 and bool(done), faults=tuple(faults), waits_for=waits_for)

    def _record(self, run: int) -> Record | None:
        """Return the record of a run; None where it is not recorded and this session asks nobody."""
        if self._session.settings.stage == "execute":
            return self._session.recorded_run(self._spec.label, self._problem.id, run)
        model = self._session.model(self._spec)
        if not isinstance(model, PointModel):
            raise ModelError(f"{self._spec.label} gives no method that proposes points")
        seed = seeds.run_seed(self._session.settings.seed, self._problem.id, run)
        key = digest(
            {
                "kind": "run",
                "by": BY_POINTS,
                "model": dict(model.identity),
                "options": self._sampling_seed(),
                "definition": self._problem.definition_hash,
                "run": run,
                "seed": seed,
            }
        )
        record = self._session.known_here(key, self._suite, self._spec.label)
        if record is not None:
            return record
        self._fresh += 1
        fields: Record = dict(_Run(self, model, run, seed).result().to_dict())
        self._write("run", key=key, run=run, seed=seed, by=BY_POINTS, **_facts(self._problem), **fields)
        return fields

    def answer(self, model: PointModel, requests: Sequence[Request], run: int) -> list[str]:
        """Return the texts of the answers; what is recorded is not asked."""
        inner: Mapping[str, object] = dict(model.inner_identity)
        keys = [request_key(inner, request) for request in requests]
        records = [self._session.known_here(key, self._suite, self._spec.label) for key in keys]
        missing = [i for i, record in enumerate(records) if record is None]
        texts = ["" if record is None else record["text"] for record in records]
        self._fresh += len(missing)
        answers = model.generate_all([requests[i] for i in missing]) if missing else []
        for i, answer in zip(missing, answers, strict=True):
            texts[i] = answer.text
            self._write_answer(keys[i], requests[i], answer, run)
        return texts

    def request(self, question: Question, run: int, call: int) -> Request:
        """Make question number `call` of a run a request."""
        return Request(
            self._problem.id,
            question.messages,
            sample=run * _CALLS_OF_A_RUN + call,
            seed=seeds.derive_seed("points", self._session.settings.seed, self._problem.id, run, self._sampling_seed()),
            temperature=question.temperature,
        )

    @property
    def problem(self) -> Problem:
        """What is to be solved."""
        return self._problem

    def _sampling_seed(self) -> str:
        """The seed that the spec gives the model below; its identity names it only where it samples by itself."""
        return str(self._spec.base.options.get("seed"))

    def _write_answer(self, key: str, request: Request, answer: Generation, run: int) -> None:
        # Prompts are not written: the answers before them determine them, and thousands would fill the disk.
        self._write(
            "generation",
            key=key,
            run=run,
            by=BY_POINTS,
            prompt=[],
            text=answer.text,
            usage=None if answer.usage is None else asdict(answer.usage),
            finish_reason=answer.finish_reason,
            wall_s=answer.wall_s,
            sample=request.sample,
        )

    def _write(self, kind: str, **fields: Any) -> None:
        where = {"suite": self._suite, "problem": self._problem.id, "model": self._spec.label, "turn": 0}
        self._session.write(kind, **{"sample": 0, **where, **fields})


class _Run:
    """One run of a method."""

    def __init__(self, item: PointItem, model: PointModel, run: int, seed: int) -> None:
        problem = item.problem
        self._item = item
        self._model = model
        self._run = run
        self._seed = seed
        self._functions = Functions(problem)
        self._ledger = Ledger(self._functions)
        self._evaluator_s = 0.0
        bounds = prompting.describe_bounds(problem.lower.tolist(), problem.upper.tolist())
        space = Space(self._functions.lower, self._functions.upper, bounds, self._functions.n_constraints)
        self._method: Method = model.method(space)

    def result(self) -> RunResult:
        """Carry the run through, until the method has asked enough or the budget is spent."""
        began = time.monotonic()
        calls = 0
        self._learn(self._method.start(np.random.default_rng(seeds.derive_seed("points", self._seed))))
        while self._ledger.remaining(OBJECTIVE) and (questions := self._method.ask()):
            requests = [self._item.request(question, self._run, calls + i) for i, question in enumerate(questions)]
            calls += len(requests)
            self._learn(self._method.tell(self._item.answer(self._model, requests, self._run)))
        return self._result(time.monotonic() - began)

    def _learn(self, points: Sequence[Point]) -> None:
        """Evaluate the points, as many as the budget allows, and show them to the method."""
        within = np.array(points[: self._ledger.remaining(OBJECTIVE)], dtype=np.float64)
        if not len(within):
            self._method.learn([])
            return
        began = time.monotonic()
        values = self._functions(within)
        violation = self._functions.violation(values)
        self._ledger.record(within, values)
        self._evaluator_s += time.monotonic() - began
        found = zip(points, values.f.tolist(), violation.tolist(), strict=False)
        self._method.learn([Candidate(*candidate) for candidate in found])

    def _result(self, wall_s: float) -> RunResult:
        ledger = self._ledger
        feasible = ledger.best_x is not None
        return RunResult(
            status="ok",
            stopped="returned" if ledger.remaining(OBJECTIVE) else "budget",
            best_f=ledger.best_f,
            best_x=ledger.best_x,
            feasible=feasible,
            violation=0.0 if feasible else ledger.least_violation,
            f0=reference_value(self._functions, self._seed),
            first_f=ledger.first_f,
            evaluations=ledger.evaluations,
            curve=ledger.curve,
            wall_s=wall_s,
            evaluator_s=self._evaluator_s,
            cpu_s=0.0,
            peak_rss_mb=0.0,
            output="",
            error=None,
        )


def _facts(problem: Problem) -> dict[str, object]:
    return {
        "dim": problem.dim,
        "constraints": problem.n_constraints,
        "budget": problem.budget,
        "best_known": problem.best_known,
        "definition": problem.definition_hash,
        "contract": prompting.CONTRACT_VERSION,
    }
