"""The README says what is so."""

from __future__ import annotations

import re
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
