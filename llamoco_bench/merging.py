"""Puts several runs together: shards of one run, or runs of different models under the same options.

Journals are copied as they are, since a record says all that it is about and of several under one key the latest
counts. The runs stay as they were.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from llamoco_bench.errors import UsageError
from llamoco_bench.journal import SCHEMA
from llamoco_bench.run_folder import RunFolder

_ALIKE: Final = ("options", "runs", "stage")
"""What the manifests must agree on."""


def merge_runs(runs: Sequence[RunFolder], output: Path) -> RunFolder:
    """Merge `runs` into a new run folder at `output`, which appears whole or not at all.

    Raises
    ------
    UsageError: for an `output` that is the current folder or one of the runs, or holds something, for a run given
        twice, and for runs that differ in their options, in the number of their shards, or in what a label of a model
        means.
    """
    _check_output(runs, output)
    manifests = {run.path: run.manifest for run in runs}
    _check(runs, manifests)
    place = output.resolve()
    temporary = place.with_name(f"{place.name}.tmp-{os.getpid()}-{secrets.token_hex(2)}")
    try:
        merged = _copy(runs, manifests, temporary)
        if place.is_dir():
            place.rmdir()
        merged.path.replace(place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return RunFolder(output)


def _check_output(runs: Sequence[RunFolder], output: Path) -> None:
    new = "give a new folder, one that does not exist yet or is empty, such as ./merged"
    place = output.resolve()
    if place in (run.path.resolve() for run in runs):
        raise UsageError(f"{output} is one of the runs, which stay as they are; {new}")
    if place == Path.cwd().resolve():
        raise UsageError(f"{output} is the current folder, which cannot become the merged run; {new}")
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UsageError(f"{output} holds something already; {new}")


def _copy(runs: Sequence[RunFolder], manifests: Mapping[Path, Mapping[str, Any]], folder: Path) -> RunFolder:
    merged = RunFolder(folder)
    merged.journals.mkdir(parents=True)
    for number, run in enumerate(runs, start=1):
        for journal in sorted(run.journals.glob("*.jsonl")):
            shutil.copy2(journal, merged.journals / f"{number:04}-{journal.name}")
    first = manifests[runs[0].path]
    models = {label: model for run in runs for label, model in run.models.items()}
    suites = dict.fromkeys(suite for manifest in manifests.values() for suite in manifest["suites"])
    globs = dict.fromkeys(manifest["problems"] for manifest in manifests.values())
    manifest = {
        **first,
        "schema": SCHEMA,
        "id": secrets.token_hex(8),
        "models": list(models.values()),
        "suites": list(suites),
        "problems": first["problems"] if len(globs) == 1 else "*",
        "shard": None,
        "merged": [{"path": str(run.path), **manifests[run.path]} for run in runs],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return merged


def _check(runs: Sequence[RunFolder], manifests: Mapping[Path, Mapping[str, Any]]) -> None:
    seen: dict[str, Path] = {}
    meanings: dict[str, tuple[object, Path]] = {}
    shards: set[int] = set()
    first = runs[0].path
    for run in runs:
        manifest = manifests[run.path]
        if before := seen.get(run.id):
            raise UsageError(f"{run.path} and {before} are the same run; give each once")
        seen[run.id] = run.path
        for name in _ALIKE:
            if manifest.get(name) != manifests[first].get(name):
                raise UsageError(
                    f"{run.path} cannot be merged with {first}: {name} is {manifest.get(name)!r} here, "
                    f"{manifests[first].get(name)!r} there"
                )
        for label, model in run.models.items():
            meaning, where = meanings.setdefault(label, (model, run.path))
            if meaning != model:
                raise UsageError(f"{label!r} means another model in {run.path} than in {where}; relabel one")
        shards |= {shard[1] for shard in [manifest.get("shard")] if shard}
    if len(shards) > 1:
        raise UsageError(f"Runs of {' and '.join(map(str, sorted(shards)))} shards cannot be merged with each other")
