"""One item: ask a model about a problem, run its program, let it repair, and journal every step."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from llamoco_bench import keys, prompting, seeds
from llamoco_bench.baselines.models.base import Message, Model, Request
from llamoco_bench.baselines.models.registry import make_model
from llamoco_bench.errors import ModelError
from llamoco_bench.extraction import extract_program
from llamoco_bench.journal import Journal, Record
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
class ItemOutcome:
    """What became of one item, in short; the journal has it in full.

    Attributes
    ----------
    first: status of each run of the first program, (runs,).
    final: the same after the repair.
    cached: whether everything was found in the journal.
    faults: what went wrong on our side; empty unless the item must be run again.
    """

    first: tuple[str, ...]
    final: tuple[str, ...]
    cached: bool
    faults: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """One word for the item: the fate that most of its runs met, and ``repaired`` if the repair mended all."""
        if self.faults or "infra" in self.final:
            return "infra"
        errors = [status for status in self.final if is_erroneous(status)]
        if errors:
            return max(dict.fromkeys(errors), key=errors.count)
        if any(map(is_erroneous, self.first)):
            return "repaired"
        return "cached" if self.cached else "ok"


@dataclass(frozen=True, slots=True)
class _Answer:
    key: str
    text: str
    program: str | None
    cached: bool


class Evaluator:
    """Evaluates items one after the other, in one process, with one journal.

    Parameters
    ----------
    settings: what was asked for.
    journal: receives every answer and every run as soon as it is there.
    known: finished records of earlier sessions by key; what is in there is not done again.
    worker: name of this process in the records.
    """

    def __init__(self, settings: Settings, journal: Journal, known: Mapping[str, Record], worker: str = "main") -> None:
        self._settings = settings
        self._journal = journal
        self._known = known
        self._worker = worker
        self._models: dict[str, Model] = {}

    def evaluate(self, suite: str, problem_id: str, spec: ModelSpec) -> ItemOutcome:
        """Carry one item through: first program, runs, repair, runs. Faults of ours are returned, not raised."""
        item = _Item(self, suite, load_problem(problem_id), spec)
        outcome = item.carry_through()
        self.write(
            "item", suite=suite, problem=problem_id, model=spec.label, status=outcome.status, faults=outcome.faults
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
            self._models[spec.label] = make_model(spec)
        return self._models[spec.label]

    def known(self, key: str) -> Record | None:
        """Return the record of an earlier session under `key`, if there is one that counts."""
        return self._known.get(key)

    def write(self, kind: str, **fields: object) -> None:
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
        self._limits = self._make_limits()

    def carry_through(self) -> ItemOutcome:
        problem = self._problem
        messages = prompting.first_prompt(problem, prompting.pick_description(problem, self._settings.prompt))
        try:
            answer = self._ask(messages, turn=0)
        except ModelError as error:
            return self._outcome({}, {}, faults=(str(error),))
        first = self._run_all(answer, range(self._settings.runs), turn=0)
        failed = [run for run, result in first.items() if is_erroneous(result["status"])]
        if not failed or not self._settings.repairs:
            return self._outcome(first, first)
        try:
            repaired = self._repair(messages, answer, first, failed)
        except ModelError as error:
            return self._outcome(first, first, faults=(str(error),))
        return self._outcome(first, {**first, **repaired})

    def _repair(
        self, messages: Sequence[Message], answer: _Answer, first: Mapping[int, Record], failed: Sequence[int]
    ) -> dict[int, Record]:
        """Send the program back with the error of its first failed run; run what comes back on the failed seeds."""
        error = RunError(**first[failed[0]]["error"])
        again = self._ask(prompting.repair_prompt(messages, answer.text, error), turn=1)
        if again.program is None or again.program == answer.program:
            return {}
        return self._run_all(again, failed, turn=1)

    def _outcome(
        self, first: Mapping[int, Record], final: Mapping[int, Record], faults: tuple[str, ...] = ()
    ) -> ItemOutcome:
        infra = [f"run {run}: {r['error']['message']}" for run, r in final.items() if r["status"] == "infra"]
        return ItemOutcome(
            first=tuple(r["status"] for r in first.values()),
            final=tuple(r["status"] for r in final.values()),
            cached=self._fresh == 0 and bool(first),
            faults=(*faults, *infra),
        )

    def _ask(self, messages: Sequence[Message], turn: int) -> _Answer:
        model = self._evaluator.model(self._spec)
        key = keys.generation_key(model.identity, self._problem.id, messages, turn, 0)
        record = self._evaluator.known(key)
        if record is not None:
            return _Answer(key, record["text"], extract_program(record["text"]), cached=True)
        self._fresh += 1
        seed = seeds.derive_seed("generation", self._settings.seed, self._problem.id, turn)
        generation = model.generate(Request(self._problem.id, messages, turn=turn, seed=seed))
        usage = generation.usage
        self._evaluator.write(
            "generation",
            key=key,
            suite=self._suite,
            problem=self._problem.id,
            model=self._spec.label,
            turn=turn,
            sample=0,
            prompt=[[message.role, message.content] for message in messages],
            text=generation.text,
            usage=None if usage is None else {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens},
            finish_reason=generation.finish_reason,
            wall_s=generation.wall_s,
        )
        return _Answer(key, generation.text, extract_program(generation.text), cached=False)

    def _run_all(self, answer: _Answer, runs: Sequence[int] | range, turn: int) -> dict[int, Record]:
        return {run: self._run(answer, run, turn) for run in runs}

    def _run(self, answer: _Answer, run: int, turn: int) -> Record:
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
        record = self._evaluator.known(key)
        if record is not None:
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
            wall_limit_s=self._limits.wall_s,
            **fields,
        )
        return fields

    def _run_fields(self, program: str | None, seed: int) -> Record:
        if program is None:
            return dict(NO_CODE)
        weak = self._settings.weak_sandbox
        return dict(run_program(program, self._problem, seed=seed, limits=self._limits, allow_weak=weak).to_dict())

    def _make_limits(self) -> Limits:
        if self._settings.timeout_s is not None:
            return Limits(wall_s=self._settings.timeout_s, memory_mb=self._settings.memory_mb)
        return replace(
            calibrated_limits(self._problem, allow_weak=self._settings.weak_sandbox), memory_mb=self._settings.memory_mb
        )


def index_known(records: Sequence[Record]) -> dict[str, Record]:
    """Index the finished answers and runs of earlier sessions by key; failures of ours are left out."""
    return {
        record["key"]: record
        for record in records
        if record["kind"] in ("generation", "run") and record.get("status") != "infra"
    }
