"""Puts the problems of the suite together: definition, bounds, budget, best-known value and notes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from types import MappingProxyType
from typing import Final

import numpy as np

from llamoco_bench.problems.describe.temporaries import with_named_steps
from llamoco_bench.problems.problem import Array, Evaluator, Problem, Prompt
from llamoco_bench.problems.realistic import CEC2020_NAMES
from llamoco_bench.problems.realistic.data import frozen, table

METABOX_BUDGET: Final = 2_000
"""Evaluations that MetaBox, by the authors of LLaMoCo, grants for docking and hyper-parameter optimization."""

NEURO_BUDGET: Final = 2_500
"""Evaluations that MetaBox grants for neuroevolution."""

RUGGED_BUDGET: Final = 10_000
"""What LLaMoCo grants for its own problems of about that dimension."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a kind of problem supplies for one of its problems.

    Attributes
    ----------
    title: what it is, in words.
    upper: (dim,), upper bounds.
    lower: (dim,), lower bounds; the negative of the upper ones if None.
    budget: function evaluations.
    evaluator: maps points (n, dim) to an `Evaluation`.
    describe: gives the prompts.
    notes: remarks for the documentation.
    depends_on: versions of what else fixes the values.
    """

    title: str
    upper: Array
    budget: int
    evaluator: Evaluator
    describe: Callable[[], Sequence[Prompt]]
    lower: Array | None = None
    notes: tuple[str, ...] = ()
    depends_on: str = ""


def load(problem_id: str) -> Problem:
    """Build a problem from its id, e.g. ``"realistic/docking-1ppe"``."""
    name = problem_id.partition("/")[2]
    if name in CEC2020_NAMES:
        return _alias(problem_id, CEC2020_NAMES[name])
    kind = next(kind for kind in _KINDS if name.startswith(kind))
    return _assembled(problem_id, _KINDS[kind](name.removeprefix(kind)))


def _alias(problem_id: str, name: str) -> Problem:
    from llamoco_bench.problems.registry import load_problem

    original = load_problem(f"cec2020/{name}")
    return replace(original, id=problem_id, notes=(f"The same problem as {original.id}.", *original.notes))


def _assembled(problem_id: str, parts: Parts) -> Problem:
    best = table("best_known").get(problem_id)
    return Problem(
        id=problem_id,
        title=parts.title,
        lower=frozen(-parts.upper if parts.lower is None else parts.lower),
        upper=frozen(parts.upper),
        budget=parts.budget,
        n_inequality=0,
        n_equality=0,
        evaluator=parts.evaluator,
        describe=cache(lambda: with_named_steps(parts.describe())),
        definition=fixed_text(parts.describe()) + parts.depends_on,
        best_known=best and best["value"],
        best_known_source=best["source"] if best else "not searched for yet",
        notes=parts.notes,
    )


def fixed_text(prompts: Sequence[Prompt]) -> str:
    """Text that fixes the values of a problem: its first Python text, and a digest of every array that this names."""
    prompt = next(prompt for prompt in prompts if prompt.language == "python")
    digests = (f"{name}: {_digest(np.asarray(value))}" for name, value in sorted(prompt.namespace.items()))
    return "\n".join((prompt.code, *digests))


def _digest(array: Array) -> str:
    content = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return f"{array.dtype.str} {array.shape} {content}"


def _docking(name: str) -> Parts:
    from llamoco_bench.problems.realistic import docking, docking_text

    complex_ = name.upper()
    return Parts(
        title=f"Protein docking, complex {complex_}, as published in MetaBox",
        upper=np.full(docking.MODES, docking.BOUND),
        budget=METABOX_BUDGET,
        evaluator=docking.evaluator(complex_),
        describe=partial(docking_text.prompts, complex_),
        notes=(
            "All 100 atoms are of the receptor: the ligand does not enter, and the landscape is smooth.",
            "Departs from the published code, which drops a pair at exactly 7 angstrom.",
        ),
    )


def _rugged(name: str) -> Parts:
    from llamoco_bench.problems.realistic import rugged, rugged_text

    complex_ = name.upper()
    return Parts(
        title=f"Protein docking with both partners, complex {complex_}",
        upper=np.array(rugged.BOUNDS),
        budget=RUGGED_BUDGET,
        evaluator=rugged.evaluator(complex_),
        describe=partial(rugged_text.prompts, complex_),
        notes=("The middle of the search space is a plausible pose, not the measured one.",),
    )


def _hpo(name: str) -> Parts:
    from llamoco_bench.problems.realistic import hpo, hpo_text

    task = hpo.TASKS[name]
    return Parts(
        title=f"Hyper-parameters of {task.algorithm}, HPO-B search space {task.space}, data set {task.dataset}",
        lower=np.zeros(task.dim),
        upper=np.ones(task.dim),
        budget=METABOX_BUDGET,
        evaluator=hpo.evaluator(name),
        describe=partial(hpo_text.prompts, name),
        notes=("A model of the results is tuned, not the learning algorithm; no value better than a real one counts.",),
    )


def _neuro(name: str) -> Parts:
    if name == "breast-cancer":
        return _classifier()
    from llamoco_bench.problems.realistic import control, control_text

    task = control.TASKS[name]
    return Parts(
        title=f"Neuroevolution: {_TITLES[name]}",
        upper=np.full(task.dim, control.BOUND),
        budget=NEURO_BUDGET,
        evaluator=control.evaluator(name),
        describe=partial(control_text.prompts, name),
    )


def _classifier() -> Parts:
    from llamoco_bench.problems.realistic import classifier, classifier_text

    return Parts(
        title="Neuroevolution: diagnosis of breast cancer",
        upper=np.full(classifier.DIM, classifier.BOUND),
        budget=NEURO_BUDGET,
        evaluator=classifier.evaluator(),
        describe=classifier_text.prompts,
    )


def _mujoco(name: str) -> Parts:
    from llamoco_bench.problems.realistic import mujoco_tasks, mujoco_text

    task = mujoco_tasks.TASKS[name]
    return Parts(
        title=f"Neuroevolution: {task.title}, in the MuJoCo simulator",
        upper=np.full(task.dim, mujoco_tasks.BOUND),
        budget=NEURO_BUDGET,
        depends_on=mujoco_tasks.versions(),
        evaluator=mujoco_tasks.evaluator(name),
        describe=partial(mujoco_text.prompts, name),
        notes=("Values depend on the versions of gymnasium and mujoco, which enter the hash of the definition.",),
    )


_TITLES: Final = MappingProxyType(
    {
        "cartpole": "balancing a pole on a cart",
        "mountaincar": "driving a weak car out of a valley",
        "pendulum": "swinging up a pendulum",
    }
)

_KINDS: Final[Mapping[str, Callable[[str], Parts]]] = MappingProxyType(
    {"docking-rugged-": _rugged, "docking-": _docking, "hpo-": _hpo, "neuro-": _neuro, "mujoco-": _mujoco}
)
"""By the beginning of a name, the longer before the shorter."""
