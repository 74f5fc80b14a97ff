"""Takes the pictures of the HTML report that the documentation shows.

    python -m benchmarks.screenshots [RUN ...] [--problem ID] [--model LABEL]

Run in the root of a clone, with the extra ``test``, chromium and chromedriver. Without runs, those of
tests/reports/synthetic_runs.py are shown, whose models and figures are invented.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from llamoco_bench.reports.html.report import write_report
from llamoco_bench.run_folder import RunFolder, find_run
from tests.reports.html.browsing import Browser, chromium
from tests.reports.synthetic_runs import PAPER, write_run

PICTURES: Final = Path(__file__).parents[1] / "docs" / "screenshots"
WIDTH: Final = 1240


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", help="as in `llamoco report`")
    parser.add_argument("--problem", default="cec2020/RC03")
    parser.add_argument("--model", default="code-7b", help="label; one with an erroneous program shows most")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        runs = [find_run(name, Path(".llamoco/runs")) for name in options.runs] or [write_run(folder / "paper", PAPER)]
        take(runs, folder, options.problem, options.model)


def take(runs: list[RunFolder], folder: Path, problem: str, model: str) -> None:
    """Write the pictures of a report on `runs`, which is made in `folder`."""
    page = folder / "report.html"
    write_report(runs, page)
    of_problem = f"#/problem/{problem}"
    of_program = f"{of_problem}/model/{quote(model, safe='')}"
    with chromium(folder) as browser:
        shoot(browser, page, "report-leaderboard", "", "table.board", 857)
        shoot(browser, page, "report-map-dark", "#problems", "table.heat", 857, scheme="dark")
        shoot(browser, page, "report-problem", of_problem, "#detail canvas", 857)
        shoot(browser, page, "report-program", of_program, "#detail .code", 857)


def shoot(browser: Browser, page: Path, name: str, link: str, awaited: str, height: int, scheme: str = "light") -> None:
    """Take a picture of what `link` opens, once the element `awaited` is there."""
    metrics: Mapping[str, object] = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(metrics))
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.open(page, link)
    browser.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    browser.wait_for(awaited)
    if link[1:].isalpha():  # a section, which the page may still be scrolling to
        browser.run("document.querySelector(arguments[0]).scrollIntoView({behavior: 'instant'})", link)
    browser.run("document.activeElement.blur()")
    browser.driver.save_screenshot(str(PICTURES / f"{name}.png"))


if __name__ == "__main__":
    main()
