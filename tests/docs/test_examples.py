"""Each tutorial has an example, and it runs, here at a small scale."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.docs.snippets import ROOT, execute
from tests.docs.test_snippets import TINY_TRAINING

EXAMPLES = ROOT / "examples"
TRAINING = {"LABELS": "few", "PRESET": "llamoco-s", "BASE": "base", "STEPS": "1", "MAX_STEPS": "1"}
SCRIPTS: Mapping[str, Mapping[str, str]] = {
    "evaluate.sh": {"RUNS": "1"},
    "report.sh": {"RUNS": "1", "MODEL": "random"},
    "gate.sh": {"RUNS": "1"},
    "cluster.sh": {"RUNS": "1"},
    "own_problem.py": {},
    "own_model.py": {},
    "nano.sh": {"LABELS": "few", "RUNS": "1"},
    "hub_model.sh": {**TRAINING, "OPTIONS": "--precision fp32 --context 6000"},
}
"""Every script, with the settings that make it small."""


def test_every_example_is_run_and_stands_beside_its_tutorial() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} - {"README.md", "__pycache__"} == set(SCRIPTS)
    tutorials = ROOT / "docs" / "tutorials"
    table = (tutorials / "index.md").read_text(encoding="utf-8")
    assert [name for name in SCRIPTS if f"`examples/{name}`" not in table] == []
    assert [page.name for page in tutorials.glob("*.md") if page.name != "index.md" and page.name not in table] == []


def prepare(folder: Path) -> Mapping[str, str]:
    """Make labels and a base; put a Python first in the path whose training has recipes of a step or two."""
    from llamoco_bench.problems.synthetic import IDS
    from llamoco_bench.training.instructions.label import write_labels
    from tests.models.tiny_checkpoints import save_llama
    from tests.training.rule_labels import PROVENANCE, rule_labels

    (folder / "few").mkdir()
    write_labels(rule_labels(IDS[::250]), folder / "few" / "labels.parquet", PROVENANCE)
    save_llama(folder / "base", context=8192)
    tiny = folder / "tiny_training.py"
    tiny.write_text(TINY_TRAINING)
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\n[ "$2" = llamoco_bench.training ] && shift 2\nexec {sys.executable} {tiny} "$@"\n')
    python.chmod(0o755)
    return {"PATH": os.pathsep.join([str(python.parent), str(Path(sys.prefix) / "bin"), os.environ["PATH"]])}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    env = dict(SCRIPTS[name])
    if "LABELS" in env:
        env |= prepare(tmp_path)
    command = [sys.executable if name.endswith(".py") else "bash", str(EXAMPLES / name)]
    printed = execute(command, tmp_path, name, env=env)
    if name == "own_problem.py":
        assert "by hand: ok" in printed
