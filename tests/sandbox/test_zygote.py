"""A zygote that does not start, dies or hangs is told from one that works, and is always ended."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox import interpreter, places
from llamoco_bench.sandbox import zygote as module
from llamoco_bench.sandbox.child.main import BOOT, Config
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


def test_interpreter_that_the_system_does_not_start_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("llamoco_bench.sandbox.interpreter.start", refuse)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = os.listdir("/proc/self/fd")
    with pytest.raises(SandboxError, match=r"cannot be started: .*temporarily unavailable"):
        Zygote(())
    assert list(tmp_path.iterdir()) == []
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize("knows_its_order", [True, False], ids=["loading", "waiting for its order"])
def test_one_whose_harness_goes_before_it_is_ready_leaves_nothing(tmp_path: Path, knows_its_order: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    slow = "import time\ntime.sleep(0.3)\n"
    (tmp_path / "slow.py").write_text(slow)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, tempfile.TemporaryFile() as complaints:
        process = interpreter.start(BOOT, (theirs.fileno(),), str(folder), complaints)
    with ours:
        if knows_its_order:
            path = [str(tmp_path), *places.library_paths()]
            config = Config(str(folder), path, [], [], ["slow"], parent=os.getpid())
            ours.send(json.dumps(config._asdict()).encode())
    assert process.wait(30.0) == 0
    assert not folder.exists()


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
