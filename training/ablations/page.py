"""The page of the ablations: tables of means over seeds, and curves of the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Final

from llamoco_bench.markdown import table
from llamoco_bench.training.ablations.run import Outcomes
from llamoco_bench.training.ablations.svg import Curve, line_chart
from llamoco_bench.training.ablations.variants import BASELINE, VARIANTS

_TEXT: Final = """\
# Ablations

<!-- Generated; do not edit. `python -m llamoco_bench.training ablate` writes this page. -->

Each row is `nano`, tuned with one part of the method changed; mean and standard deviation over {seeds} seeds. All begin
with the same pre-trained checkpoint. The baseline is taught {problems} problems, of which {unlabelled} at most have no
label; labels: {labels}.

Agreement is the share of problems where the program's optimizer is the label's, macro its mean over optimizers; Perf
and Reach are means of what the chosen programs score, five runs each. All on other problems of the same kind (`test`)
and on problems with a base function or a constraint family that training never saw. A difference smaller than two of
the standard deviations is not to be read as one.

{sections}
"""

Summary = Mapping[str, Any]

_GROUPS: Final = ("test", "unseen_function", "unseen_family")


def write_page(outcomes: Outcomes, path: Path, labels: str) -> None:
    """Write the page to `path` and its curves beside it."""
    first = outcomes[BASELINE][0]
    path.parent.mkdir(parents=True, exist_ok=True)
    chart = path.with_suffix(".svg")
    chart.write_text(line_chart(list(_curves(outcomes)), "steps of phase 2", "loss"), encoding="utf-8")
    sections = [_section(question, outcomes) for question in _questions(outcomes)]
    sections.append(f"## Loss of phase 2\n\nMean over seeds, logarithmic.\n\n![loss over steps]({chart.name})")
    text = _TEXT.format(
        seeds=len(outcomes[BASELINE]),
        problems=first["stages"]["tuning"]["problems"],
        unlabelled=first["recipe"]["unlabelled"],
        labels=labels,
        sections="\n\n".join(sections),
    )
    path.write_text(text, encoding="utf-8")


def _questions(outcomes: Outcomes) -> list[str]:
    return list(dict.fromkeys(VARIANTS[name].question for name in outcomes if name != BASELINE))


def _section(question: str, outcomes: Outcomes) -> str:
    names = [BASELINE, *(name for name in outcomes if VARIANTS[name].question == question and name != BASELINE)]
    groups = [group for group in _GROUPS if group in outcomes[BASELINE][0]["evaluation"]]
    rows = [
        (name, VARIANTS[name].summary, group, *(figure(outcomes[name], group) for figure in _FIGURES.values()))
        for group in groups
        for name in names
    ]
    return f"## {question.capitalize()}\n\n{table(('variant', 'what it is', 'on', *_FIGURES), rows)}"


def _agreement(kind: str) -> Callable[[Sequence[Summary], str], str]:
    def figure(summaries: Sequence[Summary], group: str) -> str:
        return _spread([summary["evaluation"][group]["agreement"]["model"][kind] for summary in summaries], ".1%")

    return figure


def _score(name: str) -> Callable[[Sequence[Summary], str], str]:
    def figure(summaries: Sequence[Summary], group: str) -> str:
        found = [summary["evaluation"][group].get("scores", {}).get("model", {}).get(name) for summary in summaries]
        return "-" if None in found else _spread(found, ".4f")

    return figure


def _spread(values: Sequence[float], form: str) -> str:
    """Mean and standard deviation."""
    return f"{fmean(values):{form}}" + (f" ± {stdev(values):{form}}" if len(values) > 1 else "")


_FIGURES: Final[Mapping[str, Callable[[Sequence[Summary], str], str]]] = {
    "Perf": _score("perf"),
    "Reach": _score("reach"),
    "agreement": _agreement("optimizer"),
    "agreement, macro": _agreement("optimizer, macro"),
}
"""Columns, each from the summaries of all seeds and a group."""


def _curves(outcomes: Outcomes) -> list[Curve]:
    return [Curve(name, _mean_loss(summaries)) for name, summaries in outcomes.items()]


def _mean_loss(summaries: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Mean loss over seeds at the steps that all of them logged."""
    logs = [
        {entry["step"]: entry["loss"] for entry in summary["stages"]["tuning"]["log"] if "loss" in entry}
        for summary in summaries
    ]
    steps = sorted(set(logs[0]).intersection(*logs[1:]))
    return [(step, fmean(log[step] for log in logs)) for step in steps]
