"""Systems that the sandbox cannot start on: said in words, before anything is run."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox import Sandbox, missing_support, run_program
from llamoco_bench.sandbox.sandbox import kind_of_zygote
from tests.sandbox.toys import Sphere

RETURN = "def solve(objective, lower, upper, budget, seed):\n    return lower\n"


def pretend(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr("llamoco_bench.sandbox.support.sys", SimpleNamespace(platform=platform))


def test_nothing_is_missing_here() -> None:
    assert missing_support() == ""


@pytest.mark.parametrize(("platform", "name"), [("darwin", "macOS"), ("win32", "Windows"), ("freebsd14", "freebsd14")])
def test_other_systems_are_told_what_they_lack_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, platform: str, name: str
) -> None:
    pretend(monkeypatch, platform)
    said = missing_support()
    assert said.startswith(f"Programs cannot be isolated on this {name}: it lacks Landlock, seccomp and /proc.")
    assert "--llamoco-stage=generate" in said
    assert "--llamoco-stage=execute" in said


def test_linux_that_lacks_a_call_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.delattr(os, "pidfd_open")
    assert "lacks files in memory whose size is sealed, handles on processes." in missing_support()


@pytest.mark.parametrize("allow_weak", [False, True])
def test_program_is_refused_there_even_weakly_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, allow_weak: bool
) -> None:
    with Sandbox(allow_weak=allow_weak) as sandbox:
        pretend(monkeypatch, "darwin")
        with pytest.raises(SandboxError, match="cannot be isolated on this macOS"):
            sandbox.run(RETURN, Sphere())
        assert sandbox.zygote_pids() == []
        assert sandbox.folders() == []
        monkeypatch.undo()
        assert sandbox.run(RETURN, Sphere()).status == "ok"


def test_program_is_judged_the_same_wherever_it_is_forked_from() -> None:
    sources = [f"# {word}\n{RETURN}" for word in ("plain", "scipy", "scipy.stats", "jax")]
    assert [kind_of_zygote(source) for source in sources] == ["numpy", "light", "medium", "bare"]
    first, *others = [run_program(source, Sphere(), seed=3) for source in sources]
    assert first.status == "ok"
    assert all((other.status, other.best_f, other.f0) == ("ok", first.best_f, first.f0) for other in others)
