from __future__ import annotations

from pathlib import Path

import pytest

from llamoco_bench.problems.synthetic import docs

PAGE = Path(__file__).parents[3] / "docs" / "problems" / "synthetic.md"


@pytest.mark.slow
def test_the_page_is_the_one_that_the_definitions_give() -> None:
    def lasting(text: str) -> list[str]:
        # How many were searched changes whenever a run improves the table.
        return [line for line in text.splitlines() if not line.startswith("Searched so far")]

    assert lasting(PAGE.read_text(encoding="utf-8")) == lasting(docs.page())


def test_the_page_shows_the_figure_that_is_there() -> None:
    figure = PAGE.with_name("synthetic_landscapes.svg")
    assert f"({figure.name})" in PAGE.read_text(encoding="utf-8")
    assert figure.stat().st_size < 500_000
