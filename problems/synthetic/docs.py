"""Writes the page about the suite: ``python -m llamoco_bench.problems.synthetic.docs > docs/problems/synthetic.md``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from llamoco_bench.problems import quick
from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.basic.formula import Name
from llamoco_bench.problems.basic.latex import LatexPrinter
from llamoco_bench.problems.cec2020.prompt_text import fill
from llamoco_bench.problems.registry import SUITES, list_problems
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.problems.synthetic.best_known import read
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.problems.synthetic.families import FAMILIES, Family
from llamoco_bench.problems.synthetic.family_formulas import family_formula
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.labels import labels
from llamoco_bench.problems.synthetic.prompts import python_styles
from llamoco_bench.problems.synthetic.quality import REASONS
from llamoco_bench.problems.synthetic.split import is_for_evaluation

_FOLDER: Final = Path(__file__).parent
_N_FORMS: Final = 3


def page() -> str:
    """Return the page as Markdown: the template ``page.md`` with the facts."""
    instances = [instance_of(name) for name in IDS]
    constrained = [instance for instance in instances if instance.constraints]
    cut_off = [instance for instance in instances if instance.cuts_off_optimum]
    values = {
        "functions": _lines(_functions()),
        "n_families": str(len(FAMILIES)),
        "families": _lines(_families(constrained)),
        "refused": _lines(_refused()),
        "labels": _lines(_labels(instances)),
        "split": _split(instances),
        "suites": _lines(_suites()),
        "quick": _lines(_quick()),
        "quick_realistic": _listed(quick.REALISTIC),
        "cut_off": f"{len(cut_off):,}",
        "of_constrained": f"{len(cut_off) / len(constrained):.0%}".replace("%", " %"),
        "inequalities": f"{sum(len(i.inequalities) for i in constrained):,}",
        "equalities": f"{sum(len(i.equalities) for i in constrained):,}",
        "descriptions": f"{sum(_N_FORMS + len(python_styles(name)) for name in IDS):,}",
        "searched": _searched(cut_off),
    }
    return fill((_FOLDER / "page.md").read_text(encoding="utf-8"), values)


def _lines(lines: Iterator[str]) -> str:
    return "\n".join(lines)


def _functions() -> Iterator[str]:
    yield "| name | function | scale c | modality | separable | conditioning | symmetric | flat |"
    yield "| --- | --- | ---: | --- | --- | --- | --- | --- |"
    for f in BASIC_FUNCTIONS.values():
        traits = (
            "multimodal" if f.multimodal else "unimodal",
            _yes(f.separable),
            "ill" if f.ill_conditioned else "good",
        )
        yield f"| `{f.name}` | {f.title} | {f.scale:g} | {' | '.join(traits)} | {_yes(f.symmetric)} | {_yes(f.flat)} |"


def _families(constrained: Sequence[Instance]) -> Iterator[str]:
    inequalities = Counter(c.name for i in constrained for c in i.inequalities)
    equalities = Counter(c.name for i in constrained for c in i.equalities)
    yield "| family | what it bounds | q(t) | form from | convex where q ≤ b | inequalities | equalities |"
    yield "| --- | --- | --- | --- | --- | ---: | ---: |"
    for name, family in FAMILIES.items():
        about = f"| `{name}` | {family.title} | ${_formula(family)}$ | {family.source} | {_yes(family.convex)} |"
        yield f"{about} {inequalities[name]} | {equalities[name]} |"


def _formula(family: Family) -> str:
    node = family_formula(family.name, Name("r"), (0, 1))
    printer = LatexPrinter("", 0, {"p": "t"})
    return printer.show(node).replace("|", r"\vert ")


def _refused() -> Iterator[str]:
    counts = json.loads((_FOLDER / "replacements.json").read_text(encoding="utf-8"))["refused"]
    yield "| reason | unconstrained | constrained | what it means |"
    yield "| --- | ---: | ---: | --- |"
    for reason, meaning in REASONS.items():
        yield f"| {reason} | {counts['u'][reason]} | {counts['c'][reason]} | {meaning} |"
    yield f"| all | {sum(counts['u'].values())} | {sum(counts['c'].values())} | |"


def _labels(instances: Sequence[Instance]) -> Iterator[str]:
    counts = Counter((name, value) for instance in instances for name, value in labels(instance).items())
    rows: dict[str, list[str]] = {name: [] for name, _ in counts}
    for (name, value), n in sorted(counts.items()):
        rows[name].append(f"{value} {n:,}")
    yield "| label | problems |"
    yield "| --- | --- |"
    yield from (f"| {name} | {', '.join(shown)} |" for name, shown in rows.items())


def _split(instances: Sequence[Instance]) -> str:
    kept = [instance for instance in instances if is_for_evaluation(instance.id)]
    n_constrained = sum(bool(instance.constraints) for instance in kept)
    return f"{len(kept)} problems ({len(kept) - n_constrained} unconstrained, {n_constrained} constrained)"


def _suites() -> Iterator[str]:
    for name in SUITES:
        if name.startswith("synthetic"):
            yield f"| `{name}` | {len(list_problems(name)):,} |"


def _quick() -> Iterator[str]:
    for kind in dict.fromkeys(kind for kind, _ in quick.SYNTHETIC):
        ids = (quick.SYNTHETIC[kind, size] for size in ("small", "medium", "large"))
        yield f"| {kind} | {' | '.join(f'`{name}`' for name in ids)} |"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _searched(cut_off: Sequence[Instance]) -> str:
    known = read()
    kept = [instance for instance in cut_off if is_for_evaluation(instance.id)]
    n, n_kept = (sum(instance.id in known for instance in group) for group in (cut_off, kept))
    return f"Searched so far: {n:,} of {len(cut_off):,}, of those kept for evaluation {n_kept} of {len(kept)}."


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def main() -> None:
    """Write the page to standard output."""
    sys.stdout.write(page())


if __name__ == "__main__":
    main()
