"""Writes the page about the suite: ``python -m llamoco_bench.problems.realistic.docs > docs/problems/realistic.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from llamoco_bench.problems.cec2020.prompt_text import fill
from llamoco_bench.problems.problem import Problem
from llamoco_bench.problems.realistic import (
    CEC2020_NAMES,
    DOCKING_COMPLEXES,
    HPO_NAMES,
    IDS,
    NEURO_NAMES,
    RUGGED_COMPLEXES,
    hpo,
)
from llamoco_bench.problems.realistic.catalogue import load
from llamoco_bench.problems.realistic.data import table
from llamoco_bench.problems.realistic.mujoco_tasks import SEEDS, STEPS, TASKS
from llamoco_bench.problems.realistic.rugged import read_bodies

_TEMPLATE: Final = Path(__file__).with_name("page.md")
_GROUPS: Final = {
    "docking": tuple(f"realistic/docking-{name.lower()}" for name in DOCKING_COMPLEXES),
    "rugged": tuple(f"realistic/docking-rugged-{name.lower()}" for name in RUGGED_COMPLEXES),
    "hpo": tuple(f"realistic/hpo-{name}" for name in HPO_NAMES),
    "neuro": tuple(f"realistic/neuro-{name}" for name in NEURO_NAMES),
}


def page() -> str:
    """Return the page as Markdown: the template ``page.md`` with the facts."""
    measured = table("cost")
    values = {"problems": str(len(IDS)), "date": measured["date"], "machine": measured["machine"]}
    values |= {name.replace("-", "_"): _cec2020(name) for name in CEC2020_NAMES}
    for group, ids in _GROUPS.items():
        problems = [load(problem_id) for problem_id in ids]
        values[group] = f"{_lines(_facts(problems))}\n\n{_provenance(problems)}"
    values |= {"hpo_facts": _lines(_hpo_facts()), "rugged_facts": _lines(_rugged_facts())}
    return fill(_TEMPLATE.read_text(encoding="utf-8"), values | {"mujoco": _lines(_mujoco_facts())})


def _cec2020(name: str) -> str:
    problem = load(f"realistic/{name}")
    same = (
        f"This is {CEC2020_NAMES[name]} of the CEC 2020 suite under another name, with the same values and texts; "
        "formulas, bounds and sources stand on [that suite's page](cec2020.md)."
    )
    notes = _lines(f"- {note}" for note in problem.notes[1:])
    return "\n\n".join(part for part in (same, notes, _lines(_facts([problem])), _provenance([problem])) if part)


def _facts(problems: Iterable[Problem]) -> Iterator[str]:
    costs = table("cost")["costs"]
    yield "| id | D | constraints | budget | best known | µs, one point | µs a point, 100 points |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for p in problems:
        best = "none" if p.best_known is None else f"{p.best_known:.10g}"
        single, batch = costs[p.id]
        yield f"| `{p.id}` | {p.dim} | {p.n_constraints} | {p.budget:,} | {best} | {single:g} | {batch:g} |"


def _provenance(problems: Iterable[Problem]) -> str:
    """Say where the best known values are from, once for those of the same source."""
    sources: dict[str, list[str]] = {}
    for problem in problems:
        sources.setdefault(problem.best_known_source, []).append(problem.id.partition("/")[2])
    if len(sources) == 1:
        return f"Best known: {next(iter(sources)).removesuffix('.')}."
    return "Best known:\n\n" + "\n".join(f"- {', '.join(names)}: {source}" for source, names in sources.items())


def _hpo_facts() -> Iterator[str]:
    yield "| name | what is tuned | HPO-B space | data set | real results | accuracy | variables the model uses |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for name, task in sorted(hpo.TASKS.items()):
        found = hpo.tables(name)
        worst, best = found["accuracy"].tolist()
        used = len({int(j) for j in found["feature"][found["left"] > 0]})
        yield (
            f"| `hpo-{name}` | {task.algorithm} | {task.space} | {task.dataset} | {task.rows:,} "
            f"| {worst:.4f} to {best:.4f} | {used} of {task.dim} |"
        )


def _rugged_facts() -> Iterator[str]:
    yield "| complex | atoms of the receptor | atoms of the ligand | charges |"
    yield "| --- | ---: | ---: | ---: |"
    for name in RUGGED_COMPLEXES:
        receptor, ligand = read_bodies(name)
        charges = f"{receptor.charge.sum():+.0f}, {ligand.charge.sum():+.0f}"
        yield f"| {name} | {len(receptor.positions):,} | {len(ligand.positions):,} | {charges} |"


def _mujoco_facts() -> Iterator[str]:
    yield "| id | environment | D | steps | episodes | best known | source |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
    for name, task in TASKS.items():
        problem_id = f"realistic/mujoco-{name}"
        best = table("best_known").get(problem_id)
        shown = f"{best['value']:.6g} | {best['source']}" if best else "none | not searched for"
        yield f"| `{problem_id}` | {task.environment} | {task.dim} | {STEPS} | {len(SEEDS)} | {shown} |"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
