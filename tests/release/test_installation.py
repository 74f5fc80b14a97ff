"""What the wheel brings works where nothing else is: no compiler, no git, other versions of what it stands on."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from tests.release.building import Environment, interpreter

pytestmark = pytest.mark.slow

SMOKE = ("--llamoco-model=pool:dtpso", "--llamoco-suite=smoke", "--llamoco-runs=1")
ONE = "--llamoco-problems=RC17"


def errors_of_smoke(environment: Environment, *arguments: str) -> list[tuple[str, int, float]]:
    """Run the smoke suite in a folder of its own; give models with their number of runs and their error rates."""
    folder = tempfile.mkdtemp(dir=environment.work)
    environment.run("pytest", "-p", "no:cacheprovider", *SMOKE, *arguments, f"--llamoco-run-dir={folder}/run")
    summary = json.loads(Path(folder, "run", "summary.json").read_text())
    return [(row["model"], row["n_runs"], row["err"]["value"]) for row in summary]


def test_smoke_suite_runs_with_workers(installed: Environment) -> None:
    assert errors_of_smoke(installed, "-n", "2") == [("pool:dtpso", 4, 0.0)]


def test_problem_is_scored_where_xdist_is_blocked(installed: Environment) -> None:
    assert errors_of_smoke(installed, "-p", "no:xdist", ONE) == [("pool:dtpso", 1, 0.0)]


def test_command_and_report_work(installed: Environment) -> None:
    installed.run("pytest", "-p", "no:cacheprovider", *SMOKE, ONE, "--llamoco-run-dir=kept")
    installed.run("llamoco", "report", "kept", "--format", "html", "-o", "kept.html")
    assert (installed.work / "kept.html").stat().st_size > 50_000
    said = installed.run("llamoco", "doctor", ok=False)
    assert "synthetic problems" in said.stdout


RANGES = {
    "lowest": (
        "numpy==2.0.1",
        "scipy==1.14.0",
        "pytest==8.0.2",
        "packaging==23.0",
        "jinja2==3.1.0",
        "markupsafe==2.1.2",
    ),
    "newest": ("numpy", "scipy", "pytest", "packaging", "jinja2", "markupsafe", "--upgrade"),
}


@pytest.mark.parametrize("versions", RANGES)
def test_problem_is_scored_without_xdist_on_the_ends_of_the_ranges(wheel: Path, tmp_path: Path, versions: str) -> None:
    environment = Environment(tmp_path / "env")
    environment.install(wheel, *RANGES[versions], "--only-binary=:all:")
    [xdist] = environment.folder.glob("lib/python*/site-packages/xdist")
    for path in (xdist, *xdist.parent.glob("pytest_xdist-*")):
        path.rename(environment.work / path.name)
    assert errors_of_smoke(environment, ONE) == [("pool:dtpso", 1, 0.0)]
    refused = environment.run("pytest", *SMOKE, "-n", "2", ok=False)
    assert "unrecognized arguments: -n" in refused.stderr


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_wheel_works_with_newer_pythons(wheel: Path, tmp_path: Path, version: str) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no python{version} here")
    environment = Environment(tmp_path / "env", python)
    environment.install(wheel, "--only-binary=:all:")
    code = "from llamoco_bench.problems._native import native_available; print(native_available())"
    assert environment.run("python", "-c", code).stdout == f"{'abi3' in wheel.name}\n"
    assert errors_of_smoke(environment, ONE) == [("pool:dtpso", 1, 0.0)]
