"""Run a command as another user, or on a kernel that refuses some system calls."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOBODY = 65534

# Started with the numbers, their answer and the command; the filter stays with all that comes of it.
_REFUSING = """
import ctypes, json, os, struct, sys
sys.path.insert(0, sys.argv[1])
from llamoco_bench.sandbox.child.seccomp import Instruction, this_machine, _Program
lines = [Instruction(0x20, 0, 0, 0)]
for number in json.loads(sys.argv[2]):
    lines += [Instruction(0x15, 0, 1, number), Instruction(0x06, 0, 0, 0x00050000 | int(sys.argv[3]))]
lines.append(Instruction(0x06, 0, 0, 0x7FFF0000))
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in lines))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.syscall(this_machine().install, 1, 0, ctypes.byref(_Program(len(lines), ctypes.addressof(code)))) == 0
os.execv(sys.argv[4], sys.argv[4:])
"""


def refusing(numbers: list[int], error: int, command: list[str]) -> list[str]:
    """Return the command that runs `command` where system calls with these numbers fail with `error`."""
    return [sys.executable, "-c", _REFUSING, str(ROOT), str(numbers), str(error), *command]


def can_become_nobody() -> bool:
    """Tell whether `as_nobody` works here.

    It needs root with the right to mount, two commands of util-linux, and an interpreter and a clone that are not
    themselves closed to others (what lies above them may be).
    """
    if os.getuid() != 0 or not (shutil.which("setpriv") and shutil.which("unshare")):
        return False
    if not all(os.stat(path).st_mode & 0o005 == 0o005 for path in (sys.base_prefix, sys.prefix, ROOT)):
        return False
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode == 0


@contextmanager
def as_nobody(command: list[str]) -> Iterator[list[str]]:
    """Give the command that runs `command` as a user without any privilege, who shares no process with anybody.

    An interpreter or a clone in a home folder that is closed to others is shown to that user at its place, in a
    namespace of mounts that goes with the command.
    """
    with tempfile.TemporaryDirectory(prefix="llamoco-nobody-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        scratch = folder / "scratch"
        scratch.mkdir()
        scratch.chmod(0o777)
        environment = {"HOME": scratch, "TMPDIR": scratch, "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        variables = [f"{name}={value}" for name, value in environment.items()]
        become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
        script = [*_mounts(folder), shlex.join(["exec", *become, "env", "-i", *variables, *command])]
        yield [
            *("unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-e", "-c"),
            "\n".join(script),
        ]


def _mounts(folder: Path) -> Iterator[str]:
    """Yield shell commands that open what lies behind closed folders; only what is needed shows."""
    wanted = {os.path.realpath(path) for path in (sys.base_prefix, sys.prefix, ROOT)}
    behind: dict[str, list[str]] = {}
    for path in sorted(wanted):
        if closed := _closed_ancestor(path):
            behind.setdefault(closed, []).append(path)
    for i, path in enumerate(path for paths in behind.values() for path in paths):
        yield f"mkdir {folder}/{i}; mount --bind {shlex.quote(path)} {folder}/{i}"
    i = 0
    for closed, paths in behind.items():
        yield f"mount -t tmpfs -o mode=755 none {shlex.quote(closed)}"
        for path in paths:
            yield f"mkdir -p {shlex.quote(path)}; mount --bind {folder}/{i} {shlex.quote(path)}"
            i += 1


def _closed_ancestor(path: str) -> str:
    """Return the outermost folder above `path` that others may not enter; empty where there is none."""
    closed = [str(parent) for parent in Path(path).parents if not parent.stat().st_mode & 0o001]
    return closed[-1] if closed else ""
