"""The sandbox needs neither root nor namespaces: the whole corpus again, without the one and without both."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from llamoco_bench.sandbox.child import seccomp, syscalls
from tests.sandbox.confined import ROOT, as_nobody, can_become_nobody, refusing

CORPUS = "tests/sandbox/test_hostile_programs.py"
NO_NAMESPACES = [number for number in (syscalls.KILLING["unshare"][seccomp.this_machine().column],) if number]
EXTRAS = """
import os
from llamoco_bench.sandbox import Sandbox
with Sandbox() as sandbox:
    print(os.getuid(), all(sandbox.layers().values()), *sandbox.extra_layers().values())
"""


def corpus(*, workers: int) -> list[str]:
    options = ["-q", "-p", "no:cacheprovider", "-n", str(workers), "-o", "addopts=--import-mode=importlib"]
    return [sys.executable, "-m", "pytest", *options, CORPUS]


def run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return done.stdout


needs_nobody = pytest.mark.skipif(
    not can_become_nobody(), reason="only root can become another user, who must be let into the interpreter's folder"
)


def test_layers_hold_where_namespaces_are_refused() -> None:
    said = run(refusing(NO_NAMESPACES, errno.EPERM, [sys.executable, "-c", EXTRAS]))
    assert said.split()[1:] == ["True", "False"]


@needs_nobody
def test_layers_hold_for_a_user_without_privileges() -> None:
    with as_nobody([sys.executable, "-c", EXTRAS]) as command:
        said = run(command).split()
    assert said[:2] == ["65534", "True"]


@needs_nobody
@pytest.mark.slow
def test_corpus_holds_for_a_user_without_privileges_in_two_workers() -> None:
    with as_nobody(corpus(workers=2)) as command:
        assert " passed in " in run(command)


@needs_nobody
@pytest.mark.slow
def test_corpus_holds_for_a_user_without_privileges_and_namespaces() -> None:
    with as_nobody(refusing(NO_NAMESPACES, errno.EPERM, corpus(workers=0))) as command:
        assert " passed in " in run(command)


@pytest.mark.slow
def test_corpus_holds_where_namespaces_are_refused_in_two_workers() -> None:
    assert " passed in " in run(refusing(NO_NAMESPACES, errno.EPERM, corpus(workers=2)))
