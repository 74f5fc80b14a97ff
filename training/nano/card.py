"""The model card of `nano`, written from the figures of its making."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from llamoco_bench.markdown import table
from llamoco_bench.training.evaluation.report import AGAIN, IN_RACE, LABEL

_CARD: Final = """\
---
license: apache-2.0
library_name: transformers
pipeline_tag: text-generation
tags: [optimization, code-generation]
---

# nano

A decoder of {parameters:,} parameters ({megabytes:.1f} MB with its tokenizer) that reads an optimization problem and
answers with an optimizer program. It was trained from random weights on the labels of this project; nothing else went
in. `pytest --llamoco-model=nano` runs it with numpy alone; it is a Llama, so `hf:` and other engines run it too.

It knows the 23 programs of the pool and when each wins; it writes nothing new. A repair turn is nothing that it was
trained for.

## Data

{labels}

{train_pairs} training pairs of {train_problems} problems. `test`: other problems of the same kind; `unseen_function`,
`unseen_family`: problems with a base function ({functions}) or a constraint family ({families}) that no training
problem contains. The sides share no problem and no near-duplicate description (largest similarity {similarity:.3f}).

## Training

{stages}

Processor time of all stages: {cpu_min:.0f} min. Seed {seed}. Distances of phase 1 (half the cosine distance, mean over
the last batches): {distances}.

## Evaluation

One prompt a problem, temperature 0. Agreement is with the label's optimizer; macro is its mean over optimizers.
`shuffled`: the model's own answers, handed around among problems of the same kind; `frequent`: the program that wins
most often in training, of each kind; `taught`: the choices of the selector that the model was taught, where it was not
the labels; `single best`: the program with the best mean Reach on the training problems, of each kind.

{evaluation}

Perf and Reach are means of five runs. The virtual best solver has the best program of each problem. As `in the race` it
is scored by the runs in which that program won, so its luck is counted too; as `run again`, by runs that were done
afterwards, on other seeds.

{scores}

How much of the way from the single best to the virtual best solver the model goes:

{gaps}

An answer takes {seconds:.2f} s of processor time and {tokens:.0f} tokens, prompt included.

SHA-256 of the weights: `{sha256}`
"""


def model_card(summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Write the card of the model that `summary` describes, trained on the instruction set of `manifest`."""
    stages, evaluation = summary["stages"], summary["evaluation"]
    return _CARD.format(
        parameters=summary["parameters"],
        megabytes=summary["megabytes"],
        labels="\n".join(f"- {key}: {value}" for key, value in manifest["labels"].items()),
        train_pairs=manifest["groups"]["train"]["pairs"],
        train_problems=manifest["groups"]["train"]["problems"],
        functions=", ".join(manifest["unseen_functions"]),
        families=", ".join(manifest["unseen_families"]),
        similarity=manifest["leakage"]["largest_similarity"],
        stages=table(
            ("stage", "problems", "pairs", "steps", "processor min", "first loss", "last loss"),
            [
                (name, r["problems"], r["rows"], r["steps"], f"{r['cpu_s'] / 60:.1f}", *_losses(r))
                for name, r in stages.items()
            ],
        ),
        cpu_min=sum(result["cpu_s"] for result in stages.values()) / 60,
        seed=summary["recipe"]["run"]["seed"],
        distances=distances(stages.get("warm-up")),
        evaluation=table(
            ("group", "prompts", "parses", "of the pool", "agrees", "macro", "shuffled", "frequent"),
            [(group, f["prompts"], *_shares(f)) for group, f in evaluation.items()],
        ),
        scores=_scores(evaluation),
        gaps=_gaps(evaluation),
        seconds=_mean(f["processor seconds an answer"] for f in evaluation.values()),
        tokens=_mean(f["input tokens"] + f["output tokens"] for f in evaluation.values()),
        sha256=summary["sha256"],
    )


def distances(warm_up: Mapping[str, Any] | None) -> str:
    """Say what phase 1 did to the distances between prompts."""
    if warm_up is None:
        return "phase 1 was left out"
    logs = [entry for entry in warm_up["log"] if "positive" in entry and "loss" in entry]
    first, last = logs[0], logs[-1]
    told = "; ".join(
        f"{name} {first[name]:.3f} before, {last[name]:.3f} after" for name in ("positive", "negative", "ordered")
    )
    return f"{told}{'; collapsed, so its weights were not used' if warm_up['collapsed'] else ''}"


def _losses(result: Mapping[str, Any]) -> tuple[str, str]:
    losses = [entry["loss"] for entry in result["log"] if "loss" in entry]
    return f"{losses[0]:.3f}", f"{losses[-1]:.3f}"


def _shares(figures: Mapping[str, Any]) -> tuple[str, ...]:
    agreement = figures["agreement"]
    shares = (
        figures["parses"],
        figures["program of the pool"],
        agreement["model"]["optimizer"],
        agreement["model"]["optimizer, macro"],
        agreement["shuffled"]["optimizer"],
        agreement["frequent"]["optimizer"],
    )
    return tuple(f"{share:.1%}" for share in shares)


def _scores(evaluation: Mapping[str, Any]) -> str:
    rows = [
        (kind, way, f"{s['covered']:.0%}", f"{s['perf']:.4f}", f"{s['reach']:.4f}")
        for kind, ways in _by_kind(evaluation)
        for way, s in ways.items()
        if s["covered"]
    ]
    if not rows:
        return "Scores were not computed: the runs behind the labels were not given."
    return table(("problems", "choice", "with runs", "Perf", "Reach"), rows)


def _gaps(evaluation: Mapping[str, Any]) -> str:
    rows = [
        (kind, *(gap_closed(ways, best, measure) for measure in ("perf", "reach") for best in (IN_RACE, AGAIN)))
        for kind, ways in _by_kind(evaluation)
        if all(way in ways and ways[way]["covered"] for way in ("single best", IN_RACE, AGAIN))
    ]
    if not rows:
        return "Not known, for want of scores."
    columns = ("problems", "Perf, in the race", "Perf, run again", "Reach, in the race", "Reach, run again")
    return table(columns, rows)


def gap_closed(ways: Mapping[str, Mapping[str, float]], best: str, measure: str) -> str:
    """Share of the way from the single best solver to `best` that the model goes; ``-`` where there is no such way."""
    single, model, most = (ways[way][measure] for way in ("single best", "model", best))
    return f"{(model - single) / (most - single):.0%}" if most > single else "-"


def _by_kind(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, dict[str, float]]]]:
    """Yield the scores of each group, and of its problems without and with constraints."""
    for group, figures in evaluation.items():
        if "scores" not in figures:
            continue
        kinds = figures["scores by kind"]
        yield group, _with_virtual_best(figures["scores"])
        if len(kinds) > 1:
            for kind, name in (("u", "unconstrained"), ("c", "constrained")):
                yield f"{group}, {name}", _with_virtual_best(kinds[kind])


def _with_virtual_best(ways: Mapping[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    model = ways["model"]
    if not model["covered"]:
        return dict(ways)
    best = {name: model[f"{name} of the virtual best"] for name in ("perf", "reach")}
    named = {AGAIN if way == LABEL else way: scores for way, scores in ways.items()}
    return {**named, IN_RACE: {"covered": model["covered"], **best}}


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
