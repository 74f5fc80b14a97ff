"""Processes, folders and descriptors: what starts, what dies with whom, what is left."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox import Limits, Sandbox
from llamoco_bench.sandbox.sandbox import PRELOADS, kind_of_zygote
from tests.processes import runs, wait_until
from tests.sandbox.processes import children, children_in
from tests.sandbox.toys import Sphere

RETURN = "def solve(objective, lower, upper, budget, seed):\n    return lower\n"
SLEEP = "import time\ndef solve(objective, lower, upper, budget, seed):\n    time.sleep({})\n    return lower\n"
ROOT = str(Path(__file__).parents[2])

HARNESS = """
import os, sys, threading, time
sys.path.insert(0, {root!r})
from llamoco_bench.sandbox import default_sandbox, run_program, Limits
from tests.sandbox.toys import Sphere
RETURN = {program!r}
assert run_program(RETURN, Sphere()).status == "ok"
print(*default_sandbox().zygote_pids(), flush=True)
"""


def start_harness(tmp_path: Path, rest: str) -> subprocess.Popen[str]:
    script = HARNESS.format(root=ROOT, program=RETURN) + rest
    return subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "terminated"])
def test_everything_dies_with_the_harness(tmp_path: Path, end: signal.Signals) -> None:
    harness = start_harness(tmp_path, f"run_program({SLEEP.format(60)!r}, Sphere(), limits=Limits(wall_s=90))")
    with harness:
        assert harness.stdout is not None
        zygote = int(harness.stdout.readline())
        assert wait_until(lambda: bool(children(zygote)))
        program = children(zygote)[0]
        harness.send_signal(end)
    assert wait_until(lambda: not runs(zygote) and not runs(program))
    assert wait_until(lambda: list(tmp_path.iterdir()) == [])


def test_everything_ends_when_the_harness_ends_by_itself(tmp_path: Path) -> None:
    with start_harness(tmp_path, "") as harness:
        output, _ = harness.communicate(timeout=60)
    assert harness.returncode == 0
    assert not runs(int(output))
    assert list(tmp_path.iterdir()) == []


def test_fork_of_the_harness_has_a_sandbox_of_its_own_and_leaves_the_other_alone(tmp_path: Path) -> None:
    rest = """
pid = os.fork()
status = run_program(RETURN, Sphere()).status
if pid == 0:
    sys.exit(0 if status == "ok" else 1)
assert os.waitpid(pid, 0)[1] == 0
assert run_program(RETURN, Sphere()).status == "ok"
print(*default_sandbox().zygote_pids())
"""
    with start_harness(tmp_path, rest) as harness:
        output, _ = harness.communicate(timeout=60)
    assert harness.returncode == 0
    before, after = output.split()
    assert before == after
    assert list(tmp_path.iterdir()) == []


def test_lost_zygote_is_replaced_and_the_program_run_again() -> None:
    with Sandbox() as sandbox:
        sandbox.run(RETURN, Sphere())
        (lost,) = sandbox.zygote_pids()

        def kill_while_it_runs() -> None:
            assert wait_until(lambda: bool(children(lost)))
            os.kill(lost, signal.SIGKILL)

        killer = threading.Thread(target=kill_while_it_runs)
        killer.start()
        result = sandbox.run(SLEEP.format(2), Sphere())
        killer.join()
        assert result.status == "ok"
        assert result.evaluations == 1
        assert sandbox.zygote_pids() != [lost]


def test_zygote_that_is_lost_again_and_again_is_no_fault_of_the_program() -> None:
    with Sandbox() as sandbox:
        sandbox.run(RETURN, Sphere())
        ended = threading.Event()

        def kill_all() -> None:
            while not ended.wait(0.05):
                for pid in sandbox.zygote_pids():
                    os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=kill_all)
        killer.start()
        result = sandbox.run(SLEEP.format(30), Sphere(), limits=Limits(wall_s=60))
        ended.set()
        killer.join()
        assert result.status == "infra"
        assert result.error is not None
        assert result.error.type == "SandboxLost"
        assert sandbox.run(RETURN, Sphere()).status == "ok"


def test_stopped_program_is_killed_at_its_limit_all_the_same(sandbox: Sandbox) -> None:
    def stop() -> None:
        assert wait_until(lambda: bool(children_in(sandbox)))
        time.sleep(0.3)
        os.kill(children_in(sandbox)[0], signal.SIGSTOP)

    sandbox.run(RETURN, Sphere())
    stopper = threading.Thread(target=stop)
    stopper.start()
    result = sandbox.run(SLEEP.format(30), Sphere(), limits=Limits(wall_s=1.0))
    stopper.join()
    assert result.status == "timeout"


def test_program_killed_from_outside_is_our_fault_however_large_it_is_within_its_limit(sandbox: Sandbox) -> None:
    hoard = "hoard = b'x' * 400_000_000\n"

    def kill() -> None:
        assert wait_until(lambda: bool(children_in(sandbox)))
        time.sleep(0.7)
        os.kill(children_in(sandbox)[0], signal.SIGKILL)

    sandbox.run(RETURN, Sphere())
    killer = threading.Thread(target=kill)
    killer.start()
    result = sandbox.run(hoard + SLEEP.format(30), Sphere(), limits=Limits(wall_s=60, memory_mb=600))
    killer.join()
    assert result.status == "infra"
    assert result.error is not None
    assert "is this machine out of memory?" in result.error.message


def test_runs_from_several_threads_take_turns(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(4) as executor:
        results = list(executor.map(lambda seed: sandbox.run(RETURN, Sphere(), seed=seed), range(12)))
    assert [result.status for result in results] == ["ok"] * 12


def test_interrupt_of_the_harness_ends_the_program_and_is_passed_on(tmp_path: Path) -> None:
    rest = f"""
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background begins with none
try:
    run_program({SLEEP.format(60)!r}, Sphere(), limits=Limits(wall_s=90))
except KeyboardInterrupt:
    print("interrupted", run_program(RETURN, Sphere()).status)
"""
    with start_harness(tmp_path, rest) as harness:
        assert harness.stdout is not None
        zygote = int(harness.stdout.readline())
        assert wait_until(lambda: bool(children(zygote)))
        program = children(zygote)[0]
        harness.send_signal(signal.SIGINT)
        assert harness.stdout.readline() == "interrupted ok\n"
        assert not runs(program)
    assert list(tmp_path.iterdir()) == []


def test_workers_of_xdist_have_zygotes_of_their_own_and_take_them_along(tmp_path: Path) -> None:
    test = f"""
import os, sys
sys.path.insert(0, {ROOT!r})
import pytest
from llamoco_bench.sandbox import default_sandbox, run_program
from tests.sandbox.toys import Sphere
@pytest.mark.parametrize("i", range(4))
def test_run(i):
    assert run_program({RETURN!r}, Sphere(), seed=i).status == "ok"
    with open({str(tmp_path)!r} + "/pids", "a") as file:
        print(*default_sandbox().zygote_pids(), file=file)
"""
    (tmp_path / "test_it.py").write_text(test)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout
    pids = {int(pid) for pid in (tmp_path / "pids").read_text().split()}
    assert len(pids) == 2
    assert not any(runs(pid) for pid in pids)
    assert list(scratch.glob("llamoco-sandbox-*")) == []


def test_sandbox_that_was_closed_starts_again_when_it_is_used() -> None:
    with Sandbox() as sandbox:
        assert sandbox.run(RETURN, Sphere()).status == "ok"
        (first,) = sandbox.zygote_pids()
        (folder,) = sandbox.folders()
        sandbox.close()
        assert not runs(first)
        assert not Path(folder).exists()
        assert sandbox.run(RETURN, Sphere()).status == "ok"


def test_nothing_is_started_before_the_first_run() -> None:
    with Sandbox() as sandbox:
        assert sandbox.zygote_pids() == []


def test_forgotten_sandbox_ends_its_zygotes() -> None:
    sandbox = Sandbox()
    sandbox.run(RETURN, Sphere())
    (pid,) = sandbox.zygote_pids()
    del sandbox
    assert not runs(pid)


@pytest.mark.parametrize(
    ("imports", "kind"),
    [
        ("import numpy as np", "numpy"),
        ("from scipy.optimize import minimize", "light"),
        ("from deap import tools", "medium"),
        ("from scipy.stats import qmc", "medium"),
        ("from scipy.optimize import shgo", "medium"),
        ("import skopt", "full"),
        ("import numpy as np, cma", "full"),
        ("from pypop7.optimizers.es.cmaes import CMAES", "full"),
        ("import jax.numpy as jnp", "bare"),
        ("from evosax import CMA_ES", "bare"),
        ("import cma\nimport evosax", "bare"),
        ("x = 'cmaes jaxon'", "numpy"),
    ],
)
def test_zygote_is_chosen_by_the_libraries_that_a_program_names(imports: str, kind: str) -> None:
    assert kind_of_zygote(imports + "\n" + RETURN) == kind


def test_libraries_are_loaded_in_advance_where_they_are_installed() -> None:
    program = "import sys\nprint(*sys.modules)\n" + RETURN
    preloads = {**PRELOADS, "numpy": ("numpy", "surely_not_installed", "scipy.optimize")}
    with Sandbox(preloads=preloads) as sandbox:
        result = sandbox.run(program, Sphere(), limits=Limits(output_kb=512))
    assert result.status == "ok"
    assert "scipy.optimize" in result.output
    assert "llamoco_bench.sandbox" not in result.output
    assert "child" not in result.output.split()


@pytest.mark.slow
@pytest.mark.parametrize("library", ["skopt", "cma", "pypop7.optimizers.es.cmaes", "deap.algorithms"])
def test_optimizer_libraries_work_inside(sandbox: Sandbox, library: str) -> None:
    pytest.importorskip(library.partition(".")[0])
    result = sandbox.run(f"import {library}\n{RETURN}", Sphere(), limits=Limits(wall_s=60, memory_mb=1024))
    assert result.status == "ok", result.error


def test_run_for_which_there_are_too_few_descriptors_is_our_failure_and_the_next_one_is_none() -> None:
    with Sandbox() as sandbox:
        assert sandbox.run_unchecked(RETURN, Sphere()).status == "ok"
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 4, hard))
        try:
            with pytest.raises(SandboxError, match="Too many open files"):
                sandbox.run_unchecked(RETURN, Sphere())
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert sandbox.run_unchecked(RETURN, Sphere()).status == "ok"
