"""What `nano` reads before it is tuned: prompts of unlabelled problems, with what their landscape is like.

Labels cost hours, descriptions cost nothing. A problem of the training side that has no label still teaches how a
description in Python or LaTeX tells that a function is multimodal, rotated or ill-conditioned.

Then what it is taught: programs, by labels or by a selector.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from llamoco_bench.problems import load_problem
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.prompting import first_prompt
from llamoco_bench.seeds import derive_seed
from llamoco_bench.training.evaluation.identify import Choice
from llamoco_bench.training.instructions.build import read_group
from llamoco_bench.training.instructions.groups import GROUPS, group_of
from llamoco_bench.training.instructions.label import Label
from llamoco_bench.training.instructions.leakage import without_near_ones
from llamoco_bench.training.instructions.pairs import Pair, offered, pairs_of

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


def unlabelled(instruction_set: Path, wanted: int) -> tuple[list[Pair], int]:
    """Describe at most `wanted` training problems that an instruction set does not have.

    Returns
    -------
    What `landscape_pairs` gives for them, and how many were left out as too near to an evaluation problem.
    """
    known = {pair.problem for group in GROUPS for pair in read_group(instruction_set, group)}
    free = [problem for problem in IDS if problem not in known and group_of(problem) == "train"]
    chosen = sorted(free, key=lambda problem: derive_seed("unlabelled", problem))[:wanted]
    evaluation = [pair for group in GROUPS if group != "train" for pair in read_group(instruction_set, group)]
    kept, dropped = without_near_ones(list(landscape_pairs(chosen)), evaluation)
    return kept, len(dropped)


def choice_pairs(choices: Mapping[str, Choice]) -> Iterator[Pair]:
    """Yield pairs whose answer is the program that was chosen for a problem."""
    for problem, choice in choices.items():
        yield from pairs_of(Label(problem, choice.optimizer, json.loads(choice.config)))
