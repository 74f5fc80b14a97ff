"""The pytest plugin. It does nothing at all unless a ``--llamoco-*`` option is given, and imports nothing heavy.

Every import that costs time stands inside the hook that needs it; a test holds the start-up cost.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from llamoco_bench import options
from llamoco_bench.errors import LlamocoError, UsageError

if TYPE_CHECKING:
    from llamoco_bench.controller import Controller
    from llamoco_bench.gates.measurements import Measurements
    from llamoco_bench.model_runs import ModelResult
    from llamoco_bench.problems.problem import Problem
    from llamoco_bench.settings import Settings


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks that others may implement."""
    from llamoco_bench import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    options.add_options(parser)


def pytest_load_initial_conftests(args: list[str]) -> None:
    """Refuse misspelt options of ours with a list of the right ones."""
    try:
        options.refuse_unknown(args)
    except LlamocoError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Parse what was asked for; in the controlling process, prepare models and the folder of the run."""
    config.addinivalue_line(
        "markers",
        "llamoco(**settings): an item of the llamoco benchmark, or a test whose llamoco_run has these settings",
    )
    try:
        options.take_default_model(config)
        if config.getoption("llamoco_model"):
            _activate(config)
    except LlamocoError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.fixture
def llamoco_register() -> Iterator[Callable[[Problem], Problem]]:
    """Register problems of one's own for the length of a test: ``llamoco_register(problem)`` returns the problem."""
    from llamoco_bench.problems.local import borrowed
    from llamoco_bench.problems.registry import LOCAL

    with borrowed(LOCAL) as register:
        yield register


@pytest.fixture
def llamoco_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., ModelResult]:
    """Run a model on a suite: ``llamoco_run("hf:./checkpoint", suite="smoke").perf``, see docs/pytest-fixture.md."""
    from llamoco_bench.model_runs import run_for_test

    def run(model: str, **settings: object) -> ModelResult:
        return run_for_test(request, model, settings, tmp_path_factory.mktemp("llamoco"))

    return run


def _activate(config: pytest.Config) -> None:
    if sys.platform == "win32":
        raise UsageError("llamoco-bench runs on Linux, and with less protection on macOS. On Windows, use it in WSL 2")
    from llamoco_bench.controller import Controller, XdistController
    from llamoco_bench.hook_models import take_models_of_hooks
    from llamoco_bench.suite_items import SETTINGS_KEY, VirtualSuite, take_arguments
    from llamoco_bench.worker import Worker

    take_models_of_hooks(config)
    options.check_values(config)
    settings = options.read_settings(config)
    config.stash[SETTINGS_KEY] = settings
    plugins = config.pluginmanager
    plugins.register(VirtualSuite(config, take_arguments(config, settings)), "llamoco-suite")
    if hasattr(config, "workerinput"):
        plugins.register(Worker(config, config.workerinput["workerid"]), "llamoco-worker")
        return
    controller = Controller(config, settings)
    baseline = _keep_gates(config, settings, controller)
    plugins.register(controller, "llamoco-controller")
    if (report := options.value_of(config, "report")) and not config.option.collectonly:
        from llamoco_bench.report_writing import ReportWriter

        plugins.register(ReportWriter(report, controller.folder, baseline), "llamoco-report")
    if plugins.hasplugin("xdist"):
        plugins.register(XdistController(controller), "llamoco-xdist")
    plugins.register(Worker(config, "main", controller), "llamoco-worker")


def _keep_gates(config: pytest.Config, settings: Settings, controller: Controller) -> Measurements | None:
    """Register what decides the gates; return the baseline, where one is given and there."""
    if config.option.collectonly or not (options.value_of(config, "fail-on") or options.value_of(config, "baseline")):
        return None
    from llamoco_bench.gate_keeping import GateKeeper

    keeper = GateKeeper(config, settings, controller.folder)
    config.pluginmanager.register(keeper, "llamoco-gates")
    return keeper.base
