"""How often the statistical gate calls a regression: on re-runs with other seeds, and on a real one.

An expert of the pool is run on a cheap suite (30 synthetic problems with a budget of 2,000 evaluations, five runs
each), in this process, under many master seeds. Session 2k is the baseline of session 2k + 1, so that the trials are
independent; in addition every session is compared with session 0, as a repository that keeps one baseline would. Then
the expert with a worse configuration is compared with the same baselines.

    python benchmarks/gate_false_alarms.py [--trials 200] [--optimizer pso] [--worse population=100,c2=1.0]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from scipy.stats import binomtest

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.baselines.optimizers.run import run_optimizer
from llamoco_bench.gates.decision import decide
from llamoco_bench.gates.expression import parse_gate
from llamoco_bench.gates.measurements import Measurements, measure_items
from llamoco_bench.journal import Record
from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.problems.problem import Problem
from llamoco_bench.scoring import collect_items
from llamoco_bench.seeds import run_seed

RUNS = 5
BUDGET = 2000
GATES = {
    "perf, any loss": ["perf:regress(0)"],
    "perf, minimum effect 0.01": ["perf:regress"],
    "reach, any loss": ["reach:regress(0)"],
    "reach, minimum effect 0.01": ["reach:regress"],
    "perf and reach and feasible, any loss (Holm)": ["perf:regress(0)", "reach:regress(0)", "feasible:regress(0)"],
}


def suite() -> list[Problem]:
    """20 unconstrained and 10 constrained problems, cut to a small budget."""
    names = list_problems("synthetic/unconstrained")[:20] + list_problems("synthetic/constrained")[:10]
    return [replace(load_problem(name), budget=BUDGET) for name in names]


def session(problems: list[Problem], optimizer: str, config: Mapping[str, object], seed: int) -> Measurements:
    """What a session with this master seed measures."""
    return measure_items(collect_items(_records(problems, optimizer, config, seed)), {}, f"seed {seed}")


def _records(problems: list[Problem], optimizer: str, config: Mapping[str, object], seed: int) -> Iterator[Record]:
    for problem in problems:
        for number in range(RUNS):
            run = run_optimizer(optimizer, problem, config, run_seed(seed, problem.id, number))
            yield {
                "kind": "run",
                "suite": "cheap",
                "problem": problem.id,
                "model": optimizer,
                "turn": 0,
                "run": number,
                "status": "runtime" if run.error else "ok",
                "feasible": run.feasible,
                "best_f": run.best_f,
                "f0": run.f0,
                "first_f": run.first_f,
                "best_known": problem.best_known,
                "constraints": problem.n_constraints,
                "definition": problem.definition_hash,
            }


def fires(expressions: list[str], current: Measurements, base: Measurements) -> bool:
    return decide([parse_gate(text) for text in expressions], current, base).violated


def show(title: str, fired: dict[str, int], trials: int) -> None:
    print(f"\n{title}, {trials} trials\n\n| gate | fired | rate [95 %, Clopper-Pearson] |\n| --- | ---: | --- |")
    for name, count in fired.items():
        low, high = binomtest(count, trials).proportion_ci()
        print(f"| {name} | {count} | {100 * count / trials:.1f} % [{100 * low:.1f}, {100 * high:.1f}] |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--optimizer", default="pso", choices=sorted(POOL))
    parser.add_argument("--worse", default="population=100,c2=1.0", help="the worse configuration")
    options = parser.parse_args()
    given = [part.partition("=") for part in options.worse.split(",")]
    worse = {name: type(POOL[options.optimizer].grid[name][0])(value) for name, _, value in given}
    problems = suite()
    began = time.process_time()
    sessions = [session(problems, options.optimizer, {}, seed) for seed in range(2 * options.trials)]
    pairs = list(zip(sessions[::2], sessions[1::2], strict=True))
    show(
        "Re-runs with other seeds, each with a baseline of its own",
        {gate: sum(fires(texts, now, base) for base, now in pairs) for gate, texts in GATES.items()},
        len(pairs),
    )
    show(
        "Re-runs with other seeds, all with one baseline",
        {gate: sum(fires(texts, now, sessions[0]) for _, now in pairs) for gate, texts in GATES.items()},
        len(pairs),
    )
    worsened = [session(problems, options.optimizer, worse, 2 * k + 1) for k in range(min(20, options.trials))]
    show(
        f"{options.optimizer} with {options.worse}",
        {
            gate: sum(fires(texts, now, base) for (base, _), now in zip(pairs, worsened, strict=False))
            for gate, texts in GATES.items()
        },
        len(worsened),
    )
    before, after = (found[0].samples["cheap", options.optimizer].values for found in (sessions, worsened))
    for measure in ("perf", "reach"):
        means = [
            sum(map(sum, side[measure].values())) / sum(map(len, side[measure].values())) for side in (before, after)
        ]
        print(f"\n{measure} of the first baseline {means[0]:.3f}, of the worse configuration {means[1]:.3f}")
    print(f"\n{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
