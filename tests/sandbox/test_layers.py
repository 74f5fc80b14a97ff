"""The layers: that they hold here, that a missing one is noticed, and how they decide."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from llamoco_bench.sandbox import Sandbox
from llamoco_bench.sandbox.child import landlock, seccomp, syscalls
from llamoco_bench.sandbox.layers import LAYERS
from tests.sandbox.confined import ROOT, refusing
from tests.sandbox.toys import Sphere

ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026

# Runs the harness; for a kernel that seems to lack some system calls.
OLD_KERNEL = """
import sys
sys.path.insert(0, {root!r})
from llamoco_bench.sandbox import Sandbox, default_sandbox, run_program
from llamoco_bench.errors import SandboxError
from tests.sandbox.toys import Sphere

RETURN = "def solve(objective, lower, upper, budget, seed):\\n    return lower\\n"
try:
    run_program(RETURN, Sphere())
except SandboxError as error:
    print("refused:", error)
print("weak:", run_program(RETURN, Sphere(), allow_weak=True).status)
layers = default_sandbox(allow_weak=True).layers()
print("missing:", *[name.replace(" ", "-") for name, holds in layers.items() if not holds])
DAEMON = '''
import os, time
def solve(objective, lower, upper, budget, seed):
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(100)
            os._exit(0)
    return lower
'''
with Sandbox(allow_weak=True) as sandbox:
    print("daemon:", sandbox.run(DAEMON, Sphere()).status)
    (zygote,) = sandbox.zygote_pids()
    print("left:", open(f"/proc/{{zygote}}/task/{{zygote}}/children").read().split())
"""


def on_old_kernel(*numbers: int) -> str:
    command = refusing(list(numbers), errno.ENOSYS, [sys.executable, "-c", OLD_KERNEL.format(root=str(ROOT))])
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_layers_hold_here(sandbox: Sandbox) -> None:
    layers = sandbox.layers()
    assert tuple(layers) == LAYERS
    assert all(layers.values()), layers


def test_kernel_without_landlock_is_refused_unless_that_is_accepted() -> None:
    output = on_old_kernel(444)
    assert "refused: The sandbox is not complete here (landlock: " in output
    assert "weak: ok" in output
    missing = re.search("missing: (.*)", output)
    assert missing is not None
    assert (
        {"files:-reading", "files:-writing"}
        <= set(missing[1].split())
        <= {
            "files:-reading",
            "files:-writing",
            "harness-not-importable",
            "no-network",
        }
    )
    assert "daemon: security" in output


def test_kernel_without_seccomp_is_refused_unless_that_is_accepted_and_nothing_is_left_behind() -> None:
    output = on_old_kernel(seccomp.this_machine().install)
    assert "refused: The sandbox is not complete here (seccomp: " in output
    assert "weak: ok" in output
    missing = re.search("missing: (.*)", output)
    assert missing is not None
    assert {"no-processes", "files:-owners-and-modes", "no-kernel-interfaces"} <= set(missing[1].split())
    assert "daemon: ok" in output
    assert "left: []" in output


def decide(machine: seccomp.Machine, number: int, *arguments: int, pid: int = 4711, audit: int | None = None) -> int:
    """Run the filter by the rules of the kernel's filter language."""
    data = {0: number, 4: machine.audit if audit is None else audit}
    for i, argument in enumerate(arguments):
        data[16 + 8 * i] = argument & 0xFFFFFFFF
        data[20 + 8 * i] = argument >> 32 & 0xFFFFFFFF
    lines = seccomp.program(pid, machine)
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, value = lines[at]
        at += 1
        if code == 0x20:
            accumulator = data.get(value, 0)
        elif code == 0x06:
            return value
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[code]
            at += if_true if holds else if_false


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest) -> seccomp.Machine:
    return seccomp.MACHINES[request.param]


def number_of(name: str, machine: seccomp.Machine) -> int:
    tables = (*syscalls.ALLOWED, syscalls.CHECKED, syscalls.KILLING)
    (numbers,) = [table[name] for table in tables if name in table]
    number = numbers[machine.column]
    assert number is not None
    return number


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("read", (0,), ALLOW),
        ("futex", (), ALLOW),
        ("exit_group", (), ALLOW),
        *(("openat", (-100, 0, flags), ALLOW) for flags in (0, 1, 2, 0o1001, 0o1002, 0o1101, 0o3102)),
        ("openat", (-100, 0, 0o1000), EPERM),  # empties what it only reads
        ("openat", (-100, 0, 0o1003), EPERM),
        ("clone", (0x3D0F00,), ALLOW),
        ("clone", (17,), EPERM),
        ("clone", (0x10000000 | 17,), EPERM),
        ("clone", (0x10000000 | 0x10000,), EPERM),
        ("clone3", (), ENOSYS),
        ("kill", (4711, 15), ALLOW),
        ("kill", (4711, 9), EPERM),
        ("kill", (4711, 19), EPERM),
        ("kill", (4712, 15), EPERM),
        ("kill", (0, 15), EPERM),
        ("kill", (-1, 15), EPERM),
        ("tgkill", (4711, 4712, 6), ALLOW),
        ("tgkill", (4712, 4712, 6), EPERM),
        ("prctl", (15,), ALLOW),
        ("prctl", (1,), EPERM),
        ("prctl", (4,), EPERM),
        ("prctl", (22,), EPERM),
        ("ioctl", (1, 0x5401), ALLOW),
        ("ioctl", (1, 0x5412), EPERM),
        ("fcntl", (3, 1), ALLOW),
        ("fcntl", (3, 8), EPERM),
        ("fcntl", (3, 10), EPERM),
        ("fcntl", (3, 15), EPERM),
        ("fcntl", (3, 1033), EPERM),
        ("sched_setaffinity", (0,), ALLOW),
        ("sched_setaffinity", (1,), EPERM),
        ("prlimit64", (0,), ALLOW),
        ("prlimit64", (4711,), ALLOW),
        ("prlimit64", (1,), EPERM),
        ("prlimit64", (0, 0, 0, 0x7FFE0000), ALLOW),  # the processor time is read,
        ("prlimit64", (0, 0, 0x7FFE0000), EPERM),  # and set,
        ("prlimit64", (4711, 0, 0x7F0000000000), EPERM),  # also by a pointer whose low half is zero
        ("prlimit64", (0, 7, 0x7FFE0000), ALLOW),
        ("setrlimit", (0, 0x7FFE0000), EPERM),
        ("setrlimit", (7, 0x7FFE0000), ALLOW),
        ("ptrace", (), KILL),
        ("process_vm_writev", (), KILL),
        ("unshare", (), KILL),
        ("io_uring_setup", (), KILL),
    ],
)
def test_filter_decides_by_call_and_argument(
    machine: seccomp.Machine, name: str, arguments: tuple[int, ...], answer: int
) -> None:
    assert decide(machine, number_of(name, machine), *arguments) == answer


@pytest.mark.parametrize(
    ("numbers", "answer"),
    [
        ((41, 198), EPERM),  # socket
        ((59, 221), EPERM),  # execve
        ((90, 52), EPERM),  # chmod, fchmod
        ((319, 279), EPERM),  # memfd_create
        ((29, 194), EPERM),  # shmget
        ((424, 424), ENOSYS),  # pidfd_send_signal
        ((9999, 9999), ENOSYS),
    ],
)
def test_call_that_is_not_listed_fails(machine: seccomp.Machine, numbers: tuple[int, int], answer: int) -> None:
    assert decide(machine, numbers[machine.column]) == answer


def test_calls_by_the_doors_of_other_architectures_end_the_program(machine: seccomp.Machine) -> None:
    assert decide(machine, 0, audit=0x40000003) == KILL
    assert decide(machine, 0x40000000 | 1) == KILL


def test_filter_fits_the_kernel_s_language(machine: seccomp.Machine) -> None:
    lines = seccomp.program(1, machine)
    assert len(lines) < 4096
    assert all(0 <= value < 256 for line in lines for value in (line.if_true, line.if_false))
    assert all(
        i + 1 + max(line.if_true, line.if_false) < len(lines) for i, line in enumerate(lines) if line.code != 0x06
    )


@pytest.mark.parametrize(
    ("column", "header", "pattern"),
    [
        (0, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", r"#define __NR_(\w+)\s+(\d+)"),
        (1, "/usr/include/asm-generic/unistd.h", r"#define __NR(?:3264)?_(\w+)\s+(\d+)"),
    ],
    ids=["x86_64", "aarch64"],
)
def test_numbers_are_those_of_the_system_s_headers(column: int, header: str, pattern: str) -> None:
    if not Path(header).exists():
        pytest.skip("the headers of Linux are not installed")
    known = {name: int(number) for name, number in re.findall(pattern, Path(header).read_text())}
    known.setdefault("newfstatat", known.get("fstatat", -1))
    for table in (*syscalls.ALLOWED, syscalls.CHECKED, syscalls.KILLING):
        for name, numbers in table.items():
            if numbers[column] is not None and name in known:
                assert numbers[column] == known[name], name


def test_no_call_is_listed_twice() -> None:
    names = [name for table in (*syscalls.ALLOWED, syscalls.CHECKED, syscalls.KILLING) for name in table]
    assert len(set(names)) == len(names)


def test_folder_without_secrets_is_readable_as_a_whole(tmp_path: Path) -> None:
    root = str(tmp_path)
    ((path, rights),) = landlock.around(root, frozenset(["/elsewhere"]))
    assert (path, bool(rights & 4)) == (root, True)


def test_rules_go_around_what_is_hidden(tmp_path: Path) -> None:
    for name in ("site/numpy/core", "site/ours/data", "lib"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "site" / "module.py").touch()
    (tmp_path / "site" / "link").symlink_to(tmp_path / "site" / "ours")
    root = os.path.realpath(tmp_path)
    rules = dict(landlock.around(root, frozenset([f"{root}/site/ours"])))
    readable = {path for path, rights in rules.items() if rights & 4}
    assert readable == {f"{root}/lib", f"{root}/site/numpy", f"{root}/site/module.py"}
    assert set(rules) - readable == {root, f"{root}/site"}


def test_nothing_below_what_is_hidden_is_readable() -> None:
    assert list(landlock.around("/a/b/c", frozenset(["/a/b"]))) == []
    assert list(landlock.around("/a/b", frozenset(["/a/b"]))) == []


def test_program_cannot_read_the_harness_but_its_libraries(sandbox: Sandbox) -> None:
    import numpy as np

    import llamoco_bench

    program = (
        "def solve(objective, lower, upper, budget, seed):\n"
        f"    open({np.__file__!r}).read()\n"
        f"    open({llamoco_bench.__file__!r}).read()\n"
    )
    result = sandbox.run(program, Sphere())
    assert (result.status, result.error and result.error.line) == ("security", 3)
