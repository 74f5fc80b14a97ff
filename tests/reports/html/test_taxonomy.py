from __future__ import annotations

import pytest

from llamoco_bench.reports.html.study import Study
from llamoco_bench.reports.html.taxonomy import OWN, api_of, taxonomy
from llamoco_bench.statuses import is_erroneous

PROGRAM = "from scipy.optimize import minimize\ndef solve(f, x):\n    minimize(f, x, popsize=3)\n    return y\n"


@pytest.mark.parametrize(
    ("error", "api"),
    [
        ({"line": 3, "message": "minimize() got an unexpected keyword"}, "scipy.optimize.minimize"),
        ({"line": 4, "message": "name 'y' is not defined"}, OWN),
        ({"line": 1, "message": "No module named 'pyswarm.pso'"}, "pyswarm.pso"),
        ({"line": 1, "message": "cannot import name 'Foo' from 'evosax' (/x)"}, "evosax.Foo"),
        ({"line": None, "message": "over the limit"}, ""),
    ],
)
def test_api_is_what_was_called_or_imported_at_the_failing_line(error: dict[str, object], api: str) -> None:
    assert api_of(error, PROGRAM) == api


def test_every_erroneous_run_is_of_one_kind(study: Study) -> None:
    found = taxonomy(study)
    errors = sum(is_erroneous(run["status"]) for item in study.items.values() for run in item.first)
    assert found.errors == errors == sum(kind.count for kind in found.kinds) + found.rest
    assert sum(kind.share for kind in found.kinds) == pytest.approx(1.0)
    for kind in found.kinds:
        assert sum(n for _, n in kind.by_model) == kind.count


def test_kinds_stand_by_frequency_and_have_examples(study: Study) -> None:
    kinds = taxonomy(study).kinds
    assert [kind.count for kind in kinds] == sorted((kind.count for kind in kinds), reverse=True)
    for kind in kinds:
        for problem, model in kind.examples:
            assert any(p == problem and m == model for _, p, m in study.items)
