"""What is published of a labelling: labels, all runs they rest on, and a manifest of how they were made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from llamoco_bench.baselines.models.user_cache import sha256_of
from llamoco_bench.journal import Record
from llamoco_bench.metrics import REACH_PRECISION, REACH_TARGETS
from llamoco_bench.training.kinds import KINDS, kind_by_id
from llamoco_bench.training.labels.folder import LabelFolder
from llamoco_bench.training.labels.improvements import rescored
from llamoco_bench.training.labels.protocol import DESCRIPTIONS
from llamoco_bench.training.labels.runs import SAFETY_S
from llamoco_bench.training.labels.tables import LABELS, MANIFEST, RUNS, write_labels, write_runs

NOTES: Final = {
    "perf, reach": "mean over the answer program's runs in the sandbox, on the seeds that models are given",
    "selection_*": "means over the seeds that chose the label; flattered by the choice",
    "config": "JSON; source(config) of the optimizer gives the program",
    "runner_up": "best candidate of another optimizer that ran on all seeds; margins are to it",
    "p_optimizer, p_config": "share of 1000 resamples of the seeds on which the optimizer, the configuration wins",
    "best_known": "f* of the scores: the value in the problem's table or lower, where a run found it",
    "sandbox_*": "the runs in the sandbox, one entry a run; scores for a better f* follow from them",
    "runs.parquet": "every run; label --resume starts from it",
}


def export(folder: LabelFolder, out: Path) -> dict[str, Any]:
    """Write tables and manifest of a folder into `out`; return the manifest."""
    labels = [rescored(label) for label in folder.current_labels()]
    runs = {record["key"]: record for records in folder.runs.values() for record in records}
    write_labels(labels, out / LABELS)
    write_runs(runs.values(), out / RUNS)
    manifest = _manifest(labels, list(runs.values()), folder, out)
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def _manifest(labels: list[Record], runs: list[Record], folder: LabelFolder, out: Path) -> dict[str, Any]:
    modes = sorted({record["mode"] for record in labels})
    return {
        "what": {mode: DESCRIPTIONS[mode] for mode in modes},
        "protocols": {name: folder.protocols[name] for name in sorted({label["protocol"] for label in labels})},
        "labels": {kind: sum(kind_by_id(record["problem"]) == kind for record in labels) for kind in KINDS},
        "by_protocol": dict(sorted(Counter(record["protocol"] for record in labels).items())),
        "runs": len(runs),
        "failed_runs": sum(record["failed"] for record in runs),
        "capped_runs": sum(record["stopped"] == "time" for record in runs),
        "evaluations": sum(record["evaluations"] for record in runs),
        "cpu_hours_of_runs": round(sum(record["cpu_s"] for record in runs) / 3600, 2),
        "caps": {
            "models": "bo and la-mcts fit no more models than fits and rounds say; cobyla stops at 20,000 evaluations",
            "safety_s": SAFETY_S,
            "stops": f"at f* + {REACH_PRECISION:g} (f0 - f*) where f* is proven: no score can rise any more",
        },
        "metrics": {"reach_targets": REACH_TARGETS, "reach_precision": REACH_PRECISION},
        "columns": NOTES,
        "sessions": folder.sessions,
        "sha256": {name: sha256_of(out / name) for name in (LABELS, RUNS)},
    }


def summary(manifest: Mapping[str, Any], out: Path, files: Iterable[str] = (LABELS, RUNS)) -> str:
    """Say what was written."""
    sizes = ", ".join(f"{name} {(out / name).stat().st_size / 1e6:.1f} MB" for name in files)
    counts = ", ".join(f"{n} {kind}" for kind, n in manifest["labels"].items())
    return f"{counts} labels from {manifest['runs']} runs in {out}: {sizes}\n"
