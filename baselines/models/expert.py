"""Kind ``pool``: one optimizer of the pool as an expert that always answers with its own program.

`pool:best` and `pool:frequent` choose one by the problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from llamoco_bench.baselines.models import best_expert, frequent_expert
from llamoco_bench.baselines.models.base import Model
from llamoco_bench.baselines.models.fixed_program import FixedProgram
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import UsageError, choose

if TYPE_CHECKING:
    from llamoco_bench.baselines.models.kind import Value
    from llamoco_bench.baselines.optimizers import Optimizer

PACKAGES: Final = ()


def make(spec: ModelSpec) -> Model:
    """Give the adapter; the options of the spec are hyper-parameters, the others keep their defaults.

    Raises
    ------
    UsageError: for an optimizer that is not in the pool, a hyper-parameter that it does not have, or a value that is
        none of its kind: another word than those of the grid, a number of another sign.
    """
    from llamoco_bench.baselines.optimizers import POOL

    if spec.name == best_expert.NAME:
        return best_expert.make(spec)
    if spec.name == frequent_expert.NAME:
        return frequent_expert.make(spec)
    if spec.name not in POOL:
        raise choose("optimizer of the pool", spec.name, [*sorted(POOL), best_expert.NAME, frequent_expert.NAME])
    optimizer = POOL[spec.name]
    config = optimizer.complete(dict(spec.options))
    _check_values(optimizer, config)
    return FixedProgram("pool", optimizer.source(config))


def _check_values(optimizer: Optimizer, config: Mapping[str, Value]) -> None:
    """Refuse words that the grid does not have, and numbers of another sign than all of the grid."""
    for name, value in config.items():
        known = optimizer.grid[name]
        if isinstance(value, str):
            if value not in known:
                raise choose(f"value of {name}", value, map(str, known))
        elif not isinstance(value, bool):
            signs = {float(other) > 0 for other in known if other}
            if (value not in known) if value == 0 else (value > 0) not in signs:
                raise UsageError(f"{name} of {optimizer.name} is {value}. The grid has: {', '.join(map(str, known))}")


def prepare(spec: ModelSpec, say: Say) -> None:
    """Check name and hyper-parameters."""
    make(spec)
