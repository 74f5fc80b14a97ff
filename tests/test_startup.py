"""An installed plugin costs nothing where it is not used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"numpy", "scipy", "pandas", "torch", "transformers", "openai", "sympy", "sklearn", "jax", "skopt", "xllamacpp"}


def imported_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import llamoco_bench.plugin",
        "import llamoco_bench.suite_items, llamoco_bench.settings, llamoco_bench.worker, llamoco_bench.controller",
        "from llamoco_bench.problems import list_problems; list_problems('cec2020'), list_problems('synthetic/test')",
        "from llamoco_bench.baselines.models.spec import parse_specs; parse_specs(['pool:slsqp'])",
        "from llamoco_bench.baselines.optimizers import POOL; sorted(POOL)",
    ],
)
def test_nothing_heavy_is_imported_for(code: str) -> None:
    assert not imported_after(code) & HEAVY


def test_a_session_without_our_options_leaves_no_trace(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_a(): pass")
    before = set(Path(pytester.path).iterdir())
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    assert not [line for line in result.outlines if "llamoco" in line and not line.startswith(("plugins:", "rootdir:"))]
    created = {path.name for path in set(Path(pytester.path).iterdir()) - before}
    assert not {name for name in created if not name.startswith(("__pycache__", "runpytest-", "std"))}


def test_active_modules_stay_unloaded_in_a_session_without_our_options(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        def test_a():
            ours = {name for name in sys.modules if name.startswith("llamoco_bench")}
            plugin = {f"llamoco_bench.{name}" for name in ("plugin", "options", "errors", "hookspecs")}
            assert ours <= {"llamoco_bench", *plugin}
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
