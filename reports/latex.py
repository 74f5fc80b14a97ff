r"""The score table in LaTeX, laid out as the paper's: approaches as rows, for each test set the metrics side by side.

Err, Rec, Perf and Reach are percentages, with half of their 95 % interval behind; of every column the best value and
those of models tied with the best (by Perf) are bold. Needs ``\usepackage{booktabs}``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from llamoco_bench.scoring import MEASURES, Score
from llamoco_bench.statistics import Estimate

if TYPE_CHECKING:
    from llamoco_bench.ranking import Standing

COLUMNS: Final = ("err", "rec", "perf", "comp", "reach")
"""The paper's four in its order, and Reach."""

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}


def score_table(scores: Sequence[Score], standings: Mapping[tuple[str, str], Standing]) -> str:
    """Write the table; a model that was not measured on a suite has dashes there."""
    suites = list(dict.fromkeys(score.suite for score in scores))
    models = list(dict.fromkeys(score.model for score in scores))
    by_pair = {(score.suite, score.model): score for score in scores}
    width = len(COLUMNS)
    heads = " & ".join(rf"\multicolumn{{{width}}}{{c}}{{{escape(suite)}}}" for suite in suites)
    rules = "".join(rf"\cmidrule(lr){{{2 + i * width}-{1 + (i + 1) * width}}}" for i in range(len(suites)))
    arrows = [f"{MEASURES[name].title}{_arrow(name)}" for name in COLUMNS]
    lines = [
        rf"\begin{{tabular}}{{l{'r' * width * len(suites)}}}",
        r"\toprule",
        rf" & {heads} \\",
        rules,
        rf"Approach & {' & '.join(arrows * len(suites))} \\",
        r"\midrule",
    ]
    for model in models:
        cells = [cell for suite in suites for cell in _cells(by_pair, suite, model, standings)]
        lines.append(rf"{escape(model)} & {' & '.join(cells)} \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def escape(text: str) -> str:
    """Return `text` with the characters that LaTeX takes for its own made plain."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def _arrow(measure: str) -> str:
    return r" $\downarrow$" if MEASURES[measure].better == "lower" else r" $\uparrow$"


def _cells(
    by_pair: Mapping[tuple[str, str], Score], suite: str, model: str, standings: Mapping[tuple[str, str], Standing]
) -> list[str]:
    score = by_pair.get((suite, model))
    if score is None:
        return ["--"] * len(COLUMNS)
    rivals = [other for (where, _), other in by_pair.items() if where == suite]
    standing = standings.get((suite, model))
    cells = []
    for name in COLUMNS:
        sign = MEASURES[name].worsening(1.0)
        values = [value for rival in rivals if not math.isnan(value := sign * getattr(rival, name).value)]
        estimate: Estimate = getattr(score, name)
        best = len(rivals) > 1 and bool(values) and sign * estimate.value == min(values)
        tied = name == "perf" and len(rivals) > 1 and standing is not None and standing.tied
        cells.append(_show(estimate, percent=MEASURES[name].unit, bold=best or tied))
    return cells


def _show(estimate: Estimate, *, percent: bool, bold: bool) -> str:
    if math.isnan(estimate.value):
        return "--"
    value = f"{100 * estimate.value:.1f}" if percent else f"{estimate.value:,.0f}"
    value = rf"\mathbf{{{value}}}" if bold else value
    if math.isnan(estimate.low):
        return f"${value}$"
    half = (estimate.high - estimate.low) / 2.0
    return rf"${value} \pm {100 * half:.1f}$" if percent else rf"${value} \pm {half:,.0f}$"
