"""The problems of the suite that are given as equations."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from llamoco_bench.problems.cec2020.definition import Definition
from llamoco_bench.problems.describe.evaluator import evaluator
from llamoco_bench.problems.describe.program import Program, Table, build
from llamoco_bench.problems.describe.sections import Section
from llamoco_bench.problems.problem import Prompt


def read_program(section: Section, dim: int, shared: Callable[[str], Section]) -> Program:
    """Return the checked definition of a problem.

    A section gives its ``equations``, or names under ``like`` a section that several problems share and adds its
    ``parameters``. ``table`` names a file of data, one row an element and one column a vector.
    """
    common = _common(section, shared)
    text = f"{section.block('parameters', '')}\n{common.block('equations')}"
    tables = read_table(common.text("table")) if "table" in common.values else {}
    return build(text, dim, tables)


def read_meanings(section: Section, shared: Callable[[str], Section]) -> dict[str, str]:
    """Return what the columns of a problem's data file are, in words; from the lines ``name: meaning`` of ``data``."""
    lines = _common(section, shared).block("data", "").splitlines()
    return {name: meaning.strip() for name, _, meaning in (line.partition(":") for line in lines)}


def given_by_equations(about: str, program: Program, meanings: Mapping[str, str]) -> Definition:
    """Return evaluator, descriptions and fixed source of a problem."""

    @cache
    def describe() -> Sequence[Prompt]:
        from llamoco_bench.problems.describe.prompts import prompts

        return prompts(about, program, meanings)

    return Definition(evaluator(program), describe, program.source)


def _common(section: Section, shared: Callable[[str], Section]) -> Section:
    return shared(section.text("like")) if "like" in section.values else section


def read_table(file: str) -> dict[str, Table]:
    """Read the columns of a data file, called by their headings up to the first underscore (then comes the unit)."""
    with (Path(__file__).parent / "tables" / file).open(encoding="utf-8", newline="") as stream:
        heads, *rows = csv.reader(stream)
    columns = zip(*rows, strict=True)
    return {head.partition("_")[0]: tuple(map(float, column)) for head, column in zip(heads, columns, strict=True)}
