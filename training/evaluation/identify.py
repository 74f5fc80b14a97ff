"""Which optimizer of the pool a program is, and with which hyper-parameters."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from llamoco_bench.baselines.models.identity import canonical_json
from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.errors import UsageError


@dataclass(frozen=True, slots=True)
class Choice:
    """A program of the pool.

    Attributes
    ----------
    config: its hyper-parameters as canonical JSON.
    """

    optimizer: str
    config: str


def identify(program: str) -> Choice | None:
    """Tell what `program` is; None where it is no program of the pool, to the letter."""
    constants = _constants(program)
    if constants is None:
        return None
    for name in _by_constants().get(frozenset(constants), ()):
        try:
            same = POOL[name].source(constants) == program
        except UsageError:  # a value of the wrong type
            continue
        if same:
            return Choice(name, canonical_json(POOL[name].complete(constants)))
    return None


@cache
def _by_constants() -> Mapping[frozenset[str], tuple[str, ...]]:
    found: dict[frozenset[str], list[str]] = {}
    for name, optimizer in POOL.items():
        found.setdefault(frozenset(optimizer.defaults), []).append(name)
    return MappingProxyType({key: tuple(names) for key, names in found.items()})


def _constants(program: str) -> dict[str, Any] | None:
    """Constants at the top of a program by lower-case name; None where it does not parse."""
    try:
        body = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: dict[str, Any] = {}
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id.lower()] = ast.literal_eval(node.value)
            except (ValueError, TypeError):
                return None
    return found
