"""Problems that other distributions bring, and those that a process registers itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems import list_problems, list_suites, load_problem, register_problem
from llamoco_bench.problems.local import borrowed
from llamoco_bench.problems.own import problem_from_equations
from llamoco_bench.problems.problem import Problem
from llamoco_bench.problems.registry import LOCAL
from llamoco_bench.suite_items import item_id, parse_item_id

Install = Callable[[str, str, str], None]

GOOD = """
from llamoco_bench.problems.local import borrowed
from llamoco_bench.problems.own import problem_from_equations
summary = "tanks"
def ids():
    return ["{suite}/tank", "{suite}/barrel"]
def load(problem_id):
    return problem_from_equations(problem_id, "f = x1^2", "x1 in [-1, 2]", title="A tank")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a distribution with one module and one entry point where Python finds it."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(suite: str, module: str, source: str) -> None:
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[llamoco_bench.problems]\n{suite} = {module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


def own(problem_id: str) -> Problem:
    return problem_from_equations(problem_id, "f = x1^2", "x1 in [-1, 2]", title="A square")


def test_a_suite_of_another_distribution_is_listed_and_loaded(install: Install) -> None:
    install("lab1", "tanks_one", GOOD.format(suite="lab1"))
    assert list_suites()["lab1"] == "tanks"
    assert list_problems("lab1") == ["lab1/barrel", "lab1/tank"]
    problem = load_problem("lab1/tank")
    assert problem.objective([0.5]) == 0.25
    assert load_problem("lab1/tank") is problem


def test_nothing_of_a_suite_is_imported_before_it_is_asked_for(install: Install) -> None:
    install("lab2", "tanks_two", GOOD.format(suite="lab2"))
    list_problems("cec2020")
    load_problem("cec2020/RC08")
    assert "tanks_two" not in sys.modules


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("raise RuntimeError('no licence')", "tanks_bad is broken .RuntimeError: no licence.; repair it or uninstall"),
        ("import nowhere_to_be_found", "broken .ModuleNotFoundError"),
        ("def load(problem_id): ...", r"lacks ids\(\)"),
        ("x = 1", r"lacks ids and load\(\)"),
        ("def ids(): return ['tank']\ndef load(i): ...", "must begin with 'lab3/'"),
        ("def ids(): return 3\ndef load(i): ...", "broken .TypeError"),
    ],
)
def test_a_broken_suite_says_why_and_stands_in_nobodys_way(install: Install, source: str, says: str) -> None:
    install("lab3", "tanks_bad", source)
    install("lab4", "tanks_four", GOOD.format(suite="lab4"))
    with pytest.raises(UsageError, match=says):
        list_problems("lab3")
    with pytest.raises(UsageError, match=says):
        load_problem("lab3/tank")
    assert list_problems("lab4") == ["lab4/barrel", "lab4/tank"]
    assert load_problem("cec2020/RC08").dim == 2
    with pytest.raises(UsageError, match="Unknown suite"):
        list_problems("lab9")


def test_a_broken_suite_is_listed_as_unusable(install: Install) -> None:
    install("lab3", "tanks_bad", "raise RuntimeError('no licence')")
    assert "no licence" in list_suites()["lab3"]


UNREADABLE = """
def ids(): return []
def load(problem_id): ...
def __getattr__(name): raise RuntimeError(f"no {name} today")
"""


def test_a_suite_whose_summary_cannot_be_read_is_listed_as_unusable(install: Install) -> None:
    install("lab8", "tanks_eight", UNREADABLE)
    assert "unusable" in list_suites()["lab8"]
    assert "no summary today" in list_suites()["lab8"]


def test_a_summary_of_several_lines_is_listed_in_one(install: Install) -> None:
    install("lab9", "tanks_nine", GOOD.format(suite="lab9").replace('"tanks"', '"tanks\\nand barrels\\n"'))
    assert list_suites()["lab9"] == "tanks and barrels"


@pytest.mark.parametrize("given", ["None", "'tank'", "load_problem('cec2020/RC08')"])
def test_what_is_no_problem_of_that_name_is_refused(install: Install, given: str) -> None:
    install(
        "lab5",
        "tanks_five",
        f"from llamoco_bench.problems import load_problem\ndef ids(): return ['lab5/a']\ndef load(i): return {given}",
    )
    with pytest.raises(UsageError, match=r"gave .* for lab5/a, which is not that problem"):
        load_problem("lab5/a")


def test_a_name_of_ours_cannot_be_taken(install: Install) -> None:
    install("cec2020", "tanks_six", GOOD.format(suite="cec2020"))
    with pytest.warns(UserWarning, match="'cec2020' of tanks_six is left out: the name is taken by llamoco-bench"):
        suites = list_suites()
    assert "57 real-world" in suites["cec2020"]


def test_an_unknown_problem_of_another_suite_is_pointed_out(install: Install) -> None:
    install("lab7", "tanks_seven", GOOD.format(suite="lab7"))
    with pytest.raises(UsageError, match=r"Unknown problem 'lab7/tonk'\. Did you mean 'lab7/tank'"):
        load_problem("lab7/tonk")


def test_a_registered_problem_is_found_until_the_test_ends(llamoco_register: Callable[[Problem], Problem]) -> None:
    problem = llamoco_register(own("here/square"))
    assert load_problem("here/square") is problem
    assert list_problems("here") == ["here/square"]
    assert "1 registered" in list_suites()["here"]


def test_what_a_test_registered_is_gone_after_it() -> None:
    with pytest.raises(UsageError, match="Unknown problem"):
        load_problem("here/square")


def test_borrowing_what_is_registered_leaves_it_there() -> None:
    problem = register_problem(own("there/square"))
    try:
        with borrowed(LOCAL) as register:
            register(problem)
            register(own("there/circle"))
        assert list_problems("there") == ["there/square"]
    finally:
        LOCAL.remove("there/square")


def test_registering_for_good_and_removing() -> None:
    problem = register_problem(own("there/square"))
    try:
        assert load_problem("there/square") is problem
        with pytest.raises(UsageError, match="already"):
            register_problem(own("there/square"))
        assert register_problem(problem) is problem
    finally:
        LOCAL.remove("there/square")
    LOCAL.remove("there/square")
    with pytest.raises(UsageError, match="Unknown suite"):
        list_problems("there")


@pytest.mark.parametrize("problem_id", ["square", "/square", "lab/", "cec2020/square", "synthetic/constrained/square"])
def test_ids_of_another_form_or_in_our_suites_are_refused(problem_id: str) -> None:
    with pytest.raises(UsageError, match=r"suite/name|llamoco-bench's own"):
        register_problem(own(problem_id))


@pytest.mark.parametrize("name", ["tank[1]", "a::b", "a\nb", "a:", ":a", "a\x1b[1m"])
def test_ids_that_cannot_stand_in_that_of_a_test_are_refused(install: Install, name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot stand in the id of a test, .* Not allowed: brackets, '::'"):
        register_problem(own(f"lab/{name}"))
    with pytest.raises(UsageError, match="cannot stand in the id of a test"):
        register_problem(own(f"{name}/tank"))
    install("lab5", "tanks_unfit", f"def ids(): return ['lab5/' + {name!r}]\ndef load(i): ...")
    with pytest.raises(UsageError, match="cannot stand in the id of a test"):
        list_problems("lab5")


@pytest.mark.parametrize("name", ["a:b", "größe 2", "x(1)", "a,b", "1.5%"])
def test_any_other_name_makes_an_item_that_is_found_again(name: str) -> None:
    with borrowed(LOCAL) as register:
        problem = register(own(f"lab/sub/{name}"))
        nodeid = item_id("lab/sub", problem.id, "pool:de")
        assert parse_item_id(nodeid) == ("lab/sub", name, "pool:de")


def test_the_suite_option_takes_registered_problems(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        from llamoco_bench.problems import register_problem
        from llamoco_bench.problems.own import problem_from_equations
        register_problem(problem_from_equations("mine/bowl", "f = x1^2 + x2^2", "x1..x2 in [-1, 2]", title="A bowl"))
        """
    )
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "--llamoco-model=random", "--llamoco-suite=mine", "--collect-only", "-q"
    )
    result.stdout.fnmatch_lines(["llamoco::mine::bowl*random*"])
