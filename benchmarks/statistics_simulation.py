"""Simulations behind docs/design/statistics.md: coverage of intervals and rank ranges, level and power of the gate.

Results are drawn from the populations of benchmarks/populations.py. Beside the package's intervals stand those of the
percentile bootstrap over problems, with 4,000 resamples, for comparison. `--trials` draws per figure.

    python benchmarks/statistics_simulation.py [--trials 1000]
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

import numpy as np
from populations import HARD, RUNS, USUAL, Array, Draw, perf
from scipy.stats import norm, t

from llamoco_bench.ranking import rank_models
from llamoco_bench.statistics import ALPHA, Difference, clustered_ratio, deciding_p, holm, paired_difference

EFFECT: Final = 0.01
SIZES: Final = (6, 10, 20, 57, 129)
RESAMPLES: Final = 4000


def coverage(name: str, draw: Draw, problems: int, trials: int) -> tuple[float, float]:
    """Share of 95 % intervals that hold the mean of the population: of the package, and of the bootstrap."""
    rng = np.random.default_rng(problems)
    truth = mean_of(draw)
    held = np.zeros(2)
    for _ in range(trials):
        runs = draw(rng, problems)
        for which, (low, high) in enumerate((interval(name, runs), bootstrap(runs.mean(axis=1)))):
            held[which] += low - 1e-12 <= truth <= high + 1e-12
    ours, theirs = held / trials
    return float(ours), float(theirs)


@cache
def mean_of(draw: Draw) -> float:
    return float(draw(np.random.default_rng(1), 4_000_000).mean())


def interval(name: str, runs: Array) -> tuple[float, float]:
    if "difference" in name:
        found: Difference = difference(np.zeros_like(runs), runs)
        return found.low, found.high
    counts = [runs.shape[1]] * len(runs)
    estimate = clustered_ratio(runs.sum(axis=1), counts, unit=not name.startswith("Comp"))
    return estimate.low, estimate.high


def bootstrap(means: Array) -> tuple[float, float]:
    """Percentiles over resampled problems, widened for small samples as Hesterberg (2015) advises."""
    n = len(means)
    tail = norm.cdf(math.sqrt(n / (n - 1)) * t.ppf(ALPHA / 2.0, n - 1))
    low, high = np.quantile(resamples(n) @ means / n, [tail, 1.0 - tail])
    return float(low), float(high)


@lru_cache(maxsize=1)
def resamples(n: int) -> Array:
    """How often each problem is drawn, (RESAMPLES, n)."""
    return np.random.default_rng(0).multinomial(n, np.full(n, 1.0 / n), size=RESAMPLES).astype(np.float64)


def missed_ranks(models: int, problems: int, trials: int) -> list[float]:
    """How often models that are all alike are denied a rank.

    Share of the trials in which any is, by pairwise tests and by the bootstrap; then the shares of all models.
    """
    rng = np.random.default_rng(3)
    missed = np.zeros((trials, 2, models))
    for trial in range(trials):
        drawn = [perf(rng, problems) for _ in range(models)]
        named = {str(k): named_runs(runs) for k, runs in enumerate(drawn)}
        tested = rank_models(named, "perf").values()
        missed[trial, 0] = [(s.best_rank, s.worst_rank) != (1, models) for s in tested]
        means = resamples(problems) @ np.array([runs.mean(axis=1) for runs in drawn]).T
        ranks = 1 + (means[:, None, :] > means[:, :, None]).sum(axis=2)
        low, high = np.quantile(ranks, [ALPHA / 2, 1 - ALPHA / 2], axis=0, method="nearest")
        missed[trial, 1] = (low > 1) | (high < models)
    return [*missed.any(axis=2).mean(axis=0).tolist(), *missed.mean(axis=(0, 2)).tolist()]


def named_runs(runs: Array) -> dict[str, list[float]]:
    return {str(problem): row for problem, row in enumerate(runs.tolist())}


def rerun(problems: int, varying: int, loss: float = 0.0) -> Draw:
    """Pairs of sessions of one model, (2, problems, RUNS); only `varying` problems come out otherwise then."""

    def draw(rng: np.random.Generator, _: int) -> Array:
        level = np.where(np.arange(problems) < varying, rng.uniform(0.3, 0.7, problems), 1.0)
        noise = rng.normal(0, 0.1, (2, problems, RUNS)) * (np.arange(problems) < varying)[:, None]
        both = level[:, None] + noise
        both[1] -= loss
        return both

    return draw


def difference(first: Array, second: Array) -> Difference:
    return paired_difference(dict(enumerate(first.tolist())), dict(enumerate(second.tolist())))


def fires(found: Difference, p: float, effect: float = 0.0) -> bool:
    """Whether the gate's rule calls a loss."""
    return found.high < 0.0 and -found.value >= effect and p <= ALPHA


def gate_rates(draw: Draw, trials: int) -> list[float]:
    """How often a loss is called: by the interval alone, by the gate for any loss, by the gate with minimum effect."""
    rng = np.random.default_rng(1)
    calls = []
    for _ in range(trials):
        found = difference(*draw(rng, 0))
        p = deciding_p({0: found})[0]
        calls.append([found.high < 0.0, fires(found, p), fires(found, p, EFFECT)])
    return [float(share) for share in np.mean(calls, axis=0)]


def family_rate(measures: int, problems: int, trials: int) -> tuple[float, float]:
    """How often any of several independent comparisons calls a loss: without and with Holm's correction."""
    rng = np.random.default_rng(2)
    plain = corrected = 0
    for _ in range(trials):
        found = {k: difference(*rerun(problems, problems)(rng, 0)) for k in range(measures)}
        deciding = deciding_p(found)
        adjusted = holm(deciding)
        plain += any(fires(d, deciding_p({0: d})[0]) for d in found.values())
        corrected += any(fires(d, adjusted[k]) for k, d in found.items())
    return plain / trials, corrected / trials


def show_coverage(title: str, populations: Mapping[str, Draw], trials: int) -> None:
    sizes = " | ".join(map(str, SIZES))
    print(f"\n| {title}, problems: | {sizes} | bootstrap: {sizes} |")
    print(f"| --- |{' ---: |' * 2 * len(SIZES)}")
    for name, draw in populations.items():
        ours, theirs = zip(*(coverage(name, draw, n, trials) for n in SIZES), strict=True)
        print(f"| {name} | {percent(*ours, *theirs)} |", flush=True)


def percent(*shares: float) -> str:
    return " | ".join(f"{100 * share:.1f} %" for share in shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    trials = parser.parse_args().trials
    began = time.process_time()
    for title, populations in (("95 % intervals", USUAL), ("hard cases", HARD)):
        show_coverage(title, populations, trials)
    print("\n| false alarms of one comparison, nominal 2.5 % | interval alone | gate | gate, effect 0.01 |")
    print("| --- | ---: | ---: | ---: |")
    for problems, varying in ((4, 4), (5, 5), (6, 6), (10, 10), (57, 57), (57, 10), (57, 5), (57, 4), (57, 2)):
        rates = percent(*gate_rates(rerun(problems, varying), trials))
        print(f"| {problems} problems, {varying} of them vary | {rates} |", flush=True)
    print("\n| power: losses called on 57 problems that all vary | interval alone | gate | gate, effect 0.01 |")
    print("| --- | ---: | ---: | ---: |")
    for loss in (0.005, 0.01, 0.02, 0.03, 0.05):
        print(f"| {loss:g} everywhere | {percent(*gate_rates(rerun(57, 57, loss), trials // 2))} |", flush=True)
    for problems in (5, 57):
        rates = percent(*family_rate(6, problems, trials // 2))
        print(f"\nany of 6 comparisons on {problems} problems calls a loss: {rates} (plain, Holm)", flush=True)
    print("\n| models alike, denied a rank | any: by tests | any: by bootstrap | each: by tests | each: by bootstrap |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for models, problems in itertools.product((4, 8), (20, 57)):
        rates = percent(*missed_ranks(models, problems, trials // 2))
        print(f"| {models} models, {problems} problems | {rates} |", flush=True)
    print(f"\n{time.process_time() - began:.0f} s of processor time, {trials} trials")


if __name__ == "__main__":
    main()
