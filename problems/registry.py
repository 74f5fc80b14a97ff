"""Suites of problems, and where a problem is loaded from: here, another distribution, or the running process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from llamoco_bench.errors import choose
from llamoco_bench.problems import cec2020, quick, realistic, synthetic, third_party
from llamoco_bench.problems.local import LocalProblems
from llamoco_bench.problems.synthetic.split import evaluation_ids, training_ids

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

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


def _halves(name: str, summary: str, ids: Sequence[str]) -> dict[str, Suite]:
    """Return a suite of synthetic problems, what is kept of it for evaluation, and what models may be trained on."""
    return {
        name: Suite(summary, lambda: ids),
        f"{name}/test": Suite(f"{summary}: those kept for evaluation", lambda: evaluation_ids(ids)),
        f"{name}/train": Suite(f"{summary}: those for training", lambda: training_ids(ids)),
    }


SUITES: Final[Mapping[str, Suite]] = MappingProxyType(
    {
        "cec2020": Suite("57 real-world constrained problems of the CEC 2020 competition", lambda: cec2020.IDS),
        "mujoco": Suite("small networks in the MuJoCo simulator; needs the extra neuro", lambda: realistic.MUJOCO_IDS),
        "quick": Suite("24 problems of every kind, none used in training, for small machines", lambda: quick.IDS),
        "realistic": Suite("51 realistic problems of eight kinds", lambda: realistic.IDS),
        "smoke": Suite("four cheap problems of different kinds, for first tries", lambda: cec2020.SMOKE_IDS),
        **_halves("synthetic", "6,000 synthetic problems", synthetic.IDS),
        **_halves("synthetic/constrained", "3,000 synthetic problems with constraints", synthetic.CONSTRAINED_IDS),
        **_halves("synthetic/unconstrained", "3,000 synthetic problems without", synthetic.UNCONSTRAINED_IDS),
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


_OWN_SUITES: Final = (
    "One of your own must be registered in the conftest.py of the folder that pytest runs in, or come with an "
    "installed distribution (docs/problems/your-own.md)"
)


def _is_ours(suite: str) -> bool:
    return suite in SUITES


# The one thing here that changes: what a conftest.py or a test adds must be found by the functions below.
LOCAL: Final = LocalProblems(_is_ours)
"""Problems that the running process brings itself."""


def register_problem(problem: Problem) -> Problem:
    """Make a problem of the running process known by its id, ``suite/name``, and its suite with it; return it.

    Raises
    ------
    UsageError: the id has another form or is in use, or the suite is one of ours.
    """
    return LOCAL.add(problem)


def list_suites() -> dict[str, str]:
    """Return the names of all suites, with a line on each: ours, those of other distributions, and registered ones."""
    found = {name: suite.summary for name, suite in SUITES.items()}
    found |= {name: third_party.summary(point) for name, point in sorted(_others().items())}
    found |= {name: f"{len(ids)} registered in this process" for name, ids in sorted(LOCAL.suites().items())}
    return found


def list_problems(suite: str) -> list[str]:
    """Return the ids of the problems in a suite, sorted.

    Raises
    ------
    UsageError: if there is no such suite, or another distribution brings it and it is broken.
    """
    if suite in SUITES:
        return sorted(SUITES[suite].ids())
    local, others = LOCAL.suites(), _others()
    if suite not in local and suite not in others:
        raise choose("suite", suite, [*SUITES, *others, *local], _OWN_SUITES)
    return sorted({*local.get(suite, ()), *(third_party.ids(others[suite]) if suite in others else ())})


def load_problem(id: str) -> Problem:
    """Return a problem by its id, e.g. ``"cec2020/RC01"``; the same object at every call.

    Raises
    ------
    UsageError: if there is no such problem, or another distribution brings it and it is broken.
    """
    return LOCAL.find(id) or _load(id)


@cache
def _load(id: str) -> Problem:
    if id in _known():
        loader = import_module(_LOADERS[id.partition("/")[0]])
        return cast("Problem", loader.load(id))
    suite = id.partition("/")[0]
    point = _others().get(suite)
    if point is None:
        raise choose("problem", id, sorted(_known().union(*LOCAL.suites().values())))
    if id not in (ids := third_party.ids(point)):
        raise choose("problem", id, sorted(ids))
    return third_party.load(point, id)


@cache
def _known() -> frozenset[str]:
    return frozenset((*cec2020.IDS, *realistic.IDS, *realistic.MUJOCO_IDS, *synthetic.IDS))


def _others() -> Mapping[str, EntryPoint]:
    return third_party.find(_is_ours)
