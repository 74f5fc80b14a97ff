"""The harness's side of a zygote: start it, give it jobs, hear how they ended, end it."""

from __future__ import annotations

import array
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import ExitStack, suppress
from typing import Any, Final

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox import interpreter
from llamoco_bench.sandbox.child import wire
from llamoco_bench.sandbox.child.main import BOOT, Config
from llamoco_bench.sandbox.child.wipe import wipe
from llamoco_bench.sandbox.children import Exit, ForkedChild, sample
from llamoco_bench.sandbox.launching import LauncherLostError
from llamoco_bench.sandbox.places import hidden_paths, library_paths, readable_paths
from llamoco_bench.sandbox.support import missing_features

_START_S: Final = 300.0
_LAUNCH_S: Final = 60.0
_END_S: Final = 30.0


class Zygote:
    """One zygote process with its private folder.

    Raises
    ------
    SandboxError: it cannot be started.
    """

    def __init__(self, preload: tuple[str, ...]) -> None:
        if missing := missing_features():
            raise SandboxError(f"No zygote can be started here, for want of {', '.join(missing)}.")
        try:
            self._start()
        except OSError as error:
            raise SandboxError(f"The sandbox's interpreter cannot be started: {error}") from error
        try:
            introduction = self._introduce(preload)
            self.loaded: tuple[str, ...] = tuple(introduction["loaded"])
            self.has_namespaces = bool(introduction["namespaces"])
        except (OSError, ValueError, KeyError) as error:
            complaints = self._said()
            self.close()
            raise SandboxError(f"The sandbox's interpreter did not start ({error}): {complaints}") from error
        use = sample(self._process.pid)
        self.rss_bytes = 0 if use is None else use.rss_bytes

    def _start(self) -> None:
        with ExitStack() as undo:
            self.folder = tempfile.mkdtemp(prefix="llamoco-sandbox-")
            undo.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self._complaints = undo.enter_context(tempfile.TemporaryFile())
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            undo.callback(self._control.close)
            with theirs:
                self._process = interpreter.start(BOOT, (theirs.fileno(),), self.folder, self._complaints)
            undo.pop_all()  # close() does it all

    def _introduce(self, preload: tuple[str, ...]) -> dict[str, Any]:
        config = Config(
            self.folder, list(library_paths()), readable_paths(), hidden_paths(), list(preload), parent=os.getpid()
        )
        self._control.settimeout(_START_S)
        self._control.send(json.dumps(config._asdict()).encode())
        answer: dict[str, Any] = json.loads(self._control.recv(1 << 16))
        return answer

    def _said(self) -> str:
        self._complaints.seek(0)
        return self._complaints.read()[-2000:].decode(errors="replace").strip()

    @property
    def pid(self) -> int:
        """Process id of the zygote."""
        return self._process.pid

    def launch(self, fds: list[int]) -> ForkedChild:
        """Fork a child with the five descriptors of a job.

        Raises
        ------
        LauncherLostError: the zygote has died or hangs.
        """
        numbers = array.array("i", fds)
        try:
            self._control.settimeout(_LAUNCH_S)
            self._control.sendmsg([b"run"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)])
            message, ancillary, _, _ = self._control.recvmsg(16, socket.CMSG_SPACE(numbers.itemsize))
        except OSError as error:
            raise LauncherLostError(f"no child was started: {error}") from error
        if len(message) != wire.LAUNCHED.size or not ancillary:
            raise LauncherLostError("no child was started")
        handle = array.array("i", ancillary[0][2])[0]
        return ForkedChild(wire.LAUNCHED.unpack(message)[0], handle)

    def ended(self) -> Exit:
        """Wait for the end of a child that has ended or been killed.

        Raises
        ------
        LauncherLostError: the zygote has died or hangs.
        """
        try:
            self._control.settimeout(_END_S)
            message = self._control.recv(wire.ENDED.size)
        except OSError as error:
            raise LauncherLostError(f"a child did not end: {error}") from error
        if len(message) != wire.ENDED.size:
            raise LauncherLostError("the zygote died")
        status, user_s, system_s, peak_kb = wire.ENDED.unpack(message)
        return Exit(status, user_s + system_s, peak_kb / 1024)

    def kill(self) -> None:
        """Kill the zygote, and with it its child."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the zygote, and remove its folder."""
        self._control.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._complaints.close()
        with suppress(OSError):
            wipe(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
