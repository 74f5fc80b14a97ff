"""What a run needs of whatever starts its process: a zygote that forks, or an interpreter that is started afresh."""

from __future__ import annotations

from typing import Protocol

from llamoco_bench.sandbox.children import Child, Exit


class LauncherLostError(Exception):
    """The launcher has died, hangs, or cannot start a child."""


class Launcher(Protocol):
    """Starts children, one at a time.

    Attributes
    ----------
    folder: the private folder of its children, empty before each run.
    rss_bytes: resident memory of a child before its program begins.
    has_namespaces: whether children have network and System V memory of their own.
    pid: process id of the interpreter that is running; None where there is none.
    """

    folder: str
    rss_bytes: int
    has_namespaces: bool

    @property
    def pid(self) -> int | None:
        """Process id, see above."""

    def launch(self, fds: list[int]) -> Child:
        """Start a child with the five descriptors of a job.

        Raises
        ------
        LauncherLostError: no child was started.
        """

    def ended(self) -> Exit:
        """Wait for the end of a child that has ended or been killed; end what it left in its group.

        Raises
        ------
        LauncherLostError: the child does not end.
        """

    def kill(self) -> None:
        """Kill the child, and the launcher's own process if it has one."""

    def close(self) -> None:
        """End everything, and remove the folder."""
