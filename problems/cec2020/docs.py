"""Writes the page about the suite: ``python -m llamoco_bench.problems.cec2020.docs > docs/problems/cec2020.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from llamoco_bench.problems.cec2020 import NAMES
from llamoco_bench.problems.cec2020.catalogue import Entry, constraint_counts, entry, equations

_HEAD = """\
# The CEC2020 suite of real-world problems

<!-- Generated from the definitions; do not edit. `python -m llamoco_bench.problems.cec2020.docs` writes this page. -->

57 constrained problems from engineering practice, after A. Kumar, G. Wu, M. Z. Ali, R. Mallipeddi, P. N. Suganthan and
S. Das, *A test-suite of non-convex constrained optimization problems from the real-world and some baseline results*,
Swarm and Evolutionary Computation 56 (2020) 100693. Values are those of the authors' evaluation code of March 2020;
where it departs from their text, the code is followed and a note says so.

All problems are minimised. An inequality holds where g <= 0, an equality where |h| <= 1e-4; the violation of a point is
the mean over all constraints of max(g, 0) and of |h| where it exceeds 1e-4. `round` rounds halves away from zero.
The evaluators take points outside the bounds, too: indices of lists are clipped then.

*Best known* is the lowest objective of which a feasible point is at hand; the table that its source mentions is that
of the competition's guidelines (July 2020), the exact equalities those without the tolerance. *Budget* is the
competition's number of function evaluations; one evaluation gives the objective and all constraints.
"""


def page() -> str:
    """Return the page as Markdown."""
    entries = [entry(name) for name in NAMES]
    table = "\n".join(_table(entries))
    details = "\n".join("\n".join(_details(found)) for found in entries)
    return f"{_HEAD}\n## Index\n\n{table}\n\n## Problems\n\n{details}"


def _table(entries: list[Entry]) -> Iterator[str]:
    yield "| id | problem | area | D | n_g | n_h | budget | best known | source |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for found in entries:
        inequalities, equalities = constraint_counts(found, equations(found))
        best = "none" if found.best_known is None else f"{found.best_known:.11g}"
        cells = (
            f"`cec2020/{found.name}`",
            found.title,
            found.area,
            found.dim,
            inequalities,
            equalities,
            f"{found.budget:,}",
            best,
            found.best_known_source,
        )
        yield f"| {' | '.join(map(str, cells))} |"


def _details(found: Entry) -> Iterator[str]:
    yield f"### {found.name}: {found.title}\n"
    yield f"{found.about}\n"
    yield from (f"- {note}" for note in found.notes)
    if found.notes:
        yield ""
    program = equations(found)
    if program is not None:
        yield f"```text\n{found.section.block('bounds')}\n\n{program.text.strip()}\n```\n"
    else:
        yield f"```text\n{found.section.block('bounds')}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(page())
