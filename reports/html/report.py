"""Making the report of one run or several: read, put in order, render, write."""

from __future__ import annotations

import gc
import io
import math
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from llamoco_bench.errors import UsageError
from llamoco_bench.gates.measurements import Measurements
from llamoco_bench.gates.pairing import usable
from llamoco_bench.reports.html.baseline import choose_baseline
from llamoco_bench.reports.html.blobs import pack, pack_json
from llamoco_bench.reports.html.choices import optimizer_choices
from llamoco_bench.reports.html.comparison import comparisons
from llamoco_bench.reports.html.costs import costs
from llamoco_bench.reports.html.details import problem_details
from llamoco_bench.reports.html.downloads import downloads, write_every_run
from llamoco_bench.reports.html.evidence import read_runs
from llamoco_bench.reports.html.heatmap import heat_map
from llamoco_bench.reports.html.leaderboard import COLUMNS, leaderboard
from llamoco_bench.reports.html.manifests import manifest_rows
from llamoco_bench.reports.html.page import render
from llamoco_bench.reports.html.pool_gap import pool_gaps
from llamoco_bench.reports.html.profiles import Profiles, data_profiles
from llamoco_bench.reports.html.published import published_figures
from llamoco_bench.reports.html.study import Study, make_study
from llamoco_bench.reports.html.svg import series_class
from llamoco_bench.reports.html.taxonomy import taxonomy
from llamoco_bench.reports.html.verdict import verdict
from llamoco_bench.run_folder import RunFolder

SPLIT_FROM: Final = 12 * 1024 * 1024
"""Characters of packed details above which they lie beside the page instead of in it."""

NOTHING: Final = "There is no finished run in {names}; a report needs at least one"


def write_report(
    folders: Sequence[RunFolder],
    path: Path,
    baseline: Measurements | str | None = None,
    split_from: int = SPLIT_FROM,
) -> Path | None:
    """Write the report of `folders` to `path`.

    Parameters
    ----------
    folders: the runs, of which one report is made together.
    path: of the page; its folder is made.
    baseline: what to compare with: what another run or a baseline file holds, or the label of a model of these runs.
    split_from: size of the packed details from which they lie beside the page.

    Returns
    -------
    The folder with the details, ``<stem>_data`` beside `path`, where they did not fit into the page; else None.

    Raises
    ------
    UsageError: where the runs hold no finished run, or there is no such model to compare with.
    JournalError: for a damaged run.
    """
    with _collector_paused():
        return _write(folders, path, baseline, split_from)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from looking for cycles in millions of records that have none: a third of the time of large runs."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _write(
    folders: Sequence[RunFolder], path: Path, baseline: Measurements | str | None, split_from: int
) -> Path | None:
    study = make_study(read_runs(folders))
    if not study.items:
        raise UsageError(NOTHING.format(names=", ".join(str(folder.path) for folder in folders)))
    compared = choose_baseline(study, baseline)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.stem}_data")
    if (beside / MARK).exists():  # of an earlier report under this name
        shutil.rmtree(beside)
    packed = _pack_details(study, beside, split_from)
    split = None if packed is not None else beside
    every_run: str | None = None
    if split is None:
        runs = io.StringIO()
        write_every_run(study, runs)
        every_run = pack(runs.getvalue().encode())
    else:
        with (split / "runs.csv").open("w", encoding="utf-8") as file:
            write_every_run(study, file)
    context = {**views(study, compared), "every_run": every_run}
    page = render(context, _summary(study, context["profiles"]), packed or (), split.name if split else None)
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(path)
    return split


MARK: Final = "details-of-a-llamoco-report.txt"
"""Tells a folder that a report may replace from one that happens to have its name."""


def views(study: Study, given: Measurements | None) -> dict[str, Any]:
    """Make everything that the templates show, compared with the baseline that was `given`."""
    baseline, notes = usable(given, study.measured)
    boards = leaderboard(study, baseline, published_figures())
    return {
        "title": " + ".join(source.name for source in study.evidence.sources[:3]),
        "study": study,
        "verdict": verdict(study, boards, notes),
        "boards": boards,
        "columns": COLUMNS,
        "baseline": baseline,
        "maps": heat_map(study),
        "profiles": data_profiles(study),
        "taxonomy": taxonomy(study),
        "choices": optimizer_choices(study),
        "costs": costs(study),
        "comparisons": comparisons(study, baseline),
        "gaps": pool_gaps(study),
        "sources": [(source.name, tuple(manifest_rows(source))) for source in study.evidence.sources],
        "downloads": downloads(study),
    }


def _pack_details(study: Study, beside: Path, split_from: int) -> list[str] | None:
    """Pack the details of every problem; return None where they are too large and were written to `beside`."""
    packed: list[str] = []
    size = 0
    details: Iterator[str] = (pack_json(found) for _, found in problem_details(study))
    for one in details:
        packed.append(one)
        size += len(one)
        if size > split_from:
            _write_details(packed, details, beside)
            return None
    return packed


def _write_details(packed: Sequence[str], rest: Iterable[str], beside: Path) -> None:
    if beside.exists():
        raise UsageError(f"{beside} is in the way: the details of the report go there; move it or name another file")
    beside.mkdir(parents=True)
    (beside / MARK).write_text("Made by llamoco-bench together with the page beside this folder.\n")
    index = 0
    for part in (packed, rest):
        for one in part:
            (beside / f"p{index}.js").write_text(f'llamocoDetail({index},"{one}");\n', encoding="ascii")
            index += 1


def _summary(study: Study, profiles: Sequence[Profiles]) -> dict[str, Any]:
    return {
        "models": list(study.models),
        "colours": [series_class(index) for index in range(len(study.models))],
        "problems": list(study.all_problems()),
        "profiles": [
            {
                "suite": one.suite,
                "grid": [round(float(x), 4) for x in one.grid],
                "series": [
                    {
                        "m": study.models.index(model),
                        "share": _short(p.share),
                        "low": _short(p.low),
                        "high": _short(p.high),
                    }
                    for model, p in one.models
                ],
            }
            for one in profiles
        ],
    }


def _short(values: Iterable[float]) -> list[float | None]:
    return [None if math.isnan(value) else round(float(value), 4) for value in values]
