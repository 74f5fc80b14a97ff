"""From labels to the solved problems that ``fewshot`` and ``retrieval`` show where they are given no others."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from llamoco_bench.baselines.models.incontext.examples import DEFAULT, TRAIN, read_examples
from llamoco_bench.errors import UsageError
from llamoco_bench.problems import load_problem
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.prompting import CONTRACT_VERSION
from llamoco_bench.training.instructions.groups import group_of
from llamoco_bench.training.instructions.label import Label
from llamoco_bench.training.instructions.nearness import THRESHOLD, nearest
from llamoco_bench.training.instructions.pairs import Pair, pairs_of
from llamoco_bench.training.progress import Say

STYLE: Final = "plain"
"""Of the descriptions that are shown; each problem has one in Python and one in LaTeX."""

LEAST: Final = 0.5
"""Perf of an answer from which on it is worth to be shown."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of some labels may be shown.

    Attributes
    ----------
    pairs: in the order of their problems.
    badly_solved: training problems left out since their best program has a Perf below `LEAST`.
    near: training problems left out since they are nearly one that is never trained on.
    """

    pairs: tuple[Pair, ...]
    badly_solved: tuple[str, ...]
    near: tuple[str, ...]


def choose_examples(labels: Sequence[Label], say: Say) -> Chosen:
    """Choose what may be shown: the training side only, well solved, and near to no problem that is evaluated.

    A description is compared with those of all problems of the suite that are not for training, labelled or not.
    Raises `UsageError` where nothing remains.
    """
    training = sorted((x for x in labels if _is_for_training(x.problem)), key=lambda label: label.problem)
    good = [label for label in training if label.perf is None or label.perf >= LEAST]
    pairs = [pair for label in good for pair in pairs_of(label) if pair.style == STYLE]
    if not pairs:
        raise UsageError("none of the labels is of a synthetic problem of the training side, and well solved")
    say("comparing with the descriptions of all problems that are not for training")
    similarity, _ = nearest([pair.description for pair in pairs], _descriptions_never_shown())
    near = {pair.problem for pair, value in zip(pairs, similarity.tolist(), strict=True) if value >= THRESHOLD}
    return Chosen(
        tuple(pair for pair in pairs if pair.problem not in near),
        tuple(label.problem for label in training if label not in good),
        tuple(sorted(near)),
    )


def write_examples(chosen: Chosen, provenance: dict[str, Any], out: Path = DEFAULT) -> dict[str, Any]:
    """Write the pairs as compressed JSON lines, and a manifest beside them; return that."""
    rows = [_row(pair) for pair in chosen.pairs]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    out.write_bytes(gzip.compress(text.encode(), mtime=0))
    read_examples.cache_clear()
    manifest: dict[str, Any] = {
        "contract_version": CONTRACT_VERSION,
        "labels": provenance,
        "pairs": len(rows),
        "problems": len({row["problem"] for row in rows}),
        "optimizers": dict(Counter(pair.optimizer for pair in chosen.pairs if pair.language == "python").most_common()),
        "least_perf": LEAST,
        "badly_solved": list(chosen.badly_solved),
        "threshold": THRESHOLD,
        "near_to_evaluation": list(chosen.near),
        "sha256": read_examples(out).sha256,
    }
    manifest_of(out).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def manifest_of(file: Path) -> Path:
    """Where the manifest of a file of examples is."""
    return file.with_name(f"{file.name.partition('.')[0]}.manifest.json")


def _is_for_training(problem: str) -> bool:
    return problem.startswith("synthetic/") and group_of(problem) == "train"


def _descriptions_never_shown() -> list[str]:
    never = (problem for problem in IDS if not _is_for_training(problem))
    return [prompt.text for problem in never for prompt in load_problem(problem).prompts() if prompt.style == STYLE]


def _row(pair: Pair) -> dict[str, object]:
    return {
        "problem": pair.problem,
        "split": TRAIN,
        "language": pair.language,
        "optimizer": pair.optimizer,
        "config": json.loads(pair.config),
        "prompt": pair.prompt,
        "answer": pair.answer,
    }
