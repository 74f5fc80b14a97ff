"""Suites that other distributions bring: entry points of the group ``llamoco_bench.problems``.

The entry point's name is the suite. It points to a module, or to any object, with the members of `ProblemSource`; the
ids of its problems begin with the name of the suite and a slash. Nothing of theirs is imported before the suite is
asked for, and one that is broken stands in nobody's way.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.ids import check_id

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from llamoco_bench.problems.problem import Problem

GROUP: Final = "llamoco_bench.problems"

_Result = TypeVar("_Result")


class ProblemSource(Protocol):
    """What the entry point of a suite points to; it may also have a ``summary``, a line of text."""

    def ids(self) -> Sequence[str]:
        """Return the ids of the problems, each ``suite/name``; should be cheap."""
        ...

    def load(self, problem_id: str, /) -> Problem:
        """Build a problem."""
        ...


def find(taken: Callable[[str], bool]) -> Mapping[str, EntryPoint]:
    """Return the entry points by suite; nothing of theirs is imported.

    A name of ours, or one that two distributions bring, is passed over with a warning.
    """
    from importlib.metadata import entry_points  # slow to import; our own suites do without

    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        other = "llamoco-bench" if taken(point.name) else ""
        if point.name in found and found[point.name].value != point.value:
            other = _owner(found[point.name])
        if other:
            message = f"The suite {point.name!r} of {_owner(point)} is left out: the name is taken by {other}"
            warnings.warn(message, stacklevel=2)
        else:
            found[point.name] = point
    return found


def summary(point: EntryPoint) -> str:
    """Say in a line what a suite is, or why it cannot be loaded."""
    try:
        source = _source(point)
        return _calling(point, lambda: " ".join(str(getattr(source, "summary", f"a suite of {_owner(point)}")).split()))
    except UsageError as error:
        return f"unusable: {error}"


def ids(point: EntryPoint) -> list[str]:
    """Return the ids of a suite's problems.

    Raises
    ------
    UsageError: the suite cannot be loaded, or gives something other than ids of its own, or one that cannot stand in
        the id of a test.
    """
    source = _source(point)
    found: list[object] = _calling(point, lambda: list(source.ids()))
    wrong = [name for name in found if not (isinstance(name, str) and name.startswith(f"{point.name}/"))]
    if wrong:
        raise UsageError(f"{_said(point)} has the id {wrong[0]!r}; its ids must begin with '{point.name}/'")
    names = [str(name) for name in found]
    for name in names:
        check_id(name)
    return names


def load(point: EntryPoint, problem_id: str) -> Problem:
    """Build a problem of a suite.

    Raises
    ------
    UsageError: the suite or the problem cannot be loaded, or is none.
    """
    from llamoco_bench.problems.problem import Problem

    source = _source(point)
    problem: object = _calling(point, lambda: source.load(problem_id))
    if not isinstance(problem, Problem) or problem.id != problem_id:
        got = problem.id if isinstance(problem, Problem) else type(problem).__name__
        raise UsageError(f"{_said(point)} gave {got} for {problem_id}, which is not that problem")
    return problem


def _source(point: EntryPoint) -> ProblemSource:
    source = _calling(point, point.load)
    missing = _calling(point, lambda: [name for name in ("ids", "load") if not callable(getattr(source, name, None))])
    if missing:
        raise UsageError(f"{_said(point)} points to {point.value}, which lacks {' and '.join(missing)}()")
    return cast("ProblemSource", source)


def _calling(point: EntryPoint, function: Callable[[], _Result]) -> _Result:
    try:
        return function()
    except Exception as error:  # whatever a plug-in does wrong is said in one way
        why = f"{type(error).__name__}: {error}"
        raise UsageError(f"{_said(point)} is broken ({why}); repair it or uninstall {_owner(point)}") from error


def _said(point: EntryPoint) -> str:
    return f"The suite {point.name!r} of {_owner(point)}"


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
