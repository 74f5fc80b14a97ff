from __future__ import annotations

import io

import pytest

from llamoco_bench.spreadsheet import write_csv


def written(*cells: object) -> str:
    out = io.StringIO()
    write_csv(out, ["model", "=x"], [cells])
    return out.getvalue()


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+cmd", "-a", "@SUM(A1)"])
def test_text_is_no_formula(text: str) -> None:
    assert written(text, 1) == f"model,'=x\n'{text},1\n"


@pytest.mark.parametrize("cell", ["-1.5", "+2e3", -1.5, "-inf", "pool:de", "a=b", ""])
def test_numbers_and_other_texts_stay_as_they_are(cell: object) -> None:
    assert written(cell, 1).splitlines()[1] == f"{cell},1"


def test_what_no_file_can_hold_is_escaped() -> None:
    assert written("\ud800", None).splitlines()[1] == "\\ud800,"
