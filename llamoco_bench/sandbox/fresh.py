"""Children where no zygote can be: an interpreter that is started afresh for each program, by the harness itself.

Any POSIX system can do that. What a program costs is then what it takes to start Python and load numpy.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from time import monotonic, sleep
from typing import Any, Final

from llamoco_bench.sandbox import interpreter
from llamoco_bench.sandbox.child.fresh import BOOT, Config
from llamoco_bench.sandbox.child.wipe import wipe
from llamoco_bench.sandbox.children import Exit, Sample, sample
from llamoco_bench.sandbox.group_use import group_use
from llamoco_bench.sandbox.launching import LauncherLostError
from llamoco_bench.sandbox.places import hidden_paths, library_paths, readable_paths
from llamoco_bench.sandbox.support import has_linux_kernel

_LAUNCH_S: Final = 60.0
_END_S: Final = 30.0
_LOOK_S: Final = 0.002
# `ps` takes some milliseconds, so that it is not asked each time that the watch looks.
_BETWEEN_PS_S: Final = 0.25
_PEAK_BYTES: Final = 1 if sys.platform == "darwin" else 1024
_MIB: Final = 1 << 20


class StartedChild:
    """A child of the harness itself, with all processes of its group.

    Until the harness has waited for it, its number and that of its group stay its own.
    """

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self.pid = process.pid
        self._process = process
        self._control = control
        self._exit: tuple[int, resource.struct_rusage] | None = None
        self._base_cpu_s = 0.0
        self._base_peak = 0
        self._most_rss_bytes = 0
        self._has_proc = has_linux_kernel() and os.path.exists("/proc/self/statm")
        self._next_ps = 0.0

    def weigh(self, cpu_s: float, peak: int) -> int:
        """Note what it used before its program, `cpu_s` and at most `peak` resident; return its memory in bytes."""
        use = self.use()
        self._base_cpu_s, self._base_peak = cpu_s, peak
        return peak * _PEAK_BYTES if use is None else use.rss_bytes

    def use(self) -> Sample | None:
        """Return what it uses now, by /proc, or four times a second what its group uses, by ``ps``; else None."""
        if self._has_proc:
            use = sample(self.pid)
        elif (now := monotonic()) < self._next_ps:
            return None
        else:
            use = group_use(self.pid)
            self._next_ps = now + _BETWEEN_PS_S
        if use is None:
            return None
        self._most_rss_bytes = max(self._most_rss_bytes, use.rss_bytes)
        return use._replace(cpu_s=use.cpu_s - self._base_cpu_s)

    def kill(self) -> None:
        """Kill it and its group, unless they have gone."""
        if self._exit is None:
            self._kill_group()

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses where all of them are zombies
            os.killpg(self.pid, signal.SIGKILL)

    def has_ended(self, patience_s: float) -> bool:
        """Tell whether it ends by itself within `patience_s`; what it left in its group is then killed."""
        deadline = monotonic() + patience_s
        while not self._collect():
            if monotonic() > deadline:
                return False
            sleep(_LOOK_S)
        return True

    def _collect(self) -> bool:
        """Take note of its end, if that has come."""
        if self._exit is not None:
            return True
        can_peek = hasattr(os, "waitid")  # on macOS since Python 3.13
        if can_peek:
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return False
            self._kill_group()
        pid, status, usage = os.wait4(self.pid, os.WNOHANG)
        if not pid:
            return False
        if not can_peek:  # numbers are given out in turn, so that its own does not come round within this moment
            self._kill_group()
        self._exit = (status, usage)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return True

    def ending(self, patience_s: float) -> Exit | None:
        """Wait for its end, and return it; None where it does not come within `patience_s`."""
        if not self.has_ended(patience_s) or self._exit is None:
            return None
        status, usage = self._exit
        cpu_s = max(0.0, usage.ru_utime + usage.ru_stime - self._base_cpu_s)
        # Linux counts the memory of the harness, which a new process shares until it has become an interpreter.
        is_its_own = usage.ru_maxrss > self._base_peak
        peak_bytes = usage.ru_maxrss * _PEAK_BYTES if is_its_own else self._most_rss_bytes
        return Exit(status, cpu_s, peak_bytes / _MIB)

    def close(self) -> None:
        """Let go of the socket, at whose end it ends, too."""
        self._control.close()


class FreshInterpreters:
    """Starts one interpreter for each program, all in the same private folder, one after the other.

    Raises
    ------
    OSError: there is no room for the folder.
    """

    has_namespaces = False

    def __init__(self, preload: tuple[str, ...]) -> None:
        # By its real name, which is the one that programs find out.
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="llamoco-sandbox-"))
        self.rss_bytes = 0
        self._preload = preload
        self._child: StartedChild | None = None
        self._is_spoiled = False

    @property
    def pid(self) -> int | None:
        """Process id of the interpreter that is running; None between runs."""
        return None if self._child is None else self._child.pid

    def launch(self, fds: list[int]) -> StartedChild:
        """Start an interpreter with the five descriptors of a job, and wait until it has its libraries loaded.

        Raises
        ------
        LauncherLostError: it does not start, or the folder could not be emptied after the last run.
        """
        if self._is_spoiled:
            raise LauncherLostError("the private folder cannot be emptied")
        control, theirs = socket.socketpair()
        with tempfile.TemporaryFile() as complaints:
            try:
                with theirs:
                    process = interpreter.start(BOOT, (theirs.fileno(), *fds), self.folder, complaints)
            except OSError as error:
                control.close()
                raise LauncherLostError(f"no interpreter was started: {error}") from error
            self._child = child = StartedChild(process, control)
            try:
                hello = self._introduce(control)
                self.rss_bytes = child.weigh(float(hello["cpu_s"]), int(hello["peak"]))
                control.sendall(b"\n")
            except (OSError, ValueError, KeyError) as error:
                self._abandon()
                complaints.seek(0)
                said = complaints.read()[-2000:].decode(errors="replace").strip()
                raise LauncherLostError(f"the interpreter did not start ({error}): {said}") from error
        return child

    def _introduce(self, control: socket.socket) -> dict[str, Any]:
        config = Config(
            folder=self.folder,
            path=list(library_paths()),
            readable=readable_paths(),
            hidden=hidden_paths(),
            preload=list(self._preload),
            variables=list(interpreter.ENVIRONMENT_NAMES),
            parent=os.getpid(),
            linux=has_linux_kernel(),
        )
        control.settimeout(_LAUNCH_S)
        control.sendall(json.dumps(config._asdict()).encode() + b"\n")
        with control.makefile("rb") as lines:
            hello: dict[str, Any] = json.loads(lines.readline(1 << 16))
        return hello

    def _abandon(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.ending(_END_S)
            child.close()

    def ended(self) -> Exit:
        """Wait for the end of the child that has ended or been killed; end what it left in its group.

        Raises
        ------
        LauncherLostError: it does not end.
        """
        child, self._child = self._child, None
        exit_ = None if child is None else child.ending(_END_S)
        if exit_ is None:
            self._is_spoiled = True
            raise LauncherLostError("a child did not end")
        try:
            wipe(self.folder)
        except OSError:
            self._is_spoiled = True
        return exit_

    def kill(self) -> None:
        """Kill the child."""
        if (child := self._child) is not None:
            child.kill()

    def close(self) -> None:
        """End the child, and remove the folder."""
        self._abandon()
        with suppress(OSError):
            wipe(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
