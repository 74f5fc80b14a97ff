from __future__ import annotations

from llamoco_bench.reports.html.choices import COLUMNS, optimizer_choices
from llamoco_bench.reports.html.study import Study


def test_experts_use_what_they_are(study: Study) -> None:
    found = optimizer_choices(study)
    for model, expected in (("pool:slsqp", "SLSQP (SciPy)"), ("pool:de", "DE (SciPy)")):
        [(programs, counts)] = [(n, counts) for label, n, counts in found.rows if label == model]
        assert counts[found.optimizers.index(expected)] == programs
        assert sum(counts) == programs


def test_rare_ones_are_put_together(study: Study) -> None:
    from dataclasses import replace

    answers = {
        cell: {0: replace(turns[0], optimizers=(f"optimizer {k}",), program="x")}
        for k, (cell, turns) in enumerate(study.answers.items())
    }
    found = optimizer_choices(replace(study, answers=answers))
    assert len(found.optimizers) == COLUMNS
    assert found.optimizers[-1] == "others"
    assert sum(sum(counts) for _, _, counts in found.rows) == len(answers)
