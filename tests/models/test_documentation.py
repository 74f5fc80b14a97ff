"""``docs/models.md`` says what the tables of the code say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import parse_spec
from llamoco_bench.baselines.models.document import main, renewed
from llamoco_bench.baselines.models.kinds import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "models.md"


def test_tables_of_the_page_are_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert renewed(text) == text, "renew with: python -m llamoco_bench.baselines.models.document docs/models.md"


def test_every_option_is_documented_with_its_default() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for kind in KINDS.values():
        for option in kind.options:
            assert re.search(rf"^\| `{option.name}` \|", text, re.MULTILINE)


def test_every_spec_that_the_page_shows_is_accepted() -> None:
    examples = PAGE.read_text(encoding="utf-8").split("## Examples")[1].split("##")[0]
    specs = re.findall(r"\| `([^`]+)`", examples)
    assert len(specs) >= 10
    for spec in specs:
        parse_spec(spec)


def test_renewing_writes_the_file_and_needs_both_markers(tmp_path: Path) -> None:
    page = tmp_path / "models.md"
    page.write_text(re.sub(r"(begin \(.*?-->).*(<!-- tables: end)", r"\1\2", PAGE.read_text(), flags=re.DOTALL))
    main(page)
    assert page.read_text() == PAGE.read_text()
    with pytest.raises(ValueError, match="lacks the markers"):
        renewed("no markers")
