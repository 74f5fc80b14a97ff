"""The README says what is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from llamoco_bench.options import OPTIONS
from llamoco_bench.problems.registry import SUITES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def options_table() -> str:
    rows = []
    for option in OPTIONS:
        shown = f"`{option.text}{'' if option.flag else '=' + option.metavar}`"
        default = f" (default: `{option.default}`)" if option.default is not None else ""
        repeat = "; repeatable" if option.repeat else ""
        rows.append(f"| {shown} | {option.help}{default}{repeat} |")
    return "\n".join(rows)


def test_every_option_is_listed_as_it_is() -> None:
    assert options_table() in README


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!http)([^)#]+)", README))))
def test_links_lead_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_suite_is_listed() -> None:
    assert [suite for suite in SUITES if f"`{suite}`" not in README] == []


def commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.strip().splitlines()]
    return [line for line in lines if line.startswith(("pytest --llamoco", "llamoco "))]


def test_commands_of_the_readme_run(pytester: pytest.Pytester) -> None:
    """Each as it stands, except that the long ones are cut to the problems of the smoke suite."""
    for command in commands():
        short = command.replace("--llamoco-suite=cec2020", "--llamoco-suite=smoke --llamoco-runs=1")
        result = pytester.run(*shlex.split(short))
        assert result.ret == 0, command
