"""Run the hostile programs of the tests under several circumstances, and list what became of each.

    python benchmarks/sandbox_corpus.py [--write]

The tests check after each program that the status is right and in time, that the harness works, and that no process,
file, socket, descriptor or shared memory is left; here they are run by pytest, and their findings put into a table.
``--write`` puts it into docs/benchmarks/sandbox.md. Becoming another user needs root; without, those rows are left out.
"""

from __future__ import annotations

import argparse
import errno
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from page import circumstances, put_section, table

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.sandbox.confined import ROOT, as_nobody, can_become_nobody, refusing
from tests.sandbox.test_unprivileged import NO_NAMESPACES, corpus


class Condition(NamedTuple):
    """Under what the programs are run."""

    name: str
    workers: int
    nobody: bool = False
    namespaces: bool = True


class Outcome(NamedTuple):
    """What became of one program."""

    program: str
    status: str
    over_limit_s: float
    passed: bool


CONDITIONS = (
    Condition("as the user of the harness", 0),
    Condition("the same, namespaces refused, in two xdist workers", 2, namespaces=False),
    Condition("as a user without privileges, in two xdist workers", 2, nobody=True),
    Condition("the same, namespaces refused, in one process", 0, nobody=True, namespaces=False),
)


def outcomes(condition: Condition) -> list[Outcome]:
    """Run the corpus, and read what the tests recorded."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o777)
        report = folder / "report.xml"
        command = [*corpus(workers=condition.workers), f"--junitxml={report}"]
        if not condition.namespaces:
            command = refusing(NO_NAMESPACES, errno.EPERM, command)
        if condition.nobody:
            command = stack.enter_context(as_nobody(command))
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        return list(_read(report))


def _read(report: Path) -> Iterator[Outcome]:
    for case in ElementTree.parse(report).iter("testcase"):
        found = {entry.get("name"): entry.get("value") or "" for entry in case.iter("property")}
        if "status" in found:
            name = case.get("name", "").partition("[")[2].rstrip("]")
            passed = case.find("failure") is None and case.find("error") is None
            yield Outcome(name, found["status"], float(found["over_limit_s"]), passed)


def condition_row(condition: Condition, found: list[Outcome]) -> list[str]:
    wrong = [outcome.program for outcome in found if not outcome.passed]
    longest = max(outcome.over_limit_s for outcome in found)
    return [condition.name, str(len(found)), str(len(found) - len(wrong)), f"{longest:.2f}", ", ".join(wrong) or "none"]


def program_rows(found: list[Outcome]) -> Iterator[list[str]]:
    """Yield for each file of the corpus how its programs ended, and which they are."""
    files: dict[str, list[Outcome]] = {}
    for outcome in found:
        files.setdefault(outcome.program.partition(": ")[0], []).append(outcome)
    for name, members in files.items():
        counts = Counter(outcome.status for outcome in members)
        ends = ", ".join(f"{n} {status}" for status, n in counts.most_common())
        listed = "; ".join(f"{o.program.partition(': ')[2]} ({o.status})" for o in members)
        yield [name, str(len(members)), ends, listed]


def main() -> None:
    """Print the tables, and write them to the page where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the tables to docs/benchmarks/sandbox.md")
    options = parser.parse_args()
    begin = circumstances()
    possible = [condition for condition in CONDITIONS if not condition.nobody or can_become_nobody()]
    found = {condition: outcomes(condition) for condition in possible}
    head = ["circumstances", "programs", "as they must", "longest over its limit, s", "failures"]
    by_condition = table(head, (condition_row(condition, found[condition]) for condition in possible))
    by_file = table(["file", "programs", "ends", "which"], program_rows(found[possible[0]]))
    text = f"{begin}\n\n{by_condition}\n\n{by_file}"
    print(text)
    if options.write:
        put_section("sandbox.md", "corpus", text)
    if any(not outcome.passed for members in found.values() for outcome in members):
        sys.exit("not all programs ended as they must")


if __name__ == "__main__":
    main()
