"""The ablations by name: which setting each one changes, and which table or figure of the paper it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from llamoco_bench.baselines.optimizers.grids import Granularity
from llamoco_bench.training.nano.settings import Recipe


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to tune.

    Attributes
    ----------
    question: the group of variants that are compared with each other and with the baseline.
    change: makes the recipe of the variant from that of the baseline.
    granularity: of the grids behind the labels; other than the original one needs labels of its own.
    """

    question: str
    summary: str
    change: Callable[[Recipe], Recipe]
    granularity: Granularity = "original"


def _with(**changes: object) -> Callable[[Recipe], Recipe]:
    return lambda recipe: replace(recipe, **changes)  # type: ignore[arg-type]


BASELINE: Final = "baseline"

VARIANTS: Final[Mapping[str, Variant]] = MappingProxyType(
    {
        BASELINE: Variant("", "everything as in the recipe", _with()),
        "no-warm-up": Variant("warm-up", "phase 2 alone (Figure 3)", _with(warm_up=None)),
        "mean-pooling": Variant(
            "warm-up",
            "phase 1 on the mean of all hidden states",
            lambda recipe: replace(recipe, warm_up=recipe.warm_up and replace(recipe.warm_up, pooling="mean")),
        ),
        "python-only": Variant("diversity", "descriptions in Python alone", _with(languages=("python",))),
        "latex-only": Variant("diversity", "descriptions in LaTeX alone", _with(languages=("latex",))),
        "no-rephrasing": Variant("diversity", "one description a problem", _with(rephrased=False)),
        "balancing": Variant(
            "balancing",
            "phase 2 draws problems by equation 5, as in the paper, instead of evenly",
            lambda recipe: replace(recipe, tuning=replace(recipe.tuning, balance=True)),
        ),
        "no-balancing": Variant(
            "balancing",
            "phase 1 draws evenly, too",
            lambda recipe: replace(recipe, warm_up=recipe.warm_up and replace(recipe.warm_up, balance=False)),
        ),
        "labels-as-targets": Variant(
            "targets", "the labels themselves, as in the paper, not a selector's choices", _with(targets="labels")
        ),
        "data-25": Variant("data size", "a quarter of the problems (Table 9)", _with(share=0.25)),
        "data-50": Variant("data size", "half of the problems (Table 9)", _with(share=0.5)),
        "half-grid": Variant("granularity", "labels of grids half as fine (Table 10)", _with(targets="labels"), "half"),
        "double-grid": Variant(
            "granularity", "labels of grids twice as fine (Table 10)", _with(targets="labels"), "double"
        ),
    }
)
"""By name."""
