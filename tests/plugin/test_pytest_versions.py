"""The virtual suite works with the oldest and the newest pytest that are supported."""

from __future__ import annotations

import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
VERSIONS = [("8.0.2", "3.6.1"), ("8.4.2", "3.7.0"), ("9.0.2", "3.8.0"), ("9.1.1", "3.8.0")]
SENSITIVE = (
    "(selected or last_failed or junit or conftest or infrastructure or dies or below_the_root or without_any)"
    " and (plain or worksteal or below_the_root)"
)


@pytest.mark.slow
@pytest.mark.parametrize(("version", "xdist"), VERSIONS)
def test_suite_behaves_the_same_with_pytest(version: str, xdist: str, tmp_path: Path) -> None:
    """Run the tests that hang on pytest's inner workings in an environment that differs in pytest alone."""
    environment = tmp_path / "env"
    venv.create(environment, with_pip=True)
    python = str(environment / "bin" / "python")
    install = [python, "-m", "pip", "install", "-q", f"pytest=={version}", f"pytest-xdist=={xdist}"]
    subprocess.run(install, check=True, timeout=300, capture_output=True)
    [site] = environment.glob("lib/python*/site-packages")
    ours = sysconfig.get_paths()["purelib"]
    (site / "zz_ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    tests = ROOT / "tests" / "plugin" / "test_suite.py"
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", SENSITIVE, str(tests)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    shown = subprocess.run([python, "-m", "pytest", "--version"], capture_output=True, text=True, check=True)
    assert version in shown.stdout + shown.stderr
