"""The harness's side of a zygote: start it, give it jobs, hear how they ended, end it."""

from __future__ import annotations

import array
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox.child import wire
from llamoco_bench.sandbox.child.main import BOOT, Config
from llamoco_bench.sandbox.child.wipe import wipe
from llamoco_bench.sandbox.places import hidden_paths, library_paths, readable_paths
from llamoco_bench.sandbox.support import missing_support
from llamoco_bench.sandbox.watch import sample

_START_S: Final = 300.0
_LAUNCH_S: Final = 60.0
_END_S: Final = 30.0

# Everything that a program finds in its environment, besides what says where its folder is.
_ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "Agg",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
_INHERITED: Final = ("LD_LIBRARY_PATH", "TZ")
_FOLDER_NAMES: Final = ("HOME", "TMPDIR", "MPLCONFIGDIR", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME")

ENVIRONMENT_NAMES: Final = (*_ENVIRONMENT, *_INHERITED, *_FOLDER_NAMES)
"""Names of all variables that a program can see."""


class ZygoteLostError(Exception):
    """The zygote has died or hangs."""


class Child(NamedTuple):
    """A running child."""

    pid: int
    handle: int


class Exit(NamedTuple):
    """How a child ended: wait status, processor seconds, and largest resident memory in MiB."""

    status: int
    cpu_s: float
    peak_rss_mb: float

    @property
    def signal(self) -> int:
        """Number of the signal that ended it; 0 where none did."""
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0


class Zygote:
    """One zygote process with its private folder.

    Raises
    ------
    SandboxError: it cannot be started.
    """

    def __init__(self, preload: tuple[str, ...]) -> None:
        if reason := missing_support():
            raise SandboxError(reason)
        self.folder = tempfile.mkdtemp(prefix="llamoco-sandbox-")
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = self._start(theirs.fileno())
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

    def _start(self, fd: int) -> subprocess.Popen[bytes]:
        above_child = str(Path(__file__).parent)
        environment = {name: value for name in _INHERITED if (value := os.environ.get(name))}
        environment |= _ENVIRONMENT | dict.fromkeys(_FOLDER_NAMES, self.folder)
        return subprocess.Popen(
            [sys.executable, "-S", "-P", "-c", BOOT, above_child, str(fd)],
            env=environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            pass_fds=(fd,),
            start_new_session=True,
        )

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

    def launch(self, fds: list[int]) -> Child:
        """Fork a child with the five descriptors of a job.

        Raises
        ------
        ZygoteLostError: the zygote has died or hangs.
        """
        numbers = array.array("i", fds)
        try:
            self._control.settimeout(_LAUNCH_S)
            self._control.sendmsg([b"run"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)])
            message, ancillary, _, _ = self._control.recvmsg(16, socket.CMSG_SPACE(numbers.itemsize))
        except OSError as error:
            raise ZygoteLostError(f"no child was started: {error}") from error
        if len(message) != wire.LAUNCHED.size or not ancillary:
            raise ZygoteLostError("no child was started")
        handle = array.array("i", ancillary[0][2])[0]
        return Child(wire.LAUNCHED.unpack(message)[0], handle)

    def ended(self) -> Exit:
        """Wait for the end of a child that has ended or been killed.

        Raises
        ------
        ZygoteLostError: the zygote has died or hangs.
        """
        try:
            self._control.settimeout(_END_S)
            message = self._control.recv(wire.ENDED.size)
        except OSError as error:
            raise ZygoteLostError(f"a child did not end: {error}") from error
        if len(message) != wire.ENDED.size:
            raise ZygoteLostError("the zygote died")
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
