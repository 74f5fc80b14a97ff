"""Where the suites keep their best-known values, and how a better one enters.

The tables are files of the package; a value is only ever replaced by a lower one, of a point that was evaluated here.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.problem import Problem
from llamoco_bench.problems.realistic import CEC2020_NAMES

_CEC2020: Final = Path(__file__).parent / "cec2020"
_REALISTIC: Final = Path(__file__).parent / "realistic" / "data" / "best_known.json"
_LINE: Final = 116


@dataclass(frozen=True, slots=True)
class Found:
    """A feasible point that was found somewhere.

    Attributes
    ----------
    problem_id: of the problem that keeps the value, see `home_of`.
    value: objective, as evaluated here.
    point: (dim,) coordinates.
    source: where it was found; becomes the provenance of the value.
    """

    problem_id: str
    value: float
    point: tuple[float, ...]
    source: str


Verdict = Literal["better", "no better", "infeasible", "closed form", "kept elsewhere"]


def examine(problem: Problem, point: ArrayLike, source: str) -> tuple[Verdict, Found | None]:
    """Evaluate a point that is said to be good; give the finding where it beats the best value known.

    Parameters
    ----------
    problem: on which it was found.
    point: (dim,).
    source: where it was found.

    Returns
    -------
    ``better`` with the finding, or why there is none: ``no better``; ``infeasible``, also for a point that is outside
    the bounds or of another dimension; ``closed form``, where the value is proven by a formula; ``kept elsewhere``
    for a problem of another distribution.
    """
    home = home_of(problem.id)
    if home is None:
        return "kept elsewhere", None
    if problem.best_known_source.startswith("closed form"):
        return "closed form", None
    x = np.asarray(point, dtype=np.float64)
    if x.shape != (problem.dim,) or not ((x >= problem.lower) & (x <= problem.upper)).all():
        return "infeasible", None
    value = float(problem.objective(x))
    if not np.isfinite(value) or float(problem.violation(x)) != 0.0:
        return "infeasible", None
    if problem.best_known is not None and value >= problem.best_known:
        return "no better", None
    return "better", Found(home, value, tuple(x.tolist()), source)


def home_of(problem_id: str) -> str | None:
    """Return the id under which the value of a problem is kept; None where no table of ours has it."""
    suite, _, name = problem_id.partition("/")
    if suite == "realistic" and name in CEC2020_NAMES:
        return f"cec2020/{CEC2020_NAMES[name]}"
    return problem_id if suite in _STORES else None


def store(found: Found) -> Path:
    """Write a finding into the table of its suite and return the file. Problems already loaded keep the old value.

    Raises
    ------
    UsageError: the file cannot be written, or no table has the problem.
    """
    suite = found.problem_id.partition("/")[0]
    if suite not in _STORES:
        raise UsageError(f"{found.problem_id} is not of a suite that keeps values here: {', '.join(_STORES)}")
    try:
        return _STORES[suite](found)
    except OSError as error:
        message = f"{error.filename} cannot be written ({error.strerror}); work in a checkout of the source"
        raise UsageError(message) from None


def _store_synthetic(found: Found) -> Path:
    from llamoco_bench.problems.synthetic import best_known

    best_known.improve({found.problem_id: (found.value, found.source)}, best_known.FILE)
    return best_known.FILE


def _store_realistic(found: Found) -> Path:
    entries = json.loads(_REALISTIC.read_text(encoding="utf-8"))
    entries[found.problem_id] = {"value": found.value, "source": found.source, "point": found.point}
    lines = (f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(entries.items()))
    _replace(_REALISTIC, "{\n" + ",\n".join(lines) + "\n}\n")
    return _REALISTIC


def _store_cec2020(found: Found) -> Path:
    """Change the lines ``best`` and ``source`` of the problem's section in whichever definition file has it."""
    name = found.problem_id.partition("/")[2]
    section = re.compile(rf"^(\[{name}\]\n(?:(?!\[).*\n)*?)best:.*\nsource:.*\n(?:[ \t]+.*\n)*", re.MULTILINE)
    source = textwrap.fill(f"source: {found.source}", _LINE, subsequent_indent="    ", break_on_hyphens=False)
    for file in sorted(_CEC2020.glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        changed, n = section.subn(lambda match: f"{match[1]}best: {found.value!r}\n{source}\n", text)
        if n:
            _replace(file, changed)
            return file
    raise UsageError(f"No definition file has {found.problem_id}")


def _replace(file: Path, text: str) -> None:
    """Write a table anew; where that fails, the old one stays as it was."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


_STORES: Final = MappingProxyType[str, Callable[[Found], Path]](
    {"synthetic": _store_synthetic, "realistic": _store_realistic, "cec2020": _store_cec2020}
)
"""By suite: what writes its table."""
