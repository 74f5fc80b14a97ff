"""How `nano` is made: sizes and settings of its stages. All are ours; the paper starts from pretrained models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from llamoco_bench.training.nano.architecture import Shape
from llamoco_bench.training.tuning.settings import Run, Tuning, WarmUp

Targets = Literal["labels", "selector"]
"""What phases 1 and 2 teach: ``labels``, the winners of the labelled problems, as in the paper; or ``selector``, the
choices of a selector that has learned from all runs on them, for problems without a label too."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Stages of `nano`, in the order in which they run.

    From random weights the contrastive phase alone did harm in a trial: prompts collapsed onto one point. Hence two
    stages before it.

    Attributes
    ----------
    unlabelled: most problems of the training side without a label that are described too; their answers are lines
        about the landscape, and then a selector's choices.
    reading: learns prompts and answers of all of them.
    landscape: learns the answers alone.
    warm_up: phase 1; None to leave it out.
    tuning: phase 2.
    evaluated: problems of each group that the finished model is asked about; 0 for all.
    languages: of the descriptions that are trained on.
    rephrased: train on all descriptions of a problem, else on one of each.
    share: of the labelled training problems that are used.
    targets: what is taught.
    """

    shape: Shape
    unlabelled: int
    reading: Tuning
    landscape: Tuning
    warm_up: WarmUp | None
    tuning: Tuning
    run: Run
    evaluated: int
    languages: tuple[str, ...] = ("python", "latex")
    rephrased: bool = True
    share: float = 1.0
    targets: Targets = "selector"


_FULL: Final = Recipe(
    shape=Shape(),
    unlabelled=3000,
    reading=Tuning(1, accumulate=4, learning_rate=2e-3, warmup_steps=100, balance=False, learn_prompts=True),
    landscape=Tuning(1, accumulate=4, learning_rate=1e-3, warmup_steps=50, balance=False),
    warm_up=WarmUp(steps=100, triplets=8, optimizer="adamw_torch", learning_rate=2e-4),
    # Evenly: equation 5 draws what is rarely the answer as often as what mostly is, and a model then answers so.
    tuning=Tuning(2, accumulate=4, learning_rate=1e-3, warmup_steps=100, balance=False),
    run=Run(save_steps=100),
    evaluated=200,
)

RECIPES: Final[Mapping[str, Recipe]] = MappingProxyType(
    {
        "full": _FULL,
        "trial": replace(
            _FULL,
            shape=replace(_FULL.shape, width=64, layers=3, hidden=192),
            unlabelled=60,
            reading=replace(_FULL.reading, warmup_steps=10),
            landscape=replace(_FULL.landscape, warmup_steps=5),
            warm_up=WarmUp(steps=10, triplets=4, optimizer="adamw_torch", learning_rate=2e-4),
            tuning=replace(_FULL.tuning, epochs=6, learning_rate=2e-3, warmup_steps=20),
            evaluated=40,
        ),
    }
)
"""`full` is what ships; `trial` shows in minutes that everything runs."""
