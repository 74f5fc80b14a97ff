"""Builds the instruction set: one parquet file a group, a manifest, and a data card."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from llamoco_bench.baselines.models.user_cache import sha256_of
from llamoco_bench.errors import UsageError
from llamoco_bench.prompting import CONTRACT_VERSION
from llamoco_bench.training.instructions.card import data_card
from llamoco_bench.training.instructions.groups import GROUPS, UNSEEN_FAMILIES, UNSEEN_FUNCTIONS, Group
from llamoco_bench.training.instructions.label import Label
from llamoco_bench.training.instructions.leakage import check, without_near_ones
from llamoco_bench.training.instructions.nearness import THRESHOLD
from llamoco_bench.training.instructions.pairs import Pair, pairs_of
from llamoco_bench.training.instructions.statistics import statistics
from llamoco_bench.training.progress import Say

SCHEMA: Final = 1
"""Raised whenever columns come to mean something else."""


def build(labels: Sequence[Label], folder: Path, provenance: dict[str, Any], say: Say) -> dict[str, Any]:
    """Write the instruction set of `labels` into `folder` and return its manifest.

    Only labels of synthetic problems are used: the other suites are for zero-shot evaluation.

    Parameters
    ----------
    provenance: what the labels are, for the manifest.
    say: receives a line now and then.

    Raises
    ------
    UsageError: where no label is of a training problem.
    LeakageError: where the two sides have something in common after near-duplicates were left out.
    """
    groups = _grouped(labels, say)
    evaluation = [pair for group in GROUPS if group != "train" for pair in groups[group]]
    say("comparing descriptions of both sides")
    groups["train"], dropped = without_near_ones(groups["train"], evaluation)
    if not groups["train"]:
        raise UsageError("none of the labels is of a synthetic problem of the training side")
    report = check(groups["train"], evaluation)
    folder.mkdir(parents=True, exist_ok=True)
    files = {group: _write(folder / f"{group}.parquet", groups[group]) for group in GROUPS}
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "contract_version": CONTRACT_VERSION,
        "llamoco_bench": version("llamoco-bench"),
        "labels": provenance,
        "unseen_functions": list(UNSEEN_FUNCTIONS),
        "unseen_families": list(UNSEEN_FAMILIES),
        "files": files,
        "groups": {group: statistics(groups[group]) for group in GROUPS},
        "leakage": {"threshold": THRESHOLD, "left_out": [asdict(drop) for drop in dropped], **asdict(report)},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(data_card(manifest), encoding="utf-8")
    return manifest


def read_group(folder: Path, group: Group) -> tuple[Pair, ...]:
    """Read the pairs of one group. Raises `UsageError` where `folder` holds no instruction set."""
    import pyarrow.parquet as pq

    path = folder / f"{group}.parquet"
    if not path.is_file():
        raise UsageError(f"{folder} holds no instruction set: {path.name} is missing. The command `build` writes it")
    return tuple(Pair(**row) for row in pq.read_table(path).to_pylist())


def _grouped(labels: Sequence[Label], say: Say) -> dict[Group, list[Pair]]:
    groups: dict[Group, list[Pair]] = {group: [] for group in GROUPS}
    for number, pair in enumerate(_pairs(labels, say)):
        if number == 0:
            say("writing prompts")
        groups[pair.group].append(pair)
    return groups


def _pairs(labels: Sequence[Label], say: Say) -> Iterator[Pair]:
    synthetic = sorted((x for x in labels if x.problem.startswith("synthetic/")), key=lambda label: label.problem)
    for number, label in enumerate(synthetic, 1):
        yield from pairs_of(label)
        if number % 500 == 0:
            say(f"{number} of {len(synthetic)} problems described")


def _write(path: Path, pairs: Sequence[Pair]) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, number = pa.string(), pa.float64()
    columns = [(name, number if name == "probability" else text) for name in Pair.__dataclass_fields__]
    table = pa.Table.from_pylist([asdict(pair) for pair in pairs], schema=pa.schema(columns))
    pq.write_table(table, path, compression="zstd")
    return {"name": path.name, "rows": len(pairs), "sha256": sha256_of(path)}
