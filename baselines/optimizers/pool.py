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


def kind_of(n_constraints: int) -> Kind:
    """Kind of the problems that have so many constraints."""
    return "constrained" if n_constraints else "unconstrained"


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
        "sa",
        "Simulated annealing",
        "unconstrained",
        "S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi, Science 220 (1983), 671-680",
    ),
    Optimizer(
        "pso",
        "Vanilla PSO",
        "unconstrained",
        "J. Kennedy and R. Eberhart, Int. Conf. Neural Networks (1995); Y. Shi and R. Eberhart, CEC 1998",
    ),
    Optimizer(
        "de",
        "Vanilla DE",
        "unconstrained",
        "R. Storn and K. Price, J. Global Optimization 11 (1997), 341-359; SciPy's differential_evolution",
    ),
    Optimizer(
        "dual-annealing",
        "Dual annealing",
        "unconstrained",
        "Y. Xiang, D. Y. Sun, W. Fan and X. G. Gong, Physics Letters A 233 (1997), 216-220; SciPy's dual_annealing",
    ),
    Optimizer(
        "samr-ga",
        "SAMR-GA",
        "unconstrained",
        "J. Clune et al., PLoS Computational Biology 4 (2008), e1000187",
    ),
    Optimizer("sep-cma-es", "Sep-CMA-ES", "unconstrained", "R. Ros and N. Hansen, PPSN X (2008), 296-305"),
    Optimizer(
        "bipop-cma-es",
        "BIPOP-CMA-ES",
        "unconstrained",
        "N. Hansen, GECCO 2009 workshop on black-box optimization benchmarking",
    ),
    Optimizer(
        "deap-de",
        "DEAP-DE",
        "unconstrained",
        "R. Storn and K. Price (1997), with the toolbox of F.-A. Fortin et al., J. Machine Learning Research 13 (2012)",
    ),
    Optimizer("bo", "Vanilla BO", "unconstrained", "J. Snoek, H. Larochelle and R. P. Adams, NIPS 2012"),
    Optimizer(
        "glpso",
        "GLPSO",
        "unconstrained",
        "Y.-J. Gong et al., IEEE Trans. Cybernetics 46 (2016), 2277-2290",
    ),
    Optimizer(
        "mmes",
        "MMES",
        "unconstrained",
        "X. He, Z. Zheng and Y. Zhou, IEEE Trans. Evolutionary Computation 25 (2021), 320-333",
    ),
    Optimizer("la-mcts", "LA-MCTS", "unconstrained", "L. Wang, R. Fonseca and Y. Tian, NeurIPS 2020"),
    Optimizer("madde", "MadDE", "unconstrained", "S. Biswas et al., CEC 2021"),
    Optimizer("sdms-pso", "sDMS-PSO", "unconstrained", "J. J. Liang, L. Guo, R. Liu and B. Y. Qu, CEC 2015"),
    Optimizer(
        "amcde",
        "AMCDE",
        "unconstrained",
        "C. Ye et al., Swarm and Evolutionary Computation 83 (2023), 101403",
    ),
    Optimizer("nsa", "NSA", "unconstrained", "C. Bouttier and I. Gavra, J. Machine Learning Research 20 (2019)"),
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
    Optimizer(
        "l-bfgs-b",
        "L-BFGS-B",
        "constrained",
        "C. Zhu, R. H. Byrd, P. Lu and J. Nocedal, ACM TOMS 23 (1997), 550-560; SciPy's L-BFGS-B",
    ),
    Optimizer(
        "heco-de",
        "HECO-DE",
        "constrained",
        "T. Xu, J. He and C. Shang, IEEE Trans. Cybernetics 52 (2022), arXiv 1903.04886",
    ),
    Optimizer("dtpso", "DTPSO", "constrained", "Lu, Tseng and Lin, Information Sciences (2023)"),
    Optimizer("ga-tdx", "GA-TDX", "constrained", "F. Wang, G. Xu and M. Wang, IEEE Access (2023)"),
)

POOL: Final[Mapping[str, Optimizer]] = MappingProxyType({optimizer.name: optimizer for optimizer in _ALL})
"""Every optimizer of the pool, by name."""
