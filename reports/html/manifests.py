"""What was run, with what and where: the manifests, as rows of a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from llamoco_bench.reports.html import text
from llamoco_bench.reports.html.evidence import Source


def manifest_rows(source: Source) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of what a run's manifest says."""
    for name, value in source.manifest.items():
        if name not in ("schema", "argv"):
            yield text.visible(name, 40), text.visible(_shown(value), 2000)
    argv = source.manifest.get("argv")
    if isinstance(argv, list):
        yield "command line", text.visible(" ".join(map(str, argv)), 2000)


def _shown(value: Any) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, dict) and not any(isinstance(v, dict | list) for v in value.values()):
        return ", ".join(f"{k} {'–' if v is None else v}" for k, v in value.items())
    return json.dumps(value, ensure_ascii=False)
