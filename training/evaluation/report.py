"""Figures of a model's answers: validity, how often they agree with the labels, what they score; with controls.

Two controls stand beside the model. `shuffled` takes its answers to other problems of the same kind, constrained or
not: what is left of a gain then does not come from the prompt. `frequent` is the program that wins most often in
training, of each kind.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from llamoco_bench.baselines.optimizers import Kind
from llamoco_bench.seeds import handed_round
from llamoco_bench.training.evaluation.ask import Answer
from llamoco_bench.training.evaluation.identify import Choice
from llamoco_bench.training.evaluation.scores import Score, ScoreTable
from llamoco_bench.training.instructions.pairs import Pair
from llamoco_bench.training.kinds import KINDS, kind_by_id

Choices = Sequence[Choice | None]

IN_RACE: Final = "virtual best, in the race"
AGAIN: Final = "virtual best, run again"
"""Names in tables of the virtual best solver, scored by the runs that chose it, and by runs that came after these."""

LABEL: Final = "label, run again"
"""The label's program, scored by runs that were done after it had won."""


def report(
    answers: Sequence[Answer],
    train: Sequence[Pair],
    scores: ScoreTable | None = None,
    taught: Mapping[str, Choice] | None = None,
) -> dict[str, Any]:
    """Judge the answers to prompts of one group; figures as JSON values, shares in [0, 1].

    Parameters
    ----------
    train: pairs that the model was trained on, for the controls.
    scores: of the pool's programs on the problems; without them there is no Perf and Reach.
    taught: programs by problem, where something else than the labels was taught; what the model falls short of them, it
        did not learn, and what they fall short of the labels, it could not.
    """
    pairs = [answer.pair for answer in answers]
    ways: dict[str, Choices] = {
        "model": [answer.chosen for answer in answers],
        "shuffled": shuffled(answers),
        "frequent": _per_kind(pairs, lambda kind: frequent(train, kind)),
    }
    if taught is not None:
        ways["taught"] = [taught.get(pair.problem) for pair in pairs]
    table = None
    if scores is not None:
        problems = sorted({pair.problem for pair in train})
        ways["single best"] = _per_kind(
            pairs,
            lambda kind: scores.single_best(problem for problem in problems if kind_by_id(problem) == kind),
        )
        table = scores.completed((p.problem, c) for way in ways.values() for p, c in zip(pairs, way, strict=True))
    figures: dict[str, Any] = {
        "prompts": len(answers),
        "problems": len({pair.problem for pair in pairs}),
        "parses": fmean(answer.parses for answer in answers),
        "program of the pool": fmean(answer.chosen is not None for answer in answers),
        "input tokens": fmean(answer.input_tokens for answer in answers),
        "output tokens": fmean(answer.output_tokens for answer in answers),
        "seconds an answer": fmean(answer.wall_s for answer in answers),
        "optimizers": dict(Counter(a.chosen.optimizer if a.chosen else "none" for a in answers).most_common()),
        "agreement": {name: agreement(pairs, chosen) for name, chosen in ways.items()},
    }
    if table is not None:
        figures["scores"] = _scores(pairs, ways, table)
        figures["scores by kind"] = {
            kind[0]: _scores([pairs[i] for i in places], {w: [c[i] for i in places] for w, c in ways.items()}, table)
            for kind in KINDS
            if (places := [i for i, pair in enumerate(pairs) if kind_by_id(pair.problem) == kind])
        }
    return figures


def _scores(pairs: Sequence[Pair], ways: Mapping[str, Choices], table: ScoreTable) -> dict[str, dict[str, float]]:
    problems = [pair.problem for pair in pairs]
    owns: dict[str, list[Score | None]] = {
        way: [table.of(problem, choice) for problem, choice in zip(problems, chosen, strict=True)]
        for way, chosen in ways.items()
    }
    owns[LABEL] = [table.winner_again(problem) for problem in problems]
    return {way: scored(problems, own, table) for way, own in owns.items()}


def agreement(pairs: Sequence[Pair], chosen: Choices) -> dict[str, float]:
    """How often choices agree with labels: optimizer, mean of that over the labels' optimizers, and whole program."""
    right: dict[str, list[bool]] = defaultdict(list)
    for pair, choice in zip(pairs, chosen, strict=True):
        right[pair.optimizer].append(choice is not None and choice.optimizer == pair.optimizer)
    return {
        "optimizer": fmean(hit for hits in right.values() for hit in hits),
        "optimizer, macro": fmean(fmean(hits) for hits in right.values()),
        "program": fmean(c == Choice(p.optimizer, p.config) for p, c in zip(pairs, chosen, strict=True)),
    }


def scored(problems: Sequence[str], owns: Sequence[Score | None], table: ScoreTable) -> dict[str, float]:
    """Mean Perf and Reach over the problems where there is a score, beside the virtual best solver on the same ones."""
    known: list[tuple[Score, Score]] = []
    for problem, own in zip(problems, owns, strict=True):
        best = table.virtual_best(problem)
        if own is not None and best is not None:
            known.append((own, best))
    if not known:
        return {"covered": 0.0}
    return {
        "covered": len(known) / len(problems),
        "perf": fmean(own.perf for own, _ in known),
        "reach": fmean(own.reach for own, _ in known),
        "perf of the virtual best": fmean(best.perf for _, best in known),
        "reach of the virtual best": fmean(best.reach for _, best in known),
    }


def shuffled(answers: Sequence[Answer]) -> Choices:
    """Hand the choices around among the answers to problems of the same kind, so that none keeps its own."""
    taken: list[Choice | None] = [answer.chosen for answer in answers]
    kinds = [kind_by_id(answer.pair.problem) for answer in answers]
    for kind in KINDS:
        places = [i for i, own in enumerate(kinds) if own == kind]
        for place, other in handed_round(places, "shuffled prompts", kind[0]).items():
            taken[place] = answers[other].chosen
    return taken


def frequent(train: Sequence[Pair], kind: Kind) -> Choice | None:
    """Find the program that wins on most training problems of a kind; None where there are none."""
    winners = {pair.problem: Choice(pair.optimizer, pair.config) for pair in train if kind_by_id(pair.problem) == kind}
    return next((choice for choice, _ in Counter(winners.values()).most_common(1)), None)


def _per_kind(pairs: Sequence[Pair], find: Callable[[Kind], Choice | None]) -> Choices:
    found = {kind: find(kind) for kind in KINDS}
    return [found[kind_by_id(pair.problem)] for pair in pairs]


def as_text(figures: Mapping[str, Any]) -> str:
    """Write the figures of `report` as lines for a terminal."""
    head = ("prompts", "problems", "parses", "program of the pool", "input tokens", "output tokens")
    lines = [f"{name:24s}{figures[name]:10.4g}" for name in head]
    lines += ["", f"{'':24s}{'optimizer':>12s}{'macro':>12s}{'program':>12s}"]
    lines += [
        f"{way:24s}" + "".join(f"{shares[name]:12.1%}" for name in ("optimizer", "optimizer, macro", "program"))
        for way, shares in figures["agreement"].items()
    ]
    for way, score in figures.get("scores", {}).items():
        told = ", ".join(f"{name} {value:.4f}" for name, value in score.items())
        lines.append(f"{way:24s}{told}")
    return "\n".join(lines) + "\n"
