"""The site opened from disk: the search finds pages, and nothing is asked for outside its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.test_site import build
from tests.reports.html.browsing import Browser, address, chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("downloads")) as window:
        yield window


@pytest.mark.browser
def test_the_search_works_from_disk_and_without_a_network(site: Path, window: Browser) -> None:
    window.open(site / "index.html", "?q=baseline")
    found = window.wait(
        "const a = [...document.querySelectorAll('.md-search-result__link')].map((e) => e.href);"
        "return a.length ? a : null"
    )
    assert any("gate" in link for link in found)
    assert all(link.startswith(address(site)) for link in found)
    assert [url for url in window.requests() if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
