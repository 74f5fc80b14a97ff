"""Behind the fixture ``llamoco_run``: a model on a suite within a test of one's own, in the process of the test.

The settings of a run come, in this order, from the call, from the test's mark ``llamoco``, from the ini file, from the
defaults; they are named and parsed as the options of the command line.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from llamoco_bench.errors import LlamocoError, UsageError, choose
from llamoco_bench.hook_models import take_models_of_hooks
from llamoco_bench.options import OPTIONS, make_settings, value_of
from llamoco_bench.preparation import prepare
from llamoco_bench.run_folder import RunFolder, choose_folder
from llamoco_bench.settings import short_name
from llamoco_bench.suite_items import InfrastructureFault

if TYPE_CHECKING:
    from llamoco_bench.brokers import Brokers
    from llamoco_bench.scoring import Item, Score
    from llamoco_bench.settings import Settings

SETTINGS: Final = (
    "suite", "problems", "runs", "seed", "prompt", "repairs", "timeout", "memory", "sandbox",
    "cache", "max_tokens", "max_cost", "prices", "run_dir",
)  # fmt: skip
"""What a call or a mark may set."""


@dataclass(frozen=True, slots=True, repr=False)
class ModelResult:
    """What one model did on one suite.

    Attributes
    ----------
    score: the numbers with their intervals, see `llamoco_bench.scoring.Score`.
    items: problem by problem, with the records of all runs.
    folder: the run folder, for ``llamoco report`` and its like.
    """

    score: Score
    items: tuple[Item, ...]
    folder: Path

    @property
    def err(self) -> float:
        """Share of erroneous runs of the first programs."""
        return self.score.err.value

    @property
    def rec(self) -> float:
        """Mean recovery cost; nan where no program was erroneous."""
        return self.score.rec.value

    @property
    def perf(self) -> float:
        """Optimization performance."""
        return self.score.perf.value

    @property
    def reach(self) -> float:
        """Share of targets reached."""
        return self.score.reach.value

    @property
    def comp(self) -> float:
        """Tokens per problem; nan for a model without tokens."""
        return self.score.comp.value

    @property
    def feasible(self) -> float:
        """Share of runs on constrained problems that found a feasible point; nan where there are none."""
        return self.score.feasible.value

    def interval(self, measure: str) -> tuple[float, float]:
        """Return the 95 % interval of a measure.

        Raises
        ------
        UsageError: for a name that is none of `llamoco_bench.scoring.MEASURES`.
        """
        from llamoco_bench.scoring import MEASURES

        if measure not in MEASURES:
            raise choose("measure", measure, MEASURES)
        low, high = getattr(self.score, measure)[1:]
        return float(low), float(high)

    def by_problem(self, measure: str) -> dict[str, tuple[float, ...]]:
        """Return the values of the runs (or the one value) of a measure, by id of the problem."""
        from llamoco_bench.scoring import MEASURES, item_values

        if measure not in MEASURES:
            raise choose("measure", measure, MEASURES)
        return {item.problem: item_values(item, measure) for item in self.items}

    def violations(self, *gates: str, baseline: str | None = None) -> list[str]:
        """Decide gates, written as for ``--llamoco-fail-on``; return a line for each that does not hold.

        They look at this model on this suite alone, whatever else the folder holds.

        Parameters
        ----------
        baseline: file of ``llamoco baseline save``, or a run folder; it must be there if a gate needs it.

        Raises
        ------
        UsageError: for a wrong gate, or a baseline that is not there.
        """
        from llamoco_bench.gates.baseline import load_measurements
        from llamoco_bench.gates.decision import decide
        from llamoco_bench.gates.expression import parse_gate
        from llamoco_bench.gates.measurements import measure_items
        from llamoco_bench.run_folder import RUNS_ROOT

        parsed = [parse_gate(text) for text in gates]
        if baseline is None and (needy := [gate.text for gate in parsed if gate.needs_baseline]):
            raise UsageError(f"The gate {needy[0]!r} needs a baseline; give baseline=FILE_OR_RUN")
        base = None if baseline is None else load_measurements(baseline, RUNS_ROOT)
        current = measure_items(self.items, RunFolder(self.folder).manifest, str(self.folder))
        verdict = decide(parsed, current, base, missing_fails=True)
        return [f"{d.gate.text}: {d.reason}" for d in verdict.decisions if d.result == "violated"]

    def table(self) -> str:
        """Return the numbers with their intervals as a table."""
        from llamoco_bench.reports.tables import terminal

        return "\n".join(terminal([self.score]))

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} {getattr(self, name):.3f}" for name in ("err", "perf", "reach"))
        return f"<{self.score.model} on {self.score.suite}: {numbers}, {self.folder}>"


class ModelRunner:
    """Runs models for the tests of a session; brokers, once started, serve all of them.

    Parameters
    ----------
    config: of pytest.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._brokers: dict[str, Brokers] = {}
        self._open = ExitStack()
        config.add_cleanup(self._open.close)

    def run(self, model: str, given: Mapping[str, object], scratch: Path) -> ModelResult:
        """Run `model` under the settings `given`; without ``run_dir`` the run lies in the folder `scratch`.

        Raises
        ------
        UsageError: for a model, name or value that is not allowed.
        InfrastructureFault: where the harness, or a server, failed; the model is not to blame.
        """
        from llamoco_bench.scoring import collect_items, score

        values = self._values(given)
        settings = make_settings([model], values)
        if len(settings.suites) != 1:
            raise UsageError(f"llamoco_run takes one suite a call, got {', '.join(settings.suites)}")
        folder = self._folder(settings, values["run_dir"], scratch)
        self._evaluate(settings, values, folder)
        label, suite = settings.models[0].label, settings.suites[0]
        items = tuple(i for i in collect_items(folder.records()) if (i.model, i.suite) == (label, suite))
        return ModelResult(score(items), items, folder.path)

    def _values(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Parse what was given as the command line would; the rest comes from the ini file and the defaults."""
        for name in given:
            if name not in SETTINGS:
                raise choose("setting of llamoco_run", name, SETTINGS)
        values: dict[str, Any] = {}
        for option in OPTIONS:
            name = option.name.replace("-", "_")
            if given.get(name) is None:
                values[name] = value_of(self._config, option.name)
                continue
            try:
                values[name] = option.parse(str(given[name]))
            except UsageError as error:
                raise UsageError(f"{name}: {error}") from None
        return {**values, "stage": "all", "shard": None, "strict": False}

    def _folder(self, settings: Settings, path: str | None, scratch: Path) -> RunFolder:
        """Choose the folder: a new one, or the given one, gone on with if it holds a run."""
        if path is None:
            return RunFolder(scratch)
        resumed = (Path(path) / "manifest.json").is_file()
        new, old = (None, path) if resumed else (path, None)
        return choose_folder(new, old, settings.outcome_options(), settings.described_models())

    def _evaluate(self, settings: Settings, values: Mapping[str, Any], folder: RunFolder) -> None:
        from llamoco_bench.baselines.models.registry import is_brokered
        from llamoco_bench.baselines.models.serving.purse import refuse_unkept
        from llamoco_bench.evaluation import Evaluator, describe_execution
        from llamoco_bench.journal import Journal

        [spec] = settings.models
        refuse_unkept(settings.models, values["max_tokens"], values["max_cost"])
        prepare(settings)
        folder.write_manifest({**settings.manifest(), **describe_execution(settings)})
        addresses = self._start_broker(settings, values, folder) if is_brokered(spec) else {}
        faults: list[str] = []
        with Journal(folder.new_journal("test")) as journal:
            plan = [[suite, short_name(problem), model.label] for suite, problem, model in settings.items()]
            journal.append({"kind": "plan", "shard": None, "items": plan, "runs": settings.runs, "time": time.time()})
            evaluator = Evaluator(settings, journal, folder.records(), "test", addresses)
            try:
                for suite, problem, model in settings.items():
                    faults += evaluator.evaluate(suite, problem, model).faults
            finally:
                evaluator.close()
        if faults:
            raise InfrastructureFault(f"{spec.label} on {settings.suites[0]}: {'; '.join(faults[:3])}")

    def _start_broker(self, settings: Settings, values: Mapping[str, Any], folder: RunFolder) -> Mapping[str, Any]:
        """Return the addresses of the model's broker, started on first use and kept for the session."""
        from llamoco_bench.baselines.models.serving.purse import limits_for
        from llamoco_bench.brokers import Brokers

        [spec] = settings.models
        limits = limits_for(spec, values["max_tokens"], values["max_cost"], values["prices"])
        store = folder.path / "answers.sqlite" if values["cache"] == "off" else Path(values["cache"])
        key = json.dumps([spec.describe(), str(limits), str(store)], sort_keys=True)
        if key not in self._brokers:
            brokers = Brokers([spec], {spec.label: limits}, store, folder.id, folder.path / "logs")
            self._open.callback(brokers.close)
            self._brokers[key] = brokers
        return self._brokers[key].addresses


RUNNER_KEY: Final[pytest.StashKey[ModelRunner]] = pytest.StashKey()


def run_for_test(request: pytest.FixtureRequest, model: str, given: Mapping[str, object], scratch: Path) -> ModelResult:
    """Run `model` for the test that asks; its marks ``llamoco`` give settings, the innermost first."""
    stash = request.config.stash
    try:
        if RUNNER_KEY not in stash:
            take_models_of_hooks(request.config)
            stash[RUNNER_KEY] = ModelRunner(request.config)
        return stash[RUNNER_KEY].run(model, {**_marked(request.node), **given}, scratch)
    except LlamocoError as error:
        message = f"{type(error).__name__}: {error}"
    pytest.fail(message, pytrace=False)


def _marked(node: pytest.Item) -> dict[str, object]:
    marked: dict[str, object] = {}
    for mark in reversed(list(node.iter_markers("llamoco"))):
        if mark.args:
            raise UsageError(f"The mark llamoco takes settings by name, such as suite='smoke', got {mark.args!r}")
        marked |= mark.kwargs
    return marked
