"""The page on gates and its workflow do what they say: commands are run as they stand, the workflow step by step."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from llamoco_bench.errors import UsageError
from llamoco_bench.gates.expression import parse_gate
from llamoco_bench.scoring import MEASURES
from tests.commands.making import make_run

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "gates.md").read_text()
WORKFLOW: Mapping[str, Any] = yaml.safe_load((DOCS / "ci" / "workflow.yml").read_text())


def test_every_gate_of_the_page_can_be_read() -> None:
    table = PAGE.partition("| gate | holds while |")[2].partition("\n\n")[0]
    gates = [gate for line in table.splitlines()[2:] for gate in re.findall(r"`([^`]+)`", line.split("|")[1])]
    assert len(gates) == 8
    for gate in gates:
        parse_gate(gate)
    with pytest.raises(UsageError):
        parse_gate("MEASURE CONDITION")


def test_every_measure_is_listed() -> None:
    listed = PAGE.partition("Measures: ")[2].partition(".")[0]
    assert re.findall(r"`(\w+)`", listed) == list(MEASURES)


class Machine:
    """Runs the steps of the workflow's jobs; artefacts are folders, `uses` are copies."""

    def __init__(self, root: Path, env: Mapping[str, str]) -> None:
        self.root = root
        self.summary = root / "summary.md"
        self.env = {**os.environ, **WORKFLOW["env"], **env, "GITHUB_STEP_SUMMARY": str(self.summary)}

    def run(self, job: str, folder: str, shard: int = 0) -> list[str]:
        """Run the steps of a job in a folder; return the names of the steps that failed."""
        work = self.root / folder
        work.mkdir(parents=True)
        failed: list[str] = []
        for step in WORKFLOW["jobs"][job]["steps"]:
            if failed and step.get("if") != "always()":
                continue
            if "uses" in step:
                self._use(step, work, shard)
            elif not step["run"].startswith("pip install"):
                script = step["run"].replace("${{ matrix.shard }}", str(shard))
                assert "${{" not in script
                done = subprocess.run(
                    ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
                    cwd=work, env=self.env, capture_output=True, text=True, timeout=600, check=False,
                )  # fmt: skip
                print(done.stdout, done.stderr)
                failed += [step["name"]] * (done.returncode != 0)
        return failed

    def _use(self, step: Mapping[str, Any], work: Path, shard: int) -> None:
        action = step["uses"].partition("@")[0]
        given = step.get("with", {})
        if action == "actions/upload-artifact":
            name = given["name"].replace("${{ matrix.shard }}", str(shard))
            shutil.copytree(work / given["path"], self.root / "artefacts" / name)
        elif action == "actions/download-artifact":
            assert given["merge-multiple"]
            for artefact in sorted((self.root / "artefacts").glob(given["pattern"])):
                shutil.copytree(artefact, work / given["path"], dirs_exist_ok=True)
        else:
            assert action in ("actions/checkout", "actions/setup-python")


def make_parts(machine: Machine, performances: list[list[float]]) -> None:
    """Leave the artefacts of four shards, as jobs of the workflow would, without running anything."""
    for shard, row in enumerate(performances, start=1):
        folder = machine.root / "artefacts" / f"part-{shard}" / str(shard)
        make_run(folder, [row] * 3, start=3 * shard, shard=[shard, 4], stage="all")


def test_gate_job_of_the_workflow_runs_step_by_step(tmp_path: Path) -> None:
    """It passes without a baseline, fails against a better one, and where a shard is lost."""
    good, bad = (Machine(tmp_path / name, {}) for name in ("good", "bad"))
    make_parts(good, [[0.9, 0.8]] * 4)
    make_parts(bad, [[0.5, 0.4]] * 4)
    assert good.run("gate", "gate") == []
    assert "| m |" in good.summary.read_text()
    report = good.root / "artefacts" / "report"
    assert {path.name for path in report.iterdir()} == {"baseline.json", "report.html", "report.md", "runs.csv"}
    bad.env["BASELINE"] = str(report / "baseline.json")
    assert bad.run("gate", "gate") == ["Gates"]
    for lost in ("part-2", "report"):
        shutil.rmtree(bad.root / "artefacts" / lost)
    assert bad.run("gate", "again")[0] == "Put the shards together; a missing one fails here"


@pytest.mark.slow
def test_whole_workflow_runs_step_by_step(tmp_path: Path) -> None:
    shards = WORKFLOW["jobs"]["evaluate"]["strategy"]["matrix"]["shard"]
    small = {"SUITE": "smoke", "RUNS": "1", "PYTEST_XDIST_AUTO_NUM_WORKERS": "1", "MODEL": "candidate=pool:dtpso"}
    machine = Machine(tmp_path, small)
    for shard in shards:
        assert machine.run("evaluate", f"evaluate-{shard}", shard) == []
    assert machine.run("gate", "gate") == []
    assert "| candidate |" in machine.summary.read_text()
