"""Processes that interpreters of the sandbox have forked."""

from __future__ import annotations

from pathlib import Path

from llamoco_bench.sandbox import Sandbox


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def children_in(sandbox: Sandbox) -> list[int]:
    return [child for zygote in sandbox.zygote_pids() for child in children(zygote)]
