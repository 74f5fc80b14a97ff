"""What goes wrong: erroneous runs by exception and by the function that was called when it was raised."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, Final

from llamoco_bench.journal import Record
from llamoco_bench.program_calls import call_at
from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.study import Cell, Study
from llamoco_bench.statuses import is_erroneous

ROWS: Final = 40
EXAMPLES: Final = 8
OWN: Final = "its own code"

_MODULE: Final = re.compile(r"No module named '([\w.]+)'|cannot import name '(\w+)' from '([\w.]+)'")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error.

    Attributes
    ----------
    status: as in `llamoco_bench.statuses`; error: type of the exception or name of the limit.
    api: full name of what was called or imported, or `OWN`.
    count: erroneous runs; share: of all erroneous runs.
    by_model: (label, runs), most first.
    message: what the most frequent one said.
    examples: cells (problem, model), at most `EXAMPLES`.
    """

    status: str
    error: str
    api: str
    count: int
    share: float
    by_model: tuple[tuple[str, int], ...]
    message: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All kinds of errors of first programs, most frequent first; `rest` counts runs of kinds left out."""

    kinds: tuple[Kind, ...]
    errors: int
    runs: int
    rest: int


def taxonomy(study: Study) -> Taxonomy:
    """Sort the erroneous runs of first programs."""
    found: dict[tuple[str, str, str], list[tuple[Cell, Record]]] = defaultdict(list)
    runs = 0
    for cell, item in study.items.items():
        answer = study.answers.get(cell, {}).get(0)
        for run in item.first:
            runs += run["status"] != "infra"
            if is_erroneous(run["status"]):
                error = run["error"] or {}
                key = (run["status"], str(error.get("type", "")), api_of(error, answer.program if answer else ""))
                found[key].append((cell, run))
    errors = sum(map(len, found.values()))
    order = sorted(found, key=lambda key: (-len(found[key]), key))
    kinds = tuple(_kind(key, found[key], errors) for key in order[:ROWS])
    return Taxonomy(kinds, errors, runs, errors - sum(kind.count for kind in kinds))


def api_of(error: dict[str, Any], program: str) -> str:
    """Name what was called where the program failed, or what it wanted to import; empty where no line is known."""
    module = _MODULE.search(str(error.get("message", "")))
    if module:
        return module[1] or f"{module[3]}.{module[2]}"
    line = error.get("line")
    if not isinstance(line, int):
        return ""
    call = call_at(program, line)
    return call.name if call else OWN


def _kind(key: tuple[str, str, str], found: list[tuple[Cell, Record]], errors: int) -> Kind:
    status, error, api = key
    models = Counter(model for (_, _, model), _ in found)
    messages = Counter(str((run["error"] or {}).get("message", "")) for _, run in found)
    examples = list(dict.fromkeys((problem, model) for (_, problem, model), _ in found))
    return Kind(
        status=status.replace("_", " "),
        error=text.visible(error, 60) or "–",
        api=text.visible(api, 80) or "–",
        count=len(found),
        share=len(found) / errors,
        by_model=tuple(models.most_common()),
        message=text.visible(messages.most_common(1)[0][0], 240),
        examples=tuple(examples[:EXAMPLES]),
    )
