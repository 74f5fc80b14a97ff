"""The suite ``quick`` is drawn by a rule, and no problem of it may be trained on."""

from __future__ import annotations

from collections import defaultdict

from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems.quick import IDS, REALISTIC, SYNTHETIC
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.labels import labels
from llamoco_bench.seeds import derive_seed


def stratum(instance: Instance) -> tuple[str, str]:
    found = labels(instance)
    size = "small" if instance.dim <= 10 else "medium" if instance.dim <= 30 else "large"
    return found["constraints"] if instance.constraints else found["construction"], size


def test_synthetic_problems_are_the_first_of_every_stratum() -> None:
    strata: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in list_problems("synthetic/test"):
        strata[stratum(instance_of(name))].append(name)
    first = {key: min(names, key=lambda name: derive_seed("quick", name)) for key, names in strata.items()}
    assert first == dict(SYNTHETIC)


def test_it_has_24_problems_of_every_suite_each_with_a_best_known_value() -> None:
    assert list_problems("quick") == sorted(IDS)
    assert len(set(IDS)) == 24
    assert {name.partition("/")[0] for name in IDS} == {"cec2020", "realistic", "synthetic"}
    assert all(load_problem(name).best_known is not None for name in IDS)
    assert not {name.rpartition("/")[2] for name in REALISTIC} & {
        name.rpartition("/")[2] for name in SYNTHETIC.values()
    }


def test_nothing_of_it_is_for_training() -> None:
    assert not set(IDS) & set(list_problems("synthetic/train"))
