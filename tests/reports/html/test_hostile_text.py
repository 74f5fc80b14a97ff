"""What models write cannot do anything in the page: it is shown, and that is all."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from llamoco_bench.reports.html.page import detail_link
from llamoco_bench.reports.html.report import write_report
from llamoco_bench.run_folder import RunFolder
from tests.reports.html.browsing import Browser
from tests.reports.synthetic_runs import Shape, write_run

SCRIPT = "<script>window.pwned=1</script>"
IMAGE = "<img src=x onerror=window.pwned=1>"
HOSTILE = (
    SCRIPT,
    f"</script>{SCRIPT}",
    f"</textarea></title>{IMAGE}",
    '"><svg onload=window.pwned=1>',
    "<!--<script>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "javascript:window.pwned=1",
    "right \u202egnirts\u2066 left",
    "line\u2028separator\u0000null\x1b[31m",
    "lone \ud800 surrogate",
    "x" * 1_000_000,
    "`" * 3 + "\n" + "=HYPERLINK(1)",
)
LABELS = (IMAGE, "plain", "\"'<b>&amp;")
SHAPE = Shape({SCRIPT: 12, "cec2020": 2}, LABELS, runs=2)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_run(tmp_path_factory.mktemp("runs") / "hostile", SHAPE, hostile=HOSTILE)


@pytest.fixture(scope="module")
def page(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "report.html"
    write_report([run], path, baseline=IMAGE)
    return path


class _Elements(HTMLParser):
    """Counts what a parser finds in the file as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(page: Path) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Elements()
    parser.feed(page.read_text())
    return parser.found


def test_file_holds_no_element_and_no_handler_that_it_should_not(page: Path) -> None:
    found = elements(page)
    assert not {tag for tag, _ in found} & {"img", "iframe", "object", "embed", "base", "form", "link"}
    assert not [name for _, attributes in found for name in attributes if name.startswith("on") or name == "style"]
    running = [a for tag, a in found if tag == "script" and not a.get("type")]
    assert running == [{}, {}]


def test_links_lead_into_the_page_or_hold_a_file(page: Path) -> None:
    for _, attributes in elements(page):
        for name in ("href", "src"):
            assert re.match(r"#|data:(text/csv|application/json);", attributes.get(name) or "#")


def test_marks_that_turn_the_text_are_nowhere_in_the_static_page(page: Path) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029]", page.read_text())


def test_long_lines_do_not_swell_the_page(page: Path) -> None:
    assert page.stat().st_size < 1_500_000


@pytest.mark.browser
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_is_inert_in_every_view(browser: Browser, page: Path, number: int) -> None:
    problem = f"{SCRIPT}/p{number}"
    browser.open(page)
    browser.wait_for("#leaderboard table")
    for label in LABELS:
        for link in (detail_link(problem), detail_link(problem, label)):
            browser.go(link)
            browser.wait(
                "return document.querySelectorAll('#detail table').length > 0 && location.hash === arguments[0]", link
            )
            browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
    assert browser.run("return window.pwned") is None
    assert browser.run("return document.querySelectorAll('img, iframe, object, form, [onerror], [onload]').length") == 0
    assert browser.errors() == []


@pytest.mark.browser
def test_hostile_text_is_shown_as_it_was_written(browser: Browser, page: Path) -> None:
    browser.open(page, detail_link(f"{SCRIPT}/p0", IMAGE))
    browser.wait_for("#detail .code")
    assert SCRIPT in browser.texts("#detail .code")[0]
    assert browser.texts("#detail h1") == [f"{IMAGE} on {SCRIPT}/p0"]


@pytest.mark.browser
def test_marks_that_turn_the_text_are_written_out(browser: Browser, page: Path) -> None:
    browser.open(page, detail_link(f"{SCRIPT}/p7", IMAGE))
    browser.wait_for("#detail .code")
    assert {"U+202E", "U+2066"} <= set(browser.texts("#detail .ctl"))
    assert not browser.run(r"return /[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText)")
