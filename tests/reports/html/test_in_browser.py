"""The page as people meet it, in a headless Chromium, opened from disk."""

from __future__ import annotations

import base64
import csv
import time
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from llamoco_bench.reports.html.report import write_report
from llamoco_bench.reports.html.study import Study
from llamoco_bench.run_folder import RunFolder
from tests.reports.html.browsing import Browser, address

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "data" / "axe" / "axe.min.js"
PROBLEM = "#/problem/cec2020/RC03"
PROGRAM = f"{PROBLEM}/model/tuned-s"
VIEWS = {"overview": "", "problem": PROBLEM, "program": PROGRAM}


def await_view(browser: Browser, view: str) -> None:
    browser.wait_for({"overview": "#leaderboard table", "problem": "#detail canvas", "program": "#detail .code"}[view])


@pytest.mark.parametrize("view", VIEWS)
def test_views_open_without_complaints_and_ask_for_nothing(browser: Browser, page: Path, view: str) -> None:
    browser.open(page, VIEWS[view])
    await_view(browser, view)
    assert browser.errors() == []
    asked = {url.partition("#")[0] for url in browser.requests()}
    assert asked <= {address(page), "about:blank"}


def test_all_sections_can_be_scrolled_through_without_complaints(browser: Browser, page: Path) -> None:
    browser.open(page)
    for figure in browser.driver.find_elements("css selector", "figure, section"):
        browser.run("arguments[0].scrollIntoView({behavior: 'instant'})", figure)
        if "profile" in (figure.get_attribute("class") or ""):
            browser.wait("return arguments[0].querySelector('canvas')", figure)
    assert browser.errors() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_accessibility_checker_finds_nothing_serious(browser: Browser, page: Path, view: str, scheme: str) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.open(page, VIEWS[view])
    await_view(browser, view)
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
    browser.run(AXE.read_text())
    found = browser.driver.execute_async_script("axe.run().then((r) => arguments[0](r.violations))")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []


def test_deep_links_work_from_outside_and_within(browser: Browser, page: Path) -> None:
    browser.open(page, PROGRAM)
    await_view(browser, "program")
    assert browser.texts("#detail h1") == ["tuned-s on cec2020/RC03"]
    browser.go(PROBLEM)
    await_view(browser, "problem")
    assert browser.texts("#detail h1") == ["cec2020/RC03"]
    browser.run("history.back()")
    browser.wait("return document.querySelector('#detail h1')?.textContent.startsWith('tuned-s')")
    browser.go("#cost")
    browser.wait("return !document.getElementById('overview').hidden")


def test_unknown_problem_is_said_to_be_none(browser: Browser, page: Path) -> None:
    browser.open(page, "#/problem/cec2020/RC99")
    browser.wait("return document.getElementById('detail').textContent.includes('no such problem')")


def test_everything_is_reached_by_keyboard(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press(Keys.TAB)
    assert browser.run("return document.activeElement.className") == "skip"
    browser.run("document.querySelector('table.heat tbody td[tabindex=\"0\"]').focus()")
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ENTER)
    await_view(browser, "program")
    assert browser.texts("#detail h1") == ["gpt-x on cec2020/RC03"]
    browser.press("j")
    browser.wait("return document.querySelector('#detail h1').textContent === 'gpt-x on cec2020/RC04'")
    browser.press("k")
    browser.wait("return document.querySelector('#detail h1').textContent === 'gpt-x on cec2020/RC03'")
    browser.wait_for("#detail .code")
    browser.press(Keys.ESCAPE)
    await_view(browser, "problem")
    browser.press(Keys.ESCAPE)
    browser.wait("return !document.getElementById('overview').hidden")


def test_every_focusable_element_shows_its_focus(browser: Browser, page: Path) -> None:
    browser.open(page)
    for _ in range(12):
        browser.press(Keys.TAB)
        look = browser.run(
            "const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]"
        )
        assert look[0] != "none"


def test_theme_is_switched_and_remembered(browser: Browser, page: Path) -> None:
    browser.open(page)
    background = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(background)
    browser.find("#theme").click()
    browser.find("#theme").click()
    assert browser.run(background) != light
    browser.driver.refresh()
    assert browser.run("return document.documentElement.dataset.theme") == "dark"
    browser.find("#theme").click()
    assert browser.run(background) == light


def test_charts_have_lines_and_a_legend_that_switches_them(browser: Browser, page: Path) -> None:
    browser.open(page, PROBLEM)
    inked = """const c = document.querySelector('#detail canvas');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 200; return n"""
    await_view(browser, "problem")
    before = browser.wait(inked)
    for button in browser.driver.find_elements("css selector", "#detail .legend button"):
        button.click()
    browser.run("document.activeElement.blur()")
    assert browser.run(inked) < before / 2


def test_failing_line_is_marked_with_what_was_raised(browser: Browser, page: Path, study: Study) -> None:
    problem, model, run = next(
        (problem, model, run)
        for (_, problem, model), item in study.items.items()
        for run in item.first
        if run["error"] and run["error"]["line"]
    )
    browser.open(page, f"#/problem/{problem}/model/{model}")
    await_view(browser, "program")
    assert browser.texts("#failing-line .ln") == [str(run["error"]["line"])]
    assert run["error"]["message"] in browser.texts("#failing-line + tr")[0]


def test_repair_is_shown_as_the_lines_that_rec_counts(browser: Browser, page: Path, study: Study) -> None:
    cell = next(cell for cell, turns in study.answers.items() if 1 in turns and turns[0].program)
    browser.open(page, f"#/problem/{cell[1]}/model/{cell[2]}")
    await_view(browser, "program")
    [count] = [text for text in browser.texts("#detail p") if text.startswith("The repair changed")]
    changed = int(count.split()[3])
    removed, added = len(browser.texts("tr.del")), len(browser.texts("tr.add"))
    assert max(removed, added) <= changed <= removed + added
    assert f"{study.items[cell].recovery:.3f}" in count


def test_equal_programs_lead_to_each_other(browser: Browser, page: Path) -> None:
    browser.open(page, f"{PROBLEM}/model/pool%3Aslsqp")
    await_view(browser, "program")
    [same] = [text for text in browser.texts("#detail p") if text.startswith("The same program")]
    assert same.startswith("The same program as 13 others")
    browser.find("#detail p a").click()
    browser.wait("return location.hash.endsWith('pool%3Aslsqp') && !location.hash.includes('RC03')")


def test_columns_can_be_put_in_order_of_difficulty(browser: Browser, page: Path, study: Study) -> None:
    browser.open(page)
    select = (
        "const s = document.getElementById('map-order'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))"
    )
    names = ".map[data-suite='0'] thead a"
    by_name = browser.texts(names)
    browser.run(select, "hard")
    means = [
        sum(round(study.mean_perf("cec2020", f"cec2020/{name}", m), 2) for m in study.models)
        for name in browser.texts(names)
    ]
    assert means == sorted(means)
    browser.run(select, "id")
    assert browser.texts(names) == by_name


def test_tables_can_be_saved(browser: Browser, page: Path, study: Study, downloaded: Path) -> None:
    browser.open(page, "#method")
    for selector in ("a[download='scores.csv']", "#save-runs"):
        browser.run("arguments[0].click()", browser.find(selector))
    deadline = time.monotonic() + 20
    wanted = [downloaded / "scores.csv", downloaded / "runs.csv"]
    while not all(path.exists() for path in wanted) and time.monotonic() < deadline:
        time.sleep(0.1)
    runs = list(csv.DictReader(wanted[1].read_text().splitlines()))
    assert len([run for run in runs if run["turn"] == "0"]) == sum(len(item.first) for item in study.items.values())
    assert len(wanted[0].read_text().splitlines()) == 1 + sum(len(scores) for scores in study.scores.values())


def test_tables_and_maps_are_there_without_javascript(browser: Browser, page: Path) -> None:
    command = browser.driver.execute_cdp_cmd
    command("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.driver.get(address(page))
        root = command("DOM.getDocument", {})["root"]["nodeId"]
        for selector, least in (("h1", 1), (".board tbody tr", 12), (".heat tbody td", 84), (".noscript", 1)):
            nodes = command("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
            assert len(nodes) >= least
            assert command("DOM.getBoxModel", {"nodeId": nodes[0]})["model"]["height"] > 10
    finally:
        command("Emulation.setScriptExecutionDisabled", {"value": False})


def test_page_prints(browser: Browser, page: Path) -> None:
    browser.open(page)
    pdf = base64.b64decode(browser.driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 30_000


def test_details_beside_the_page_are_read_when_they_are_asked_for(
    browser: Browser, small_run: RunFolder, tmp_path: Path
) -> None:
    page = tmp_path / "large run.html"
    beside = write_report([small_run], page, split_from=1000)
    assert beside is not None
    browser.open(page, PROGRAM)
    await_view(browser, "program")
    assert browser.errors() == []
    asked = [url.partition("#")[0] for url in browser.requests() if url.endswith(".js")]
    assert asked == [f"{address(tmp_path)}/large%20run_data/p2.js"]


def test_lost_details_are_named(browser: Browser, small_run: RunFolder, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    beside = write_report([small_run], page, split_from=1000)
    assert beside is not None
    (beside / "p2.js").unlink()
    browser.open(page, PROBLEM)
    browser.wait("return document.getElementById('detail').textContent.includes('p2.js cannot be read')")
