"""One item: ask a model about a problem, run its program, let it repair, and journal every step."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from llamoco_bench import keys, prompting, seeds
from llamoco_bench.baselines.models.base import Message, Model, Request
from llamoco_bench.baselines.models.identity import request_key
from llamoco_bench.baselines.models.registry import proposes_points
from llamoco_bench.brokers import Addresses, connect
from llamoco_bench.errors import ModelError, SandboxError
from llamoco_bench.extraction import extract_program
from llamoco_bench.item_outcome import ItemOutcome, Stage
from llamoco_bench.journal import Journal, Record
from llamoco_bench.point_evaluation import PointItem
from llamoco_bench.problems import load_problem
from llamoco_bench.sandbox import Limits, RunError, calibrated_limits, run_program
from llamoco_bench.statuses import is_erroneous

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.spec import ModelSpec
    from llamoco_bench.problems.problem import Problem
    from llamoco_bench.settings import Settings

NO_CODE: Final[Mapping[str, object]] = {
    "status": "no_code",
    "feasible": False,
    "error": RunError("NoCode", "No program was found in the answer: there is no code that defines solve().").to_dict(),
}


@dataclass(frozen=True, slots=True)
class _Answer:
    key: str
    text: str
    program: str | None


class Evaluator:
    """Evaluates items one after the other, in one process, with one journal.

    Parameters
    ----------
    settings: what was asked for.
    journal: receives every answer and every run as soon as it is there.
    earlier: all records of earlier sessions; what is finished in there is not done again.
    worker: name of this process in the records.
    brokers: where the models are that live in processes of their own, by label.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        earlier: Sequence[Record],
        worker: str = "main",
        brokers: Addresses | None = None,
    ) -> None:
        self._settings = settings
        self._journal = journal
        finished = [record for record in earlier if _is_finished(record)]
        self._known = {record["key"]: record for record in finished}
        self._worker = worker
        self._brokers = brokers or {}
        self._models: dict[str, Model] = {}
        # Not from `_known`: models that differ in their labels alone have their answers under the same keys.
        self._answers = {
            (record["model"], record["problem"], record["turn"]): record
            for record in finished
            if record["kind"] == "generation"
        }
        self._runs = {
            (record["model"], record["problem"], record["run"]): record
            for record in finished
            if record["kind"] == "run" and record["turn"] == 0
        }

    def evaluate(self, suite: str, problem_id: str, spec: ModelSpec) -> ItemOutcome:
        """Carry one item through: first program, runs, repair, runs. Faults of ours are returned, not raised."""
        kind = PointItem if proposes_points(spec) else _Item
        outcome = kind(self, suite, load_problem(problem_id), spec).carry_through()
        self.write(
            "item",
            suite=suite,
            problem=problem_id,
            model=spec.label,
            runs=self._settings.runs,
            status=outcome.status,
            faults=outcome.faults,
        )
        return outcome

    def close(self) -> None:
        """Give back the models."""
        for model in self._models.values():
            model.close()
        self._models.clear()

    def model(self, spec: ModelSpec) -> Model:
        """Return the adapter for `spec`, made on first use."""
        if spec.label not in self._models:
            self._models[spec.label] = connect(spec, self._brokers)
        return self._models[spec.label]

    def known(self, key: str) -> Record | None:
        """Return the record of an earlier session under `key`, if there is one that counts."""
        return self._known.get(key)

    def recorded_answer(self, label: str, problem_id: str, turn: int) -> Record | None:
        """Return the answer that an earlier session was given, if there is one; nobody is asked."""
        return self._answers.get((label, problem_id, turn))

    def recorded_run(self, label: str, problem_id: str, run: int) -> Record | None:
        """Return the record of a first program's, or a method's, run of an earlier session, if there is one."""
        return self._runs.get((label, problem_id, run))

    def known_here(self, key: str, suite: str, label: str) -> Record | None:
        """Return the record of an earlier session; one of another suite or label is entered under these too."""
        record = self.known(key)
        mine = {"suite": suite, "model": label}
        if record is not None and not mine.items() <= record.items():
            self.write(**{**record, **mine})
        return record

    def write(self, kind: str, **fields: Any) -> None:
        """Append a record to the journal."""
        self._journal.append({"kind": kind, **fields, "worker": self._worker, "time": time.time()})

    @property
    def settings(self) -> Settings:
        """What was asked for."""
        return self._settings


class _Item:
    """The steps of one item; holds what they share."""

    def __init__(self, evaluator: Evaluator, suite: str, problem: Problem, spec: ModelSpec) -> None:
        self._evaluator = evaluator
        self._settings = evaluator.settings
        self._suite = suite
        self._problem = problem
        self._spec = spec
        self._fresh = 0
        self._first: dict[int, Record] = {}
        self._final: dict[int, Record] = {}

    def carry_through(self) -> ItemOutcome:
        faults: list[str] = []
        waits_for: Stage = ""
        try:
            waits_for = self._answer_run_repair()
        except (ModelError, SandboxError) as error:
            faults.append(str(error))
        faults += [f"run {run}: {r['error']['message']}" for run, r in self._final.items() if r["status"] == "infra"]
        return ItemOutcome(
            first=tuple(record["status"] for record in self._first.values()),
            final=tuple(record["status"] for record in self._final.values()),
            cached=self._fresh == 0 and bool(self._first),
            faults=tuple(faults),
            waits_for=waits_for,
        )

    def _answer_run_repair(self) -> Stage:
        """Go as far as the stage of this session allows; return the stage that has to come next."""
        request = first_request(self._problem, self._settings)
        answer = self._ask(request)
        if answer is None:
            return "generate"
        for run in range(self._settings.runs):
            record = self._run(answer, run, turn=0)
            if record is None:
                return "execute"
            self._first[run] = self._final[run] = record
        failed = [run for run, record in self._first.items() if is_erroneous(record["status"])]
        return self._repair(request, answer, failed) if failed and self._settings.repairs else ""

    def _repair(self, first: Request, answer: _Answer, failed: Sequence[int]) -> Stage:
        """Send the program back with the error of its first failed run; run what comes back on the failed seeds."""
        error = RunError(**self._first[failed[0]]["error"])
        messages = prompting.repair_prompt(first.messages, answer.text, error)
        repaired = self._ask(_request(self._problem, self._settings, messages, turn=1))
        if repaired is None:
            return "generate"
        if repaired.program is None or repaired.program == answer.program:
            return ""
        for run in failed:
            record = self._run(repaired, run, turn=1)
            if record is None:
                return "execute"
            self._final[run] = record
        return ""

    def _ask(self, request: Request) -> _Answer | None:
        """Return the model's answer; None where it is not recorded and this session asks nobody."""
        label, turn = self._spec.label, request.turn
        if self._settings.stage == "execute":
            record = self._evaluator.recorded_answer(label, self._problem.id, turn)
            return None if record is None else _Answer(record["key"], record["text"], extract_program(record["text"]))
        model = self._evaluator.model(self._spec)
        key = request_key(model.identity, request)
        record = self._evaluator.known_here(key, self._suite, self._spec.label)
        if record is not None:
            return _Answer(key, record["text"], extract_program(record["text"]))
        self._fresh += 1
        generation = model.generate(request)
        usage = generation.usage
        self._evaluator.write(
            "generation",
            key=key,
            suite=self._suite,
            problem=self._problem.id,
            model=label,
            turn=turn,
            sample=request.sample,
            prompt=[[message.role, message.content] for message in generation.messages or request.messages],
            text=generation.text,
            usage=None if usage is None else asdict(usage),
            finish_reason=generation.finish_reason,
            wall_s=generation.wall_s,
        )
        return _Answer(key, generation.text, extract_program(generation.text))

    def _run(self, answer: _Answer, run: int, turn: int) -> Record | None:
        """Return the record of a run; None where it is not recorded and this session runs nothing."""
        seed = seeds.run_seed(self._settings.seed, self._problem.id, run)
        key = keys.run_key(
            generation=answer.key,
            definition=self._problem.definition_hash,
            program=answer.program or "",
            run=run,
            seed=seed,
            limits={"wall_s": self._settings.timeout_s or "calibrated", "memory_mb": self._settings.memory_mb},
            contract=prompting.CONTRACT_VERSION,
        )
        record = self._evaluator.known_here(key, self._suite, self._spec.label)
        if record is not None or self._settings.stage == "generate":
            return record
        self._fresh += 1
        fields = self._run_fields(answer.program, seed)
        self._evaluator.write(
            "run",
            key=key,
            generation=answer.key,
            suite=self._suite,
            problem=self._problem.id,
            model=self._spec.label,
            turn=turn,
            sample=0,
            run=run,
            seed=seed,
            dim=self._problem.dim,
            constraints=self._problem.n_constraints,
            budget=self._problem.budget,
            best_known=self._problem.best_known,
            definition=self._problem.definition_hash,
            contract=prompting.CONTRACT_VERSION,
            **fields,
        )
        return fields

    def _run_fields(self, program: str | None, seed: int) -> Record:
        if program is None:
            return dict(NO_CODE)
        limits = self._limits(program)
        result = run_program(program, self._problem, seed=seed, limits=limits, allow_weak=self._settings.weak_sandbox)
        return {**result.to_dict(), "limits": {"wall_s": limits.wall_s, "memory_mb": limits.memory_mb}}

    def _limits(self, program: str) -> Limits:
        settings = self._settings
        if settings.timeout_s is not None:
            return Limits(wall_s=settings.timeout_s, memory_mb=settings.memory_mb)
        return calibrated_limits(self._problem, program, memory_mb=settings.memory_mb, allow_weak=settings.weak_sandbox)


def first_request(problem: Problem, settings: Settings) -> Request:
    """Return what a model is asked first about `problem`.

    Raises
    ------
    UsageError: where the problem has no description of the kind that was asked for.
    """
    description = prompting.pick_description(problem, settings.prompt)
    return _request(problem, settings, prompting.first_prompt(problem, description), turn=0)


def _request(problem: Problem, settings: Settings, messages: Sequence[Message], turn: int) -> Request:
    seed = seeds.derive_seed("generation", settings.seed, problem.id, turn)
    return Request(problem.id, messages, turn=turn, seed=seed)


def _is_finished(record: Record) -> bool:
    """Tell whether a record is an answer, or a run that did not end in a failure of ours."""
    return record["kind"] in ("generation", "run") and record.get("status") != "infra"


def describe_execution(settings: Settings) -> dict[str, object]:
    """Return what programs are run in and problems evaluated by; nothing where this session runs no program."""
    if settings.stage == "generate":
        return {}
    from llamoco_bench.problems._native import evaluator_kind
    from llamoco_bench.sandbox import default_sandbox

    sandbox = default_sandbox(allow_weak=settings.weak_sandbox)
    layers = {**sandbox.layers(), **sandbox.extra_layers()}
    return {
        "sandbox": {"mode": "weak" if settings.weak_sandbox else "strict", "layers": layers},
        "evaluator": evaluator_kind(),
    }
