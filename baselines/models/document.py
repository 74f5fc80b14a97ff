"""Writes the tables of kinds, options and presets into the documentation.

``python -m llamoco_bench.baselines.models.document docs/models.md`` renews them between their two markers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from llamoco_bench.baselines.models.hosted import HOSTED, HostedRules
from llamoco_bench.baselines.models.kind import Kind, Option, Value
from llamoco_bench.baselines.models.kinds import KINDS
from llamoco_bench.baselines.models.presets import PRESETS
from llamoco_bench.markdown import table

BEGIN: Final = "<!-- tables: begin (written by llamoco_bench.baselines.models.document) -->"
END: Final = "<!-- tables: end -->"


def tables(docs: str = "") -> str:
    """Return everything that stands between the markers, as Markdown; `docs` leads to the folder of the pages."""
    parts = [_kind(kind, docs) for kind in KINDS.values()]
    return "\n".join([*parts, _presets(), _hosted()])


def renewed(text: str) -> str:
    """Return `text` with what stands between the markers written anew. Raises `ValueError` where they are missing."""
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"the text lacks the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def _kind(kind: Kind, docs: str) -> str:
    head = f"{kind.name}:{kind.argument}" if kind.argument else kind.name
    lines = [f"### `{head}`", "", f"{_sentence(kind.summary)}{_extra(kind)}", ""]
    if kind.open_options:
        lines += [
            f"Options: the optimizer's own, as [its page]({docs}optimizers/index.md) lists them, "
            "words and signs as in its grid; those of `pool:best` and `pool:frequent` are below.",
            "",
        ]
    else:
        rows = [(f"`{o.name}`", _type(o), _default(o), o.help) for o in kind.options]
        lines += [table(("option", "type", "default", "meaning"), rows), ""]
    return "\n".join(lines)


def _presets() -> str:
    rows = [(f"`{name}`", _long_form(name), preset.summary) for name, preset in PRESETS.items()]
    return "\n".join(["### Presets", "", table(("name", "stands for", "what it is"), rows), ""])


def _long_form(name: str) -> str:
    preset = PRESETS[name]
    query = "&".join(f"{key}={value}" for key, value in preset.options.items())
    return f"`{preset.kind}:{preset.name}{'?' if query else ''}{query}`"


def _hosted() -> str:
    rows = [(f"`{name}`", *_rules(rules)) for name, rules in HOSTED]
    rows.append(("every other", *_rules(HostedRules())))
    columns = ("name begins with", "temperature", "longest answer", "sent as", "system role")
    return "\n".join(["### Hosted models", "", table(columns, rows), ""])


def _rules(rules: HostedRules) -> tuple[str, str, str, str]:
    temperature = "not sent" if rules.temperature is None else f"{rules.temperature:g}"
    role = "yes" if rules.system_role else "put before the user's text"
    return temperature, str(rules.max_tokens), f"`{rules.length_parameter}`", role


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _extra(kind: Kind) -> str:
    return f' Needs `pip install "llamoco-bench[{kind.extra}]"`.' if kind.extra else ""


def _type(option: Option) -> str:
    if option.choices:
        return ", ".join(f"`{choice}`" for choice in option.choices)
    return option.type if option.least is None else f"{option.type}, at least {option.least:g}"


def _default(option: Option) -> str:
    return option.shown if option.default is None else f"`{_text(option.default)}`"


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def main(path: Path) -> None:
    """Renew the tables in the file `path`."""
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
