"""A headless Chromium for tests of pages, and what can be asked of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WAIT_S = 30.0


class Browser:
    """One window; every page that it opens is watched for errors and requests."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, page: Path, link: str = "") -> None:
        """Open `page` anew, at a deep link (with its #), and forget what was logged before."""
        self.driver.get("about:blank")
        self.errors()
        self.requests()
        self.driver.get(f"{address(page)}{link}")

    def go(self, link: str) -> None:
        """Follow a deep link within the page."""
        self.run("location.hash = arguments[0]", link)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, *arguments: object) -> Any:
        """Wait until `script` returns something true, and return it."""
        return WebDriverWait(self.driver, WAIT_S).until(lambda _: self.run(script, *arguments), script)

    def wait_for(self, selector: str) -> Any:
        """Wait for a visible element."""
        return self.wait(
            "const e = document.querySelector(arguments[0]); return e && e.getClientRects().length ? e : null", selector
        )

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.run(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector
        )
        return found

    def press(self, *keys: str) -> None:
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def errors(self) -> list[str]:
        """What the page complained about since the last call."""
        return [entry["message"] for entry in self._log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list[str]:
        """Addresses that were asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        get_log: Any = self.driver.get_log  # without annotations in selenium
        entries: list[dict[str, Any]] = get_log(kind)
        return entries

    def find(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)


def address(page: Path) -> str:
    return f"file://{quote(str(page))}"


@contextmanager
def chromium(downloads: Path) -> Iterator[Browser]:
    """Start a Chromium of the system."""
    binary, service = shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or service is None:
        pytest.fail("These tests need chromium and chromedriver (Debian: apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,1000"):
        options.add_argument(argument)
    several = "profile.default_content_setting_values.automatic_downloads"
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads), several: 1})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(service))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
