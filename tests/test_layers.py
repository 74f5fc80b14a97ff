"""Imports run one way, as `LAYERS` has it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = {
    "llamoco_bench": "llamoco_bench",
    "problems": "llamoco_bench.problems",
    "baselines": "llamoco_bench.baselines",
    "training": "llamoco_bench.training",
    "reports": "llamoco_bench.reports",
}

# Each layer may import itself and what stands above it in this list. The longest matching prefix decides.
LAYERS = [
    [
        "llamoco_bench.errors",
        "llamoco_bench.markdown",
        "llamoco_bench.seeds",
        "llamoco_bench.spreadsheet",
        "llamoco_bench.statuses",
    ],
    ["llamoco_bench.problems"],
    ["llamoco_bench.sandbox"],
    ["llamoco_bench.baselines"],
    [
        "llamoco_bench.syntax",
        "llamoco_bench.extraction",
        "llamoco_bench.program_calls",
        "llamoco_bench.optimizer_use",
        "llamoco_bench.prompting",
        "llamoco_bench.keys",
        "llamoco_bench.journal",
        "llamoco_bench.run_format",
        "llamoco_bench.run_folder",
        "llamoco_bench.metrics",
        "llamoco_bench.statistics",
        "llamoco_bench.settings",
        "llamoco_bench.item_outcome",
        "llamoco_bench.completeness",
        "llamoco_bench.preparation",
    ],
    ["llamoco_bench.brokers"],
    ["llamoco_bench.evaluation", "llamoco_bench.point_evaluation", "llamoco_bench.scoring"],
    ["llamoco_bench.gates", "llamoco_bench.ranking", "llamoco_bench.portfolio", "llamoco_bench.profiles"],
    ["llamoco_bench.training"],
    ["llamoco_bench.reports"],
    [
        "llamoco_bench.options",
        "llamoco_bench.suite_items",
        "llamoco_bench.merging",
        "llamoco_bench.hook_models",
        "llamoco_bench.model_runs",
        "llamoco_bench.worker",
        "llamoco_bench.checkup",
        "llamoco_bench.controller",
        "llamoco_bench.report_writing",
        "llamoco_bench.gate_keeping",
        "llamoco_bench.cli",
        "llamoco_bench.commands",
        "llamoco_bench.testing",
        "llamoco_bench.hookspecs",
    ],
    ["llamoco_bench.plugin", "llamoco_bench.reference_pages"],
]
ANYWHERE = {"llamoco_bench"}


def modules() -> Iterator[tuple[str, Path]]:
    for folder, package in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            yield ".".join([package, *(p for p in parts if p != "__init__")]), path


def rank(module: str) -> int:
    found = [
        (len(prefix), level)
        for level, prefixes in enumerate(LAYERS)
        for prefix in prefixes
        if module == prefix or module.startswith(prefix + ".")
    ]
    assert found, f"{module} belongs to no layer; add it to LAYERS"
    return max(found)[1]


def imports(path: Path, module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, module)
            yield from (f"{base}.{a.name}" if is_module(f"{base}.{a.name}") else base for a in node.names)


def absolute(node: ast.ImportFrom, module: str) -> str:
    """Where an import leads; the child of the sandbox imports relatively, since it must not know its package."""
    assert not node.level or module.startswith("llamoco_bench.sandbox.child"), f"{module}: relative import"
    parents = module.split(".")[: -node.level] if node.level else []
    return ".".join([*parents, *([node.module] if node.module else [])])


def is_module(name: str) -> bool:
    return name in MODULES


MODULES = dict(modules())


def test_every_module_imports_only_what_lies_below_it() -> None:
    upwards = [
        f"{module} imports {name}"
        for module, path in MODULES.items()
        if module not in ANYWHERE
        for name in imports(path, module)
        if name.startswith("llamoco_bench.") and rank(name) > rank(module)
    ]
    assert not upwards


def test_what_runs_beside_a_program_knows_nothing_of_the_harness() -> None:
    child = "llamoco_bench.sandbox.child"
    for name in (name for name in MODULES if name.startswith(f"{child}.")):
        ours = [target for target in imports(MODULES[name], name) if target.startswith("llamoco_bench")]
        assert all(target.startswith(child) for target in ours), name
