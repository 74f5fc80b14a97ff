"""The ``--llamoco-*`` options: one table, from which pytest's options, ini twins, errors and documentation follow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from llamoco_bench.errors import UsageError, choose

if TYPE_CHECKING:
    from llamoco_bench.gates.expression import Gate
    from llamoco_bench.settings import Settings, Shard


class Report(NamedTuple):
    """A report that a session is to write: its form, and its file (None: in the folder of the run)."""

    form: str
    path: Path | None


def _count(least: int) -> Callable[[str], int]:
    expected = f"a whole number from {least} up"
    return lambda text: int(_within(text, int, least, math.inf, expected))


_LONGEST_S: Final = 1e6
"""What the system's calls that wait for a program can still take."""


def _seconds(text: str) -> float:
    return _within(text, float, 0.1, _LONGEST_S, f"seconds, such as 30 or 2.5 (from 0.1 to {_LONGEST_S:,.0f})")


def _megabytes(text: str) -> int:
    return int(_within(text, int, 256, math.inf, "megabytes, such as 4096 (at least 256)"))


def _repairs(text: str) -> int:
    if text not in ("0", "1"):
        raise UsageError(f"expected 0 (no repair turn) or 1 (as in the paper), got {text!r}")
    return int(text)


def _one_of(what: str, *allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise choose(what, text, allowed)
        return text

    return parse


def _report(text: str) -> Report:
    form, colon, path = text.partition(":")
    if form != "html" or (colon and not path):
        raise UsageError(f"expected html or html:PATH, got {text!r}")
    return Report(form, Path(path) if path else None)


def _shard(text: str) -> Shard:
    from llamoco_bench.settings import Shard

    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise UsageError(f"expected I/N with I from 1 to N, such as 3/16, got {text!r}")
    return Shard(int(number), int(of))


def _gate(text: str) -> Gate:
    from llamoco_bench.gates.expression import parse_gate

    return parse_gate(text)


def _amount(text: str) -> float:
    return _within(text, float, 0.0, math.inf, "an amount of money, such as 2.50")


def _within(text: str, kind: type[int] | type[float], least: float, most: float, expected: str) -> float:
    """Parse a finite number from `least` to `most`; `expected` says in the error what is allowed."""
    try:
        value = kind(text)
    except ValueError:
        raise UsageError(f"expected {expected}, got {text!r}") from None
    if not least <= value <= most or value == math.inf:
        raise UsageError(f"expected {expected}, got {text!r}")
    return value


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes
    ----------
    name: behind ``--llamoco-``.
    default: as text, parsed like what a user gives; None for "not given".
    metavar, help: for ``pytest --help`` and the documentation.
    parse: from text to value; raises `UsageError`.
    repeat: may be given several times; in the ini file, one a line.
    flag: takes no value.
    ini: has a twin ``llamoco_<name>`` in the ini file.
    """

    name: str
    default: str | None
    metavar: str
    help: str
    parse: Callable[[str], Any] = str
    repeat: bool = False
    flag: bool = False
    ini: bool = True

    @property
    def text(self) -> str:
        """As given on the command line."""
        return f"--llamoco-{self.name}"

    @property
    def dest(self) -> str:
        """Name of its value in pytest's configuration, and of its ini twin."""
        return "llamoco_" + self.name.replace("-", "_")


OPTIONS: Final = (
    Option(
        "model",
        None,
        "SPEC",
        "Model to evaluate, KIND:NAME[?key=value&...] (default where a suite is given: `nano`)",
        repeat=True,
        ini=False,
    ),
    Option("suite", "cec2020", "NAMES", "Suites of problems, separated by commas"),
    Option("problems", "*", "GLOB", "Take only the problems whose id or short name matches"),
    Option("runs", "5", "N", "Executions of each program", _count(1)),
    Option("seed", "0", "N", "Master seed of all runs", _count(0)),
    Option("prompt", "python", "LANGUAGE[:STYLE]", "Description of the problem that the model is shown"),
    Option("repairs", "1", "N", "Repair turns for an erroneous program, 0 or 1", _repairs),
    Option(
        "timeout", None, "SECONDS", "Wall-clock limit of a run (default: calibrated to problem and machine)", _seconds
    ),
    Option("memory", "4096", "MB", "Memory limit of a run", _megabytes),
    Option(
        "sandbox",
        "strict",
        "MODE",
        "strict, or weak to run programs where core layers of the sandbox are missing",
        _one_of("sandbox mode", "strict", "weak"),
    ),
    Option(
        "stage",
        "all",
        "STAGE",
        "all; generate to ask the models only; execute to run what was generated and ask nobody",
        _one_of("stage", "all", "generate", "execute"),
        ini=False,
    ),
    Option(
        "cache",
        ".llamoco/answers.sqlite",
        "FILE",
        "Where the answers of models are kept for all runs; off keeps them with the run",
    ),
    Option("max-tokens", None, "N", "Tokens that each model may spend in the run", _count(0)),
    Option("max-cost", None, "AMOUNT", "Money that each model may spend in the run; needs prices", _amount),
    Option("prices", None, "FILE", "JSON file with the prices of models per million tokens", Path),
    Option("strict", None, "", "Count a program that is still erroneous after its repair as a failed test", flag=True),
    Option(
        "report",
        None,
        "html[:PATH]",
        "Write all there is to see of the run as an HTML page (without PATH: report.html in the folder of the run)",
        _report,
    ),
    Option(
        "baseline",
        None,
        "RUN",
        "Run, or file of 'llamoco baseline save', that this run is compared with",
    ),
    Option(
        "baseline-missing",
        "warn",
        "WHAT",
        "warn to leave gates undecided where the baseline is missing; fail to fail",
        _one_of("answer to a missing baseline", "warn", "fail"),
    ),
    Option(
        "fail-on",
        None,
        "GATE",
        "Fail the session unless the gate holds, such as err<=0.3, perf>=base-0.02 or perf:regress",
        _gate,
        repeat=True,
    ),
    Option(
        "shard",
        None,
        "I/N",
        "Evaluate only the I-th of N parts of the items; 'llamoco merge' puts the runs together",
        _shard,
        ini=False,
    ),
    Option("run-dir", None, "PATH", "Folder of the run (default: a new one below .llamoco/runs)", ini=False),
    Option("resume", None, "RUN", "Go on with a run: its folder, its name, or 'last'", ini=False),
)


def add_options(parser: pytest.Parser) -> None:
    """Declare the options and their ini twins."""
    group = parser.getgroup("llamoco", "benchmark of language models that write optimization programs")
    for option in OPTIONS:
        if option.flag:
            group.addoption(option.text, dest=option.dest, action="store_true", default=None, help=option.help)
        else:
            action = "append" if option.repeat else "store"
            shown = f"{option.help} (default: {option.default})" if option.default is not None else option.help
            group.addoption(
                option.text, dest=option.dest, action=action, default=None, metavar=option.metavar, help=shown
            )
        if option.ini:
            _add_ini(parser, option)


def _add_ini(parser: pytest.Parser, option: Option) -> None:
    text = f"Default of {option.text}"
    if option.flag:
        parser.addini(option.dest, text, type="bool", default=None)
    elif option.repeat:
        parser.addini(option.dest, text, type="linelist", default=None)
    else:
        parser.addini(option.dest, text, type="string", default=None)


def refuse_unknown(arguments: Sequence[str]) -> None:
    """Refuse an argument that looks like an option of ours but is none.

    Raises
    ------
    UsageError: with the options that there are.
    """
    known = [option.text for option in OPTIONS]
    for argument in arguments:
        name = argument.partition("=")[0]
        if name.startswith("--llamoco-") and name not in known:
            raise choose("option", name, known)


DEFAULT_MODEL: Final = "nano"
"""Evaluated where a suite is named and no model."""


def take_default_model(config: pytest.Config) -> None:
    """Let a suite on the command line stand for the default model on it, where no model is given.

    Raises
    ------
    UsageError: there is neither, but an option that means nothing without them.
    """
    if config.getoption("llamoco_model"):
        return
    given = [option for option in OPTIONS if config.getoption(option.dest) is not None]
    if any(option.name == "suite" for option in given):
        config.option.llamoco_model = [DEFAULT_MODEL]
    elif given:
        raise UsageError(f"{given[0].text} does nothing without --llamoco-model or --llamoco-suite")


def value_of(config: pytest.Config, name: str) -> Any:
    """Return the value of an option: from the command line, else from its ini twin, else its default.

    That of an option that may be given several times is a list.

    Raises
    ------
    UsageError: for a value that the option does not allow, and for none behind the option's equals sign, as where a
        variable of a shell is empty; only in the ini file does an empty value stand for the default.
    """
    option = next(option for option in OPTIONS if option.name == name)
    given = config.getoption(option.dest)
    if given == "":
        raise UsageError(f"{option.text}: expected {option.metavar}, got nothing; leave the option out for its default")
    if given is None and option.ini:
        given = config.getini(option.dest)
    if option.flag:
        return bool(given)
    if given in (None, ""):
        given = option.default
    try:
        if option.repeat:
            return [option.parse(text) for text in given or ()]
        return None if given is None else option.parse(given)
    except UsageError as error:
        raise UsageError(f"{option.text}: {error}") from None


def check_values(config: pytest.Config) -> None:
    """Parse the values of all options, also of those that are looked at late: models may take minutes to prepare.

    Raises
    ------
    UsageError: for a value that its option does not allow.
    """
    for option in OPTIONS:
        value_of(config, option.name)


def read_settings(config: pytest.Config) -> Settings:
    """Parse and validate everything that was asked for.

    Raises
    ------
    UsageError: for a model, suite, problem or value that is not allowed.
    """
    values = {
        option.name.replace("-", "_"): value_of(config, option.name) for option in OPTIONS if option.name in _SETTINGS
    }
    return make_settings(value_of(config, "model"), values)


_SETTINGS: Final = (
    "suite", "problems", "runs", "seed", "prompt", "repairs",
    "timeout", "memory", "sandbox", "strict", "stage", "shard",
)  # fmt: skip
"""Options that make up the settings, beside the models."""


def make_settings(models: Sequence[str], values: Mapping[str, Any]) -> Settings:
    """Make the settings of a session from the specs of its models and the parsed values of its options.

    Raises
    ------
    UsageError: for a model or suite that is not allowed, and where nothing is selected.
    """
    from llamoco_bench.baselines.models.spec import parse_specs
    from llamoco_bench.problems import list_problems
    from llamoco_bench.settings import Settings

    suites = tuple(dict.fromkeys(name.strip() for name in values["suite"].split(",") if name.strip()))
    if not suites:
        raise UsageError("--llamoco-suite: expected names of suites separated by commas")
    for suite in suites:
        list_problems(suite)
    settings = Settings(
        models=parse_specs(models),
        suites=suites,
        problems=values["problems"],
        runs=values["runs"],
        seed=values["seed"],
        prompt=values["prompt"],
        repairs=values["repairs"],
        timeout_s=values["timeout"],
        memory_mb=values["memory"],
        weak_sandbox=values["sandbox"] == "weak",
        strict=values["strict"],
        stage=values["stage"],
        shard=values["shard"],
    )
    settings.check()
    return settings
