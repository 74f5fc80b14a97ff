"""What a session was asked to do, parsed once from its options and passed on as one frozen record."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from llamoco_bench.errors import UsageError
from llamoco_bench.problems import list_problems

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.spec import ModelSpec


Triple: TypeAlias = "tuple[str, str, ModelSpec]"
"""(suite, problem id, model) of an item."""


class ItemId(NamedTuple):
    """What names an item: suite, short name of the problem, label of the model."""

    suite: str
    problem: str
    model: str


class Shard(NamedTuple):
    """Part `number` of `of` parts, from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of a session.

    Attributes
    ----------
    models: the models to evaluate, in the order given; their labels differ.
    suites: names of the suites, in the order given.
    problems: glob on problem ids; ``*`` takes all.
    runs: executions of each program.
    seed: master seed of all runs.
    prompt: which description of a problem is shown, ``language[:style]``.
    repairs: 1 if an erroneous program goes back to the model, else 0.
    timeout_s: wall-clock limit of a run, or None to calibrate it to the problem and this machine.
    memory_mb: memory limit of a run.
    weak_sandbox: run programs also where core layers of the sandbox are missing.
    strict: count a program that is still erroneous after repair as a failed test.
    stage: ``all``; ``generate`` to ask the models only; ``execute`` to run what was generated and ask nobody.
    shard: the part of the items that is evaluated, or None for all.
    """

    models: tuple[ModelSpec, ...]
    suites: tuple[str, ...] = ("cec2020",)
    problems: str = "*"
    runs: int = 5
    seed: int = 0
    prompt: str = "python"
    repairs: int = 1
    timeout_s: float | None = None
    memory_mb: int = 4096
    weak_sandbox: bool = False
    strict: bool = False
    stage: str = "all"
    shard: Shard | None = None

    def items(self) -> Iterator[Triple]:
        """Yield (suite, problem id, model) of every item, in a fixed order; of a shard only its own."""
        everything = [
            (suite, problem, model)
            for suite in self.suites
            for problem in self.problems_of(suite)
            for model in self.models
        ]
        mine = set(everything if self.shard is None else shard_of(everything, self.shard))
        yield from (item for item in everything if item in mine)

    def problems_of(self, suite: str) -> list[str]:
        """List the ids of a suite that the glob lets through."""
        return [
            problem
            for problem in list_problems(suite)
            if fnmatch.fnmatchcase(problem, self.problems) or fnmatch.fnmatchcase(short_name(problem), self.problems)
        ]

    def check(self) -> None:
        """Refuse settings that select nothing.

        Raises
        ------
        UsageError: for an unknown suite, or a glob that matches no problem.
        """
        if not any(self.problems_of(suite) for suite in self.suites):
            example = list_problems(self.suites[0])[0]
            raise UsageError(
                f"--llamoco-problems={self.problems} matches no problem of {', '.join(self.suites)}; "
                f"ids look like {example} or {short_name(example)}"
            )

    def manifest(self) -> dict[str, object]:
        """Return what the manifest of a run says of them, as JSON values."""
        return {
            "options": self.outcome_options(),
            "models": self.described_models(),
            "suites": list(self.suites),
            "problems": self.problems,
            "runs": self.runs,
            "stage": self.stage,
            "shard": None if self.shard is None else list(self.shard),
        }

    def described_models(self) -> list[dict[str, object]]:
        """Return the models as JSON values."""
        return [spec.describe() for spec in self.models]

    def outcome_options(self) -> dict[str, object]:
        """Return the options that change outcomes; a resumed run must have the same."""
        return {
            "seed": self.seed,
            "prompt": self.prompt,
            "repairs": self.repairs,
            "timeout_s": self.timeout_s,
            "memory_mb": self.memory_mb,
        }


def shard_of(items: Iterable[Triple], shard: Shard) -> list[Triple]:
    """Return the items of a shard.

    The items of each model are dealt in an order that their names alone decide, so that shards of all machines fit
    together, differ by at most one item, each have their part of every model, and share hard problems by chance.
    """

    def place(item: Triple) -> tuple[str, str]:
        suite, problem, model = item
        return model.label, hashlib.sha256(f"{suite}\n{problem}".encode()).hexdigest()

    return sorted(items, key=place)[shard.number - 1 :: shard.of]


def short_name(problem_id: str) -> str:
    """Return the part of a problem id behind its suite: ``cec2020/RC01`` -> ``RC01``."""
    return problem_id.rpartition("/")[2]
