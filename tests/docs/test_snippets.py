"""Every command and every block of Python in README and docs is run, or says why it cannot and is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llamoco_bench.problems.synthetic import IDS
from tests.docs.snippets import PAGES, ROOT, Snippet, check, check_command, run, snippets

ALL = {page: found for page in PAGES if (found := snippets(page))}


def runnable(page: Path) -> list[Snippet]:
    return [snippet for snippet in ALL[page] if "not run" not in snippet.marks and snippet.language != "toml"]


def with_cheap() -> list[Path]:
    return [page for page in ALL if any("slow" not in snippet.marks for snippet in runnable(page))]


def with_slow() -> list[Path]:
    return [page for page in ALL if any("slow" in snippet.marks for snippet in runnable(page))]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


TINY_TRAINING = f"""
import sys

sys.path.append({str(ROOT)!r})
from llamoco_bench.training.__main__ import main
from llamoco_bench.training.nano import settings
from tests.training.nano.making import tiny

settings.RECIPES = {{"trial": tiny()}}
sys.exit(main())
"""
"""The command of the training, whose recipe `trial` takes a step or two of each stage."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a reader works: an empty folder beside the labels of a clone."""
    (tmp_path / "training").symlink_to(ROOT / "training")
    return tmp_path


@pytest.fixture
def trained(folder: Path) -> Path:
    """A folder with labels made by a rule, and a model with random weights that takes the place of one of the Hub."""
    pytest.importorskip("torch")
    from llamoco_bench.training.instructions.label import write_labels
    from tests.models.tiny_checkpoints import save_llama
    from tests.training.rule_labels import PROVENANCE, rule_labels

    (folder / "few").mkdir()
    write_labels(rule_labels(IDS[::250]), folder / "few" / "labels.parquet", PROVENANCE)
    save_llama(folder / "base", context=8192)
    (folder / "tiny_training.py").write_text(TINY_TRAINING)
    return folder


@pytest.mark.parametrize("snippet", [s for found in ALL.values() for s in found], ids=str)
def test_a_snippet_can_be_read_and_its_options_exist(snippet: Snippet) -> None:
    check(snippet)


@pytest.mark.parametrize("page", with_cheap(), ids=name_of)
def test_what_is_cheap_on_a_page_runs(page: Path, folder: Path) -> None:
    for snippet in runnable(page):
        if "slow" not in snippet.marks:
            run(snippet, folder)


@pytest.mark.slow
@pytest.mark.parametrize("page", with_slow(), ids=name_of)
def test_a_whole_page_runs_in_its_order(page: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    if any("few/" in snippet.small for snippet in runnable(page)):
        request.getfixturevalue("trained")
    for snippet in runnable(page):
        run(snippet, folder)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_command_hides_in_an_indented_block_and_scripts_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    prose = re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"^ {4,}(?:pytest|llamoco|python|pip|accelerate) .*$", prose, re.MULTILINE) == []
    for script in re.findall(r"\b(?:benchmarks|examples)/\w+\.(?:py|sh)\b", text):
        assert (ROOT / script).is_file(), script


@pytest.mark.parametrize(
    "command",
    [
        "pytest --llamoco-modle=random",
        "pytest --llamoco-model=no-such-kind:x",
        "pytest --llamoco-runs=none",
        "llamoco repotr last",
        "llamoco gate last",
        "accelerate launch -m llamoco_bench.training tune set",
        "python benchmarks/missing.py",
    ],
)
def test_a_wrong_command_is_found_without_running_it(command: str) -> None:
    from llamoco_bench.errors import UsageError

    with pytest.raises((SystemExit, UsageError, AssertionError)):
        check_command(command.split())
