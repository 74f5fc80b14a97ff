"""The two kinds of problems, for which the pool has different optimizers."""

from __future__ import annotations

from typing import Final

from llamoco_bench.baselines.optimizers import Kind

KINDS: Final[tuple[Kind, ...]] = ("unconstrained", "constrained")


def kind_by_id(problem_id: str) -> Kind:
    """Kind of a synthetic problem: ``synthetic/u0000`` has no constraints, ``synthetic/c0000`` has."""
    return "unconstrained" if problem_id.partition("/")[2].startswith("u") else "constrained"
