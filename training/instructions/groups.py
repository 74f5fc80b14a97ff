"""Who is trained on and who is not: by problem, with whole base functions and constraint families held out."""

from __future__ import annotations

from typing import Final, Literal, get_args

from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.problems.synthetic.split import is_for_evaluation

Group = Literal["train", "test", "unseen_function", "unseen_family"]

GROUPS: Final[tuple[Group, ...]] = get_args(Group)

UNSEEN_FUNCTIONS: Final = ("levy", "schwefel_1_2")
"""Base functions that no training problem contains: one multimodal and separable, one unimodal and not."""

UNSEEN_FAMILIES: Final = ("root_waves", "partial_sums")
"""Constraint families that no training problem contains: one general, one convex."""


def group_of(problem_id: str) -> Group:
    """Tell which group a synthetic problem belongs to; what depends on its definition alone.

    ``unseen_function`` goes before ``unseen_family``, and both before the split of the suite: such a problem is never
    trained on, whichever side of the split it is on.
    """
    instance = instance_of(problem_id)
    if any(part.name in UNSEEN_FUNCTIONS for part in instance.parts):
        return "unseen_function"
    if any(constraint.name in UNSEEN_FAMILIES for constraint in instance.constraints):
        return "unseen_family"
    return "test" if is_for_evaluation(problem_id) else "train"
