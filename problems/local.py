"""Problems that the running process brings itself, for instance in a ``conftest.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.ids import check_id

if TYPE_CHECKING:
    from llamoco_bench.problems.problem import Problem


class LocalProblems:
    """Problems by id; the suite of ``"lab/tank"`` is ``lab``."""

    def __init__(self, taken: Callable[[str], bool]) -> None:
        self._taken = taken
        self._problems: dict[str, Problem] = {}

    def add(self, problem: Problem) -> Problem:
        """Make a problem known to `load_problem` and `list_problems`, and return it; once known, again is no error.

        Raises
        ------
        UsageError: the id is not of the form ``suite/name``, cannot stand in that of a test, is another problem's, or
            its suite is one of ours.
        """
        suite, slash, name = problem.id.rpartition("/")
        if not (suite and slash and name):
            raise UsageError(f"A problem's id is suite/name, such as 'lab/tank'; got {problem.id!r}")
        check_id(problem.id)
        if self._taken(suite) or self._taken(problem.id.partition("/")[0]):
            raise UsageError(f"{problem.id}: the suite {suite!r} is one of llamoco-bench's own; choose another name")
        if self._problems.get(problem.id, problem) is not problem:
            raise UsageError(f"There is a problem {problem.id!r} already; remove it first or choose another name")
        self._problems[problem.id] = problem
        return problem

    def remove(self, problem_id: str) -> None:
        """Forget a problem; one that is not there is no error."""
        self._problems.pop(problem_id, None)

    def find(self, problem_id: str) -> Problem | None:
        """Return a problem, or None."""
        return self._problems.get(problem_id)

    def suites(self) -> dict[str, list[str]]:
        """Return the ids by suite."""
        found: dict[str, list[str]] = {}
        for problem_id in self._problems:
            found.setdefault(problem_id.rpartition("/")[0], []).append(problem_id)
        return found


@contextmanager
def borrowed(problems: LocalProblems) -> Iterator[Callable[[Problem], Problem]]:
    """Give a function that adds problems; those it added are removed at the end."""
    added: Final[list[str]] = []

    def add(problem: Problem) -> Problem:
        if problems.find(problem.id) is None:
            added.append(problem.id)
        return problems.add(problem)

    try:
        yield add
    finally:
        for problem_id in added:
            problems.remove(problem_id)
