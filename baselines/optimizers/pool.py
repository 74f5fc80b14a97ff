"""The optimizers of the pool by name: kind, origin, grid and program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from llamoco_bench.baselines.optimizers import program
from llamoco_bench.baselines.optimizers.grids import Granularity, grid_of, product_of
from llamoco_bench.baselines.optimizers.program import Value

Kind = Literal["unconstrained", "constrained"]


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An expert: a program with hyper-parameters.

    Attributes
    ----------
    name: lower case with hyphens, e.g. ``"bipop-cma-es"``.
    title: what the field calls it.
    kind: which problems it competes on in labels; most unconstrained ones ignore constraints.
    reference: where the algorithm is defined.
    """

    name: str
    title: str
    kind: Kind
    reference: str

    @property
    def grid(self) -> Mapping[str, tuple[Value, ...]]:
        """Values of each hyper-parameter at the original granularity."""
        return grid_of(self.name)

    @property
    def defaults(self) -> Mapping[str, Value]:
        """Value of each hyper-parameter where a configuration does not name it; always one of the grid."""
        return program.constants(self._module)

    def configurations(self, granularity: Granularity = "original") -> tuple[dict[str, Value], ...]:
        """All configurations of the grid, in a fixed order, the last hyper-parameter varying fastest."""
        return product_of(grid_of(self.name, granularity))

    def complete(self, config: Mapping[str, object] | None = None) -> dict[str, Value]:
        """Fill up `config` with defaults. Raises `UsageError` on an unknown name or a value of the wrong type."""
        return program.complete(self._module, config)

    def source(self, config: Mapping[str, object] | None = None) -> str:
        """Text of the answer program; `config` overrides defaults. Raises `UsageError` as `complete` does."""
        return program.render(self._module, config)

    @property
    def _module(self) -> str:
        return self.name.replace("-", "_")


_ALL: Final = (
    Optimizer(
        "de",
        "Vanilla DE",
        "unconstrained",
        "R. Storn and K. Price, J. Global Optimization 11 (1997), 341-359; SciPy's differential_evolution",
    ),
    Optimizer("slsqp", "SLSQP", "constrained", "D. Kraft, DFVLR-FB 88-28 (1988); SciPy's SLSQP"),
    Optimizer(
        "trust-constr",
        "Trust-Constr",
        "constrained",
        "R. H. Byrd, M. E. Hribar and J. Nocedal, SIAM J. Optimization 9 (1999), 877-900; SciPy's trust-constr",
    ),
    Optimizer(
        "cobyla",
        "COBYLA",
        "constrained",
        "M. J. D. Powell, in: Advances in Optimization and Numerical Analysis (1994), 51-67; SciPy's COBYLA",
    ),
)

POOL: Final[Mapping[str, Optimizer]] = MappingProxyType({optimizer.name: optimizer for optimizer in _ALL})
"""Every optimizer of the pool, by name."""
