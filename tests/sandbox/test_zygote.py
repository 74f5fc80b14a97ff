"""A zygote that does not start, dies or hangs is told from one that works, and is always ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox import zygote as module
from llamoco_bench.sandbox.launching import LauncherLostError
from llamoco_bench.sandbox.zygote import Zygote


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    zygote = Zygote(())
    yield zygote
    zygote.close()


def descriptors() -> list[int]:
    return [0] * 5


def test_interpreter_that_does_not_start_is_told_with_its_complaints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such thing >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr("llamoco_bench.sandbox.interpreter.sys.executable", str(broken))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SandboxError, match=r"did not start \(.*\): no such thing"):
        Zygote(())
    assert list(tmp_path.iterdir()) == [broken]


def test_dead_one_is_noticed_when_it_is_to_start_a_program_and_when_one_is_waited_for(zygote: Zygote) -> None:
    os.kill(zygote.pid, signal.SIGKILL)
    with pytest.raises(LauncherLostError, match=r"the zygote died|did not end"):
        zygote.ended()
    with pytest.raises(LauncherLostError, match="no child was started"):
        zygote.launch(descriptors())


def test_one_that_hangs_is_noticed_and_killed_when_it_is_closed(
    zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LAUNCH_S", 0.2)
    monkeypatch.setattr(module, "_END_S", 0.2)
    os.kill(zygote.pid, signal.SIGSTOP)
    with pytest.raises(LauncherLostError, match="no child was started: timed out"):
        zygote.launch(descriptors())
    with pytest.raises(LauncherLostError, match="a child did not end: timed out"):
        zygote.ended()
    zygote.close()
    assert not Path(zygote.folder).exists()
    gone = subprocess.run(["ps", "-o", "stat=", "-p", str(zygote.pid)], capture_output=True, text=True, check=False)
    assert gone.stdout == ""
