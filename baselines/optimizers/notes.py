"""What each optimizer of the pool computes, and where it departs from its paper and why; for the page in the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Note:
    """About an optimizer.

    Attributes
    ----------
    equations: what makes it that algorithm, a formula a line.
    library: what does the work where it is not the program itself, or empty.
    departures: differences from the paper or the library, each with its reason.
    """

    equations: tuple[str, ...]
    library: str = ""
    departures: tuple[str, ...] = ()


_BOUNCE: Final = "A particle that would leave the box turns back at half its speed; the paper leaves open what happens."
_CAP: Final = (
    "The first population is a share of the budget (`share`), a thousandth to a hundredth, which is about the ratio in "
    "the paper's experiments; its size by dimension alone would use up most of a budget of 40,000 in few generations."
)
_MULTISTART: Final = (
    "The solver is local, so it is started again, from the best of some random points, until the budget is spent."
)
_BATCHED: Final = (
    "Objective and constraints are differentiated together by one batch of `dim + 1` points, which SciPy would "
    "ask for one by one and for each function anew."
)
_MOVE: Final = "x' = x + s N(0, I)"
_METROPOLIS: Final = "accepted with probability min(1, exp(-(f(x') - f(x)) / T))"
_UNIT: Final = "Works in the unit cube, so that step sizes mean the same for every variable."

_NOTES: Final = {
    "sa": Note(
        (_MOVE, _METROPOLIS, "T = T0 cold^(t / budget)"),
        departures=(
            "The temperature is relative to the spread of 30 random points, since problems differ by decades.",
            "The step follows the rate of acceptance, towards a quarter (Corana et al., 1987, did so towards a half).",
            "Several chains may share the budget and move in one batch; one chain is the classical algorithm.",
        ),
    ),
    "pso": Note(
        ("v = w v + c1 r1 (own - x) + c2 r2 (best - x), |v| <= vmax", "x = x + v", "w falls linearly from 0.9 to 0.4"),
        departures=(_BOUNCE,),
    ),
    "de": Note(
        ("v = a + F (b - c)", "u = v where rand < CR, else x", "x = u if f(u) <= f(x)"),
        library="SciPy's `differential_evolution`, a generation per call (`vectorized=True`)",
        departures=(
            "A population that has collapsed is drawn anew until the budget is spent.",
            "Constraints, where there are any, enter by a penalty of 1e6 times the violation.",
        ),
    ),
    "dual-annealing": Note(
        ("jumps from the visiting distribution of Tsallis", "generalised Metropolis rule", "L-BFGS-B descents"),
        library="SciPy's `dual_annealing`",
        departures=(_UNIT, "The descents get their gradient from one batch of `dim + 1` points."),
    ),
    "samr-ga": Note(
        ("s' = s META^U(-1, 1), inherited", "x' = x + s' N(0, I)", "parents: the best ELITE of the last children"),
        departures=("The first step is a share of the box (evosax: 1 without units).",),
    ),
    "sep-cma-es": Note(
        ("u = m + s D N(0, I), D diagonal", "c_cov of CMA-ES times (dim + 2) / 3", "cumulative step-size adaptation"),
        departures=(
            "Points outside the box are moved to its wall and take part in the update there.",
            "Restarted from a random point with twice the population once steps or values are flat.",
        ),
    ),
    "bipop-cma-es": Note(
        (
            "u = m + s N(0, C); C = (1 - c1 - cmu) C + c1 p p' + cmu sum w y y'",
            "large runs double the population; small ones have lambda0 (lambda / (2 lambda0))^(U^2) and s0 10^(-2U)",
            "the regime that has spent less goes next",
        ),
        departures=(
            "The package `cma` has it; the program writes it out, as that takes a fraction of the time a point "
            "(docs/benchmarks/optimizers.md) and a page shows how both compare (validation.md).",
            "Points outside the box are moved to its wall. No active (negative) update.",
        ),
    ),
    "deap-de": Note(
        ("v = a + F (b - c)", "u = v where rand < CR, else x", "x = u if f(u) <= f(x)"),
        library="DEAP's toolbox, fitness and hall of fame",
        departures=("A generation is evaluated in one call, not an individual.",),
    ),
    "bo": Note(
        (
            "posterior mean and deviation of a Gaussian process (Matern 5/2 or squared exponential)",
            "EI = d (s Phi(s) + phi(s)), s = (best - mean) / d; LCB = mean - 2 d; PI = Phi(s)",
        ),
        departures=(
            "At most `fits` models are made and each proposes a batch, since a model of thousands of points is out of "
            "reach; it sees the 150 points next to the best one. scikit-optimize takes minutes for 200 calls.",
            "Candidates come from a box around the best point that grows on success, shrinks on failure (as TuRBO's), "
            "with which the whole budget is of use; at first it covers nearly all of the domain.",
            "The length scale is the likeliest of four; values above the 90 % quantile are cut off.",
        ),
    ),
    "glpso": Note(
        (
            "exemplar o_d = r own_d + (1 - r) best_d if f(own) < f(own_k), else own_k,d, with k drawn for every d",
            "mutated with probability pm, kept if better; after sg generations without success chosen by tournament",
            "v = w v + c r (exemplar - x), |v| <= 0.2 of the box",
        ),
        departures=(_BOUNCE,),
    ),
    "mmes": Note(
        (
            "z = sqrt(1 - g) N(0, I) + sqrt(g / ms) sum of ms evolution paths times N(0, 1)",
            "paths are kept about 1 / c_c generations apart",
            "paired success test: s = s exp(Phi(success) / 0.95 - 1)",
        ),
        departures=("Points outside the box are moved to its wall.", "Restarted with twice the population when flat."),
    ),
    "la-mcts": Note(
        (
            "a node with more than `leaf` samples is split by 2-means on (x, f) and the clusters' boundary learned",
            "UCB = -mean f + 2 Cp sqrt(2 ln n_parent / n_node) chooses the leaf",
            "samples of the leaf are drawn where all boundaries of its path accept",
        ),
        departures=(
            "The boundary is a least-squares support vector machine: one linear system instead of a dependency.",
            "The tree is learned `rounds` times, from the 100 best and the 100 last samples, to bound its cost.",
            "The leaf is searched by Gaussian steps around its best sample, whose size adapts itself.",
            "Begins anew when the step has shrunk to nothing, forgetting the samples.",
        ),
    ),
    "madde": Note(
        (
            "v = x + F (pbest - x + r1 - r3) | x + F (r1 - r3) | F r1 + F Fa (qbest - r2), by adaptive shares",
            "q = p (2 - t), Fa = 0.5 + 0.5 t; crossed with one of the q best with probability qbx",
            "success-history memories of F and CR; population falls linearly to 4",
        ),
        departures=(
            _CAP,
            "The third mutation is centred on the box, as the paper's boxes are symmetric about 0.",
            "Archived points are not ranked among the best when qbx draws.",
        ),
    ),
    "sdms-pso": Note(
        (
            "swarms of `size` particles, v = w v + c r1 (own - x) + c r2 (swarm's best - x), |v| <= 0.1 of the box",
            "regrouped at random; each swarm tries an inertia, the most successful ones are learned from",
            "in the last 5 % one swarm",
        ),
        departures=(
            _BOUNCE,
            "The best quarter of the leaders is refined by L-BFGS-B, within the bounds (the paper: BFGS).",
            "The reference is that of the algorithm; the paper of the benchmark cites a later one that uses it.",
        ),
    ),
    "amcde": Note(
        (
            "v = x + F (phibest - x + r1 - r2) | the same with archive | F r1 + F (phibest - r2)",
            "one strategy for all while the best improves, else the three compete; the winner becomes monopolist",
            "CR = max(0, 2 t - 1); binomial or exponential crossover; population falls linearly to 4",
        ),
        departures=(
            _CAP,
            "In the last 15 % SLSQP refines the best point at times, with batched differences.",
            "Worse trials are never taken (the paper: with probability 0.01 for the worst fifth while competing).",
        ),
    ),
    "nsa": Note(
        (_MOVE, _METROPOLIS, "T = rate T after every move"),
        departures=(
            "The objective has no noise, so one sample a move is enough and the schedule of samples has no effect.",
            "The temperature is relative to the spread of the objective. Moves are reflected into the box.",
            "The paper of the benchmark cites another algorithm (a hybrid for job shops) under this name; this is the "
            "noisy simulated annealing that optimization libraries call NSA.",
        ),
    ),
    "slsqp": Note(
        ("quadratic model of the Lagrangian, linear constraints, a line search on the merit function",),
        library="SciPy's `minimize(method='SLSQP')`",
        departures=(_MULTISTART, _BATCHED, _UNIT),
    ),
    "trust-constr": Note(
        ("barrier problem solved by sequential quadratic programs in a trust region, BFGS for all Hessians",),
        library="SciPy's `minimize(method='trust-constr')`",
        departures=(_MULTISTART, _BATCHED, _UNIT, "Points that it takes outside the box are moved to its wall."),
    ),
    "cobyla": Note(
        ("linear interpolation of objective and constraints on a simplex, in a trust region",),
        library="SciPy's `minimize(method='COBYLA')`; before SciPy 1.16, whose own takes 0.75 ms a point and more",
        departures=(
            _MULTISTART,
            "An equality is two inequalities: this COBYLA knows none.",
            "At most 20,000 evaluations: with a hundred bounds its own arithmetic takes 0.3 ms a point.",
        ),
    ),
    "l-bfgs-b": Note(
        ("f + weight (sum max(g + 1e-6, 0)^2 + sum h^2), weight times 100 in each of three rounds",),
        library="SciPy's `minimize(method='L-BFGS-B')`",
        departures=(_MULTISTART, _BATCHED, _UNIT),
    ),
    "heco-de": Note(
        (
            "e = |f - f(best by the feasibility rule)|, violation v, objective f, each scaled to [0, 1]",
            "sub-problem i minimises (i / n) t e + ((i / n) t + bias) v + (1 - i / n) (1 - t) f",
            "current-to-Qbest/1 with archive or rand/1, binomial or exponential crossover, chosen by success",
        ),
        departures=(
            "lambda 10 and a first population of 2 dim by default; the paper's 45 and 12 dim go with twenty times the "
            "budget, and are in the grid or near it.",
            "Donors are drawn from the whole population, not from the children's parents only.",
            "Children whose values are not numbers are refused.",
        ),
    ),
    "dtpso": Note(
        (
            "feasible track: v = w v + c r ((1 - u) (neighbour - x) + u (best - x))",
            "infeasible track, from where it left the feasible set: v = w v + c r (own - y) + c r (neighbour - y)",
            "the tracks swap when the infeasible one meets feasible ground",
        ),
        departures=(
            "**An interpretation**: the paper was not at hand, only third-party readings of it.",
            "Infeasible points are ranked by violation, so that a swarm without a feasible point moves, too.",
            "The reserve searches around the best point, in steps that narrow down, from the start.",
            "Weak on equalities: its swarm reaches the band of 1e-4 and hardly moves along it.",
        ),
    ),
    "ga-tdx": Note(
        (
            "f + 1e10 (sum max(g, 0)^2 + sum h^2)",
            "d1 = better - worse, d2 = (d1 + e) / 2, e orthogonal to d1 and as long; children x + a d1, x + a d2",
            "the best `beta` mutate normally, the others by (bound - x) (1 - r^((1 - t)^gamma))",
        ),
        departures=(
            "Children are moved into the box. An equality within 1e-4 is not penalised.",
            "Weak on equalities (validation.md): the weight of the penalty leaves no way along them.",
        ),
    ),
}

NOTES: Final[Mapping[str, Note]] = MappingProxyType(_NOTES)
"""A note for every optimizer of the pool, by name."""
