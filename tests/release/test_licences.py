"""Data and code of others come with their licences, and the pages about the project can be read by machines."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.release.building import ROOT

# What others made, with the file that has its licence; NOTICE names that file.
VENDORED = {
    "problems/realistic/data/docking.npz": "problems/realistic/data/NOTICE.txt",
    "problems/realistic/data/rugged.npz": "problems/realistic/data/NOTICE.txt",
    "problems/realistic/data/hpo.npz": "problems/realistic/data/NOTICE.txt",
    "problems/realistic/data/breast_cancer.npz": "problems/realistic/data/NOTICE.txt",
    "reports/html/vendor/uPlot.iife.min.js": "reports/html/vendor/uPlot-LICENSE.txt",
    "reports/html/vendor/uPlot.min.css": "reports/html/vendor/uPlot-LICENSE.txt",
    "tests/data/axe/axe.min.js": "tests/data/axe/LICENSE.txt",
}
# Binary files that were computed by the project from its own definitions, or from what stands above.
OURS = {
    "baselines/models/nano/checkpoint/model.safetensors",
    "tests/problems/realistic/hpo_check.npz",
    "training/data/comparison/labels.parquet",
    "training/data/comparison/runs.parquet",
    "training/data/labels/labels.parquet",
    "training/data/labels/runs.parquet",
}
PLACES = re.compile(r"(^|/)(vendor|axe)/|\.(npz|npy|parquet|safetensors|bin|min\.js|min\.css)$")


def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("what is tracked is known to git only")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return listed.stdout.splitlines()


def test_all_that_others_made_is_known_with_its_licence() -> None:
    found = {name for name in tracked() if PLACES.search(name)}
    assert found - OURS == set(VENDORED) | set(VENDORED.values()) - {"problems/realistic/data/NOTICE.txt"}


@pytest.mark.parametrize("name", VENDORED)
def test_licence_stands_beside_it_and_is_named_in_the_notice(name: str) -> None:
    licence = ROOT / VENDORED[name]
    text = licence.read_text(encoding="utf-8")
    assert re.search(r"Permission is hereby granted|Redistribution and use|Mozilla Public License|CC BY 4\.0", text)
    if licence.name == "NOTICE.txt":
        assert f"\n{Path(name).name}\n" in text
    assert VENDORED[name] in (ROOT / "NOTICE").read_text(encoding="utf-8")


def test_scripts_of_others_say_at_their_head_what_they_are() -> None:
    for name in (name for name in VENDORED if name.endswith(".js")):
        head = (ROOT / name).read_text(encoding="utf-8")[:200]
        assert re.match(r"/\*! .*\bv?\d+\.\d+\.\d+", head), name
        [version] = re.findall(r"v(\d+\.\d+\.\d+)", head)[:1]
        assert version in (ROOT / "NOTICE").read_text(encoding="utf-8"), f"NOTICE has another version of {name}"


def test_citation_has_what_is_needed_to_cite() -> None:
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert said["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "license"} <= set(said)
    [paper] = said["references"]
    assert paper["identifiers"][0]["value"] == "arXiv:2403.01131"
    assert all(author["family-names"] for author in paper["authors"])


def test_every_fragment_comes_into_the_changes() -> None:
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9", "--date", "2030-01-01"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "## 9.9.9 (2030-01-01)" in done.stdout
    told = " ".join(done.stdout.split())
    fragments = [path for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"]
    assert fragments
    for path in fragments:
        text = " ".join(path.read_text(encoding="utf-8").split())
        assert text in told, f"{path.name} is lost; its kind must be one of [tool.towncrier]"
