"""What the wheel brings works where nothing else is: no compiler, no git, other versions of what it stands on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.release.building import Environment

pytestmark = pytest.mark.slow

SMOKE = ("--llamoco-model=pool:slsqp", "--llamoco-suite=smoke", "--llamoco-runs=1")


def scores_of_smoke(environment: Environment, *arguments: str) -> list[tuple[str, float]]:
    """Run the smoke suite; give models with their error rates."""
    done = environment.run("pytest", "-p", "no:cacheprovider", *SMOKE, *arguments, "--llamoco-run-dir=run")
    assert "4 ok" in done.stdout, done.stdout
    summary = json.loads((environment.work / "run" / "summary.json").read_text())
    for path in sorted((environment.work / "run").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (environment.work / "run").rmdir()
    return [(row["model"], row["err"]["value"]) for row in summary]


@pytest.mark.parametrize("way", [("-p", "no:xdist"), ("-n", "2")], ids=["xdist blocked", "xdist"])
def test_smoke_suite_runs(installed: Environment, way: tuple[str, ...]) -> None:
    assert scores_of_smoke(installed, *way) == [("pool:slsqp", 0.0)]


def test_command_and_report_work(installed: Environment) -> None:
    installed.run("pytest", "-p", "no:cacheprovider", *SMOKE, "--llamoco-problems=RC17", "--llamoco-run-dir=kept")
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
        "markupsafe==2.1.0",
    ),
    "newest": ("numpy", "scipy", "pytest", "packaging", "jinja2", "markupsafe", "--upgrade"),
}


@pytest.mark.parametrize("versions", RANGES)
def test_smoke_suite_runs_without_xdist_on_the_ends_of_the_ranges(wheel: Path, tmp_path: Path, versions: str) -> None:
    environment = Environment(tmp_path / "env")
    environment.install(wheel, *RANGES[versions], "--only-binary=:all:")
    [xdist] = environment.folder.glob("lib/python*/site-packages/xdist")
    for path in (xdist, *xdist.parent.glob("pytest_xdist-*")):
        path.rename(environment.work / path.name)
    assert scores_of_smoke(environment) == [("pool:slsqp", 0.0)]
    refused = environment.run("pytest", *SMOKE, "-n", "2", ok=False)
    assert "unrecognized arguments: -n" in refused.stderr
