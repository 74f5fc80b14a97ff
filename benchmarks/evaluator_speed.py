"""Microseconds per evaluation: the compiled evaluator, numpy, and other packages, in one run.

::

    pip install -r benchmarks/requirements.txt
    OPENBLAS_NUM_THREADS=1 python benchmarks/evaluator_speed.py > docs/benchmarks/evaluator.md

CPU time of this thread, in bursts of about a millisecond; the candidates of a case take turns in random order, and the
median of the bursts counts. Figures within a row can be compared; between machines only ratios can.
"""

from __future__ import annotations

import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
from evaluator_peers import CEC2014, Peer, peers

from llamoco_bench.problems import load_problem
from llamoco_bench.problems._native import levels
from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.problems.synthetic.catalogue import as_problem, instance_of
from llamoco_bench.problems.synthetic.draws import Draws
from llamoco_bench.problems.synthetic.instance import Instance, Part
from llamoco_bench.problems.synthetic.recording import compiled_recorder
from llamoco_bench.problems.synthetic.reference import weighted_sum
from llamoco_bench.problems.synthetic.rotation import draw_rotation

DIMENSIONS = (10, 30, 50)
BATCH = 100
BURSTS = 31
MIXED = ("rastrigin", "ackley", "griewank")


@dataclass(frozen=True)
class Row:
    """One case: seconds per point by candidate, single and in batches of 100."""

    case: str
    dim: int
    one: dict[str, float]
    many: dict[str, float]


def instance(case: str, dim: int) -> Instance:
    """The synthetic problem of a case: shifted and rotated."""
    draws = Draws(3, dim)
    hybrid = case.startswith("hybrid")
    names = MIXED if case not in BASIC_FUNCTIONS else (case,)
    lengths = [dim - 2 * (dim // 3), dim // 3, dim // 3] if hybrid else [dim] * len(names)
    shift = -80.0 + 160.0 * draws.uniforms(dim)
    return Instance(
        id=case,
        kind="hybrid" if hybrid else "composition",
        lower=np.full(dim, -100.0),
        upper=np.full(dim, 100.0),
        shift=shift,
        rotation=draw_rotation(draws, dim),
        order=draws.order(dim) if hybrid else None,
        parts=tuple(Part(name, 0.5, 100.0, length) for name, length in zip(names, lengths, strict=True)),
        constraints=(),
        anchor=shift,
    )


def rows() -> Iterator[Row]:
    for case in CEC2014:
        for dim in DIMENSIONS:
            it = instance(case, dim)
            x = np.random.default_rng(dim).uniform(-100.0, 100.0, (BATCH, dim))
            others = list(peers(case, dim, x))
            yield Row(case, dim, measured(single(it, x[0].copy(), others)), measured(batched(it, x, others), BATCH))


def single(it: Instance, x: Any, others: list[Peer]) -> dict[str, Callable[[], Any]]:
    ours = as_problem(it).objective
    theirs = {peer.package: peer.one for peer in others}
    return {"llamoco-bench": lambda: ours(x), "numpy": lambda: weighted_sum(it, x), **theirs}


def batched(it: Instance, x: Any, others: list[Peer]) -> dict[str, Callable[[], Any]]:
    ours = as_problem(it).objective
    theirs = {peer.package: peer.many for peer in others if peer.many}
    return {"llamoco-bench": lambda: ours(x), "numpy": lambda: weighted_sum(it, x), **theirs}


def measured(candidates: dict[str, Callable[[], Any]], points: int = 1) -> dict[str, float]:
    """Median seconds per point of each candidate."""
    rounds = {name: max(1, int(1e-3 / once(call, 3))) for name, call in candidates.items()}
    found: dict[str, list[float]] = {name: [] for name in candidates}
    order = list(candidates)
    for _ in range(BURSTS):
        random.shuffle(order)
        for name in order:
            found[name].append(once(candidates[name], rounds[name]))
    return {name: float(np.median(times)) / points for name, times in found.items()}


def once(call: Callable[[], Any], rounds: int) -> float:
    """CPU seconds of one call, over a burst."""
    call()
    start = time.thread_time_ns()
    for _ in range(rounds):
        call()
    return max(time.thread_time_ns() - start, 1) * 1e-9 / rounds


def table(title: str, found: list[Row], times: Callable[[Row], dict[str, float]]) -> None:
    packages = list(dict.fromkeys(name for row in found for name in times(row)))
    print(f"\n## {title}\n\n| case | D | {' | '.join(packages)} | numpy / ours | best other / ours |")
    print("| --- | --- |" + " --- |" * (len(packages) + 2))
    for row in found:
        us = times(row)
        ours = us["llamoco-bench"]
        cells = [f"{1e6 * us[name]:.3g}" if name in us else "–" for name in packages]
        others = [us[name] for name in us if name not in ("llamoco-bench", "numpy")]
        best = f"{min(others) / ours:.1f}" if others else "–"
        print(f"| {row.case} | {row.dim} | {' | '.join(cells)} | {us['numpy'] / ours:.1f} | {best} |")


def verdicts(found: list[Row]) -> Iterator[tuple[str, str, str]]:
    """Yield what is aimed at, the figure, and what was measured."""
    fast = ("minionpy", "ioh", "coco")
    for dim, aim in zip(DIMENSIONS, (3.0, 1.5, 1.5), strict=True):
        ratios = [best / row.one["llamoco-bench"] for row in found if row.dim == dim and (best := least(row.one, fast))]
        yield f"single, fastest of minionpy, ioh, coco / ours, D={dim}, least", f"≥ {aim}", f"{min(ratios):.1f}"
    for dim, aim in zip(DIMENSIONS, (25, 12, 6), strict=True):
        ratios = [over_numpy(row.one) for row in found if row.dim == dim and row.case in BASIC_FUNCTIONS]
        yield f"single, numpy / ours, D={dim}, least of the base functions", f"≥ {aim}", f"{min(ratios):.1f}"
    for dim, aim in zip(DIMENSIONS, (40, 20, 10), strict=True):
        ratios = [over_numpy(row.one) for row in found if row.dim == dim and row.case.startswith("composition")]
        yield f"single, composition of 3, numpy / ours, D={dim}", f"≥ {aim}", f"{min(ratios):.1f}"
    many = [over_numpy(row.many) for row in found]
    yield "batch of 100, numpy / ours, least", "≥ 0.9", f"{min(many):.2f}"
    yield "batch of 100, numpy / ours, geometric mean", "≥ 2", f"{np.exp(np.mean(np.log(many))):.1f}"
    yield "recording, added per evaluation", "≤ 0.05 µs", f"{1e6 * recording_cost():.3f} µs"
    yield "making an instance, median", "≤ 0.5 ms", f"{1e3 * median_cpu(instance_of):.2f} ms"
    yield "loading a problem, instance and evaluator, median", "–", f"{1e3 * median_cpu(load_problem):.2f} ms"
    yield "listing all 6,000 ids in a new process, import included", "≤ 50 ms", f"{listing_ms():.0f} ms"


def least(times: dict[str, float], names: tuple[str, ...]) -> float | None:
    return min((times[name] for name in names if name in times), default=None)


def over_numpy(times: dict[str, float]) -> float:
    return times["numpy"] / times["llamoco-bench"]


def recording_cost() -> float:
    """Seconds that counting, keeping the best and minding the budget add to an evaluation, D = 10."""
    problem = as_problem(instance("rastrigin", 10))
    x = np.random.default_rng(1).uniform(-100.0, 100.0, (64, 10))
    points = [point.copy() for point in x]
    recorder = compiled_recorder(problem, None, RuntimeError)
    assert recorder is not None

    def bare() -> None:
        for point in points:
            problem.objective(point)

    def recorded() -> None:
        nonlocal recorder
        recorder = compiled_recorder(problem, None, RuntimeError)
        assert recorder is not None
        for point in points:
            recorder.objective(point)

    found = measured({"bare": bare, "recorded": recorded}, len(points))
    return found["recorded"] - found["bare"]


def median_cpu(make: Callable[[str], Any]) -> float:
    """Median CPU seconds to make something of the id of a synthetic problem that was not asked for before."""
    make("synthetic/u0001")
    found = []
    for name in IDS[::7]:
        start = time.thread_time()
        make(name)
        found.append(time.thread_time() - start)
    return float(np.median(found))


def listing_ms() -> float:
    """CPU milliseconds to import the package and list the suite, the least of five processes."""
    code = (
        "import time; start = time.process_time()\n"
        "from llamoco_bench.problems import list_problems\n"
        "list_problems('synthetic')\n"
        "print(1e3 * (time.process_time() - start))"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(5)]
    return min(float(run.stdout) for run in runs)


OPENING = """\
# Speed of evaluation

<!-- Generated; do not edit. `python benchmarks/evaluator_speed.py` writes this page. -->

Microseconds per evaluation of shifted and rotated functions: CPU time of one thread, bursts of about a millisecond,
the candidates of a row in turns and in random order, median of the bursts.
{machine};
{versions}.
Other processes ran beside it (load average {load:.1f} on {cpus} cores): compare within a row, and between machines only
the last two columns.

*numpy* is the reference that stands in where the compiled evaluator could not be built. Of the others, each gets its
points in the form that it takes fastest. Not all do the same work: the functions of minionpy and opfunu are those of
CEC 2014 (shift, scale, rotation, and the same base functions; their hybrids and compositions weigh three to five parts
by distance), those of ioh, coco and MetaBox (where it is installed) are BBOB's, with a second rotation and oscillating
transformations (and CEC 2022 for hybrid and composition in ioh); coco has 10, 20 and 40 variables instead of 10, 30 and
50, to its advantage. Packages without a function, or without batches, have a dash.
"""


def machine() -> str:
    return f"{platform.machine()}, {levels()[-1]} in use, Python {platform.python_version()}"


def versions() -> str:
    same = {name: name for name in ("numpy", "minionpy", "ioh", "opfunu", "metaevobox")}
    modules = {**same, "coco-experiment": "cocoex"}
    return ", ".join(f"{name} {version(name)}" for name, module in modules.items() if find_spec(module))


def main() -> None:
    before = os.getloadavg()[0]
    found = list(rows())
    load = max(before, os.getloadavg()[0])
    print(OPENING.format(machine=machine(), versions=versions(), load=load, cpus=os.cpu_count()))
    table("One point at a time", found, lambda row: row.one)
    table(f"Batches of {BATCH}, per point", found, lambda row: row.many)
    print("\n## Aims\n\n| what | aim | measured |\n| --- | --- | --- |")
    for what, aim, figure in verdicts(found):
        print(f"| {what} | {aim} | {figure} |")


if __name__ == "__main__":
    main()
