from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox import calibrated_limits, calibration, preflight
from tests.sandbox.confined import ROOT
from tests.sandbox.toys import Sphere


@pytest.fixture
def forget() -> Iterator[None]:
    """Measure anew, and do not keep what was measured."""
    calibration._call_s.cache_clear()
    yield
    calibration._call_s.cache_clear()


def test_preflight_measures_a_call() -> None:
    assert 1e-6 < preflight() < 1e-2


def test_small_budgets_get_the_least_limit() -> None:
    assert calibrated_limits(Sphere(budget=10)).wall_s == 10.0


def test_large_budgets_get_ten_times_what_a_plain_program_needs() -> None:
    budget = 10**8
    wanted = 10 * budget * preflight()
    assert wanted <= calibrated_limits(Sphere(budget=budget)).wall_s <= 1.1 * wanted


def test_programs_that_use_jax_get_time_to_load_it() -> None:
    usual, with_jax = (calibrated_limits(Sphere(), program).wall_s for program in ("", "import jax"))
    assert (with_jax > usual) == (find_spec("jax") is not None)


@pytest.mark.usefixtures("forget")
def test_known_good_program_that_fails_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "TRIAL_PROGRAM", "raise ValueError('oh')")
    with pytest.raises(SandboxError, match=r"known-good program ended in runtime \(oh\)"):
        preflight()


@pytest.mark.usefixtures("forget")
def test_known_good_program_that_is_cut_short_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "TRIAL_PROGRAM", "def solve(f, lower, *_):\n    return lower")
    with pytest.raises(SandboxError, match="granted 1 of 3000 evaluations"):
        preflight()


def test_limits_hold_the_memory_that_was_asked_for() -> None:
    assert calibrated_limits(Sphere(), memory_mb=512).memory_mb == 512


def test_account_that_cannot_give_a_program_its_memory_is_told_before_any_program_is_judged() -> None:
    script = (
        "import resource, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))\n"
        "from llamoco_bench.sandbox import preflight\n"
        "print(preflight(1024) > 0)\n"
        "preflight(4096)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "True\n"
    assert "cannot give a program 4096 MiB. Lower --llamoco-memory" in done.stderr
