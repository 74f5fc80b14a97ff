"""The static site is built without a warning, is whole, and loads nothing from the network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from llamoco_bench.baselines.models.kinds import KINDS
from llamoco_bench.baselines.models.presets import PRESETS
from llamoco_bench.cli import make_parser
from llamoco_bench.options import OPTIONS
from llamoco_bench.problems.registry import SUITES
from llamoco_bench.reference_pages import PAGES, subcommands
from llamoco_bench.training.__main__ import make_parser as make_training_parser

ROOT = Path(__file__).parents[2]

EXTERNAL = ("https://arxiv.org/abs/2403.01131", "https://squidfunk.github.io/mkdocs-material/")
"""Where links may lead outside the site: the paper, and the theme's own line at the foot of each page."""

PUBLIC = (
    "llamoco_bench.testing.AdapterConformance",
    "llamoco_bench.testing.ProblemConformance",
    "llamoco_bench.problems.registry.load_problem",
    "llamoco_bench.problems.registry.list_problems",
    "llamoco_bench.problems.registry.register_problem",
    "llamoco_bench.problems.problem.Problem",
    "llamoco_bench.problems.own.problem_from_equations",
    "llamoco_bench.problems.own.problem_from_code",
    "llamoco_bench.baselines.models.base.Model",
    "llamoco_bench.baselines.models.base.Generation",
    "llamoco_bench.baselines.models.spec.ModelSpec",
    "llamoco_bench.baselines.optimizers.run.run_optimizer",
    "llamoco_bench.hookspecs.pytest_llamoco_models",
    "llamoco_bench.plugin.llamoco_run",
    "llamoco_bench.plugin.llamoco_register",
    "llamoco_bench.sandbox.sandbox.run_program",
    "llamoco_bench.sandbox.limits.Limits",
    "llamoco_bench.sandbox.result.RunResult",
    "llamoco_bench.statuses",
    "llamoco_bench.metrics.error_rate",
    "llamoco_bench.metrics.recovery_cost",
    "llamoco_bench.metrics.optimization_performance",
    "llamoco_bench.metrics.computational_overhead",
    "llamoco_bench.journal.Journal",
    "llamoco_bench.errors.LlamocoError",
)


def test_the_page_of_options_has_each_with_its_ini_name_default_and_help() -> None:
    rows = {
        row.split("`")[1].partition("=")[0]: row for row in PAGES["reference/options.md"]().splitlines() if "`--" in row
    }
    assert set(rows) == {option.text for option in OPTIONS}
    for option in OPTIONS:
        row = rows[option.text]
        assert option.help in row.replace("\\|", "|")
        assert (f"`{option.dest}`" in row) == option.ini
        assert option.default is None or f"| `{option.default}` |" in row


def test_the_page_of_commands_has_every_command_and_every_option_of_each() -> None:
    page = PAGES["reference/commands.md"]()
    for parser in (make_parser(), make_training_parser()):
        found = dict(subcommands(parser))
        assert found
        for name, command in found.items():
            part = page.partition(f"### `{parser.prog} {name}`\n")[2].partition("\n##")[0]
            for action in command._actions:
                assert all(flag in part for flag in action.option_strings), (name, action)


def test_the_pages_of_models_and_suites_have_every_kind_preset_and_suite() -> None:
    models, suites = PAGES["reference/models.md"](), PAGES["reference/suites.md"]()
    assert [kind for kind in KINDS if not re.search(rf"^### `{kind}[:`]", models, re.MULTILINE)] == []
    assert [preset for preset in PRESETS if f"| `{preset}` |" not in models] == []
    assert [suite for suite in SUITES if f"| `{suite}` | {len(SUITES[suite].ids()):,} |" not in suites] == []


class Page(HTMLParser):
    """What one page of the site links to and loads, and the anchors that it has."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        self.loaded |= {given[name] for name in ("src", "srcset", "data", "poster") if name in given}
        if tag == "link" and "href" in given:
            self.loaded.add(given["href"])


def build(out: Path) -> Path:
    """Build the site into `out`, without a warning."""
    pytest.importorskip("mkdocs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=600,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("site"))


@pytest.mark.slow
def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {file: Page(file) for file in site.rglob("*.html") if file.name != "404.html"}
    assert len(pages) > len(list((ROOT / "docs").rglob("*.md")))
    dead = []
    for file, page in pages.items():
        for link in page.links | page.loaded:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                assert link in EXTERNAL, f"{file.name} points to {link}"
                assert link not in page.loaded, f"{file.name} loads {link}"
                continue
            path, anchor = urldefrag(link)
            target = (file.parent / unquote(path)).resolve() if path else file
            target = target / "index.html" if target.is_dir() else target
            known = target.is_file() and (not anchor or target not in pages or unquote(anchor) in pages[target].anchors)
            if not known and not anchor.startswith("__"):
                dead.append(f"{file.relative_to(site)}: {link}")
    assert dead == []


@pytest.mark.slow
def test_styles_load_nothing_from_elsewhere(site: Path) -> None:
    for file in site.rglob("*.css"):
        assert (
            re.findall(r"url\(['\"]?(?:https?:)?//[^)]*\)|@import[^;]*//[^;]*", file.read_text(encoding="utf-8")) == []
        )


@pytest.mark.slow
def test_what_is_public_is_in_the_reference_and_found_by_the_search(site: Path) -> None:
    anchors = {anchor for file in (site / "reference").glob("*.html") for anchor in Page(file).anchors}
    assert [name for name in PUBLIC if name not in anchors] == []
    index = (site / "search" / "search_index.js").read_text(encoding="utf-8")
    places = {entry["location"] for entry in json.loads(index.removeprefix("var __index = "))["docs"]}
    assert {"reference/options.html", "tutorials/gate.html", "differences.html"} <= places


@pytest.mark.slow
def test_formulas_are_shown_without_a_script(site: Path) -> None:
    text = (site / "problems" / "synthetic.html").read_text(encoding="utf-8")
    assert "<math" in text
    assert 'class="arithmatex"' not in text
