from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from llamoco_bench.errors import UsageError
from llamoco_bench.problems.own import problem_from_code, problem_from_equations
from llamoco_bench.problems.problem import Problem
from llamoco_bench.testing import ProblemConformance

CODE = """
import numpy as np

def objective(x):
    return float(((x - centre) ** 2).sum())

def inequality(x):
    return np.array([x[0] + x[1] - 1.0, x[0] * x[1] - 3.0])

def equality(x):
    return np.array([x[1] - 2.0 * x[2]])
"""


def from_code(code: str = CODE, **options: Any) -> Problem:
    options = {"title": "A shifted bowl", "arrays": {"centre": np.array([0.5, 1.5, -1.0])}, **options}
    return problem_from_code("mine/bowl", code, [-2.0] * 3, [3.0] * 3, **options)


def from_equations() -> Problem:
    return problem_from_equations(
        "mine/tank",
        "area = 2*pi*x1*x2 + 2*pi*x1^2\nf = area\ng1 = 1 - pi*x1^2*x2\nh1 = x2 - 2*x1",
        "x1 in [0.1, 2]; x2 in [0.1, 5]",
        title="A tin of least surface",
        about="Choose the radius x1 and the height x2 of a tin so that its surface is least.",
    )


class TestFromEquations(ProblemConformance):
    @pytest.fixture
    def problem(self) -> Problem:
        return from_equations()


class TestFromCode(ProblemConformance):
    @pytest.fixture
    def problem(self) -> Problem:
        return from_code(latex=r"\[\min \|x - c\|^2\]")


class TestFromCodeOfManyPoints(ProblemConformance):
    @pytest.fixture
    def problem(self) -> Problem:
        code = "import numpy as np\ndef objective(x):\n    return (x ** 2).sum(axis=-1)"
        return problem_from_code("mine/many", code, np.zeros(4), np.ones(4), title="A bowl", many=True)


def test_equations_are_told_in_every_style_and_form() -> None:
    prompts = from_equations().prompts()
    assert 4 <= len(prompts) <= 6
    assert {prompt.language for prompt in prompts} == {"python", "latex"}
    assert all("radius" in prompt.text for prompt in prompts)


def test_constraints_are_counted_and_evaluated() -> None:
    problem = from_code()
    assert (problem.n_inequality, problem.n_equality) == (2, 1)
    assert problem.inequality([1.0, 2.0, 1.0]).tolist() == [2.0, -1.0]
    assert problem.equality([1.0, 2.0, 0.0]).tolist() == [2.0]
    assert problem.objective([0.5, 1.5, -1.0]) == 0.0


def test_code_that_writes_into_its_argument_does_no_harm() -> None:
    problem = from_code("def objective(x):\n    x[:] = 0.0\n    return 1.0")
    x = np.ones((2, 3))
    problem.evaluate(x)
    assert x.tolist() == np.ones((2, 3)).tolist()


def test_the_definition_changes_with_the_code_and_with_the_arrays() -> None:
    problems = [
        from_code(),
        from_code(CODE.replace("3.0", "3.5")),
        from_code(arrays={"centre": np.array([0.5, 1.5, -1.5])}),
        from_code(budget=11),
    ]
    assert len({problem.definition_hash for problem in problems}) == 4
    assert from_code().definition_hash == from_code().definition_hash


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def objective(x) return 1", "cannot be executed: SyntaxError"),
        ("import nowhere_to_be_found", "cannot be executed: ModuleNotFoundError"),
        ("def goal(x): return 1.0", r"must define objective\(x\)"),
        ("def objective(x): return x[9]", "fails in the middle of the bounds: IndexError"),
        ("def objective(x): return 1.0\ndef equality(x): return y", "fails in the middle of the bounds: NameError"),
    ],
)
def test_code_that_cannot_be_a_problem_is_refused(code: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        from_code(code)


@pytest.mark.parametrize(
    ("equations", "bounds", "says"),
    [("f = x1 +", "x1 in [0, 1]", "no expression"), ("f = x1", "x1 from 0 to 1", "should be like 'x1 in")],
)
def test_equations_that_do_not_follow_the_notation_are_refused(equations: str, bounds: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        problem_from_equations("mine/wrong", equations, bounds, title="Wrong")


MANY_CONSTRAINTS = """
import numpy as np

def objective(x):
    return (x ** 2).sum(axis=-1)

def inequality(x):
    return np.stack([x[..., 0] - 0.1, x[..., 1] - 0.7], axis=AXIS)
"""


def test_code_of_many_points_gives_a_row_for_each() -> None:
    code = MANY_CONSTRAINTS.replace("AXIS", "-1")
    problem = problem_from_code("mine/many", code, np.zeros(3), np.ones(3), title="A bowl", many=True)
    assert problem.inequality([[0.1, 0.7, 0.0], [1.1, 0.7, 0.0]]).tolist() == [[0.0, 0.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (MANY_CONSTRAINTS.replace("AXIS", "0"), r"inequality\(x\) of mine/many gives shape \(2, 4\) for 4 points"),
        ("def objective(x): return (x ** 2).sum()", r"gives shape \(\) for 2 points, expected \(2,\)"),
        ("def objective(x): return x[0] ** 2 + x[1]", r"gives shape \(3,\) for 2 points"),
        ("def objective(x): return float(x.sum(-1))", r"objective\(x\) of mine/many fails on many points, \(n, 3\)"),
    ],
)
def test_code_of_many_points_that_gives_other_shapes_is_refused(code: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        problem_from_code("mine/many", code, np.zeros(3), np.ones(3), title="A bowl", many=True)


@pytest.mark.parametrize(
    ("lower", "upper", "says"),
    [
        ([0.0, 0.0], [1.0, 1.0, 1.0], r"shapes \(2,\) and \(3,\)"),
        (0.0, 1.0, r"shapes \(\) and \(\)"),
        ([], [], r"shapes \(0,\)"),
        (["low"], [1.0], "must be numbers"),
        ([2.0], [1.0], "finite, with lower <= upper"),
        ([-np.inf], [1.0], "finite"),
        ([0.0], [np.nan], "finite"),
    ],
)
def test_bounds_that_are_none_are_refused(lower: Any, upper: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        problem_from_code("mine/bounds", "def objective(x): return 1.0", lower, upper, title="Wrong")


def test_code_that_writes_into_its_argument_counts_the_constraints_of_the_middle() -> None:
    code = "def objective(x):\n    x[:] = 9.0\n    return 1.0\ndef inequality(x):\n    return [1.0] if x[0] < 9 else []"
    assert from_code(code).n_inequality == 1


@pytest.mark.parametrize("array", [np.array([1.0, "a", None], dtype=object), [[1.0], [1.0, 2.0]], {"a": 1.0}])
def test_arrays_that_hold_no_plain_numbers_are_refused(array: Any) -> None:
    with pytest.raises(UsageError, match="'centre' of mine/bowl must hold numbers"):
        from_code(arrays={"centre": array})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"budget": 0}, "budget of mine/.* must be a whole number of evaluations, at least 1; got 0"),
        ({"budget": 1e4}, "got 10000.0"),
        ({"budget": np.nan}, "got nan"),
        ({"best_known": np.nan}, "best_known of mine/.* must be a finite number, or None; got nan"),
        ({"best_known": -np.inf}, "got -inf"),
        ({"best_known": "none"}, "got 'none'"),
    ],
)
def test_budgets_and_best_values_that_are_none_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        from_code(**options)
    with pytest.raises(UsageError, match=says):
        problem_from_equations("mine/square", "f = x1^2", "x1 in [0, 1]", title="A square", **options)


def test_budgets_and_best_values_may_be_numbers_of_numpy() -> None:
    problem = from_code(budget=np.int64(50), best_known=np.float32(0.5))
    assert (problem.budget, problem.best_known) == (50, 0.5)
