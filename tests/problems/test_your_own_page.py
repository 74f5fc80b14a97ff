"""The worked example of docs/problems/your-own.md, executed as it stands."""

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


DEFINITIONS = "lab_definitions"


@pytest.fixture
def example(pytester: pytest.Pytester) -> pytest.Pytester:
    """The two problems of the page in a module."""
    source = block_with("tank = problem_from_equations") + block_with("spring = problem_from_code")
    pytester.makepyfile(**{DEFINITIONS: source})
    pytester.syspathinsert()
    return pytester


def test_the_test_and_the_conformance_tests_of_the_page_pass(example: pytest.Pytester) -> None:
    example.makepyfile(
        f"from {DEFINITIONS} import spring, tank\n"
        + block_with("def test_slsqp_finds_the_tank")
        + block_with("class TestTank")
        + block_with("class TestTank").replace("TestTank", "TestSpring").replace("return tank", "return spring")
    )
    result = example.runpytest_subprocess("-p", "no:cacheprovider", "-q")
    result.assert_outcomes(passed=1 + 2 * 9)


def test_a_conftest_with_the_registration_makes_a_suite(example: pytest.Pytester) -> None:
    example.makeconftest(f"from {DEFINITIONS} import spring, tank\n" + block_with("register_problem(tank)"))
    options = ("--llamoco-model=random", "--llamoco-suite=lab", "--collect-only", "-q")
    result = example.runpytest_subprocess("-p", "no:cacheprovider", *options)
    result.stdout.fnmatch_lines(["llamoco::lab::chain*", "llamoco::lab::tank*"])


def test_the_module_of_the_page_is_a_suite_when_installed(example: pytest.Pytester) -> None:
    example.makepyfile(lab_problems=f"from {DEFINITIONS} import spring, tank\n" + block_with("# lab_problems.py"))
    entry = re.search(r"^\[project\.entry-points\.\"(.*?)\"\]\n(.*)$", PAGE.read_text(), re.MULTILINE)
    assert entry is not None
    info = example.path / "lab-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{entry[1]}]\n{entry[2].replace(chr(34), '')}\n")
    options = ("--llamoco-model=random", "--llamoco-suite=lab", "--collect-only", "-q")
    result = example.runpytest_subprocess("-p", "no:cacheprovider", *options)
    result.stdout.fnmatch_lines(["llamoco::lab::chain*", "llamoco::lab::tank*"])


def test_the_best_value_of_the_page_is_reached_and_not_beaten() -> None:
    scope: dict[str, Any] = {}
    exec(block_with("tank = problem_from_equations"), scope)
    tank, radius = scope["tank"], (1.0 / (2.0 * math.pi)) ** (1 / 3)
    assert abs(tank.objective([radius, 2 * radius]) - tank.best_known) < 1e-9
    assert tank.violation([radius * 1.000001, 2 * radius]) == 0.0
