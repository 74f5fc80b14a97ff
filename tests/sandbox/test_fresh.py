"""Fresh interpreters, where no zygote can be: on this Linux, with what macOS has not taken away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from llamoco_bench.sandbox import Limits, RunResult, Sandbox
from llamoco_bench.sandbox.fresh import FreshInterpreters
from llamoco_bench.sandbox.layers import LAYERS
from tests.processes import wait_until
from tests.sandbox.conftest import SECRET
from tests.sandbox.corpus_reader import Hostile, read_corpus
from tests.sandbox.poor_system import POORER, make_interpreters_poor, note_groups, running_in, take_away
from tests.sandbox.scrutiny import LISTING, LONG, SHORT, assert_clean, assert_honest, open_descriptors
from tests.sandbox.toys import Disc, Sphere

ROOT = Path(__file__).parents[2]
HEAD = "def solve(objective, lower, upper, budget, seed):\n"
RETURN = f"{HEAD}    return lower\n"

# Of the corpus, what the layers that are left hold; all else needs Landlock or seccomp, and is not run without.
NOT_HELD = {"shortens its output"}
HELD_OF_FILES = {
    "deletes its own folder",
    "prints its environment",
    "imports the harness",
    "two gigabytes in small files",
    "two gigabytes in one file",
    "file without a name",
    "file with a hole",
    "ten thousand files",
    "four hundred folders deep",
    "ten thousand open files",
    "uses a temporary folder",
    "plants a module for the next run",
}
HELD_OF_PROCESSES = {
    "eight busy threads",
    "two thousand threads",
    "threads left running",
    "hooks that hang at exit",
    "signals a fault to itself",
}
# What seccomp refuses is allowed here, and comes to something else.
WITHOUT_SECCOMP = {
    "fork seven times": ("memory", "security"),  # whichever limit the group is seen to pass
    "kills its own group": ("crash",),
    "stops itself": ("timeout",),
    "kills itself for good": ("infra",),
    "pool of processes": ("ok",),
}
QUICK = {
    "random search",
    "four threads and a temporary folder",
    "missing colon",
    "missing module",
    "division by zero",
    "segmentation fault",
    "returns nothing",
    "ignores signals",
    "memory bit by bit",
    "prints from C",
    "claims that all is well",
    "closes everything",
}


def is_held(program: Hostile) -> bool:
    file, name = program.name.split(": ", 1)
    if file == "files":
        return name in HELD_OF_FILES
    if file == "processes":
        return name in HELD_OF_PROCESSES
    return file != "network" and name not in NOT_HELD


def short_name(program: Hostile) -> str:
    return program.name.split(": ", 1)[1]


HELD = [program for program in read_corpus() if is_held(program)]
CHANGED = {short_name(program): program for program in read_corpus() if short_name(program) in WITHOUT_SECCOMP}


@pytest.fixture(scope="module")
def poor_system() -> Iterator[list[int]]:
    """A system without what Linux has; gives the groups of the interpreters that were started."""
    with pytest.MonkeyPatch.context() as patch:
        take_away(patch, waitid=True)
        patch.setenv("OPENAI_API_KEY", SECRET)
        yield note_groups(patch)


@pytest.fixture(scope="module")
def weak(poor_system: list[int]) -> Iterator[Sandbox]:
    with Sandbox(allow_weak=True) as sandbox:
        yield sandbox


def check(program: Hostile, accepted: tuple[str, ...], sandbox: Sandbox, groups: list[int]) -> RunResult:
    problem, descriptors, start = Sphere(), open_descriptors(), time.monotonic()
    limits = SHORT if "timeout" in accepted else LONG
    result = sandbox.run(program.source, problem, seed=1, limits=limits)
    assert result.status in accepted, result.error
    # An interpreter is started first, and `ps` looks only now and then.
    assert time.monotonic() - start < limits.wall_s + 12.0
    assert sandbox.zygote_pids() == []
    assert wait_until(lambda: running_in(groups) == [], 5.0), running_in(groups)
    assert open_descriptors() <= descriptors
    assert_honest(result, problem)
    assert_clean(result)
    return result


@pytest.mark.parametrize("program", [p for p in HELD if short_name(p) in QUICK], ids=lambda program: program.name)
def test_program_comes_to_the_same_as_in_a_fork(program: Hostile, weak: Sandbox, poor_system: list[int]) -> None:
    check(program, program.accepted, weak, poor_system)


@pytest.mark.slow
@pytest.mark.parametrize("program", [p for p in HELD if short_name(p) not in QUICK], ids=lambda program: program.name)
def test_every_program_that_is_held_comes_to_the_same_as_in_a_fork(
    program: Hostile, weak: Sandbox, poor_system: list[int]
) -> None:
    check(program, program.accepted, weak, poor_system)
    assert weak.run(LISTING, Sphere()).output == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGED)
def test_what_seccomp_would_refuse_ends_in_a_status_too(name: str, weak: Sandbox, poor_system: list[int]) -> None:
    check(CHANGED[name], WITHOUT_SECCOMP[name], weak, poor_system)


def test_names_above_are_those_of_the_corpus() -> None:
    names = {short_name(program) for program in read_corpus()}
    assert names >= NOT_HELD | HELD_OF_FILES | HELD_OF_PROCESSES | set(WITHOUT_SECCOMP) | QUICK
    assert {short_name(program) for program in HELD} >= QUICK
    assert len(HELD) >= 125


def test_processes_left_in_the_group_are_killed(weak: Sandbox, poor_system: list[int]) -> None:
    source = (
        f"import os, time\n{HEAD}    for _ in range(3):\n        if os.fork() == 0:\n"
        "            time.sleep(600)\n    return lower\n"
    )
    assert weak.run(source, Sphere()).status == "ok"
    assert wait_until(lambda: running_in(poor_system) == [], 5.0)


def test_group_as_a_whole_is_held_to_the_memory(weak: Sandbox, poor_system: list[int]) -> None:
    source = (
        f"import os, time\n{HEAD}    for _ in range(3):\n        if os.fork() == 0:\n"
        "            hoard = b'x' * 60_000_000\n            time.sleep(600)\n    time.sleep(600)\n"
    )
    result = weak.run(source, Sphere(), limits=Limits(wall_s=20.0, memory_mb=128))
    assert result.status == "memory", result.error
    assert wait_until(lambda: running_in(poor_system) == [], 5.0)


def test_result_is_that_of_a_fork_with_constraints_too(weak: Sandbox) -> None:
    source = (
        "import numpy as np\ndef solve(objective, lower, upper, budget, seed, inequality, equality):\n"
        "    x = np.random.default_rng(seed).uniform(lower, upper, (100, len(lower)))\n    x[:, 1] = x[:, 0]\n"
        "    f, g = objective(x), inequality(x)[:, 0]\n    return x[np.argmin(np.where(g <= 0, f, np.inf))]\n"
    )
    fields = ("status", "best_f", "f0", "evaluations", "curve", "first_f", "feasible")
    mine = weak.run(source, Disc(), seed=5)
    command = [sys.executable, "-c", _FORKED.format(root=str(ROOT), source=source, fields=fields)]
    theirs = subprocess.run(command, capture_output=True, text=True, check=True)
    assert repr([getattr(mine, field) for field in fields]) == theirs.stdout.strip()


_FORKED = """
import sys
sys.path.insert(0, {root!r})
from llamoco_bench.sandbox import run_program
from tests.sandbox.toys import Disc
result = run_program({source!r}, Disc(), seed=5)
print([getattr(result, field) for field in {fields!r}])
"""


def test_start_of_the_interpreter_and_its_libraries_are_not_the_program_s(weak: Sandbox) -> None:
    result = weak.run(f"import scipy.optimize\n{RETURN}", Sphere(), limits=Limits(wall_s=5.0))
    assert result.status == "ok"
    assert 0.0 < result.cpu_s < 0.2  # loading SciPy alone takes more
    assert 20.0 < result.peak_rss_mb < 500.0


def test_layers_say_what_holds_and_what_does_not(weak: Sandbox) -> None:
    layers = weak.layers()
    assert list(layers) == list(LAYERS)
    assert all(layers[name] for name in ("own session", "resource limits", "clean environment"))
    assert not any(layers[name] for name in ("files: reading", "no processes", "no network", "no kernel interfaces"))
    assert not any(weak.extra_layers().values())


def test_python_without_waitid_hears_of_the_end_all_the_same() -> None:
    with pytest.MonkeyPatch.context() as patch:
        take_away(patch, waitid=False)
        groups = note_groups(patch)
        with Sandbox(allow_weak=True) as sandbox:
            assert sandbox.run(RETURN, Sphere()).status == "ok"
            crash = sandbox.run(f"import os\n{HEAD}    os.abort()\n", Sphere())
            assert crash.error is not None
            assert (crash.status, crash.error.message) == ("crash", "died by SIGABRT")
        assert running_in(groups) == []


def test_interpreter_gets_by_without_anything_of_linux() -> None:
    with pytest.MonkeyPatch.context() as patch:
        take_away(patch, waitid=False)
        make_interpreters_poor(patch)
        with Sandbox(allow_weak=True) as sandbox:
            result = sandbox.run(f"import sys\n{HEAD}    print(sys.platform)\n    return lower\n", Sphere())
            assert (result.status, result.output) == ("ok", "darwin\n"), result.error
            assert sandbox.layers()["resource limits"]


HARNESS_WITHOUT = """
sys.path.insert(0, {root!r})
from llamoco_bench.sandbox import Limits, Sandbox
from tests.sandbox.toys import Sphere
with Sandbox(allow_weak=True) as sandbox:
    results = [sandbox.run(program, Sphere(), limits=Limits(wall_s=1.0)) for program in {programs!r}]
    print([result.status for result in results], sandbox.layers()["own session"])
"""


def test_harness_gets_by_without_anything_of_linux_from_its_first_import() -> None:
    programs = [RETURN, f"{HEAD}    1 / 0\n", f"import time\n{HEAD}    time.sleep(600)\n"]
    known = "import sysconfig; sysconfig.get_config_vars()\n"  # lie in a file that the name of the system belongs to
    script = known + POORER + HARNESS_WITHOUT.format(root=str(ROOT), programs=programs)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "['ok', 'runtime', 'timeout'] True\n", done.stderr


def test_linux_whose_python_is_too_old_uses_the_layers_of_its_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    take_away(monkeypatch, waitid=True)
    monkeypatch.setattr("llamoco_bench.sandbox.support.sys", sys)
    with Sandbox(allow_weak=True) as sandbox:
        layers = sandbox.layers()
        assert [name for name, holds in layers.items() if not holds] == []
        assert sandbox.run(f"import socket\n{HEAD}    socket.socket()\n", Sphere()).status == "security"


def test_interpreter_that_does_not_start_is_infrastructure_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such thing >&2\nexit 3\n")
    broken.chmod(0o755)
    take_away(monkeypatch, waitid=True)
    monkeypatch.setattr("llamoco_bench.sandbox.interpreter.sys.executable", str(broken))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Sandbox(allow_weak=True) as sandbox:
        result = sandbox.run(RETURN, Sphere())
    assert result.status == "infra"
    assert result.error is not None
    assert "no such thing" in result.error.message
    assert list(tmp_path.iterdir()) == [broken]


def test_spoiled_folder_is_replaced(weak: Sandbox) -> None:
    gone = f"import os, shutil\n{HEAD}    shutil.rmtree(os.getcwd())\n    return lower\n"
    assert weak.run(gone, Sphere()).status == "ok"
    assert weak.run(LISTING, Sphere()).output == "[]\n"


HARNESS = """
import sys
sys.path.insert(0, {root!r})
import pytest
from llamoco_bench.sandbox import Limits, Sandbox
from tests.sandbox.poor_system import take_away
from tests.sandbox.toys import Sphere
patch = pytest.MonkeyPatch()
take_away(patch, waitid=True)
from llamoco_bench.sandbox import interpreter
start = interpreter.start
def telling(*arguments):
    process = start(*arguments)
    print(process.pid, flush=True)
    return process
interpreter.start = telling
Sandbox(allow_weak=True).run({program!r}, Sphere(), limits=Limits(wall_s=90))
"""


def test_program_ends_with_the_harness(tmp_path: Path) -> None:
    script = HARNESS.format(root=str(ROOT), program=f"import time\n{HEAD}    time.sleep(600)\n")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    ) as harness:
        assert harness.stdout is not None
        group = int(harness.stdout.readline())
        time.sleep(1.0)
        assert running_in([group])
        harness.kill()
    assert wait_until(lambda: running_in([group]) == [], 10.0)


def test_launcher_holds_nothing_between_runs(poor_system: list[int]) -> None:
    launcher = FreshInterpreters(())
    assert launcher.pid is None
    launcher.kill()
    launcher.close()
    assert not Path(launcher.folder).exists()
