from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from llamoco_bench.baselines.optimizers import POOL, docs
from llamoco_bench.baselines.optimizers.notes import NOTES

ROOT = Path(__file__).parents[2]


def test_the_page_in_the_docs_is_what_pool_grids_and_programs_say() -> None:
    page = ROOT / "docs" / "optimizers" / "index.md"
    assert page.read_text(encoding="utf-8") == docs.page(), (
        "write it anew: python -m llamoco_bench.baselines.optimizers.docs > docs/optimizers/index.md"
    )


def test_the_page_can_be_written_by_its_command() -> None:
    command = [sys.executable, "-m", "llamoco_bench.baselines.optimizers.docs"]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, encoding="utf-8", cwd=ROOT)
    assert run.stdout == docs.page()


def test_there_is_a_note_with_equations_for_every_optimizer() -> None:
    assert set(NOTES) == set(POOL)
    assert all(note.equations for note in NOTES.values())


def test_the_pages_that_the_page_refers_to_are_there() -> None:
    assert (ROOT / "docs" / "optimizers" / "validation.md").is_file()
    assert (ROOT / "docs" / "benchmarks" / "optimizers.md").is_file()
