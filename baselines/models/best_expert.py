"""``pool:best``: the virtual best solver, which answers each problem with the expert that is best on it.

Which one that is says a file of labels; without one, the experts are tried here: those that compete on problems of this
kind (with or without constraints), with their default settings. What was found is kept in the user's cache folder.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from llamoco_bench.baselines.models.base import Generation, Model, Request
from llamoco_bench.baselines.models.fixed_program import FixedProgram
from llamoco_bench.baselines.models.identity import digest
from llamoco_bench.baselines.models.row_files import Row, read_rows
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.baselines.models.user_cache import cache_folder, written_whole
from llamoco_bench.errors import ModelError, UsageError, choose
from llamoco_bench.seeds import derive_seed

if TYPE_CHECKING:
    from llamoco_bench.problems.problem import Problem

NAME: Final = "best"
OPTIONS: Final[Mapping[str, object]] = {"labels": None, "trials": 3, "wall_s": 10.0}
Label = tuple[str, dict[str, object]]
"""Name of an optimizer, and what its configuration changes."""

LABELS_FORM: Final = "rows with problem and optimizer (text), and optionally config (an object, or one as JSON text)"


class Choice(Protocol):
    """Says which program is best."""

    @property
    def identity(self) -> Mapping[str, object]:
        """What the choice depends on."""
        ...

    def program(self, problem_id: str) -> str:
        """Return the best program for a problem. Raises `ModelError` where it is not known."""
        ...


class BestExpert:
    """Answers every request, the repair turn included, with the program that is best on the problem."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice

    @property
    def identity(self) -> Mapping[str, object]:
        """How the choice is made."""
        return {"kind": "pool", "name": NAME, **self._choice.identity}

    def generate(self, request: Request) -> Generation:
        """Answer with the program in a code block. Raises `ModelError` where no expert is known to be best."""
        return FixedProgram("pool", self._choice.program(request.problem_id)).generate(request)

    def close(self) -> None:
        """Nothing is held."""


class Labelled:
    """The choice of a file of labels."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._labels = _read_labels(path)

    @property
    def identity(self) -> Mapping[str, object]:
        """The labels, and the programs they name."""
        programs = {problem: self.program(problem) for problem in self._labels}
        return {"labels_sha256": digest(programs), "deterministic": True}

    def program(self, problem_id: str) -> str:
        """Return the program that the label names."""
        from llamoco_bench.baselines.optimizers import POOL

        if problem_id not in self._labels:
            raise ModelError(f"{self._path} holds no label for {problem_id}; {len(self._labels)} problems have one")
        optimizer, config = self._labels[problem_id]
        return POOL[optimizer].source(config)


@dataclass(frozen=True)
class Tried:
    """The choice by trial: most feasible runs, then lowest mean of the best objectives; ties go to the first.

    Attributes
    ----------
    trials: runs of each expert; their seeds are none of those that evaluation uses.
    wall_s: seconds that a run may take; what it found until then counts.
    """

    trials: int
    wall_s: float

    @property
    def identity(self) -> Mapping[str, object]:
        """The pool and the trials. How far a slow expert gets depends on the machine."""
        return {"pool_sha256": self._pool, "trials": self.trials, "wall_s": self.wall_s, "deterministic": False}

    @cached_property
    def _pool(self) -> str:
        from llamoco_bench.baselines.optimizers import POOL

        return digest({name: optimizer.source() for name, optimizer in POOL.items()})

    def program(self, problem_id: str) -> str:
        """Return the program of the best expert, trying all of them where that has not been done."""
        from llamoco_bench.baselines.optimizers import POOL
        from llamoco_bench.problems import load_problem

        problem = load_problem(problem_id)
        key = digest([problem.definition_hash, dict(self.identity)])
        path = cache_folder() / "best-experts" / f"{key[:32]}.txt"
        with contextlib.suppress(OSError, ValueError):
            if (name := path.read_text()) in POOL:
                return POOL[name].source()
        name = self._try(problem)
        with contextlib.suppress(OSError), written_whole(path) as file:  # without a cache they are tried each time
            file.write(name.encode())
        return POOL[name].source()

    def _try(self, problem: Problem) -> str:
        return max(competitors(problem), key=lambda name: self._score(problem, name))

    def _score(self, problem: Problem, name: str) -> tuple[int, float]:
        from llamoco_bench.baselines.optimizers import run_optimizer

        found = []
        for trial in range(self.trials):
            seed = derive_seed("best expert", problem.id, trial)
            run = run_optimizer(name, problem, seed=seed, wall_s=self.wall_s)
            if run.error is None and run.best_f is not None:
                found.append(run.best_f)
        return len(found), -sum(found) / len(found) if found else -math.inf


def competitors(problem: Problem) -> Sequence[str]:
    """Return the experts that compete on a problem: those for its kind, with or without constraints."""
    from llamoco_bench.baselines.optimizers import POOL, kind_of

    kind = kind_of(problem.n_constraints)
    return [name for name, optimizer in POOL.items() if optimizer.kind == kind]


def make(spec: ModelSpec) -> Model:
    """Give the adapter. Raises `UsageError` for an option that there is not, or labels that cannot be read."""
    for name in spec.options:
        if name not in OPTIONS:
            raise choose("option of pool:best", name, OPTIONS)
    options: dict[str, Any] = {**OPTIONS, **spec.options}
    if options["labels"] is not None:
        return BestExpert(Labelled(Path(str(options["labels"]))))
    trials, wall_s = options["trials"], options["wall_s"]
    if type(trials) is not int or trials < 1 or type(wall_s) not in (int, float) or not 0 < wall_s < math.inf:
        raise UsageError(f"pool:best expects trials from 1 and seconds wall_s above 0, got {trials!r} and {wall_s!r}")
    return BestExpert(Tried(trials, float(wall_s)))


def _read_labels(path: Path) -> dict[str, Label]:
    labels: dict[str, Label] = {}
    for where, row in read_rows(path, LABELS_FORM):
        problem, label = _label(row, where)
        if labels.setdefault(problem, label) != label:
            raise UsageError(f"{where}: a second label for {problem}, unlike the first. Expected one for each problem")
    return labels


def _label(row: Row, where: str) -> tuple[str, Label]:
    from llamoco_bench.baselines.optimizers import POOL

    problem, optimizer, config = row.get("problem"), row.get("optimizer"), row.get("config") or {}
    if isinstance(config, str):
        try:
            config = json.loads(config)
        except ValueError:
            config = None
    if not isinstance(problem, str) or not isinstance(optimizer, str) or not isinstance(config, dict):
        raise UsageError(f"{where}: got {', '.join(sorted(row))}. Expected {LABELS_FORM}")
    if optimizer not in POOL:
        raise choose(f"optimizer of the pool in {where}", optimizer, sorted(POOL))
    POOL[optimizer].complete(config)
    return problem, (optimizer, config)
