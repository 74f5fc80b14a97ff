"""Asking a model for programs, as the harness does, and noting what it chose."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from llamoco_bench.baselines.models.base import Message, Model, Request
from llamoco_bench.extraction import extract_program
from llamoco_bench.training.evaluation.identify import Choice, identify
from llamoco_bench.training.instructions.pairs import Pair
from llamoco_bench.training.progress import Say


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered to the prompt of a pair.

    Attributes
    ----------
    pair: with the label.
    parses: whether there is a program, and Python can read it.
    chosen: the program of the pool that it is, or None.
    input_tokens, output_tokens: by the model's own count; 0 where it has none.
    wall_s: seconds that the answer took.
    """

    pair: Pair
    parses: bool
    chosen: Choice | None
    input_tokens: int = 0
    output_tokens: int = 0
    wall_s: float = 0.0


def ask(model: Model, pairs: Sequence[Pair], say: Say = lambda line: None) -> list[Answer]:
    """Put the prompt of every pair to `model`."""
    answers: list[Answer] = []
    for number, pair in enumerate(pairs, 1):
        found = model.generate(Request(pair.problem, [Message("user", pair.prompt)]))
        program = extract_program(found.text)
        tokens = (found.usage.input_tokens, found.usage.output_tokens) if found.usage else (0, 0)
        answers.append(
            Answer(pair, _parses(program), identify(program) if program else None, *tokens, wall_s=found.wall_s)
        )
        if number % 100 == 0:
            say(f"{number} of {len(pairs)} prompts answered")
    return answers


def one_a_problem(pairs: Sequence[Pair], number: int) -> list[Pair]:
    """Choose `number` problems, evenly spread over the set, and one prompt of each; languages and styles take turns."""
    members: dict[str, list[Pair]] = {}
    for pair in pairs:
        members.setdefault(pair.problem, []).append(pair)
    problems = sorted(members)
    step = max(1.0, len(problems) / number) if number else 1.0
    chosen = [problems[int(i * step)] for i in range(min(number, len(problems)) if number else len(problems))]
    return [members[problem][turn % len(members[problem])] for turn, problem in enumerate(chosen)]


def _parses(program: str | None) -> bool:
    if program is None:
        return False
    try:
        ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
