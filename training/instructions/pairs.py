"""From a label to prompt-answer pairs: the question as the harness asks it, the answer as the harness reads it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from llamoco_bench.markdown import fenced
from llamoco_bench.problems import load_problem
from llamoco_bench.problems.problem import Prompt
from llamoco_bench.prompting import LIBRARIES, first_prompt
from llamoco_bench.seeds import derive_seed
from llamoco_bench.training.instructions.groups import Group, group_of
from llamoco_bench.training.instructions.label import Label

INSTALLATIONS: Final = (
    ("numpy", "scipy", "cma", "deap", "skopt"),
    ("numpy", "scipy", "cma", "deap", "skopt"),
    ("numpy", "scipy"),
    ("numpy", "scipy", "deap"),
    LIBRARIES,
)
"""Libraries that a prompt may offer, each entry equally likely.

The harness offers what is installed beside it; a model must have met more than one such list, and learn that a program
imports nothing that is not on it.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """One prompt with its answer.

    Attributes
    ----------
    problem: id.
    group: see `group_of`.
    language, style: of the description.
    optimizer, config: the winner; hyper-parameters as JSON.
    probability: that the label is right, as the labelling says.
    description: of the problem alone, without what the harness says around it.
    prompt: text of the user's turn, word by word what the harness sends.
    answer: text of the assistant's turn: the winning program in a fenced block.
    """

    problem: str
    group: Group
    language: str
    style: str
    optimizer: str
    config: str
    probability: float
    description: str
    prompt: str
    answer: str


def pairs_of(label: Label) -> Iterator[Pair]:
    """Yield the pairs of a labelled problem, one for each of its 4 to 6 descriptions."""
    problem = load_problem(label.problem)
    group, answer = group_of(label.problem), fenced(label.source)
    needed = imported_libraries(label.source)
    for description in problem.prompts():
        messages = first_prompt(problem, description, libraries=offered(label.problem, description, needed))
        yield Pair(
            label.problem,
            group,
            description.language,
            description.style,
            label.optimizer,
            label.config_json,
            label.probability,
            description.text,
            messages[0].content,
            answer,
        )


def imported_libraries(program: str) -> frozenset[str]:
    """Tell which of the harness's libraries a program imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return frozenset(found & set(LIBRARIES))


def offered(problem_id: str, description: Prompt, needed: Iterable[str] = ()) -> tuple[str, ...]:
    """Draw the libraries that a prompt offers, among the lists with all that are `needed`."""
    allowed = [libraries for libraries in INSTALLATIONS if set(needed) <= set(libraries)]
    lot = derive_seed("offered libraries", problem_id, description.language, description.style)
    return allowed[lot % len(allowed)]
