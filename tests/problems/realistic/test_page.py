from __future__ import annotations

from pathlib import Path

from llamoco_bench.problems import list_problems
from llamoco_bench.problems.realistic.data import table
from llamoco_bench.problems.realistic.docs import page

PAGE = Path(__file__).parents[3] / "docs" / "problems" / "realistic.md"


def test_the_page_is_the_one_that_the_definitions_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_has_every_problem_and_its_measured_cost() -> None:
    text = page()
    for problem_id in (*list_problems("realistic"), *list_problems("mujoco")):
        assert f"| `{problem_id}` |" in text
    assert set(table("cost")["costs"]) == set(list_problems("realistic"))
