"""Reads the blocks of code in a page of the documentation, checks them, and runs them in their order.

A block in ``console`` is commands for bash, one in ``python`` a script of its own. HTML comments in the lines before a
block say how it is treated; readers do not see them:

``<!-- slow -->``
    not in the default run
``<!-- fails -->``
    must end with exit code 1
``<!-- file: NAME -->``, ``<!-- more of: NAME -->``
    is written to a file, or appended to one; tests (``test_*.py``) are then run by pytest
``<!-- here: a -> b; c -> d -->``
    is run with replacements that make it small
``<!-- not run: REASON -->``
    cannot run in a test; it is still read, and its options must exist
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from llamoco_bench.baselines.models import parse_spec
from llamoco_bench.cli import make_parser
from llamoco_bench.options import OPTIONS, refuse_unknown
from llamoco_bench.training.__main__ import make_parser as make_training_parser

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
MARKS: Final = ("slow", "fails", "file", "more of", "here", "not run")
TIMEOUT_S: Final = 900
SMALL: Final = "-o 'llamoco_problems=*[!2][1kmn]'"
"""Of every suite only the problems that end so: one of `smoke`, and those that pages make."""

_FENCE: Final = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_MARKS_BEFORE: Final = re.compile(r"(?:^ *<!--[^\n]*-->\n)+\Z", re.MULTILINE)
_MARK: Final = re.compile(r"<!-- ([a-z ]+?)(?:: (.*?))? -->")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One block of a page.

    Attributes
    ----------
    line: of the page, where it begins.
    marks: what the comments before it say, by their first words.
    """

    page: Path
    line: int
    language: str
    code: str
    marks: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def small(self) -> str:
        """The code as it is run here."""
        code = self.code
        for pair in filter(None, self.marks.get("here", "").split("; ")):
            old, _, new = pair.partition(" -> ")
            assert old in code, f"{self}: {old!r} is not in it"
            code = code.replace(old, new)
        return code


def snippets(page: Path) -> list[Snippet]:
    """Every block of `page` that names its language and is not plain text."""
    text = page.read_text(encoding="utf-8")
    found = []
    for fence in _FENCE.finditer(text):
        before = _MARKS_BEFORE.search(text[: fence.start()])
        marks = dict(_MARK.findall(before[0])) if before else {}
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Snippet(page, line, fence[2], textwrap.dedent(fence[3]), marks))
    return [snippet for snippet in found if snippet.language != "text"]


def check(snippet: Snippet) -> None:
    """Read a block without running it: it parses, and the options of our commands exist."""
    assert set(snippet.marks) <= set(MARKS), f"{snippet}: a mark that nobody knows, of {sorted(snippet.marks)}"
    assert snippet.marks.get("not run", "a reason"), f"{snippet}: say why it cannot run"
    READERS[snippet.language](snippet)


def _check_python(snippet: Snippet) -> None:
    compile(snippet.code, str(snippet), "exec")


def _check_toml(snippet: Snippet) -> None:
    tomllib.loads(snippet.code)


def _check_ini(snippet: Snippet) -> None:
    parser = configparser.ConfigParser()
    parser.read_string(snippet.code)
    given = {name for name in parser["pytest"] if name.startswith("llamoco")}
    assert given <= {option.dest for option in OPTIONS if option.ini}, f"{snippet}: no such option"


def _check_console(snippet: Snippet) -> None:
    subprocess.run(["bash", "-n", "-c", snippet.code], check=True, timeout=60)
    if "not run" in snippet.marks:
        for words in commands(snippet.code):
            check_command(words)


READERS: Final[Mapping[str, Callable[[Snippet], None]]] = {
    "python": _check_python,
    "toml": _check_toml,
    "ini": _check_ini,
    "console": _check_console,
}


def commands(code: str) -> Iterator[list[str]]:
    """Yield the simple commands of a script as words, assignments before them left out."""
    for line in re.split(r"\n|&&", code.replace("\\\n", " ")):
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"\w+=.*", words[0]):
            words = words[1:]
        if words:
            yield words


def check_command(words: list[str]) -> None:
    """Read a command of ours as its parser does. Raises `SystemExit` or `UsageError` for what is not allowed."""
    if words[0] == "pytest":
        refuse_unknown(words)
        for word in words:
            name, _, value = word.partition("=")
            for option in (option for option in OPTIONS if option.text == name and not option.flag):
                (parse_spec if option.name == "model" else option.parse)(value)
    elif words[0] == "llamoco":
        make_parser().parse_args(words[1:])
    elif "llamoco_bench.training" in words:
        make_training_parser().parse_args(words[words.index("llamoco_bench.training") + 1 :])
    elif words[0] == "python" and words[1].endswith(".py"):
        assert (ROOT / words[1]).is_file(), words[1]


def run(snippet: Snippet, folder: Path) -> None:
    """Run a block in `folder`, or write the file that it is."""
    if "not run" in snippet.marks or snippet.language == "toml":
        return
    for mark, mode in (("file", "w"), ("more of", "a")):
        if name := snippet.marks.get(mark):
            with (folder / name).open(mode, encoding="utf-8") as file:
                file.write(snippet.small)
            if name.startswith("test_"):
                execute(["pytest", "-q", name], folder, str(snippet))
            return
    if snippet.language == "python":
        execute([sys.executable, "-c", snippet.small], folder, str(snippet))
    elif snippet.language == "console":
        expected = 1 if "fails" in snippet.marks else 0
        execute(["bash", "-euo", "pipefail", "-c", snippet.small], folder, str(snippet), expected)


def execute(words: list[str], folder: Path, name: str, expected: int = 0, env: Mapping[str, str] | None = None) -> str:
    """Run a command as a user would who has activated the environment of the tests; return what it printed."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    inherited["PYTEST_ADDOPTS"] = SMALL
    inherited["PATH"] = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{inherited['PATH']}"
    done = subprocess.run(
        words, cwd=folder, env={**inherited, **(env or {})}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == expected, f"{name}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
