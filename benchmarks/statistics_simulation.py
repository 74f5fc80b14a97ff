"""Simulations behind docs/design/statistics.md: coverage of the intervals, and the level and power of the gate.

Results are drawn from populations that look like those of real runs (half of the problems nearly solved, some not at
all, five runs each). `--trials` draws per figure; 1,000 take some six minutes of processor time.

    python benchmarks/statistics_simulation.py [--trials 1000]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.statistics import (
    ALPHA,
    Difference,
    can_be_significant,
    clustered_ratio,
    holm,
    paired_difference,
)

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Array]
RUNS = 5
EFFECT = 0.01


def perf(rng: np.random.Generator, problems: int) -> Array:
    """Perf of runs, (problems, RUNS): saturated for half of the problems, 0 for a tenth."""
    return np.clip(levels(rng, problems)[:, None] + rng.normal(0, 0.08, (problems, RUNS)), 0, 1)


def levels(rng: np.random.Generator, problems: int) -> Array:
    kind = rng.random(problems)
    return np.where(kind < 0.5, 1 - rng.beta(0.3, 8, problems), np.where(kind < 0.6, 0, rng.beta(2, 2, problems)))


def err(rng: np.random.Generator, problems: int) -> Array:
    """Errors of a model whose programs mostly fail as a whole or not at all, (problems, RUNS)."""
    rate = rng.beta(0.15, 0.6, problems)
    return (rng.random((problems, RUNS)) < rate[:, None]).astype(np.float64)


def tokens(rng: np.random.Generator, problems: int) -> Array:
    """Tokens, log-normal, one value a problem."""
    return np.exp(rng.normal(7.5, 0.6, (problems, 1)))


def coverage(draw: Draw, problems: int, trials: int, *, unit: bool) -> float:
    """Share of 95 % intervals that hold the mean of the population."""
    rng = np.random.default_rng(problems)
    truth = draw(rng, 400_000).mean()
    held = 0
    for _ in range(trials):
        runs = draw(rng, problems)
        found = clustered_ratio(runs.sum(axis=1), [runs.shape[1]] * problems, unit=unit)
        held += found.low <= truth <= found.high
    return held / trials


def paired_coverage(problems: int, trials: int) -> float:
    """Share of 95 % intervals of the difference of two models that hold the true one, here 0.05."""
    rng = np.random.default_rng(problems)
    held = 0
    for _ in range(trials):
        # The models differ by a problem's own amount, 0.05 on average.
        base = rng.uniform(0.2, 0.8, problems)
        shift = 0.05 + rng.exponential(0.1, problems) - 0.1
        first, second = (level[:, None] + rng.normal(0, 0.08, (problems, RUNS)) for level in (base, base + shift))
        found = difference(first, second)
        held += found.low <= 0.05 <= found.high
    return held / trials


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


def fires(found: Difference, effect: float, *, comparisons: int = 1, p: float | None = None) -> tuple[bool, bool]:
    """Whether the interval alone calls a loss, and whether the gate's rule does."""
    interval = found.high < 0.0 and -found.value >= effect
    tested = (found.p if p is None else p) <= ALPHA or not can_be_significant(found.n, comparisons)
    return interval, interval and tested


def gate_rates(draw: Draw, trials: int) -> list[float]:
    """How often a loss is called: by the interval alone, by the gate for any loss, by the gate with minimum effect."""
    rng = np.random.default_rng(1)
    calls = []
    for _ in range(trials):
        found = difference(*draw(rng, 0))
        calls.append([*fires(found, 0.0), fires(found, EFFECT)[1]])
    return [float(share) for share in np.mean(calls, axis=0)]


def family_rate(measures: int, trials: int) -> tuple[float, float]:
    """How often any of several independent comparisons calls a loss: without and with Holm's correction."""
    rng = np.random.default_rng(2)
    plain = corrected = 0
    for _ in range(trials):
        found = [difference(*rerun(57, 57)(rng, 0)) for _ in range(measures)]
        adjusted = holm(dict(enumerate(d.p for d in found)))
        plain += any(fires(d, 0.0)[1] for d in found)
        corrected += any(fires(d, 0.0, comparisons=measures, p=adjusted[i])[1] for i, d in enumerate(found))
    return plain / trials, corrected / trials


def percent(*shares: float) -> str:
    return " | ".join(f"{100 * share:.1f} %" for share in shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    trials = parser.parse_args().trials
    began = time.process_time()
    print(
        "| coverage of 95 % intervals, problems: | 6 | 10 | 20 | 57 | 129 |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )
    sizes = (6, 10, 20, 57, 129)
    for name, draw, unit in (("Perf", perf, True), ("Err", err, True), ("Comp", tokens, False)):
        print(f"| {name} | {percent(*(coverage(draw, n, trials, unit=unit) for n in sizes))} |", flush=True)
    print(f"| paired difference | {percent(*(paired_coverage(n, trials) for n in sizes))} |", flush=True)

    print("\n| false alarms of one comparison, nominal 2.5 % | interval alone | gate | gate, effect 0.01 |")
    print("| --- | ---: | ---: | ---: |")
    for problems, varying in ((4, 4), (5, 5), (6, 6), (10, 10), (57, 57), (57, 10), (57, 5), (57, 4), (57, 2)):
        rates = gate_rates(rerun(problems, varying), trials)
        print(f"| {problems} problems, {varying} of them vary | {percent(*rates)} |", flush=True)
    print("\n| power: losses called on 57 problems that all vary | interval alone | gate | gate, effect 0.01 |")
    print("| --- | ---: | ---: | ---: |")
    for loss in (0.005, 0.01, 0.02, 0.03, 0.05):
        print(f"| {loss:g} everywhere | {percent(*gate_rates(rerun(57, 57, loss), trials // 2))} |", flush=True)
    plain, corrected = family_rate(6, trials // 4)
    print(f"\nany of 6 comparisons calls a loss: {percent(plain)} uncorrected, {percent(corrected)} with Holm")
    print(f"\n{time.process_time() - began:.0f} s of processor time, {trials} trials")


if __name__ == "__main__":
    main()
