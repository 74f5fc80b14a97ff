from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.journal import Journal, Record
from llamoco_bench.reports.leaderboard import write_site
from llamoco_bench.run_folder import RunFolder
from tests.gates.making import runs

HOSTILE = "<script>alert(1)</script>"


class Page(HTMLParser):
    """Links, rows and tags of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.rows: list[list[str]] = []
        self.tied: list[str] = []
        self._tied = False
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        if tag == "a":
            self.links.append(found["href"] or "")
        if tag == "tr":
            self.rows.append([])
            self._tied = found.get("class") == "tied"
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data
            if self._tied and len(self.rows[-1]) == 1:
                self.tied.append(data)


def folder(path: Path, records: list[Record], **fields: object) -> RunFolder:
    run = RunFolder(path)
    run.write_manifest({"options": {}, "models": [], "suites": [], "problems": "*", **fields})
    with Journal(run.new_journal("main")) as journal:
        for record in records:
            journal.append(record)
            if record["run"] == 0:
                journal.append({**record, "kind": "item"})
    return run


def test_site_of_several_runs_has_a_page_a_suite_with_ranks_and_ties(tmp_path: Path) -> None:
    first = folder(tmp_path / "one", [*runs([[0.9]] * 9, "a"), *runs([[0.9]] * 9, "b"), *runs([[0.2]] * 9, "c")])
    second = folder(tmp_path / "two", [*runs([[0.5]] * 9, "a"), *runs([[0.5]] * 9, "d", "t/u")])
    assert write_site([first, second], tmp_path / "site") == ["index.html", "suite-s.html", "suite-t-u.html"]
    page = Page(tmp_path / "site" / "suite-s.html")
    assert [row[:2] for row in page.rows[1:]] == [["a (one)", "1-2"], ["b", "1-2"], ["a (two)", "3"], ["c", "4"]]
    assert page.tied == ["a (one)", "b"]
    content = json.loads((tmp_path / "site" / "leaderboard.json").read_text())
    assert [entry["model"] for entry in content["suites"]["s"]] == ["a (one)", "b", "a (two)", "c"]
    assert [run["name"] for run in content["runs"]] == ["one", "two"]


def test_every_link_leads_to_a_file_and_reports_come_along(tmp_path: Path) -> None:
    run = folder(tmp_path / "one", runs([[0.9]] * 3))
    (run.path / "report.html").write_text("report")
    write_site([run], tmp_path / "site")
    links = {link for page in (tmp_path / "site").glob("*.html") for link in Page(page).links}
    assert "reports/one.html" in links
    assert all((tmp_path / "site" / link).is_file() for link in links)


def test_no_page_has_a_script_and_names_of_models_are_text(tmp_path: Path) -> None:
    write_site([folder(tmp_path / "one", runs([[0.9]] * 3, HOSTILE, HOSTILE))], tmp_path / "site")
    for path in (tmp_path / "site").glob("*.html"):
        page = Page(path)
        assert not page.tags & {"script", "img", "link", "iframe"}
        assert any(HOSTILE in cell for row in page.rows for cell in row)


def test_site_is_written_anew_over_an_older_one_and_over_nothing_else(tmp_path: Path) -> None:
    run = folder(tmp_path / "one", runs([[0.9]] * 3))
    write_site([run], tmp_path / "site")
    write_site([run], tmp_path / "site")
    with pytest.raises(UsageError, match="no leaderboard"):
        write_site([run], run.path)


def test_runs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    found = [folder(tmp_path / where / "run", runs([[0.9]] * 3)) for where in ("x", "y")]
    write_site(found, tmp_path / "site")
    names = {entry["name"] for entry in json.loads((tmp_path / "site" / "leaderboard.json").read_text())["runs"]}
    assert len(names) == 2


def test_incomplete_run_is_marked(tmp_path: Path) -> None:
    run = folder(tmp_path / "one", runs([[0.9]] * 3))
    with Journal(run.new_journal("plan")) as journal:
        journal.append({"kind": "plan", "shard": [2, 3], "items": [["s", "99", "m"]]})
    write_site([run], tmp_path / "site")
    text = (tmp_path / "site" / "index.html").read_text()
    assert "shards missing: 1/3, 3/3; 1 of 1 items not finished" in text


def test_runs_without_results_make_no_site(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="result"):
        write_site([folder(tmp_path / "one", [])], tmp_path / "site")
    assert not (tmp_path / "site").exists()
