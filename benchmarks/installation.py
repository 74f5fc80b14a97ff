"""How large the core is, and how long pip takes to install it from a warm cache.

    python benchmarks/installation.py --repeats 3

Builds the wheel of this tree by way of its sdist, so that nothing of earlier builds gets into it; installs it into a
new environment once, so that the cache of pip is warm, and then into others that are measured: the clock, the processor
time of pip and what it starts, and the size of what is installed.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
LARGEST: Final = 6


class Installation(NamedTuple):
    """One installation: seconds by the clock and of the processor, and MB (10^6 bytes) below site-packages by name."""

    wall_s: float
    cpu_s: float
    sizes_mb: dict[str, float]


def install(wheel: Path, folder: Path, *options: str) -> Installation:
    """Install the wheel with the versions of constraints.txt into a new environment."""
    venv.create(folder, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-q", *options]
    command = [*pip, "--only-binary=:all:", "-c", str(ROOT / "constraints.txt"), str(wheel)]
    begun, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, cwd=folder)
    wall_s, after = time.perf_counter() - begun, os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    [site] = folder.glob("lib/python*/site-packages")
    sizes = {path.name: size_of(path) / 1e6 for path in site.iterdir()}
    return Installation(wall_s, cpu_s, sizes)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    repeats: int = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist")]
        subprocess.run(build, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        [wheel] = (folder / "dist").glob("*.whl")
        install(wheel, folder / "first")
        kinds = {"pip's default": (), "--no-compile": ("--no-compile",)}
        found = {
            kind: [install(wheel, folder / f"{kind[:4].strip('-')}{number}", *options) for number in range(repeats)]
            for kind, options in kinds.items()
        }
        wheel_mb = wheel.stat().st_size / 1e6
    print(f"Python {platform.python_version()}, {platform.machine()}, {repeats} installations of each kind; medians\n")
    print("| pip install | clock | processor | size |\n| --- | ---: | ---: | ---: |")
    for kind, results in found.items():
        wall, cpu = (statistics.median(values) for values in zip(*[(r.wall_s, r.cpu_s) for r in results], strict=True))
        print(f"| {kind} | {wall:.1f} s | {cpu:.1f} s | {sum(results[0].sizes_mb.values()):.0f} MB |")
    sizes = found["pip's default"][0].sizes_mb
    largest = sorted(sizes, key=lambda name: -sizes[name])[:LARGEST]
    print(
        f"\nThe wheel has {wheel_mb:.1f} MB. Largest: " + ", ".join(f"{name} {sizes[name]:.0f} MB" for name in largest)
    )


if __name__ == "__main__":
    main()
