"""A static site of many runs: an index, a page a suite, the numbers as JSON and CSV. No script, no network.

::

    index.html          suites with their leaders, and the runs that the site is made of
    suite-NAME.html     one table: rank range, every number with its 95 % interval, ties with the best shaded
    suite-NAME.csv      the same numbers
    leaderboard.json    all of it
    reports/RUN.html    copies of HTML reports that the runs had, linked from the index

Everything that a run brings in, labels and names, is text: it is escaped, and a policy in each page forbids scripts.
"""

from __future__ import annotations

import json
import math
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Final

from llamoco_bench.completeness import Completeness, completeness_of
from llamoco_bench.errors import UsageError
from llamoco_bench.ranking import Standing, rank_models
from llamoco_bench.reports import tables
from llamoco_bench.run_folder import RunFolder
from llamoco_bench.scoring import MEASURES, Item, Score, collect_items, item_values, score
from llamoco_bench.statistics import Estimate

REPORT: Final = "report.html"
"""An HTML report that lies in a run folder under this name is linked."""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --tie: #2a78; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
tr.tied { background: color-mix(in srgb, var(--tie) 45%, transparent); }
small { opacity: .75; }
"""


@dataclass(frozen=True, slots=True)
class _Run:
    name: str
    folder: RunFolder
    manifest: Mapping[str, Any]
    items: tuple[Item, ...]
    state: Completeness


def write_site(folders: Sequence[RunFolder], output: Path) -> list[str]:
    """Write the site of `folders` into `output`, over an older one if there is one; return the names of its pages.

    Raises
    ------
    UsageError: where none of the runs holds a result, or `output` is something else than a site.
    """
    if output.exists() and not (output / "leaderboard.json").exists() and (output.is_file() or any(output.iterdir())):
        raise UsageError(f"{output} holds something that is no leaderboard; give a new folder")
    runs = _labelled([_read(folder) for folder in folders])
    by_suite: dict[str, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for item in (item for run in runs for item in run.items):
        by_suite[item.suite][item.model].append(item)
    if not by_suite:
        raise UsageError("None of these runs holds a result; there is nothing to show")
    output.mkdir(parents=True, exist_ok=True)
    pages = ["index.html"]
    boards = {suite: _board(models) for suite, models in sorted(by_suite.items())}
    for suite, (scores, standings) in boards.items():
        pages.append(page := f"{_file_name(suite)}.html")
        (output / page).write_text(_suite_page(suite, scores, standings), encoding="utf-8")
        (output / f"{_file_name(suite)}.csv").write_text(tables.as_csv(scores, standings), encoding="utf-8")
    (output / "index.html").write_text(_index_page(boards, runs, _copy_reports(runs, output)), encoding="utf-8")
    (output / "leaderboard.json").write_text(_json(boards, runs), encoding="utf-8")
    return pages


Board = tuple[list[Score], tables.Standings]


def _read(folder: RunFolder) -> _Run:
    manifest, records = folder.manifest, folder.records()
    return _Run(folder.path.resolve().name, folder, manifest, tuple(collect_items(records)), completeness_of(records))


def _labelled(runs: Sequence[_Run]) -> list[_Run]:
    """Tell runs of one name, and models of one label in several runs, apart."""
    names = Counter(run.name for run in runs)
    runs = [replace(run, name=run.name if names[run.name] == 1 else f"{run.name}-{run.folder.id[:6]}") for run in runs]
    found = Counter((suite, model) for run in runs for suite, model in {(i.suite, i.model) for i in run.items})

    def renamed(run: _Run) -> tuple[Item, ...]:
        return tuple(
            item if found[item.suite, item.model] == 1 else replace(item, model=f"{item.model} ({run.name})")
            for item in run.items
        )

    return [replace(run, items=renamed(run)) for run in runs]


def _board(models: dict[str, list[Item]]) -> Board:
    values = {model: {item.problem: item_values(item, "perf") for item in items} for model, items in models.items()}
    standings = rank_models(values, "perf")
    scores = sorted(map(score, models.values()), key=lambda s: (_place(standings, s.model), -_value(s.reach), s.model))
    return scores, {(s.suite, s.model): standings[s.model] for s in scores if s.model in standings}


def _place(standings: dict[str, Standing], model: str) -> float:
    return standings[model].rank if model in standings else math.inf


def _value(estimate: Estimate) -> float:
    return -math.inf if math.isnan(estimate.value) else estimate.value


def _copy_reports(runs: Sequence[_Run], output: Path) -> dict[str, str]:
    """Copy the HTML reports of the runs; return their addresses by name of the run."""
    shutil.rmtree(output / "reports", ignore_errors=True)
    links = {}
    for run in runs:
        if (run.folder.path / REPORT).is_file():
            (output / "reports").mkdir(exist_ok=True)
            links[run.name] = f"reports/{_safe(run.name)}.html"
            shutil.copyfile(run.folder.path / REPORT, output / links[run.name])
    return links


def _index_page(boards: dict[str, Board], runs: Sequence[_Run], reports: dict[str, str]) -> str:
    suites = [["Suite", "Models", "Problems", "Best, or tied with it", "Perf of the first"]]
    for suite, (scores, standings) in boards.items():
        leaders = [s.model for s in scores if (found := standings.get((suite, s.model))) and found.tied]
        link = f'<a href="{escape(_file_name(suite))}.html">{escape(suite)}</a>'
        problems = max(s.n_problems for s in scores)
        suites.append(
            [link, str(len(scores)), str(problems), escape(", ".join(leaders)), _interval(scores[0].perf, ".3f")]
        )
    rows = [["Run", "Started", "Models", "Commit", "State", "Report"]]
    for run in runs:
        manifest = run.manifest
        git = manifest.get("git") or {}
        report = f'<a href="{escape(reports[run.name])}">report</a>' if run.name in reports else "-"
        models = ", ".join(sorted({item.model for item in run.items}))
        state = "complete" if run.state.complete else f"incomplete: {run.state.describe()}"
        commit = str(git.get("commit", "-"))[:12] + (" (changed)" if git.get("dirty") else "")
        rows.append(
            [escape(run.name), *map(escape, (str(manifest.get("started", "-")), models, commit, state)), report]
        )
    body = f"<h1>Leaderboard</h1>{_table(suites, text=(3,))}<h2>Runs</h2>{_table(rows, text=(1, 2, 3, 4, 5))}"
    return _page("Leaderboard", f'{body}<p><a href="leaderboard.json">All numbers as JSON</a></p>')


def _suite_page(suite: str, scores: Sequence[Score], standings: tables.Standings) -> str:
    titles = {name: measure.title for name, measure in MEASURES.items()}
    rows = [["Model", "Rank", *titles.values(), "Problems", "Runs"]]
    classes = [""]
    for s in scores:
        standing = standings.get((suite, s.model))
        numbers = [_interval(getattr(s, name), ".3f" if MEASURES[name].unit else ",.0f") for name in MEASURES]
        rank = "-" if standing is None else standing.range
        rows.append([escape(s.model), rank, *numbers, str(s.n_problems), str(s.n_runs)])
        classes.append("tied" if standing is not None and standing.tied else "")
    notes = (
        "<p>Rank: the ranks by Perf that the results leave open, by comparisons paired by problem at 5 % "
        "(Holm-corrected). Shaded: cannot be told from the best. In brackets: 95 % intervals.</p>"
    )
    links = f'<p><a href="index.html">All suites</a> · <a href="{escape(_file_name(suite))}.csv">CSV</a></p>'
    return _page(suite, f"<h1>{escape(suite)}</h1>{notes}{_table(rows, classes=classes)}{links}")


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} - llamoco-bench</title><style>{_STYLE}</style></head>\n"
        f"<body><main>{body}</main></body></html>\n"
    )


def _table(rows: Sequence[Sequence[str]], text: Sequence[int] = (), classes: Sequence[str] = ()) -> str:
    """Lay out `rows`, whose first is the head, of ready HTML; columns in `text` are set to the left."""

    def cells(row: Sequence[str], tag: str) -> Iterator[str]:
        for place, cell in enumerate(row):
            kind = ' class="text"' if place in text else ""
            yield f"<{tag}{kind}>{cell}</{tag}>"

    head, *body = rows
    lines = [f"<thead><tr>{''.join(cells(head, 'th'))}</tr></thead><tbody>"]
    for number, row in enumerate(body, start=1):
        kind = f' class="{classes[number]}"' if classes and classes[number] else ""
        lines.append(f"<tr{kind}>{''.join(cells(row, 'td'))}</tr>")
    return '<div class="scroll"><table>' + "\n".join(lines) + "</tbody></table></div>"


def _interval(estimate: Estimate, form: str) -> str:
    if math.isnan(estimate.value):
        return "-"
    value = format(estimate.value, form)
    if math.isnan(estimate.low):
        return value
    return f"{value} <small>[{format(estimate.low, form)}, {format(estimate.high, form)}]</small>"


def _json(boards: dict[str, Board], runs: Sequence[_Run]) -> str:
    content = {
        "suites": {
            suite: [tables.as_dict(s, standings) for s in scores] for suite, (scores, standings) in boards.items()
        },
        "runs": [
            {"name": run.name, "id": run.folder.id, "complete": run.state.complete, "manifest": run.manifest}
            for run in runs
        ],
    }
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _file_name(suite: str) -> str:
    return f"suite-{_safe(suite)}"


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)
