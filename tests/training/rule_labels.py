"""Labels made by a rule on the landscape: for tests and trials of the pipeline, never for a model that ships."""

from __future__ import annotations

from collections.abc import Iterable

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.labels import labels as landscape
from llamoco_bench.training.instructions.label import Label

PROVENANCE = "made by a rule on the landscape, for a trial of the pipeline: not measured, not for a model that ships"


def rule_labels(problems: Iterable[str]) -> list[Label]:
    """Label each problem by the rule."""
    return [rule_label(problem) for problem in problems]


def rule_label(problem: str) -> Label:
    """Choose an optimizer by what the landscape is like, and one of its configurations by the dimension."""
    instance = instance_of(problem)
    optimizer = POOL[_constrained(instance) if instance.constraints else _unconstrained(instance)]
    configurations = optimizer.configurations()
    place = min(2, instance.dim // 17) * (len(configurations) - 1) // 2
    return Label(problem, optimizer.name, optimizer.complete(configurations[place]))


def _unconstrained(instance: Instance) -> str:
    told = landscape(instance)
    if told["modality"] == "unimodal":
        return "sep-cma-es" if told["separability"] == "separable" else "bipop-cma-es"
    if told["separability"] == "separable":
        return "deap-de" if instance.dim > 20 else "madde"
    if told["conditioning"] == "ill":
        return "mmes" if instance.dim > 25 else "glpso"
    return "dual-annealing" if told["construction"] == "hybrid" else "amcde"


def _constrained(instance: Instance) -> str:
    told = landscape(instance)
    if told["constraints"] == "equality":
        return "slsqp"
    if told["feasible set"] == "convex":
        return "cobyla" if told["modality"] == "multimodal" else "trust-constr"
    return "heco-de" if instance.dim > 20 else "ga-tdx"
