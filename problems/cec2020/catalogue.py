"""Puts the problems of the suite together: definition, bounds, budget, best-known value and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

import numpy as np

from llamoco_bench.problems.cec2020.definition import Definition
from llamoco_bench.problems.cec2020.equations import given_by_equations, read_meanings, read_program
from llamoco_bench.problems.describe.bounds import parse_bounds
from llamoco_bench.problems.describe.program import Program
from llamoco_bench.problems.describe.sections import Section, read_section, split_sections
from llamoco_bench.problems.problem import Array, Problem, Prompt, quiet

_FILES: Final = (
    "chemical",
    "synthesis",
    "mechanical_15_24",
    "mechanical_25_33",
    "power_systems",
    "power_electronics",
    "feed",
)
"""The files ``*.txt`` beside this one, each with problems of one area."""

_MODULES: Final = MappingProxyType(
    {
        "RC24": "gripper",
        "RC27": "truss",
        "RC33": "topology",
        **{f"RC{number}": "powerflow" for number in range(34, 44)},
        "RC44": "windfarm",
    }
)
"""Problems that are computed by a module of their own instead of being given as equations."""

_BUDGETS: Final = ((10, 100_000), (30, 200_000), (50, 400_000), (150, 800_000))
"""Function evaluations up to so many variables (competition guidelines); above, 1,000,000."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the definition file says about a problem.

    Attributes
    ----------
    name: e.g. ``"RC01"``.
    title, area: of the problem, in words.
    about: what is decided, to which end, and what the variables are; for prompts. Variables are written ``x1``.
    lower, upper: bounds of the variables.
    best_known: lowest objective of which a feasible point is at hand, or None.
    best_known_source: where it comes from, or why there is none.
    notes: remarks for the documentation.
    section: the section of the file, for the rest.
    """

    name: str
    title: str
    area: str
    about: str
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    best_known: float | None
    best_known_source: str
    notes: tuple[str, ...]
    section: Section

    @property
    def dim(self) -> int:
        """Number of variables."""
        return len(self.lower)

    @property
    def budget(self) -> int:
        """Function evaluations that the competition grants."""
        return next((budget for dim, budget in _BUDGETS if self.dim <= dim), 1_000_000)


def load(problem_id: str) -> Problem:
    """Build a problem from its id, ``"cec2020/RC01"`` to ``"cec2020/RC57"``."""
    found = entry(problem_id.partition("/")[2])
    program = equations(found)
    definition = _computed(found.name) if program is None else _given(found, program)
    n_inequality, n_equality = constraint_counts(found, program)
    return Problem(
        id=problem_id,
        title=found.title,
        lower=_frozen(found.lower),
        upper=_frozen(found.upper),
        budget=found.budget,
        n_inequality=n_inequality,
        n_equality=n_equality,
        evaluator=definition.evaluator,
        describe=definition.describe,
        definition=definition.source,
        best_known=found.best_known,
        best_known_source=found.best_known_source,
        notes=found.notes,
    )


def entry(name: str) -> Entry:
    """Read what the definition file says about a problem, by its name within the suite."""
    section = _section(name)
    lower, upper = parse_bounds(section.block("bounds"))
    best = section.text("best")
    return Entry(
        name=name,
        title=section.text("title"),
        area=section.text("area"),
        about=section.text("about"),
        lower=lower,
        upper=upper,
        best_known=None if best == "none" else float(best),
        best_known_source=section.text("source"),
        notes=section.texts("note"),
        section=section,
    )


def equations(found: Entry) -> Program | None:
    """Return the equations of a problem, None if a module computes it."""
    return None if found.name in _MODULES else read_program(found.section, found.dim, _section)


def constraint_counts(found: Entry, program: Program | None) -> tuple[int, int]:
    """Return the numbers of inequalities and equalities: those of the equations, else those the file declares."""
    if program is not None:
        return program.n_inequality, program.n_equality
    return int(found.section.text("inequalities")), int(found.section.text("equalities"))


def _given(found: Entry, program: Program) -> Definition:
    return given_by_equations(found.about, program, read_meanings(found.section, _section))


def _computed(name: str) -> Definition:
    module = import_module(f"llamoco_bench.problems.cec2020.{_MODULES[name]}")
    definition = cast("Definition", module.define(name))

    @cache
    def describe() -> Sequence[Prompt]:
        from llamoco_bench.problems.describe.temporaries import with_named_steps

        return with_named_steps(definition.describe())

    return replace(definition, evaluator=quiet(definition.evaluator), describe=describe)


def _section(name: str) -> Section:
    return read_section(name, _bodies()[name])


@cache
def _bodies() -> dict[str, str]:
    folder = Path(__file__).parent
    texts = ((folder / f"{file}.txt").read_text(encoding="utf-8") for file in _FILES)
    return {name: body for text in texts for name, body in split_sections(text).items()}


def _frozen(values: tuple[float, ...]) -> Array:
    array = np.array(values)
    array.setflags(write=False)
    return array
