"""Puts a synthetic problem together: instance, evaluator, descriptions, labels and the best value known."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import cast

from llamoco_bench.problems.problem import Problem, Prompt
from llamoco_bench.problems.synthetic.best_known import best_known
from llamoco_bench.problems.synthetic.compiled import evaluator_of
from llamoco_bench.problems.synthetic.generate import Suite, generate
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.labels import labels
from llamoco_bench.problems.synthetic.quality import attempt_of


def instance_of(problem_id: str) -> Instance:
    """Draw the instance of an id, ``"synthetic/u0000"`` to ``"synthetic/c2999"``."""
    name = problem_id.partition("/")[2]
    suite, index = cast("Suite", name[0]), int(name[1:])
    return generate(suite, index, attempt_of(name)).instance


def load(problem_id: str) -> Problem:
    """Build a problem from its id, ``"synthetic/u0000"`` to ``"synthetic/c2999"``."""
    return as_problem(instance_of(problem_id))


def as_problem(instance: Instance) -> Problem:
    """Make a problem of an instance."""
    functions = evaluator_of(instance)
    best, source = best_known(instance)
    return Problem(
        id=instance.id,
        title=title_of(instance),
        lower=instance.lower,
        upper=instance.upper,
        budget=instance.budget,
        n_inequality=len(instance.inequalities),
        n_equality=len(instance.equalities),
        evaluator=functions.evaluate,
        describe=partial(_describe, instance),
        definition=instance.definition(),
        best_known=best,
        best_known_source=source,
        labels=MappingProxyType(labels(instance)),
        functions=functions,
    )


def title_of(instance: Instance) -> str:
    """Say in words what an instance is: ``"Composition of Sphere and Levy, rotated, 16 variables, 2 constraints"``."""
    names = [part.function.title for part in instance.parts]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    words = [listed if len(names) == 1 else f"{instance.kind.capitalize()} of {listed}"]
    words += ["rotated"] if instance.rotation is not None else []
    words += [f"{instance.dim} variables"]
    n = len(instance.constraints)
    words += [f"{n} constraint{'s' * (n > 1)}"] if n else []
    return ", ".join(words)


def _describe(instance: Instance) -> tuple[Prompt, ...]:
    from llamoco_bench.problems.synthetic.prompts import describe

    return describe(instance)
