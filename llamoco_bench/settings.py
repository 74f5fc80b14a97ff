"""What a session was asked to do, parsed once from its options and passed on as one frozen record."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llamoco_bench.errors import UsageError
from llamoco_bench.problems import list_problems

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.spec import ModelSpec


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

    def items(self) -> Iterator[tuple[str, str, ModelSpec]]:
        """Yield (suite, problem id, model) of every item, in a fixed order."""
        for suite in self.suites:
            for problem in self.problems_of(suite):
                for model in self.models:
                    yield suite, problem, model

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

    def outcome_options(self) -> dict[str, object]:
        """Return the options that change outcomes; a resumed run must have the same."""
        return {
            "seed": self.seed,
            "prompt": self.prompt,
            "repairs": self.repairs,
            "timeout_s": self.timeout_s,
            "memory_mb": self.memory_mb,
        }


def short_name(problem_id: str) -> str:
    """Return the part of a problem id behind its suite: ``cec2020/RC01`` -> ``RC01``."""
    return problem_id.rpartition("/")[2]
