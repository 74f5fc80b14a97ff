"""Systems that the sandbox cannot start on: said in words, before anything is run."""

from __future__ import annotations

import os
import re
from types import SimpleNamespace

import pytest

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox import Sandbox, missing_support, run_program
from llamoco_bench.sandbox.sandbox import kind_of_zygote
from llamoco_bench.sandbox.support import missing_features
from tests.sandbox.toys import Sphere

RETURN = "def solve(objective, lower, upper, budget, seed):\n    return lower\n"


def pretend(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr("llamoco_bench.sandbox.support.sys", SimpleNamespace(platform=platform))


def test_nothing_is_missing_here() -> None:
    assert missing_support() == ""
    assert missing_features() == ()


def test_system_that_cannot_end_a_group_of_processes_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "win32")
    monkeypatch.delattr(os, "killpg")
    said = missing_support()
    assert said.startswith("Programs cannot be run on this Windows: it lacks process groups.")
    assert "--llamoco-stage=generate" in said
    assert "--llamoco-stage=execute" in said
    with Sandbox(allow_weak=True) as sandbox, pytest.raises(SandboxError, match="cannot be run on this Windows"):
        sandbox.run(RETURN, Sphere())


@pytest.mark.parametrize(("platform", "name"), [("darwin", "macOS"), ("freebsd14", "freebsd14")])
def test_strict_sandbox_refuses_other_systems_with_what_they_lack_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, platform: str, name: str
) -> None:
    with Sandbox() as sandbox:
        pretend(monkeypatch, platform)
        assert missing_support() == ""
        said = (
            f"not complete on this {name}: it lacks Landlock, seccomp and /proc. --llamoco-sandbox=weak runs programs"
        )
        for _ in range(2):
            with pytest.raises(SandboxError, match=re.escape(said)):
                sandbox.run(RETURN, Sphere())
            with pytest.raises(SandboxError, match=re.escape(said)):
                sandbox.run_unchecked(RETURN, Sphere())
        assert (sandbox.zygote_pids(), sandbox.folders()) == ([], [])
        monkeypatch.undo()
        assert sandbox.run(RETURN, Sphere()).status == "ok"


def test_linux_that_lacks_a_call_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.delattr(os, "pidfd_open")
    assert missing_features() == ("files in memory whose size is sealed", "handles on processes")
    with Sandbox() as sandbox, pytest.raises(SandboxError, match="this Linux: it lacks files in memory"):
        sandbox.run(RETURN, Sphere())


def test_program_is_judged_the_same_wherever_it_is_forked_from() -> None:
    sources = [f"# {word}\n{RETURN}" for word in ("plain", "scipy", "scipy.stats", "jax")]
    assert [kind_of_zygote(source) for source in sources] == ["numpy", "light", "medium", "bare"]
    first, *others = [run_program(source, Sphere(), seed=3) for source in sources]
    assert first.status == "ok"
    assert all((other.status, other.best_f, other.f0) == ("ok", first.best_f, first.f0) for other in others)
