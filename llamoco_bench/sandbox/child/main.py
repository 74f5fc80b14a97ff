"""The zygote: an interpreter that has the libraries loaded, and forks one child for each run.

It is started with a clean environment and one socket (see `BOOT`), holds nothing of the harness, and lives as long as
the process that started it. For each job it gets five descriptors: the job, the shared memory, the pipe for requests,
the pipe for answers, and the file that takes the output.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import json
import mmap
import os
import select
import signal
import socket
import time
from typing import Final, NamedTuple, NoReturn

from . import harden, namespaces, pages, prepare, wire
from .wipe import wipe

N_FDS: Final = 5
_CLOSE_RANGE: Final = 436
_SWEEPS: Final = 1000

BOOT: Final = "import sys; sys.path.insert(0, sys.argv[1]); import child.main as main; main.start(int(sys.argv[2]))"
"""What the interpreter is told to run, with the folder above this package and the number of the socket."""


class Config(NamedTuple):
    """What a zygote is told once.

    Attributes
    ----------
    folder: the private folder of its children.
    path: folders that libraries are imported from.
    readable: folders that children may read.
    hidden: folders that no child may read, although they may lie below a readable one.
    preload: modules to load in advance; those that are not installed are passed over.
    parent: process id of the harness.
    """

    folder: str
    path: list[str]
    readable: list[str]
    hidden: list[str]
    preload: list[str]
    parent: int


def start(control_fd: int) -> None:
    """Load the libraries, then serve jobs until the harness has gone."""
    control = socket.socket(fileno=control_fd)
    order = control.recv(1 << 16)
    if not order:
        _leave(os.getcwd())  # which is the private folder: it was started there
    config = Config(**json.loads(order))
    try:
        parent = os.pidfd_open(config.parent)
    except ProcessLookupError:
        _leave(config.folder)
    loaded = prepare.open_libraries(config.path, config.preload)
    zygote = _Zygote(control, parent, config)
    gc.collect()
    gc.freeze()
    pages.gather(zygote.libc)
    try:
        control.send(json.dumps({"loaded": loaded, "namespaces": zygote.has_namespaces}).encode())
    except BrokenPipeError:
        _leave(config.folder)
    zygote.serve()


def _leave(folder: str) -> NoReturn:
    """End because the harness has gone, and leave nothing behind."""
    with contextlib.suppress(OSError):
        wipe(folder)
        os.rmdir(folder)
    os._exit(0)


class _Zygote:
    def __init__(self, control: socket.socket, parent: int, config: Config) -> None:
        self.control = control
        self.parent = parent
        self.config = config
        self.libc = harden.load_libc()
        self.rules = harden.build_rules(self.libc, config.folder, config.readable, config.hidden)
        self.filter = harden.build_filter()
        self.base = harden.sizes()
        self.own_modules = prepare.own_modules()
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")  # rather a program than the harness
        # After all libraries have been read: it takes from root the right to read what belongs to others.
        self.has_namespaces = namespaces.enter(self.libc)
        with contextlib.suppress(OSError):
            harden.be_private(self.libc)
            harden.adopt_orphans(self.libc)

    def serve(self) -> None:
        poller = select.poll()
        poller.register(self.control, select.POLLIN)
        poller.register(self.parent, select.POLLIN)
        while True:
            ready = [fd for fd, _ in poller.poll()]
            fds = [] if self.parent in ready else self._receive()
            if len(fds) != N_FDS:
                _leave(self.config.folder)
            self._run(fds)

    def _receive(self) -> list[int]:
        numbers = array.array("i")
        _, ancillary, _, _ = self.control.recvmsg(16, socket.CMSG_SPACE(N_FDS * numbers.itemsize))
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
        return list(numbers)

    def _run(self, fds: list[int]) -> None:
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become_child(self, fds, zygote)
        for fd in fds:
            os.close(fd)
        handle = os.pidfd_open(pid)
        try:
            rights = array.array("i", [handle])
            self.control.sendmsg([wire.LAUNCHED.pack(pid)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            self._wait(pid, handle)
        except OSError:  # the harness has gone, or the folder cannot be emptied
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _leave(self.config.folder)
        finally:
            os.close(handle)

    def _wait(self, pid: int, handle: int) -> None:
        poller = select.poll()
        for fd in (self.control.fileno(), self.parent, handle):
            poller.register(fd, select.POLLIN)
        while handle not in (ready := [fd for fd, _ in poller.poll()]):
            if ready:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)  # until then it could write into the folder
                _leave(self.config.folder)
        with contextlib.suppress(ProcessLookupError):
            # The child is not reaped yet, so the number of its group is still its own.
            os.killpg(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
        self._sweep()
        self.control.send(wire.ENDED.pack(status, usage.ru_utime, usage.ru_stime, usage.ru_maxrss))
        # After the answer, since it can take seconds; the next job waits for it. A zygote that cannot do so ends here,
        # and another takes its place.
        wipe(self.config.folder)

    def _sweep(self) -> None:
        """End processes that the program left behind; there are none where system calls are filtered."""
        for _ in range(_SWEEPS):
            try:
                os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            with contextlib.suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children") as file:
                for pid in file.read().split():
                    os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.001)


def _become_child(zygote: _Zygote, fds: list[int], parent: int) -> NoReturn:
    """Turn the forked process into the child that runs one program."""
    from . import ask, execute, job  # loaded already; at the top of the module numpy cannot be found yet

    try:
        job_fd, shared_fd, request_fd, answer_fd, output_fd = fds
        task = job.read_job(job_fd)
        shared = mmap.mmap(shared_fd, task.layout.size)
        wanted = {1: output_fd, 2: output_fd, wire.REQUEST_FD: request_fd, wire.ANSWER_FD: answer_fd}
        if zygote.rules is not None:
            wanted[wire.RULES_FD] = zygote.rules
        prepare.arrange_descriptors(wanted, lambda first: _close_from(zygote.libc, first))
        channel = ask.Channel(shared, task.layout, may_spin=task.may_spin)
        rules = None if zygote.rules is None else wire.RULES_FD
        missing = harden.harden(harden.Tools(zygote.libc, zygote.base, rules, zygote.filter), task, parent)
        if missing and not task.weak:
            channel.report(wire.REFUSED, {"missing": missing})
            os._exit(1)
        prepare.settle(zygote.config.folder, zygote.own_modules)
    except BaseException:  # noqa: BLE001 - nothing of the zygote may go on in the child; the harness sees it end
        os._exit(1)
    execute.run(task, channel)


def _close_from(libc: ctypes.CDLL, first: int) -> None:
    if libc.syscall(_CLOSE_RANGE, first, 0xFFFFFFFF, 0) != 0:
        os.closerange(first, os.sysconf("SC_OPEN_MAX"))
