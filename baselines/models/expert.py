"""Kind ``pool``: one optimizer of the pool as an expert that always answers with its own program, or the best one."""

from __future__ import annotations

from typing import Final

from llamoco_bench.baselines.models import best_expert
from llamoco_bench.baselines.models.base import Model
from llamoco_bench.baselines.models.fixed_program import FixedProgram
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import choose

PACKAGES: Final = ()


def make(spec: ModelSpec) -> Model:
    """Give the adapter; the options of the spec are hyper-parameters, the others keep their defaults.

    Raises
    ------
    UsageError: for an optimizer that is not in the pool, or a hyper-parameter that it does not have.
    """
    from llamoco_bench.baselines.optimizers import POOL

    if spec.name == best_expert.NAME:
        return best_expert.make(spec)
    if spec.name not in POOL:
        raise choose("optimizer of the pool", spec.name, [*sorted(POOL), best_expert.NAME])
    return FixedProgram("pool", POOL[spec.name].source(dict(spec.options)))


def prepare(spec: ModelSpec, say: Say) -> None:
    """Check name and hyper-parameters."""
    make(spec)
