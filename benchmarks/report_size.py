"""Size, build cost and opening time of the HTML report for the paper's evaluation and for 100,000 runs.

Each report is built in a process of its own from synthetic journals (tests/reports/synthetic_runs.py) and opened from
disk in a headless Chromium. Needs the extra ``test`` and chromium with chromedriver. Run in the root of a clone:

    python -m benchmarks.report_size [--folder DIR] [--only paper|large]

With --folder, journals and reports are kept there and journals that are there are taken as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.reports.synthetic_runs import PAPER, Shape, write_run

LARGE = Shape({"synthetic": 1000}, [*(f"model-{k}" for k in range(18)), "pool:slsqp", "pool:de"])
SHAPES = {"paper": PAPER, "large": LARGE}
OPENINGS = 5
COLUMNS = (
    "runs", "page, MB", "beside it, MB", "build, CPU s", "build, wall s", "peak memory, MB", "painted, s", "loaded, s",
)  # fmt: skip

_PAINTED = """
const done = arguments[arguments.length - 1];
const tell = () => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const entry = performance.getEntriesByType('navigation')[0];
  if (paint && entry.loadEventEnd) done({paint: paint.startTime, loaded: entry.loadEventEnd,
    rows: document.querySelectorAll('.board tbody tr').length});
  else setTimeout(tell, 20);
};
tell();
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=SHAPES)
    parser.add_argument("--build", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        build(*options.build)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}", flush=True)
        for name in [options.only] if options.only else SHAPES:
            measure(name, folder)
    print(f"\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors at the end")


def measure(name: str, folder: Path) -> None:
    """Build and open one report; print its line."""
    shape = SHAPES[name]
    journals, page = folder / name, folder / f"{name}.html"
    if not journals.exists():
        write_run(journals, shape, workers=4)
    command = [sys.executable, "-m", "benchmarks.report_size", "--build", str(journals), str(page)]
    built = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    beside = folder / f"{name}_data"
    size = sum(path.stat().st_size for path in beside.iterdir()) if beside.is_dir() else 0
    painted, loaded = opened(page)
    runs = sum(shape.suites.values()) * len(shape.models) * shape.runs
    cells = [
        f"{runs:,}", f"{page.stat().st_size / 1e6:.2f}", f"{size / 1e6:.1f}", f"{built['cpu']:.1f}",
        f"{built['wall']:.1f}", f"{built['rss']:.0f}", f"{painted:.2f}", f"{loaded:.2f}",
    ]  # fmt: skip
    print(f"| {' | '.join(cells)} |", flush=True)


def build(journals: Path, page: Path) -> None:
    """Build a report in this process; print what it cost as JSON."""
    from llamoco_bench.reports.html.report import write_report
    from llamoco_bench.run_folder import RunFolder

    wall, cpu = time.perf_counter(), time.process_time()
    write_report([RunFolder(journals)], page)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "rss": peak}))


def opened(page: Path) -> tuple[float, float]:
    """Seconds from navigation to the first paint, by when the leaderboard stands, and to the load event; medians."""
    from statistics import median

    from tests.reports.html.browsing import chromium

    paints, loads = [], []
    with tempfile.TemporaryDirectory() as downloads, chromium(Path(downloads)) as browser:
        for _ in range(OPENINGS):
            browser.open(page)
            found = browser.driver.execute_async_script(_PAINTED)
            assert found["rows"] > 0
            paints.append(found["paint"] / 1e3)
            loads.append(found["loaded"] / 1e3)
    return median(paints), median(loads)


if __name__ == "__main__":
    main()
