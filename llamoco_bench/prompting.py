"""What a model is asked: the first prompt and the repair turn.

The wording is part of what is measured: it enters the key under which answers are stored, so changing it makes new
runs. Nothing here depends on the machine except the list of libraries that can be imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from llamoco_bench.baselines.models.base import Message
from llamoco_bench.errors import UsageError
from llamoco_bench.sandbox import RunError

if TYPE_CHECKING:
    from llamoco_bench.problems.problem import Problem, Prompt

CONTRACT_VERSION: Final = 1
"""Raised whenever the contract of a program or the wording of the prompts changes."""

LIBRARIES: Final = ("numpy", "scipy", "cma", "deap", "skopt", "pypop7", "evosax")
"""What a program may import, where it is installed."""

_MAX_ECHO_CHARS: Final = 12_000

_FIRST = """\
Write a Python program that solves the following optimization problem. Choose the optimization algorithm and its \
settings to suit this very problem.

{description}

Facts
- {dim} decision variables, all real: {bounds}.
- Minimize the objective{constraints}.
- At most {budget} evaluations may be spent; the first call beyond that ends the program, and the best point evaluated \
so far counts.

Answer with one complete program in a single ```python code block. It must define

def solve(objective, lower, upper, budget, seed{extra}):
    ...
    return x  # numpy array of shape (dim,), the best point found

- objective(x) takes one point of shape (dim,) and returns a float, or many points of shape (n, dim) and returns \
an array of shape (n,). Call it; do not define it again.
{constraint_calls}- lower and upper are numpy arrays of shape (dim,); budget and seed are integers. \
x must lie within the bounds.
- These libraries may be imported: {libraries}. There is no network and no file to read.
"""

_CONSTRAINT_CALLS = {
    (True, False): "- inequality(x) returns the {g} values g(x), (n, {g}) for many points; satisfied where <= 0.\n",
    (
        False,
        True,
    ): "- equality(x) returns the {h} values h(x), (n, {h}) for many points; satisfied where |h| <= 1e-4.\n",
}

_REPAIR = """\
Your program failed. {reason}

Correct it. Answer with the whole corrected program in a single ```python code block; change only what is needed.
"""


def first_prompt(problem: Problem, description: Prompt, libraries: Sequence[str] | None = None) -> list[Message]:
    """Ask for a program that solves `problem`, shown as `description`; offers `libraries`, or those installed."""
    g, h = problem.n_inequality, problem.n_equality
    calls = ""
    if g:
        calls += _CONSTRAINT_CALLS[True, False].format(g=g)
    if h:
        calls += _CONSTRAINT_CALLS[False, True].format(h=h)
    text = _FIRST.format(
        description=description.text.strip(),
        dim=problem.dim,
        bounds=describe_bounds(problem.lower.tolist(), problem.upper.tolist()),
        constraints=_constraints_in_words(g, h),
        budget=problem.budget,
        extra=(", inequality=None" if g else "") + (", equality=None" if h else ""),
        constraint_calls=calls,
        libraries=", ".join(available_libraries() if libraries is None else libraries),
    )
    return [Message("user", text)]


def repair_prompt(first: Sequence[Message], answer: str, error: RunError) -> list[Message]:
    """Show the model its own answer and how the program in it failed."""
    echo = answer if len(answer) <= _MAX_ECHO_CHARS else answer[:_MAX_ECHO_CHARS] + "\n... (cut)"
    return [*first, Message("assistant", echo), Message("user", _REPAIR.format(reason=explain(error)))]


def explain(error: RunError) -> str:
    """Say in words and with the failing line how a program ended."""
    parts = [f"{error.type}: {error.message}" if error.type else error.message]
    if error.line is not None:
        parts.append(f"Line {error.line}: {error.source_line.strip()}")
    if error.output.strip():
        parts.append(f"Last output:\n{error.output.strip()[-1500:]}")
    return "\n".join(parts)


def pick_description(problem: Problem, wanted: str) -> Prompt:
    """Choose the description that an option like ``python``, ``latex`` or ``python:loops`` names.

    Raises
    ------
    UsageError: where the problem has no such description.
    """
    language, _, style = wanted.partition(":")
    offered = list(problem.prompts())
    for prompt in offered:
        if prompt.language == language and style in ("", prompt.style):
            return prompt
    names = ", ".join(f"{p.language}:{p.style}" for p in offered)
    raise UsageError(f"{problem.id} has no description {wanted!r}. Allowed: {names}")


def describe_bounds(lower: Sequence[float], upper: Sequence[float]) -> str:
    """List the bounds with equal neighbours drawn together, 0-based: ``x[0..2] in [0, 1], x[3] in [5, 9]``."""
    groups: list[tuple[int, int]] = []
    for i in range(len(lower)):
        start, _end = groups[-1] if groups else (i, i - 1)
        if groups and (lower[i], upper[i]) == (lower[start], upper[start]):
            groups[-1] = (start, i)
        else:
            groups.append((i, i))
    return ", ".join(
        f"x[{a}] in [{lower[a]:.10g}, {upper[a]:.10g}]"
        if a == b
        else f"x[{a}..{b}] in [{lower[a]:.10g}, {upper[a]:.10g}]"
        for a, b in groups
    )


def available_libraries() -> list[str]:
    """Return those of `LIBRARIES` that are installed."""
    return [name for name in LIBRARIES if find_spec(name) is not None]


def _constraints_in_words(g: int, h: int) -> str:
    parts = []
    if g:
        parts.append(f"{g} inequality constraint{'s' * (g > 1)} g(x) <= 0")
    if h:
        parts.append(f"{h} equality constraint{'s' * (h > 1)} |h(x)| <= 1e-4")
    return f" subject to {' and '.join(parts)}" if parts else "; there are no constraints besides the bounds"
