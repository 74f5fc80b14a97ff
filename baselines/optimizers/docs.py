"""The page of the optimizers in the docs, from the pool, the grids and the programs.

Write it anew with ``python -m llamoco_bench.baselines.optimizers.docs > docs/optimizers/index.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import get_args

from llamoco_bench.baselines.optimizers.grids import Granularity, axes_of
from llamoco_bench.baselines.optimizers.notes import NOTES
from llamoco_bench.baselines.optimizers.pool import POOL, Kind, Optimizer

_HEAD = """# The optimizers

Written by `python -m llamoco_bench.baselines.optimizers.docs`; a test holds it up to date.

The pool has 16 unconstrained and 7 constrained optimizers. Each is one program of 15 to 60 lines that follows the
contract of generated programs: what a model is shown is what is run for a label. It begins with `# optimizer: NAME`;
its hyper-parameters are the constants at its top.

```python
from llamoco_bench.baselines.optimizers import POOL, run_optimizer
from llamoco_bench.problems import load_problem

print(POOL["glpso"].source({"population": 100}))  # the program
run = run_optimizer("glpso", load_problem("synthetic/u0000"), {"population": 100}, seed=1)
print(run.best_f, run.evaluations)
```

Where points are evaluated elsewhere, an optimizer is asked for points and told their values. It is the same program, in
a thread that runs while `ask` waits, and it asks for the same points to the bit. A batch is asked about once, with all
its constraints (`n_inequality`, `n_equality`); leaving the context ends the thread.

```python
from llamoco_bench.baselines.optimizers import AskTell

with AskTell("sep-cma-es", lower=[-5.0] * 3, upper=[5.0] * 3, budget=400, seed=1) as optimizer:
    while (x := optimizer.ask()) is not None:  # (n, 3), the next batch; None when the program has returned
        optimizer.tell((x**2).sum(axis=1))  # with constraints: tell(f, g, h)
    print(optimizer.result(), optimizer.best_f)
```

How they compare with other implementations: [validation.md](validation.md). How long they take:
[../benchmarks/optimizers.md](../benchmarks/optimizers.md).

What all have in common: they call the objective with whole populations; count their evaluations and spend the budget;
stay within the bounds; take values that are not numbers for bad ones; draw from one generator,
which the run's seed starts.
"""


def page() -> str:
    """Markdown of the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "| optimizer | kind | lines | configurations: half | original | double |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from map(_row, POOL.values())
    for kind in get_args(Kind):
        optimizers = [optimizer for optimizer in POOL.values() if optimizer.kind == kind]
        counts = [sum(len(o.configurations(g)) for o in optimizers) for g in get_args(Granularity)]
        yield f"| all {kind} | | | {' | '.join(f'{count:,}' for count in counts)} |"
    for optimizer in POOL.values():
        yield from _section(optimizer)


def _row(optimizer: Optimizer) -> str:
    lines = sum(bool(line) for line in optimizer.source().splitlines())
    counts = (f"{len(optimizer.configurations(g)):,}" for g in get_args(Granularity))
    link = f"[{optimizer.title}](#{optimizer.name})"
    return f"| {link} | {optimizer.kind} | {lines} | {' | '.join(counts)} |"


def _section(optimizer: Optimizer) -> Iterator[str]:
    note = NOTES[optimizer.name]
    yield f"\n## {optimizer.name}\n"
    yield f"{optimizer.title}, {optimizer.kind}. {optimizer.reference}.\n"
    if note.library:
        yield f"Done by {note.library}.\n"
    yield from ("```text", *note.equations, "```\n")
    yield "| hyper-parameter | values (default in bold) | scale | source |"
    yield "| --- | --- | --- | --- |"
    for name, axis in axes_of(optimizer.name).items():
        values = (f"**{v}**" if v == optimizer.defaults[name] else f"{v}" for v in axis.values)
        yield f"| {name} | {', '.join(values)} | {axis.scale} | {axis.source} |"
    if note.departures:
        yield "\nDepartures, with their reasons:\n"
        yield from (f"- {departure}" for departure in note.departures)


if __name__ == "__main__":
    sys.stdout.write(page())
