"""The virtual suite works with older versions of pytest and pytest-xdist; all other tests run with the newest ones."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from tests.release.building import ROOT, Environment

VERSIONS = [("8.0.2", "3.6.1"), ("8.4.2", "3.7.0"), ("9.1.1", "3.8.0")]

# What hangs on pytest's inner workings: ids, their selection, --lf, conftests, what xdist tells of workers.
SENSITIVE = [
    "test_items_run_without_any_test_file_and_are_known_to_junit_and_hooks",
    "test_some_items_can_be_selected",
    "test_last_failed_reruns_only_what_failed",
    "test_an_infrastructure_fault_fails_and_is_tried_again[plain]",
    "test_worker_that_dies_loses_nothing_that_it_had_finished",
    "test_own_tests_and_the_suite_run_together_when_both_are_named",
    "test_package_installed_below_the_root_is_found",
]


@pytest.mark.slow
@pytest.mark.parametrize(("version", "xdist"), VERSIONS)
def test_suite_behaves_the_same_with_pytest(version: str, xdist: str, tmp_path: Path) -> None:
    """Run them in an environment that differs from this one in pytest alone."""
    environment = Environment(tmp_path / "env")
    environment.install(f"pytest=={version}", f"pytest-xdist=={xdist}")
    [site] = environment.folder.glob("lib/python*/site-packages")
    (site / "zz_ours.pth").write_text(f"import site; site.addsitedir({sysconfig.get_paths()['purelib']!r})\n")
    # Not the root itself on the path: what lies beside the tests there are facts about the installed plugin.
    (site / "tests").symlink_to(ROOT / "tests")
    suite = ROOT / "tests" / "plugin" / "test_suite.py"
    chosen = [f"{suite}::{name}" for name in SENSITIVE]
    environment.run("pytest", "-q", "-p", "no:cacheprovider", *chosen, cwd=ROOT)
    shown = environment.run("python", "-m", "pytest", "--version")
    assert version in shown.stdout + shown.stderr
