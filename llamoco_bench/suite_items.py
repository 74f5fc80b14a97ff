"""The virtual suite: pytest collectors and items that no test file stands behind.

A data file of the package, ``suite.llamoco``, is the anchor: pytest is made to collect it, and below it stand one
collector a suite and one item for each problem and model. Facts about pytest that shape this module, each held by a
regression test:

* From pytest 9.2 on, an item whose name holds ``[...]`` must be given its ``nodeid``, else its id is unequal to the
  parsed one and ``--lf`` reruns everything.
* Hooks of a user's conftest.py reach a node by its path; the collectors therefore carry the root path.
* The anchor may lie below the root (a virtual environment in the project's folder), where pytest would ignore it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from llamoco_bench.errors import LlamocoError

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.spec import ModelSpec
    from llamoco_bench.evaluation import Evaluator, ItemOutcome
    from llamoco_bench.settings import Settings

ANCHOR: Final = Path(__file__).with_name("suite.llamoco")
ROOT_ID: Final = "llamoco"

SETTINGS_KEY: Final[pytest.StashKey[Settings]] = pytest.StashKey()
EVALUATOR_KEY: Final[pytest.StashKey[Evaluator]] = pytest.StashKey()


class InfrastructureFault(LlamocoError):
    """The harness could not evaluate an item; the model is not to blame."""


class ProgramFault(LlamocoError):
    """The program is still erroneous after its repair; raised with --llamoco-strict only."""


class VirtualSuite:
    """The hooks that make pytest find the suite; registered only where a model was given."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Let pytest walk to the anchor, also where it lies in a virtual environment below the root."""
        return False if ANCHOR.is_relative_to(collection_path) else None

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Turn the anchor into the virtual suite."""
        if file_path != ANCHOR:
            return None
        collector: pytest.Collector = SuiteFile.from_parent(parent, path=file_path, nodeid=ROOT_ID)
        return collector


class SuiteFile(pytest.File):
    """The anchor; holds the suites."""

    def collect(self) -> Iterator[Suite]:
        """Yield one collector for each suite that was asked for."""
        for suite in self.config.stash[SETTINGS_KEY].suites:
            yield Suite.from_parent(self, name=suite, path=self.config.rootpath, nodeid=f"{ROOT_ID}::{suite}")


class Suite(pytest.Collector):
    """One suite of problems."""

    def collect(self) -> Iterator[ProblemItem]:
        """Yield one item for each problem and model."""
        from llamoco_bench.settings import short_name

        settings = self.config.stash[SETTINGS_KEY]
        for problem in settings.problems_of(self.name):
            for spec in settings.models:
                name = f"{short_name(problem)}[{spec.label}]"
                yield ProblemItem.from_parent(
                    self, name=name, nodeid=f"{self.nodeid}::{name}", suite=self.name, problem=problem, spec=spec
                )


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


def rewrite_arguments(config: pytest.Config) -> None:
    """Make pytest collect the virtual suite: by default, and for arguments such as ``llamoco::cec2020::RC01[...]``.

    Workers of pytest-xdist receive the original command line and do the same.
    """
    given = [ROOT_ID] if config.args_source is not config.ArgsSource.ARGS else list(config.args)
    config.args[:] = [f"{ANCHOR}{text[len(ROOT_ID) :]}" if is_node_id(text) else text for text in given]
    config.args_source = config.ArgsSource.ARGS


def is_node_id(text: str) -> bool:
    """Tell whether a command-line argument names the virtual suite or a part of it."""
    return text == ROOT_ID or text.startswith(f"{ROOT_ID}::")


def parse_node_id(nodeid: str) -> tuple[str, str, str] | None:
    """Split an item's id into suite, short name of the problem, and label of the model; None for other items."""
    root, _, rest = nodeid.partition("::")
    suite, separator, name = rest.partition("::")
    if root != ROOT_ID or not separator or not name.endswith("]"):
        return None
    problem, _, label = name[:-1].partition("[")
    return suite, problem, label
