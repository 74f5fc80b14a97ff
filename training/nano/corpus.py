"""What `nano` reads before it is tuned: prompts of unlabelled problems, with what their landscape is like.

Labels cost hours, descriptions cost nothing. A problem of the training side that has no label still teaches how a
description in Python or LaTeX tells that a function is multimodal, rotated or ill-conditioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from llamoco_bench.problems import load_problem
from llamoco_bench.prompting import first_prompt
from llamoco_bench.training.instructions.groups import group_of
from llamoco_bench.training.instructions.pairs import Pair, offered

ASPECTS: Final = ("construction", "modality", "separability", "conditioning", "symmetry", "flatness", "feasible set")


def landscape_pairs(problems: Iterable[str]) -> Iterator[Pair]:
    """Yield pairs whose answer is not a program but a line about the landscape; of training problems alone."""
    for problem_id in problems:
        if group_of(problem_id) != "train":
            continue
        problem = load_problem(problem_id)
        told = ", ".join(problem.labels[aspect] for aspect in ASPECTS)
        answer = f"# {told}, {problem.dim} variables, {problem.budget} evaluations"
        for description in problem.prompts():
            [message] = first_prompt(problem, description, libraries=offered(problem_id, description))
            yield Pair(
                problem_id,
                "train",
                description.language,
                description.style,
                told,
                "{}",
                1.0,
                description.text,
                message.content,
                answer,
            )
