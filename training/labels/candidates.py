"""What competes for a label: configurations of the pool's optimizers, and which of them are neighbours."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from llamoco_bench.baselines.models.identity import canonical_json, digest
from llamoco_bench.baselines.optimizers import POOL, Kind
from llamoco_bench.baselines.optimizers.grids import Granularity, grid_of
from llamoco_bench.baselines.optimizers.program import Value


@dataclass(frozen=True, slots=True)
class Candidate:
    """An optimizer with all of its hyper-parameters.

    Attributes
    ----------
    optimizer: one of `POOL`.
    settings: (name, value) of every hyper-parameter, in the order of the grid.
    """

    optimizer: str
    settings: tuple[tuple[str, Value], ...]

    @property
    def config(self) -> dict[str, Value]:
        """The hyper-parameters by name."""
        return dict(self.settings)

    @property
    def name(self) -> str:
        """Optimizer and configuration as text, the same for equal candidates."""
        return f"{self.optimizer} {canonical_json(self.config)}"

    @property
    def source(self) -> str:
        """Text of the answer program."""
        return POOL[self.optimizer].source(self.config)


def candidate(optimizer: str, config: Mapping[str, object]) -> Candidate:
    """Return the candidate of a configuration, with defaults filled in; raises `UsageError` for an unknown name."""
    complete = POOL[optimizer].complete(config)
    return Candidate(optimizer, tuple((key, complete[key]) for key in POOL[optimizer].grid))


def optimizers_for(kind: Kind) -> tuple[str, ...]:
    """Names of the optimizers that compete for problems of a kind, in the order of the pool."""
    return tuple(name for name, optimizer in POOL.items() if optimizer.kind == kind)


@cache
def grid_candidates(optimizer: str, granularity: Granularity = "original") -> tuple[Candidate, ...]:
    """All configurations of an optimizer's grid."""
    return tuple(candidate(optimizer, config) for config in POOL[optimizer].configurations(granularity))


def neighbours(of: Candidate, granularity: Granularity = "original") -> Iterator[Candidate]:
    """Configurations one step away in one hyper-parameter; every other value of one that has no order is a step."""
    from llamoco_bench.baselines.optimizers.grids import axes_of

    axes = axes_of(of.optimizer)
    for key, values in grid_of(of.optimizer, granularity).items():
        here = values.index(of.config[key]) if of.config[key] in values else None
        for place, value in enumerate(values):
            ordered = axes[key].scale != "choice" and here is not None
            if value != of.config[key] and (not ordered or here is None or abs(place - here) == 1):
                yield candidate(of.optimizer, {**of.config, key: value})


def on_grid(one: Candidate, granularity: Granularity) -> Candidate:
    """Return the configuration of a coarser grid that is nearest to `one`, axis by axis."""
    full = grid_of(one.optimizer)
    coarse = grid_of(one.optimizer, granularity)
    nearest = {}
    for key, value in one.config.items():
        here = full[key].index(value)
        nearest[key] = min(coarse[key], key=lambda other: abs(full[key].index(other) - here))
    return candidate(one.optimizer, nearest)


def grid_hash(grids: Mapping[str, Mapping[str, Sequence[Value]]]) -> str:
    """SHA-256 (16 hex digits) of grids by optimizer and hyper-parameter."""
    listed = {name: [[key, list(values)] for key, values in grid.items()] for name, grid in grids.items()}
    return digest(listed)[:16]


def program_hash(source: str) -> str:
    """SHA-256 of what a program does: its syntax tree without docstrings; comments and lay-out do not count."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


@cache
def candidate_hash(one: Candidate) -> str:
    """`program_hash` of a candidate's program; kept, since to parse the programs of all grids takes seconds."""
    return program_hash(one.source)


@cache
def programs_hash(candidates: tuple[Candidate, ...]) -> str:
    """SHA-256 (16 hex digits) of what the programs of `candidates` do."""
    return digest(sorted(map(candidate_hash, candidates)))[:16]
