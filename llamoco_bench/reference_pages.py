"""Pages of the documentation that are written from tables of the code: options, commands, models, suites.

The site's build (``docs/site/hook.py``) writes them anew each time, so they cannot be out of date.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from llamoco_bench.markdown import table
from llamoco_bench.options import OPTIONS, Option

_WIDTH: Final = 100
"""Characters in a line of a command's help."""


def options_page() -> str:
    """Return the page of the ``--llamoco-*`` options, with ini names and defaults."""
    rows = [(f"`{_shown(option)}`", _ini(option), _default(option), _meaning(option)) for option in OPTIONS]
    return "\n".join(
        [
            "# Options of pytest",
            "",
            "A value on the command line goes before the one in the ini file, and that before the default. A value",
            "that an option does not allow ends the session with exit code 4 before anything is run, and the message",
            "says what is allowed.",
            "",
            table(("option", "in the ini file", "default", "meaning"), rows),
            "",
        ]
    )


def commands_page() -> str:
    """Return the page of the commands ``llamoco`` and ``python -m llamoco_bench.training``."""
    from llamoco_bench import cli
    from llamoco_bench.training import __main__ as training

    lines = ["# Commands", "", "What `--help` of each command says."]
    for parser in (cli.make_parser(), training.make_parser()):
        lines += ["", f"## `{parser.prog}`", "", *_help(parser)]
        for name, command in subcommands(parser):
            lines += ["", f"### `{parser.prog} {name}`", "", *_help(command)]
    return "\n".join([*lines, ""])


def models_page() -> str:
    """Return the page of the kinds of models, with their options, and of the presets."""
    from llamoco_bench.baselines.models.document import tables

    head = "# Kinds of models\n\nHow a model is named, and what each kind does: [Models](../models.md).\n"
    return f"{head}\n{tables('../')}\n"


def suites_page() -> str:
    """Return the page of the suites."""
    from llamoco_bench.problems.registry import SUITES

    rows = [(f"`{name}`", f"{len(suite.ids()):,}", suite.summary) for name, suite in SUITES.items()]
    head = "# Suites\n\nSeveral are named with commas between them: `--llamoco-suite=smoke,realistic`.\n"
    return "\n".join([head, table(("suite", "problems", "what is in it"), rows), ""])


PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "reference/options.md": options_page,
        "reference/commands.md": commands_page,
        "reference/models.md": models_page,
        "reference/suites.md": suites_page,
    }
)
"""By its place in the documentation, the function that writes the page."""


def subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield name and parser of every command below `parser`; of nested ones, the names with blanks between them."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                nested = [(f"{name} {below}", inner) for below, inner in subcommands(command)]
                yield from nested or [(name, command)]


def _help(parser: argparse.ArgumentParser) -> list[str]:
    parser.formatter_class = partial(argparse.HelpFormatter, width=_WIDTH)
    parser.color = False  # type: ignore[attr-defined,unused-ignore]
    return ["```text", parser.format_help().rstrip(), "```"]


def _shown(option: Option) -> str:
    return option.text if option.flag else f"{option.text}={option.metavar}"


def _ini(option: Option) -> str:
    return f"`{option.dest}`" if option.ini else "-"


def _default(option: Option) -> str:
    return "-" if option.default is None else f"`{option.default}`"


def _meaning(option: Option) -> str:
    if not option.repeat:
        return option.help
    return f"{option.help} ({'in the ini file, one a line' if option.ini else 'on the command line only'})"
