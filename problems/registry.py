"""Suites of problems, and where a problem is loaded from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from llamoco_bench.errors import choose
from llamoco_bench.problems import cec2020, realistic, synthetic

if TYPE_CHECKING:
    from llamoco_bench.problems.problem import Problem


@dataclass(frozen=True, slots=True)
class Suite:
    """A named list of problems.

    Attributes
    ----------
    summary: what is in it, in one line.
    ids: gives the ids of its problems; cheap, the same on every machine, imports no numpy.
    """

    summary: str
    ids: Callable[[], Sequence[str]]


SUITES: Final[Mapping[str, Suite]] = MappingProxyType(
    {
        "cec2020": Suite("57 real-world constrained problems of the CEC 2020 competition", lambda: cec2020.IDS),
        "mujoco": Suite("small networks in the MuJoCo simulator; needs the extra neuro", lambda: realistic.MUJOCO_IDS),
        "realistic": Suite("51 realistic problems of eight kinds", lambda: realistic.IDS),
        "smoke": Suite("four cheap problems of different kinds, for first tries", lambda: cec2020.SMOKE_IDS),
        "synthetic": Suite("6,000 synthetic problems", lambda: synthetic.IDS),
        "synthetic/constrained": Suite("the 3,000 synthetic ones with constraints", lambda: synthetic.CONSTRAINED_IDS),
        "synthetic/unconstrained": Suite("the 3,000 without", lambda: synthetic.UNCONSTRAINED_IDS),
    }
)
"""The suites by name. A problem may be in several."""

_LOADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cec2020": "llamoco_bench.problems.cec2020.catalogue",
        "realistic": "llamoco_bench.problems.realistic.catalogue",
        "synthetic": "llamoco_bench.problems.synthetic.catalogue",
    }
)
"""By the part of an id before the slash: the module whose ``load(id)`` gives the problem."""


def list_suites() -> dict[str, str]:
    """Return the names of all suites, with a line on each."""
    return {name: suite.summary for name, suite in SUITES.items()}


def list_problems(suite: str) -> list[str]:
    """Return the ids of the problems in a suite, sorted.

    Raises
    ------
    UsageError: if there is no such suite.
    """
    if suite not in SUITES:
        raise choose("suite", suite, SUITES)
    return sorted(SUITES[suite].ids())


@cache
def load_problem(id: str) -> Problem:
    """Return a problem by its id, e.g. ``"cec2020/RC01"``; the same object at every call.

    Raises
    ------
    UsageError: if there is no such problem.
    """
    if id not in _known():
        raise choose("problem", id, sorted(_known()))
    loader = import_module(_LOADERS[id.partition("/")[0]])
    return cast("Problem", loader.load(id))


@cache
def _known() -> frozenset[str]:
    return frozenset(problem for suite in SUITES.values() for problem in suite.ids())
