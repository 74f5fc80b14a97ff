"""What a run reports: statuses, errors, what counts as found."""

from __future__ import annotations

import json
import textwrap
import time
from typing import Any

import numpy as np
import pytest

from llamoco_bench.errors import SandboxError, UsageError
from llamoco_bench.problems.problem import Evaluation
from llamoco_bench.sandbox import Limits, RunResult, Sandbox
from tests.sandbox.toys import Disc, Sphere


def body(text: str, head: str = "") -> str:
    """Return a program whose ``solve`` consists of `text`."""
    lines = textwrap.indent(textwrap.dedent(text).strip("\n"), "    ")
    return f"import numpy as np\n{head}\ndef solve(objective, lower, upper, budget, seed):\n{lines}\n"


def constrained(text: str) -> str:
    lines = textwrap.indent(textwrap.dedent(text).strip("\n"), "    ")
    return (
        "import numpy as np\n"
        "def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):\n"
        f"{lines}\n"
    )


def run(sandbox: Sandbox, text: str, problem: Sphere | Disc | None = None, **limits: float) -> RunResult:
    return sandbox.run(body(text), problem or Sphere(), limits=Limits(wall_s=20, memory_mb=512, **limits))  # type: ignore[arg-type]


def test_best_evaluated_point_counts_even_if_a_worse_one_is_returned(sandbox: Sandbox) -> None:
    result = run(sandbox, "objective(np.zeros(5)); return lower")
    assert result.status == "ok"
    assert result.stopped == "returned"
    assert result.best_x is not None
    assert result.best_x.tolist() == [0.0] * 5
    assert result.best_f == Sphere().value(np.zeros(5))
    assert result.feasible
    assert result.violation == 0.0
    assert result.error is None


def test_returned_point_is_evaluated_on_the_program_s_account(sandbox: Sandbox) -> None:
    result = run(sandbox, "objective(lower); return np.zeros(5)")
    assert result.evaluations == 2
    assert result.best_f == Sphere().value(np.zeros(5))
    assert [evaluations for evaluations, _ in result.curve] == [1, 2]


def test_returned_point_that_is_the_best_evaluated_costs_nothing(sandbox: Sandbox) -> None:
    assert run(sandbox, "objective(lower); return lower").evaluations == 1


def test_returned_point_is_ignored_once_the_budget_is_spent(sandbox: Sandbox) -> None:
    problem = Sphere(budget=3)
    result = run(sandbox, "for _ in range(3): objective(lower)\nreturn np.zeros(5)", problem)
    assert result.status == "ok"
    assert result.stopped == "returned"
    assert result.evaluations == 3
    assert result.best_f == problem.value(problem.lower)


def test_returned_point_outside_by_rounding_is_moved_to_the_bound(sandbox: Sandbox) -> None:
    result = run(sandbox, "return upper + 1e-9")
    assert result.status == "ok"
    assert result.best_x is not None
    assert result.best_x.tolist() == [5.0] * 5


def test_returned_point_outside_by_more_than_rounding_is_invalid(sandbox: Sandbox) -> None:
    result = run(sandbox, "return upper + 1e-7")
    assert result.status == "invalid_result"
    assert result.best_f is None
    assert result.best_x is None
    assert result.error is not None
    assert "x[0] = 5 not in [-5, 5]" in result.error.message


def test_points_evaluated_outside_the_bounds_do_not_count_as_found(sandbox: Sandbox) -> None:
    problem = Sphere(optimum=np.full(5, 6.0))
    result = run(sandbox, "objective(np.full(5, 6.0)); objective(np.zeros(5))", problem)
    assert result.best_f == problem.value(np.zeros(5))
    assert result.first_f == problem.bias


def test_budget_is_exact_and_its_end_is_a_normal_end(sandbox: Sandbox) -> None:
    problem = Sphere(budget=25)
    result = run(sandbox, "while True: objective(np.random.uniform(lower, upper))", problem)
    assert (result.status, result.stopped, result.evaluations) == ("ok", "budget", 25)
    assert problem.asked == 50 + 25


def test_batch_that_passes_the_budget_is_evaluated_as_far_as_the_budget_goes(sandbox: Sandbox) -> None:
    problem = Sphere(budget=25)
    result = run(
        sandbox,
        """
        x = np.tile(lower, (30, 1))
        x[24] = 0.0
        x[25] = [-3.0, -1.75, -0.5, 0.75, 2.0]
        objective(x)
        """,
        problem,
    )
    assert (result.stopped, result.evaluations) == ("budget", 25)
    assert result.best_f == problem.value(np.zeros(5))


def test_batches_larger_than_the_shared_memory_give_the_same_values(sandbox: Sandbox) -> None:
    result = run(
        sandbox,
        """
        x = np.random.default_rng(seed).uniform(lower, upper, (10_000, 5))
        f = objective(x)
        few = np.array([objective(point) for point in x[::500]])
        assert f.shape == (10_000,) and f.dtype == float
        assert np.allclose(f[::500], few, rtol=1e-14)
        return x[f.argmin()]
        """,
        Sphere(budget=20_000),
    )
    assert result.status == "ok", result.error
    assert result.evaluations == 10_020


def test_empty_batch_costs_nothing(sandbox: Sandbox) -> None:
    result = run(sandbox, "assert objective(np.empty((0, 5))).shape == (0,)\nreturn lower")
    assert result.status == "ok"
    assert result.evaluations == 1


def test_f0_is_the_same_for_every_program_and_differs_between_seeds(sandbox: Sandbox) -> None:
    program = body("return lower")
    values = [sandbox.run(program, Sphere(), seed=seed).f0 for seed in (1, 1, 2)]
    assert values[0] == values[1] != values[2]
    assert run(sandbox, "raise ValueError").f0 == run(sandbox, "return lower").f0


def test_first_value_is_the_best_of_the_first_batch(sandbox: Sandbox) -> None:
    result = run(sandbox, "objective(np.stack([lower, np.zeros(5)])); objective(np.full(5, 0.1))")
    assert result.first_f == Sphere().value(np.zeros(5))
    assert run(sandbox, "raise ValueError").first_f is None


def test_global_generators_are_seeded_with_the_run_s_seed(sandbox: Sandbox) -> None:
    program = body("return [random.uniform(-5, 5), *np.random.uniform(-5, 5, 4)]", "import random")
    points = [sandbox.run(program, Sphere(), seed=seed).best_x for seed in (5, 5, 6)]
    assert all(point is not None for point in points)
    assert np.array_equal(points[0], points[1])  # type: ignore[arg-type]
    assert not np.isclose(points[0], points[2]).any()  # type: ignore[arg-type]


def test_largest_seed_is_accepted_by_numpy_and_by_the_program(sandbox: Sandbox) -> None:
    result = sandbox.run(body("assert seed == 2**32 - 1\nreturn lower"), Sphere(), seed=2**32 - 1)
    assert result.status == "ok", result.error


def test_error_names_the_program_s_own_line(sandbox: Sandbox) -> None:
    program = (
        "def helper(x):\n    return x.missing\n\ndef solve(objective, lower, upper, budget, seed):\n    helper(1)\n"
    )
    result = sandbox.run(program, Sphere())
    assert result.status == "runtime"
    error = result.error
    assert error is not None
    assert error.type == "AttributeError"
    assert error.message == "'int' object has no attribute 'missing'"
    assert (error.line, error.source_line) == (2, "    return x.missing")
    assert error.traceback == "line 5, in solve\n    helper(1)\nline 2, in helper\n    return x.missing"


def test_error_inside_a_library_names_the_line_that_called_it(sandbox: Sandbox) -> None:
    program = (
        "from scipy.optimize import minimize\n"
        "def solve(objective, lower, upper, budget, seed):\n"
        "    return minimize(objective, lower, method='no such method').x\n"
    )
    error = sandbox.run(program, Sphere()).error
    assert error is not None
    assert (error.type, error.line) == ("ValueError", 3)
    assert "scipy" not in error.traceback


def test_wrong_shape_is_an_error_of_the_calling_line(sandbox: Sandbox) -> None:
    result = run(sandbox, "x = lower[:2]\nobjective(x)")
    assert result.status == "runtime"
    assert result.error is not None
    assert result.error.source_line == "    objective(x)"
    assert result.error.message == "objective expects shape (5,) or (n, 5), got (2,)"


def test_syntax_error_names_its_line(sandbox: Sandbox) -> None:
    result = sandbox.run("x = 1\ny = = 2\n", Sphere())
    assert result.status == "syntax"
    assert result.error is not None
    assert (result.error.type, result.error.line, result.error.source_line) == ("SyntaxError", 2, "y = = 2")


def test_folders_of_this_machine_do_not_show_in_messages(sandbox: Sandbox) -> None:
    result = sandbox.run("from scipy.optimize import missing_name\n", Sphere())
    assert result.status == "import"
    assert result.error is not None
    assert "<libraries>/scipy/optimize/__init__.py" in result.error.message


def test_output_is_kept_from_its_end_and_is_in_the_error_too(sandbox: Sandbox) -> None:
    result = run(sandbox, "print('start'); print('x' * 5000); print('end', flush=True)\nraise ValueError('late')")
    assert result.output.endswith("x\nend\n")
    assert 4000 < len(result.output) <= 4096
    assert result.error is not None
    assert result.error.output == result.output


def test_output_of_a_program_that_was_killed_is_kept(sandbox: Sandbox) -> None:
    result = sandbox.run(body("print('so far')\nwhile True: pass"), Sphere(), limits=Limits(wall_s=0.3))
    assert (result.status, result.output) == ("timeout", "so far\n")
    assert result.error is not None
    assert result.error.message == "stopped after 0.3 s"


def test_processor_time_is_limited_apart_from_the_wall_clock(sandbox: Sandbox) -> None:
    result = sandbox.run(body("while True: pass"), Sphere(), limits=Limits(wall_s=60, cpu_s=0.3))
    assert result.status == "timeout"
    assert result.error is not None
    assert "processor time" in result.error.message
    assert 0.3 < result.cpu_s < 2.0


def test_time_of_the_problem_is_not_the_program_s(sandbox: Sandbox) -> None:
    class Slow(Sphere):
        def objective(self, x: np.typing.NDArray[np.float64]) -> float | np.typing.NDArray[np.float64]:
            if np.ndim(x) == 1:
                import time

                time.sleep(0.7)
            return super().objective(x)

    result = sandbox.run(body("for _ in range(3): objective(lower)\nreturn lower"), Slow(), limits=Limits(wall_s=2.0))
    assert result.status == "ok", result.error
    assert result.evaluator_s > 2.0
    assert result.wall_s < 2.0


def test_five_parameters_suffice_for_a_constrained_problem(sandbox: Sandbox) -> None:
    result = run(sandbox, "objective(np.zeros(2)); return np.full(2, -0.5)", Disc())
    assert (result.status, result.best_f) == ("ok", -1.0)


def test_constraints_go_only_to_programs_that_take_them_and_problems_that_have_them(sandbox: Sandbox) -> None:
    text = """
    assert inequality(np.zeros(2)).shape == (1,) and inequality(np.zeros((3, 2))).shape == (3, 1)
    assert equality([[1.0, 0.5]])[0, 0] == 0.5
    return np.full(2, -0.5)
    """
    assert sandbox.run(constrained(text), Disc()).status == "ok"
    only_inequality = constrained("assert equality is None\nreturn np.zeros(2)")
    problem = Disc(n_equality=0)
    problem.evaluate = lambda x: Disc.evaluate(problem, x)._replace(h=np.empty((len(x), 0)))  # type: ignore[method-assign]
    assert sandbox.run(only_inequality, problem).status == "ok"
    assert sandbox.run(constrained("assert inequality is None is equality\nreturn lower"), Sphere()).status == "ok"


def test_values_of_one_point_cost_one_evaluation_of_the_problem(sandbox: Sandbox) -> None:
    problem = Disc()
    text = (
        "for k in range(10):\n    x = lower * k / 10\n    objective(x); inequality(x); equality(x)\nreturn lower * 0.95"
    )
    result = sandbox.run(constrained(text), problem)
    assert result.status == "ok", result.error
    assert result.evaluations == 11
    assert problem.passes == 50 + 11  # the returned point had not been asked about


def test_evaluations_are_the_largest_of_the_three_counts(sandbox: Sandbox) -> None:
    text = "[objective(lower) for _ in range(3)]; [inequality(lower) for _ in range(7)]; equality(np.zeros((5, 2)))"
    result = sandbox.run(constrained(text), Disc())
    assert result.evaluations == 7


def test_points_that_were_only_asked_about_constraints_are_not_found(sandbox: Sandbox) -> None:
    result = sandbox.run(constrained("objective(lower); inequality(np.zeros(2))"), Disc())
    assert not result.feasible
    assert result.best_f is None


def test_budget_of_a_constraint_function_ends_the_run_too(sandbox: Sandbox) -> None:
    result = sandbox.run(constrained("objective(lower)\nwhile True: inequality(lower)"), Disc(budget=20))
    assert (result.status, result.stopped, result.evaluations) == ("ok", "budget", 20)


def test_infeasible_point_within_the_bounds_is_a_normal_end_without_a_find(sandbox: Sandbox) -> None:
    result = sandbox.run(constrained("return np.array([1.0, 0.5])"), Disc())
    assert result.status == "ok"
    assert (result.feasible, result.best_f, result.best_x) == (False, None, None)
    assert result.violation == pytest.approx((0.25 + 0.5) / 2)


def test_nothing_feasible_and_nothing_usable_returned_is_invalid(sandbox: Sandbox) -> None:
    assert sandbox.run(constrained("objective(lower); return None"), Disc()).status == "invalid_result"


def test_source_over_its_limit_is_refused_without_a_run(sandbox: Sandbox) -> None:
    result = sandbox.run("#" * 3000 + "\n" + body("return lower"), Sphere(), limits=Limits(source_kb=2))
    assert result.status == "protocol"
    assert result.error is not None
    assert result.error.message == "the program has 3 KiB; 2 are allowed"


def test_empty_program_is_no_code(sandbox: Sandbox) -> None:
    assert sandbox.run(" \n\n", Sphere()).status == "no_code"


def test_record_consists_of_json_builtins(sandbox: Sandbox) -> None:
    results = [run(sandbox, text) for text in ("return lower", "raise ValueError", "objective(lower * np.nan)")]
    for result in results:
        record = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        assert record["status"] == result.status
        assert set(record) == set(result.__slots__)
    assert results[1].to_dict()["violation"] == "inf"
    assert results[2].to_dict()["first_f"] == "nan"


def test_records_cannot_be_changed(sandbox: Sandbox) -> None:
    result = run(sandbox, "return lower")
    with pytest.raises(AttributeError):
        result.status = "runtime"  # type: ignore[misc]
    assert result.best_x is not None
    with pytest.raises(ValueError, match="read-only"):
        result.best_x[0] = 0.0


def test_problem_that_fails_within_its_bounds_is_our_fault(sandbox: Sandbox) -> None:
    class Broken(Sphere):
        def objective(self, x: np.typing.NDArray[np.float64]) -> float | np.typing.NDArray[np.float64]:
            if np.ndim(x) == 1 and x[0] > 4:
                raise RuntimeError("no value here")
            return super().objective(x)

    result = run(sandbox, "objective(upper)", Broken())
    assert result.status == "infra"
    assert result.error is not None
    assert "no value here" in result.error.message
    outside = run(sandbox, "assert np.isnan(objective(upper + 1))\nreturn lower", Broken())
    assert outside.status == "ok", outside.error


class Squeezed(Disc):
    def evaluate(self, x: np.typing.NDArray[np.float64]) -> Evaluation:
        return Evaluation(*map(np.squeeze, super().evaluate(x))) if len(x) == 1 else super().evaluate(x)


class Unnamed(Disc):
    def evaluate(self, x: np.typing.NDArray[np.float64]) -> Evaluation:
        return tuple(super().evaluate(x))  # type: ignore[return-value]


def test_problem_that_gives_values_of_a_wrong_shape_for_one_point_is_our_fault(sandbox: Sandbox) -> None:
    result = run(sandbox, "objective(lower); return lower", Squeezed())
    assert result.status == "infra"
    assert result.error is not None
    assert "shapes (), (), (), expected (1,), (1, 1), (1, 1) for 1 point" in result.error.message


def test_problem_that_gives_no_evaluation_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match=r"toy/disc gave a tuple, expected Evaluation\(f, g, h\)"):
        run(sandbox, "return lower", Unnamed())


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", None])
def test_seed_that_is_none_is_refused_and_no_error_of_the_program(sandbox: Sandbox, seed: Any) -> None:
    with pytest.raises(UsageError, match=r"seed must be a whole number in \[0, 2\*\*32\), got"):
        sandbox.run(body("return lower"), Sphere(), seed=seed)


def test_whole_number_of_numpy_is_the_same_seed(sandbox: Sandbox) -> None:
    seeds: list[Any] = [7, np.int64(7)]
    results = [sandbox.run(body("return lower"), Sphere(), seed=seed) for seed in seeds]
    assert [result.status for result in results] == ["ok", "ok"]
    assert results[0].f0 == results[1].f0


def test_program_that_is_no_text_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="str"):
        sandbox.run(b"x = 1", Sphere())  # type: ignore[arg-type]


def test_program_that_lowers_its_processor_time_does_not_end_as_if_the_machine_had_failed(sandbox: Sandbox) -> None:
    head = "import ctypes, resource"
    polite = "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    rude = (
        "one = (ctypes.c_uint64 * 2)(1, 1)\n"
        "for call in ('setrlimit', 'setrlimit64'):\n    getattr(ctypes.CDLL(None), call)(0, one)\nwhile True: pass"
    )
    short = Limits(wall_s=4.0, memory_mb=256)
    assert [sandbox.run(body(text, head), Sphere(), limits=short).status for text in (polite, rude)] == [
        "runtime",
        "timeout",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("signals", ["", "signal.signal(signal.SIGXCPU, signal.SIG_IGN)"], ids=["dies", "ignores it"])
def test_program_that_spins_while_a_slow_problem_is_evaluated_is_over_its_time(sandbox: Sandbox, signals: str) -> None:
    class Slow(Sphere):
        def objective(self, x: np.typing.NDArray[np.float64]) -> float | np.typing.NDArray[np.float64]:
            time.sleep(0.1 * (np.ndim(x) == 1))
            return super().objective(x)

    text = f"""
    {signals}
    def spin():
        while True: pass
    threading.Thread(target=spin, daemon=True).start()
    while True: objective(lower)
    """
    limits = Limits(wall_s=20.0, cpu_s=0.5, memory_mb=256)
    result = sandbox.run(body(text, "import signal, threading"), Slow(budget=400), limits=limits)
    assert result.status == "timeout", result.error


@pytest.mark.parametrize("end", ["raise ValueError('mine')", "return np.zeros(5)"])
def test_threads_left_asking_do_not_write_over_what_the_program_says_last(sandbox: Sandbox, end: str) -> None:
    text = """
    write = objective.__globals__["_write"]
    def hesitate(fd, message):  # before the last message, so that what else happens seldom happens always
        time.sleep(0.1 * (message[0] in (4, 5)))
        return write(fd, message)
    objective.__globals__["_write"] = hesitate
    def ask():
        while True: objective(lower)
    for _ in range(2): threading.Thread(target=ask, daemon=True).start()
    time.sleep(0.05)
    """
    result = sandbox.run(body(text + end, "import threading, time"), Sphere(budget=10**6))
    if end.startswith("return"):
        assert result.best_f == Sphere().value(np.zeros(5))
    else:
        assert result.error is not None
        assert result.error.message == "mine"
