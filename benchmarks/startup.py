"""What the installed plugin adds to a pytest start, beside two plugins that many have, and what listing problems takes.

    python benchmarks/startup.py --repeats 15

Each figure is the processor time of a new interpreter for the lines between two looks at the clock, so that neither
Python's own start nor pytest's is in it: importing a plugin and declaring its options, with pytest loaded; importing
the package and listing suites, with nothing loaded; and making instances of the synthetic suite, one by one.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

PYTEST: Final = "import pytest\nfrom _pytest.config import get_config\nconfig = get_config()\n"
PLUGINS: Final = {
    "llamoco-bench": "import llamoco_bench.plugin as plugin\n"
    "plugin.pytest_addoption(config._parser)\nplugin.pytest_load_initial_conftests(['tests'])\n",
    "pytest-xdist": "import xdist.plugin as plugin\nplugin.pytest_addoption(config._parser)\n",
    "hypothesis": "import _hypothesis_pytestplugin as plugin\nplugin.pytest_addoption(config._parser)\n",
}
LISTING: Final = "from llamoco_bench.problems import list_problems\n{}\n"
SUITES: Final = ("cec2020", "synthetic")
INSTANCES: Final = (
    "from llamoco_bench.problems import list_problems\n"
    "from llamoco_bench.problems.synthetic.catalogue import instance_of\n"
    "names = list_problems('synthetic')[::40]\n"
    "instance_of(names.pop())\n"
)
MAKING: Final = (
    "found = []\nfor name in names:\n"
    "    begun = time.process_time()\n    instance_of(name)\n    found.append(time.process_time() - begun)\n"
    "print(*found)\n"
)


def fresh(script: str) -> list[float]:
    """Run a script in a new interpreter; return the seconds that it prints, in milliseconds."""
    done = subprocess.run(
        [sys.executable, "-c", f"import time\n{script}"], capture_output=True, text=True, check=True, timeout=300
    )
    return [1e3 * float(word) for word in done.stdout.split()]


def added(before: str, lines: str) -> float:
    """Milliseconds of processor time that some lines take, once others have run."""
    [found] = fresh(f"{before}begun = time.process_time()\n{lines}print(time.process_time() - begun)\n")
    return found


def row(name: str, values: Sequence[float], peer: float | None = None) -> str:
    """Return a row of the table: median, least and most, and the median as a multiple of a peer's."""
    middle = statistics.median(values)
    ratio = "" if peer is None else f"{middle / peer:.2f}"
    return f"| {name} | {middle:.2f} | {min(values):.2f} to {max(values):.2f} | {ratio} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=15)
    repeats: int = parser.parse_args().repeats
    plugins: dict[str, list[float]] = {name: [] for name in PLUGINS}
    listed: dict[str, list[float]] = {suite: [] for suite in SUITES}
    for _ in range(repeats):  # in turn, so that what else the machine does meets all alike
        for name, lines in PLUGINS.items():
            plugins[name].append(added(PYTEST, lines))
        for suite in SUITES:
            listed[suite].append(added("", LISTING.format(f"list_problems({suite!r})")))
    made = fresh(INSTANCES + MAKING)
    print(f"Python {platform.python_version()}, {platform.machine()}; ms of processor time, {repeats} interpreters\n")
    print("| | median | range | of pytest-xdist's |\n| --- | ---: | ---: | ---: |")
    peer = statistics.median(plugins["pytest-xdist"])
    for name, values in plugins.items():
        print(row(f"plugin {name}", values, peer))
    for suite, values in listed.items():
        print(row(f"list_problems({suite!r}), with its import", values))
    print(row(f"an instance of synthetic, of {len(made)}", made))


if __name__ == "__main__":
    main()
