"""Nothing that a model is evaluated on may be in what it is trained on: not a problem, not a near-duplicate prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llamoco_bench.errors import LlamocoError
from llamoco_bench.training.instructions.nearness import THRESHOLD, nearest
from llamoco_bench.training.instructions.pairs import Pair


class LeakageError(LlamocoError):
    """Training and evaluation sides share what they must not share."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A training problem that was left out since one of its descriptions is nearly that of an evaluation problem."""

    problem: str
    near: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Report:
    """What the checks found once the near ones were left out.

    Attributes
    ----------
    training_problems, evaluation_problems: how many there are on each side; none is on both.
    largest_similarity: between a description of one side and one of the other; below `THRESHOLD`.
    nearest: the two problems that it is between.
    """

    training_problems: int
    evaluation_problems: int
    largest_similarity: float
    nearest: tuple[str, str]


def without_near_ones(train: Sequence[Pair], evaluation: Sequence[Pair]) -> tuple[list[Pair], list[Drop]]:
    """Leave out the training problems with a description too near to one of `evaluation`; say which, and to which."""
    if not train or not evaluation:
        return list(train), []
    similarity, index = nearest([p.description for p in train], [p.description for p in evaluation])
    worst: dict[str, Drop] = {}
    for pair, value, j in zip(train, similarity.tolist(), index.tolist(), strict=True):
        if value >= THRESHOLD and (pair.problem not in worst or value > worst[pair.problem].similarity):
            worst[pair.problem] = Drop(pair.problem, evaluation[j].problem, value)
    kept = [pair for pair in train if pair.problem not in worst]
    return kept, [worst[problem] for problem in sorted(worst)]


def check(train: Sequence[Pair], evaluation: Sequence[Pair]) -> Report:
    """Make sure that the two sides have nothing in common.

    Raises
    ------
    LeakageError: where a problem or a prompt is on both sides, or two descriptions are nearly the same.
    """
    problems, others = {p.problem for p in train}, {p.problem for p in evaluation}
    if problems & others:
        raise LeakageError(f"these problems are on both sides: {', '.join(sorted(problems & others)[:10])}")
    if {p.prompt for p in train} & {p.prompt for p in evaluation}:
        raise LeakageError("a prompt is on both sides, word by word")
    if not train or not evaluation:
        return Report(len(problems), len(others), 0.0, ("", ""))
    similarity, index = nearest([p.description for p in evaluation], [p.description for p in train])
    row = int(similarity.argmax())
    pair = evaluation[row].problem, train[int(index[row])].problem
    if similarity[row] >= THRESHOLD:
        raise LeakageError(
            f"a description of {pair[0]} has similarity {similarity[row]:.2f} to one of {pair[1]}; "
            f"allowed is less than {THRESHOLD}"
        )
    return Report(len(problems), len(others), float(similarity[row]), pair)
