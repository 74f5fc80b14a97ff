"""The distributions of the tree as it is, built once for all tests that look at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.release.building import ROOT, Environment, build, copy_repository


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_repository(tmp_path_factory.mktemp("repository"))


@pytest.fixture(scope="session")
def sdist(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    [path] = build(repository, tmp_path_factory.mktemp("sdist"), "--sdist")
    return path


@pytest.fixture(scope="session")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    [path] = build(repository, tmp_path_factory.mktemp("wheel"), "--wheel")
    return path


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel and what it depends on, nothing else."""
    environment = Environment(tmp_path_factory.mktemp("installed") / "env")
    environment.install(wheel, "-c", ROOT / "constraints.txt")
    return environment
