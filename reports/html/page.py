"""Putting the report together: templates, style, scripts, data, and the policy that lets nothing else in.

The policy (a ``meta`` element) forbids every request and every script but those whose SHA-256 it names. What a model
wrote comes into the page in three ways only: through templates that escape, as JSON whose ``<`` is escaped, and as
compressed base64 that the page's script puts into text nodes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from llamoco_bench import __version__
from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.blobs import data_uri, script_json
from llamoco_bench.reports.html.svg import series_class, share_bar

SCRIPTS: Final = ("core.js", "chart.js", "profiles.js", "heatmap.js", "program.js", "problem.js", "router.js")
VENDORED: Final = ("uPlot.iife.min.js", "uPlot.min.css")
_POLICY: Final = (
    "default-src 'none'; script-src {scripts}; style-src {styles}; img-src data:; base-uri 'none'; form-action 'none'"
)


def resource(folder: str, name: str) -> str:
    """Read a file that ships with the package."""
    return (files(__package__) / folder / name).read_text(encoding="utf-8")


def render(context: Mapping[str, Any], summary: Mapping[str, Any], details: Sequence[str], split: str | None) -> str:
    """Render the page.

    Parameters
    ----------
    context: what the templates show.
    summary: what the page's script knows from the start.
    details: packed details of each problem, in the order of the summary; empty where they lie beside the page.
    split: name of the folder beside the page that holds the details, or None.
    """
    styles = [resource("vendor", "uPlot.min.css"), resource("static", "report.css")]
    scripts = [resource("vendor", "uPlot.iife.min.js"), _own_script()]
    return _environment().get_template("page.html.jinja").render(
        **context,
        version=__version__,
        policy=policy(scripts, styles, split is not None),
        styles=[Markup(style) for style in styles],
        scripts=[Markup(script) for script in scripts],
        summary=Markup(script_json({**summary, "split": split})),
        details=[Markup(packed) for packed in details],
    )  # fmt: skip


def policy(scripts: Sequence[str], styles: Sequence[str], split: bool) -> str:
    """Write the content security policy; scripts beside a split page are let in by the page's own script alone."""
    allowed = [*map(_source, scripts), *(["'strict-dynamic'"] if split else [])]
    return _POLICY.format(scripts=" ".join(allowed), styles=" ".join(map(_source, styles)))


def detail_link(problem: str, model: str | None = None) -> str:
    """Return the deep link to a problem, or to what a model wrote for it."""
    link = f"#/problem/{quote(problem, safe='/', errors='replace')}"
    return link if model is None else f"{link}/model/{quote(model, safe='', errors='replace')}"


def _source(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _own_script() -> str:
    parts = "\n".join(resource("static", name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}\n}})();\n'


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("llamoco_bench.reports.html", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "visible": text.visible,
        "number": text.number,
        "signed": text.signed,
        "count": text.count,
        "short": text.short_number,
    }
    environment.globals |= {
        "link": detail_link,
        "data_uri": data_uri,
        "share_bar": share_bar,
        "series": series_class,
    }
    return environment
