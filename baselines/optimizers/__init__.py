"""The pool of expert optimizers: what a language model should have answered, program by program.

`POOL` maps a name to an `Optimizer` (its grid of hyper-parameters and the text of its answer program);
`run_optimizer` runs one of them in this process, for labelling; `AskTell` asks for points and is told their values.
Importing this package imports neither numpy nor scipy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llamoco_bench.baselines.optimizers.pool import POOL, Kind, Optimizer, kind_of

if TYPE_CHECKING:
    from llamoco_bench.baselines.optimizers.ask_tell import AskTell
    from llamoco_bench.baselines.optimizers.run import OptimizerRun, run_optimizer

__all__ = ["POOL", "AskTell", "Kind", "Optimizer", "OptimizerRun", "kind_of", "run_optimizer"]


def __getattr__(name: str) -> object:
    """Import the running side (numpy, problems) only when it is first asked for."""
    if name == "AskTell":
        from llamoco_bench.baselines.optimizers.ask_tell import AskTell

        return AskTell
    if name in ("OptimizerRun", "run_optimizer"):
        from llamoco_bench.baselines.optimizers import run

        return getattr(run, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
