from __future__ import annotations

import re

from llamoco_bench.ranking import rank_items
from llamoco_bench.reports.latex import escape, score_table
from llamoco_bench.scoring import collect_items, score_items
from tests.gates.making import runs

RECORDS = [*runs([[0.9]] * 9, "good_1"), *runs([[0.5]] * 9, "bad"), *runs([[0.7]] * 9, "bad", "t/u")]


def rows(text: str) -> list[list[str]]:
    body = text.partition(r"\midrule")[2].partition(r"\bottomrule")[0].strip()
    return [[cell.strip() for cell in line.removesuffix(r"\\").split(" & ")] for line in body.splitlines()]


def test_approaches_are_rows_and_suites_stand_side_by_side() -> None:
    text = score_table(score_items(collect_items(RECORDS)), rank_items(collect_items(RECORDS)))
    assert r"\multicolumn{5}{c}{s} & \multicolumn{5}{c}{t/u}" in text
    found = rows(text)
    assert [row[0] for row in found] == [r"good\_1", "bad"]
    assert {len(row) for row in found} == {11}
    assert found[0][6:] == ["--"] * 5
    assert re.search(r"\{l(r+)\}", text)[1] == "r" * 10  # type: ignore[index]


def test_best_value_of_a_column_is_bold() -> None:
    good, bad = rows(score_table(score_items(collect_items(RECORDS)), rank_items(collect_items(RECORDS))))
    assert good[3] == r"$\mathbf{90.0} \pm 5.3$"
    assert bad[3] == r"$50.0 \pm 8.7$"


def test_labels_cannot_break_the_table() -> None:
    assert escape(r"a_b&c%\d~^{}#$") == (r"a\_b\&c\%\textbackslash{}d\textasciitilde{}\textasciicircum{}\{\}\#\$")
