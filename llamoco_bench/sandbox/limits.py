"""What one run of a program may use."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from llamoco_bench.errors import UsageError

DEFAULT_MEMORY_MB: Final = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one run. Everything is enforced from outside the program.

    Attributes
    ----------
    wall_s: seconds of wall clock; the time in which the trusted side evaluates the problem does not count.
    cpu_s: seconds of processor time over all threads; None stands for `wall_s`.
    memory_mb: MiB that the program may have beyond the libraries that are loaded for it.
    threads: threads at a time.
    open_files: file descriptors at a time.
    output_kb: KiB of printed text, standard output and error together.
    disk_mb: MiB in the private folder; also the largest size of one file.
    files: entries of the private folder.
    source_kb: KiB of program text, as UTF-8.

    Raises
    ------
    UsageError: a limit is not a positive number, too small for Python to start, or more than the kernel can count.
    """

    wall_s: float = 10.0
    cpu_s: float | None = None
    memory_mb: int = DEFAULT_MEMORY_MB
    threads: int = 64
    open_files: int = 64
    output_kb: int = 1024
    disk_mb: int = 64
    files: int = 4096
    source_kb: int = 1024

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "cpu_s" and value is None:
                continue
            _check(field.name, value)

    @property
    def processor_s(self) -> float:
        """Seconds of processor time that are allowed, with the default filled in."""
        return self.wall_s if self.cpu_s is None else self.cpu_s


_SMALLEST = {"memory_mb": 16, "open_files": 16}
LARGEST_S: Final = 1e9
_LARGEST: Final = 1 << 40


def _check(name: str, value: object) -> None:
    wants_float = name.endswith("_s")
    kinds = (int, float) if wants_float else (int,)
    if isinstance(value, bool) or not isinstance(value, kinds):
        kind = "number" if wants_float else "whole number"
        raise UsageError(f"The limit {name} must be a {kind}, got {value!r}.")
    smallest = _SMALLEST.get(name, 0 if wants_float else 1)
    largest = LARGEST_S if wants_float else _LARGEST
    if not (smallest <= value <= largest and value > 0):
        bound = f"at least {smallest}" if smallest else "positive"
        raise UsageError(f"The limit {name} must be {bound} and at most {largest:,.0f}, got {value!r}.")
