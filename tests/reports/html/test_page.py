from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from llamoco_bench.reports.html import page as pages
from llamoco_bench.reports.html.blobs import script_json

VENDORED = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "uPlot-LICENSE.txt": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}
"""SHA-256 of the files of uPlot 1.6.32 as npm has them."""


@pytest.mark.parametrize("name", VENDORED)
def test_vendored_file_is_the_published_one(name: str) -> None:
    assert hashlib.sha256(pages.resource("vendor", name).encode()).hexdigest() == VENDORED[name]


def policy_of(text: str) -> str:
    [found] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    return str(found).replace("&#39;", "'")


def test_policy_lets_in_what_is_there_and_nothing_else(page: Path) -> None:
    text = page.read_text()
    policy = policy_of(text)
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(bodies) == 2
        for body in bodies:
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy


def test_page_alone_trusts_no_script_beside_it() -> None:
    assert "strict-dynamic" not in pages.policy(["a"], ["b"], split=False)
    assert "strict-dynamic" in pages.policy(["a"], ["b"], split=True)


def test_scripts_never_make_markup_of_text() -> None:
    for name in pages.SCRIPTS:
        script = pages.resource("static", name)
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert forbidden not in script, name


def test_templates_escape_all_but_what_python_made() -> None:
    templates = list((Path(pages.__file__).parent / "templates").glob("*.jinja"))
    assert len(templates) > 5
    for template in templates:
        assert not re.search(r"\|\s*safe\b|autoescape", template.read_text()), template.name


@pytest.mark.parametrize("text", ["</script>", "<!--", "a & b", "\u2028", "\ud800", "日本"])
def test_json_in_a_script_element_stays_in_it(text: str) -> None:
    written = script_json({"text": text})
    assert not re.search("[<>&\u2028]", written)
    assert json.loads(written) == {"text": text}


@pytest.mark.parametrize(
    ("problem", "model", "link"),
    [
        ("cec2020/RC01", None, "#/problem/cec2020/RC01"),
        ("cec2020/RC01", "pool:de", "#/problem/cec2020/RC01/model/pool%3Ade"),
        ("<p>/1", "a/b", "#/problem/%3Cp%3E/1/model/a%2Fb"),
    ],
)
def test_deep_links_hold_any_name(problem: str, model: str | None, link: str) -> None:
    assert pages.detail_link(problem, model) == link


def test_dark_colours_are_the_same_by_the_system_and_by_the_switch() -> None:
    """CSS cannot give two selectors, one of them in a media query, the same block."""
    style = pages.resource("static", "report.css")
    blocks = [
        re.search(rf"{re.escape(selector)} {{([^}}]*)}}", style)
        for selector in (':root:not([data-theme="light"])', ':root[data-theme="dark"]')
    ]
    by_system, by_switch = (block[1] for block in blocks if block)
    assert by_system == by_switch
    assert "color-scheme: dark" in by_switch
