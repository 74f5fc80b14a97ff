"""How much choosing the right solver for each problem is worth, and how much of it a model gets.

The single best solver is the one that is best on average; the virtual best takes on every problem the one that is best
there. What lies between is the gap that an algorithm selector can close (Lindauer et al. 2019, Artificial Intelligence
272): 0 for a model that is as good as the single best, 1 for one that always picks right, beyond 1 for one that writes
something better than all solvers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from llamoco_bench.errors import UsageError

Means = Mapping[str, float]
"""Mean over the runs, by problem; more is better (`perf`, `reach`)."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The two marks that a set of solvers leaves.

    Attributes
    ----------
    single_best: the solver that is best on average.
    single_best_value, virtual_best_value: the means of the two, over the problems that all solvers were measured on.
    choices: the best solver on each problem; of equal ones the first.
    """

    single_best: str
    single_best_value: float
    virtual_best_value: float
    choices: Mapping[str, str]

    def gap_closed(self, model: Means) -> float:
        """Return the share of the gap that `model` closes; nan without a gap, or where problems are missing."""
        if any(problem not in model for problem in self.choices):
            return math.nan
        gap = self.virtual_best_value - self.single_best_value
        reached = math.fsum(model[problem] for problem in self.choices) / len(self.choices)
        return (reached - self.single_best_value) / gap if gap > 0.0 else math.nan


def portfolio(solvers: Mapping[str, Means]) -> Portfolio:
    """Find single and virtual best of `solvers`.

    Raises
    ------
    UsageError: where there is no problem that all solvers were measured on.
    """
    shared = sorted(set.intersection(*(set(means) for means in solvers.values()))) if solvers else []
    if not shared:
        raise UsageError("A portfolio needs solvers that were measured on the same problems; these share none")
    average = {name: math.fsum(means[p] for p in shared) / len(shared) for name, means in solvers.items()}
    best = max(average, key=lambda name: average[name])
    choices = {problem: max(solvers, key=lambda name: solvers[name][problem]) for problem in shared}
    virtual = math.fsum(solvers[choices[problem]][problem] for problem in shared) / len(shared)
    return Portfolio(best, average[best], virtual, choices)
