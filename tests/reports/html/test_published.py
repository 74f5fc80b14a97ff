from __future__ import annotations

from llamoco_bench.reports.html.published import published_figures


def test_every_figure_names_where_it_stands_and_what_it_was_measured_on() -> None:
    for figure in published_figures():
        assert "Table" in figure.source
        assert figure.problems
        assert figure.value > 0
        assert figure.metric == "comp" or figure.value <= 1


def test_no_figure_is_given_twice() -> None:
    pairs = [(figure.system, figure.metric) for figure in published_figures()]
    assert len(pairs) == len(set(pairs))
