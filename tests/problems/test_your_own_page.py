"""What the worked example of docs/problems/your-own.md says beyond its blocks, which tests/docs runs."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "problems" / "your-own.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def block_with(text: str) -> str:
    (found,) = [block for block in blocks() if text in block]
    return found


def test_the_module_of_the_page_is_a_suite_when_installed(pytester: pytest.Pytester) -> None:
    definitions = block_with("tank = problem_from_equations") + block_with("spring = problem_from_code")
    pytester.makepyfile(lab_definitions=definitions, lab_problems=block_with("# lab_problems.py"))
    pytester.syspathinsert()
    entry = re.search(r"^\[project\.entry-points\.\"(.*?)\"\]\n(.*)$", PAGE.read_text(), re.MULTILINE)
    assert entry is not None
    info = pytester.path / "lab-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{entry[1]}]\n{entry[2].replace(chr(34), '')}\n")
    options = ("--llamoco-model=random", "--llamoco-suite=lab", "--collect-only", "-q")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)
    result.stdout.fnmatch_lines(["llamoco::lab::chain*", "llamoco::lab::tank*"])


def test_the_best_value_of_the_page_is_reached_and_not_beaten() -> None:
    scope: dict[str, Any] = {}
    exec(block_with("tank = problem_from_equations"), scope)
    tank, radius = scope["tank"], (1.0 / (2.0 * math.pi)) ** (1 / 3)
    assert abs(tank.objective([radius, 2 * radius]) - tank.best_known) < 1e-9
    assert tank.violation([radius * 1.000001, 2 * radius]) == 0.0
