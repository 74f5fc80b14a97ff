"""The virtual suite: pytest collectors and items that no test file stands behind.

Facts about pytest that shape this module, each held by a regression test:

* From pytest 9.2 on, an item whose name holds ``[...]`` must be given its ``nodeid``, else its id is unequal to the
  parsed one and ``--lf`` reruns everything.
* Hooks of a user's conftest.py reach a node by its path; the collectors therefore carry the root path.
* A file of this package as argument would make pytest walk, and load conftest files, from the root of the file system
  down to it, and fail where the package lies in a virtual environment. So the suite is put in front of what the
  session collects, without any path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from llamoco_bench.errors import LlamocoError, choose
from llamoco_bench.settings import ItemId, short_name

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.spec import ModelSpec
    from llamoco_bench.evaluation import Evaluator
    from llamoco_bench.item_outcome import ItemOutcome
    from llamoco_bench.settings import Settings

ROOT_ID: Final = "llamoco"

SETTINGS_KEY: Final[pytest.StashKey[Settings]] = pytest.StashKey()
EVALUATOR_KEY: Final[pytest.StashKey[Evaluator]] = pytest.StashKey()


class InfrastructureFault(LlamocoError):
    """The harness could not evaluate an item; the model is not to blame."""


class ProgramFault(LlamocoError):
    """The program is still erroneous after its repair; raised with --llamoco-strict only."""


class VirtualSuite:
    """Makes pytest collect the suite beside its other arguments; registered only where a model was given.

    Parameters
    ----------
    config: of this process.
    wanted: node ids, such as ``llamoco`` or ``llamoco::cec2020::RC01[random]``, of what is to be collected.
    """

    def __init__(self, config: pytest.Config, wanted: Sequence[str]) -> None:
        self._config = config
        self._wanted = wanted

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Put the suite in front of what pytest collects from files."""
        root: SuiteRoot = SuiteRoot.from_parent(
            session, name=ROOT_ID, path=self._config.rootpath, nodeid=ROOT_ID, wanted=self._wanted
        )
        from_files = session.collect

        def collect() -> Iterator[pytest.Item | pytest.Collector]:
            yield root
            yield from from_files()

        session.collect = collect  # type: ignore[method-assign]


class SuiteRoot(pytest.Collector):
    """Holds the suites. It is no file: nothing on disk is looked at to collect it."""

    def __init__(self, *, wanted: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wanted = wanted

    def collect(self) -> Iterator[Suite]:
        """Yield one collector for each suite that was asked for."""
        for suite in self.config.stash[SETTINGS_KEY].suites:
            yield Suite.from_parent(
                self, name=suite, path=self.config.rootpath, nodeid=f"{ROOT_ID}::{suite}", wanted=self.wanted
            )


class Suite(pytest.Collector):
    """One suite of problems."""

    def __init__(self, *, wanted: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wanted = wanted

    def collect(self) -> Iterator[ProblemItem]:
        """Yield one item for each problem and model."""
        for suite, problem, spec in self.config.stash[SETTINGS_KEY].items():
            nodeid = item_id(suite, problem, spec.label)
            if suite == self.name and any(selects(wanted, nodeid) for wanted in self.wanted):
                name = nodeid.rpartition("::")[2]
                yield ProblemItem.from_parent(self, name=name, nodeid=nodeid, suite=suite, problem=problem, spec=spec)


class ProblemItem(pytest.Item):
    """One model on one problem."""

    def __init__(self, *, suite: str, problem: str, spec: ModelSpec, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.suite = suite
        self.problem = problem
        self.spec = spec
        self.outcome: ItemOutcome | None = None
        self.add_marker(pytest.mark.llamoco)

    def runtest(self) -> None:
        """Evaluate; raise only where the harness failed, or where an error is to be a failure."""
        evaluator = self.config.stash[EVALUATOR_KEY]
        self.outcome = evaluator.evaluate(self.suite, self.problem, self.spec)
        if self.outcome.status == "infra":
            raise InfrastructureFault("; ".join(self.outcome.faults))
        if evaluator.settings.strict and self.outcome.status not in ("ok", "repaired", "cached"):
            raise ProgramFault(f"{self.problem} by {self.spec.label}: {', '.join(self.outcome.final)}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what failed in a line; a traceback only where the harness itself has a fault."""
        if isinstance(excinfo.value, LlamocoError):
            return f"{type(excinfo.value).__name__}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the item in reports by its id."""
        return self.path, None, self.nodeid


def take_arguments(config: pytest.Config, settings: Settings) -> list[str]:
    """Take the arguments that name the suite, such as ``llamoco::cec2020::RC01[...]``, away from pytest.

    Workers of pytest-xdist receive the original command line and do the same.

    Returns
    -------
    The node ids asked for: the whole suite where there is no argument at all, nothing where all are files.

    Raises
    ------
    UsageError: for an id that selects nothing.
    """
    explicit = config.args_source is config.ArgsSource.ARGS
    ours = [text for text in config.args if is_node_id(text)] if explicit else [ROOT_ID]
    config.args[:] = [text for text in config.args if explicit and not is_node_id(text)]
    config.args_source = config.ArgsSource.ARGS
    ids = [item_id(suite, problem, spec.label) for suite, problem, spec in settings.items()]
    for wanted in ours:
        # A shard may be without items, or without the one that is named: another has it.
        if settings.shard is None and not any(selects(wanted, nodeid) for nodeid in ids):
            raise choose("item", wanted, ids)
    return ours


def item_id(suite: str, problem: str, label: str) -> str:
    """Return the node id of an item."""
    return f"{ROOT_ID}::{suite}::{short_name(problem)}[{label}]"


def selects(wanted: str, nodeid: str) -> bool:
    """Tell whether the id `wanted`, of an item or of something above it, takes in the item `nodeid`."""
    return nodeid == wanted or nodeid.startswith((f"{wanted}::", f"{wanted}["))


def is_node_id(text: str) -> bool:
    """Tell whether a command-line argument names the virtual suite or a part of it."""
    return text == ROOT_ID or text.startswith(f"{ROOT_ID}::")


def parse_item_id(nodeid: str) -> ItemId | None:
    """Split an item's id; None for items that are not ours."""
    root, _, rest = nodeid.partition("::")
    suite, separator, name = rest.partition("::")
    if root != ROOT_ID or not separator or not name.endswith("]"):
        return None
    problem, _, label = name[:-1].partition("[")
    return ItemId(suite, problem, label)
