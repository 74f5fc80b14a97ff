from __future__ import annotations

from llamoco_bench.markdown import table


def test_bars_in_cells_do_not_end_them() -> None:
    assert table(("a|b", "n"), [("c|d", 1)]) == "| a\\|b | n |\n| --- | --- |\n| c\\|d | 1 |"


def test_numbers_are_set_to_the_right_of_the_first_column() -> None:
    assert table(("model", "x", "y"), [], numbers=True).splitlines()[1] == "| --- | ---: | ---: |"
