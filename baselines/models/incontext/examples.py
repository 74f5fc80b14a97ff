"""Solved problems to show to a model: pairs of a prompt and an answer, from the training split only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from llamoco_bench.baselines.models.row_files import read_rows
from llamoco_bench.errors import UsageError
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.problems.synthetic.split import is_for_evaluation

DEFAULT: Final = Path(__file__).with_name("examples.jsonl.gz")
"""Labelled problems of the training split with the programs that won; ``python -m llamoco_bench.training examples``."""

TRAIN: Final = "train"
FORM: Final = "rows with problem, prompt and answer (text), and optionally split or group (train; others are left out)"

_SYNTHETIC: Final = frozenset(IDS)


@dataclass(frozen=True, slots=True)
class Example:
    """A solved problem.

    Attributes
    ----------
    problem: its id; it is never shown to a model that is asked about this very problem.
    prompt: what a model was asked.
    answer: a good answer.
    """

    problem: str
    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """The examples of one file.

    Attributes
    ----------
    sha256: of their content, whatever file they lie in.
    """

    examples: tuple[Example, ...]
    sha256: str

    def others_than(self, problem: str) -> list[int]:
        """Return the numbers of the examples that are not of `problem`."""
        return [number for number, example in enumerate(self.examples) if example.problem != problem]

    def first_of_each(self, numbers: Iterable[int], count: int) -> list[int]:
        """Return the first `count` of `numbers` that are of different problems; two descriptions of one show one."""
        first: dict[str, int] = {}
        for number in numbers:
            if len(first) == count:
                break
            first.setdefault(self.examples[number].problem, number)
        return list(first.values())


@lru_cache(maxsize=4)
def read_examples(path: Path) -> ExampleSet:
    """Read a file of JSON lines, compressed or not, or a parquet file.

    What says that it is not of the training split is left out, and so are, whatever they say, the synthetic problems
    that are kept for evaluation.

    Raises
    ------
    UsageError: where it is missing, malformed, or holds nothing of the training split.
    """
    rows = read_rows(path, FORM)
    found = tuple(_example(row, where) for where, row in rows if _is_for_training(row))
    if not found:
        raise UsageError(f"{path} holds no examples of the training split. Expected {FORM}")
    return ExampleSet(found, _digest(found))


def is_kept_for_evaluation(problem: str) -> bool:
    """Tell whether a problem is of the evaluation side of the synthetic suite."""
    return problem in _SYNTHETIC and is_for_evaluation(problem)


def _is_for_training(row: Mapping[str, Any]) -> bool:
    said = [row[name] for name in ("split", "group") if name in row]
    return all(side == TRAIN for side in said) and not is_kept_for_evaluation(str(row.get("problem")))


def _example(row: Mapping[str, Any], where: str) -> Example:
    fields = [row.get(name) for name in ("problem", "prompt", "answer")]
    if not all(isinstance(field, str) and field for field in fields):
        raise UsageError(f"{where}: {', '.join(sorted(map(str, row)))} does not do. Expected {FORM}")
    return Example(*map(str, fields))


def _digest(examples: Sequence[Example]) -> str:
    rows = [[example.problem, example.prompt, example.answer] for example in examples]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
