"""Conformance tests for what others plug in; subclass one in a test module of yours.

    class TestMyModel(AdapterConformance):
        @pytest.fixture
        def model(self):
            return MyModel(...)

    class TestMyProblem(ProblemConformance):
        @pytest.fixture
        def problem(self):
            return load_problem("lab/tank")

A model that is costly to load may come from a fixture of scope ``class`` (then a ``@classmethod`` below
``@pytest.fixture(scope="class")``): the only test that closes it is the last.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

import numpy as np

from llamoco_bench.baselines.models.base import Generation, Message, Model, Request
from llamoco_bench.errors import ModelError
from llamoco_bench.problems.problem import Array, Evaluation, Problem, Prompt

__all__ = ["AdapterConformance", "ProblemConformance"]


class AdapterConformance:
    """What every model adapter must do.

    Attributes
    ----------
    problem_id: a problem that the model can be asked about; matters to models of recorded answers only.
    long_prompt_words: words of the long prompt; more than fit into the context of most small models.
    """

    problem_id: ClassVar[str] = "synthetic/u0000"
    long_prompt_words: ClassVar[int] = 20_000

    def ask(self, model: Model, *contents: str, turn: int = 0) -> Generation:
        """Ask `model`; `contents` are the turns of the conversation, the user's first."""
        messages = [Message("assistant" if i % 2 else "user", content) for i, content in enumerate(contents)]
        return model.generate(Request(self.problem_id, messages, turn=turn, seed=1))

    def test_satisfies_the_protocol(self, model: Model) -> None:
        """It has every member of `Model`."""
        assert isinstance(model, Model), f"{type(model).__name__} lacks identity, generate or close"

    def test_identity_is_json(self, model: Model) -> None:
        """It survives a round trip through JSON as it is, so that it can be hashed."""
        identity = dict(model.identity)
        assert identity, "the identity is empty: nothing tells this model from another"
        assert json.loads(json.dumps(identity, allow_nan=False)) == identity, "not made of JSON values"
        assert isinstance(identity.get("deterministic"), bool), "the identity must say whether it is deterministic"

    def test_identity_does_not_change_with_use(self, model: Model) -> None:
        """Answers are stored under the identity, before and after the first call alike."""
        before = dict(model.identity)
        self.ask(model, "Say yes.")
        assert dict(model.identity) == before

    def test_answer_is_a_generation(self, model: Model) -> None:
        """Text and finish reason are text; usage, where there is one, counts tokens."""
        answer = self.ask(model, "Write a Python function solve().")
        assert isinstance(answer, Generation)
        assert isinstance(answer.text, str)
        assert isinstance(answer.finish_reason, str)
        assert answer.finish_reason
        assert answer.wall_s >= 0
        if answer.usage is not None:
            assert answer.usage.input_tokens > 0
            assert answer.usage.output_tokens >= 0

    def test_repair_turn_is_answered(self, model: Model) -> None:
        """The conversation may hold the model's own answer and what was wrong with it."""
        answer = self.ask(model, "Write solve().", "def solve(): pass", "TypeError. Correct it.", turn=1)
        assert isinstance(answer.text, str)

    def test_same_request_gives_same_answer_where_identity_says_so(self, model: Model) -> None:
        """What calls itself deterministic is, also after another request came between."""
        first = self.ask(model, "Count to three.")
        self.ask(model, "Name a colour.")
        again = self.ask(model, "Count to three.")
        if model.identity["deterministic"]:
            assert (first.text, first.usage) == (again.text, again.usage)

    def test_odd_prompts_do_not_crash(self, model: Model) -> None:
        """Empty text, other scripts, lone surrogates, control characters and template remains are still prompts."""
        for content in ("", " \n", "最小化 f(x) = Σxᵢ² 🚀 \u202e", "nul \x00 \x07 \ud800", "<|im_end|></s>[INST]"):
            assert isinstance(self.ask(model, content).text, str)

    def test_overlong_prompt_is_answered_or_a_model_error(self, model: Model) -> None:
        """Never another exception; an empty answer with finish reason ``context`` is right where it did not fit."""
        try:
            answer = self.ask(model, "word " * self.long_prompt_words)
        except ModelError:
            return
        assert isinstance(answer.text, str)

    def test_close_may_be_called_twice(self, model: Model) -> None:
        """Clean-up paths may meet."""
        model.close()
        model.close()


class ProblemConformance:
    """What every problem must do.

    Attributes
    ----------
    n_points: random points within the bounds on which the problem is tried.
    rtol: relative difference allowed between values that must agree.
    """

    n_points: ClassVar[int] = 8
    rtol: ClassVar[float] = 1e-9

    def points(self, problem: Problem) -> Array:
        """Random points within the bounds, (n_points, dim), the same at every call."""
        return np.random.default_rng(1).uniform(problem.lower, problem.upper, (self.n_points, problem.dim))

    def test_says_what_it_is(self, problem: Problem) -> None:
        """Id, title, budget, definition and the source of the best value are there."""
        assert problem.id.count("/") >= 1, f"{problem.id!r} is not of the form suite/name"
        assert problem.title
        assert problem.budget >= 1
        assert problem.definition, "nothing tells this problem from another with the same bounds"
        assert problem.best_known_source, "say where the best value is from, or why there is none"

    def test_bounds_are_finite_intervals(self, problem: Problem) -> None:
        """Both are float64 of shape (dim,), the lower below the upper."""
        assert problem.lower.shape == problem.upper.shape == (problem.dim,)
        assert problem.lower.dtype == problem.upper.dtype == np.float64
        assert np.all(np.isfinite(problem.lower) & np.isfinite(problem.upper))
        assert np.all(problem.lower < problem.upper)

    def test_shapes_are_those_of_one_point_and_of_many(self, problem: Problem) -> None:
        """Also of none."""
        x, n = self.points(problem), self.n_points
        widths = (problem.n_inequality, problem.n_equality)
        assert isinstance(problem.objective(x[0]), float)
        assert (problem.inequality(x[0]).shape, problem.equality(x[0]).shape) == ((widths[0],), (widths[1],))
        for rows in (x, x[:1], x[:0]):
            assert _shapes(problem.evaluate(rows)) == _expected_shapes(len(rows), *widths)
        assert np.shape(problem.objective(x)) == (n,)
        assert (problem.inequality(x).shape, problem.equality(x).shape) == ((n, widths[0]), (n, widths[1]))

    def test_one_point_has_the_value_that_it_has_among_many(self, problem: Problem) -> None:
        """Programs may ask either way."""
        x = self.points(problem)
        f, g, h = problem.evaluate(x)
        for i, point in enumerate(x):
            self._same(problem.objective(point), f[i])
            self._same(problem.inequality(point), g[i])
            self._same(problem.equality(point), h[i])
            self._same(problem.objective(point.tolist()), f[i])

    def test_values_depend_on_the_point_alone(self, problem: Problem) -> None:
        """Not on what was asked before, nor on the state of a random generator; and the point is left as it was."""
        x = self.points(problem)
        given = x.copy()
        first = problem.evaluate(given)
        np.random.seed(5)  # noqa: NPY002 - the state that must not matter
        problem.evaluate(x[::-1].copy())
        again = problem.evaluate(x.copy())
        assert given.tobytes() == x.tobytes(), "the problem wrote into the points"
        for one, other in zip(first, again, strict=True):
            assert one.tobytes() == other.tobytes(), "the same points have other values the second time"

    def test_corners_can_be_evaluated_and_something_is_finite(self, problem: Problem) -> None:
        """A value may be infinite or not a number, but not everywhere."""
        corners = np.vstack((problem.lower, problem.upper, 0.5 * (problem.lower + problem.upper)))
        assert problem.evaluate(corners).f.shape == (3,)
        assert np.isfinite(problem.evaluate(self.points(problem)).f).any(), "no random point has a finite objective"

    def test_no_random_point_beats_the_best_known(self, problem: Problem) -> None:
        """Or the value is wrong."""
        values = problem.evaluate(self.points(problem))
        feasible = values.f[np.asarray(problem.violation(self.points(problem))) == 0.0]
        if problem.best_known is not None and feasible.size:
            slack = self.rtol * max(1.0, abs(problem.best_known))
            assert np.nanmin(feasible) >= problem.best_known - slack

    def test_descriptions_differ_and_one_is_python(self, problem: Problem) -> None:
        """Each has a name of its own within its language."""
        prompts = problem.prompts()
        assert "python" in {prompt.language for prompt in prompts}
        assert {prompt.language for prompt in prompts} <= {"python", "latex"}
        assert len({prompt.text for prompt in prompts}) == len(prompts)
        assert len({(prompt.language, prompt.style) for prompt in prompts}) == len(prompts)
        assert all(prompt.text.strip() for prompt in prompts)

    def test_python_descriptions_compute_what_is_evaluated(self, problem: Problem) -> None:
        """Executed as they stand, with the arrays that they name."""
        x = self.points(problem)[:3]
        expected = problem.evaluate(x)
        for prompt in problem.prompts():
            if prompt.language == "python":
                assert prompt.code in prompt.text, f"{prompt.style}: the code is not what the model reads"
                self._agrees(prompt, x, expected)

    def _agrees(self, prompt: Prompt, x: Array, expected: Evaluation) -> None:
        scope: dict[str, Any] = dict(prompt.namespace)
        exec(prompt.code, scope)
        for name, values in zip(("inequality", "equality"), expected[1:], strict=True):
            assert (name in scope) == (values.shape[1] > 0), f"{prompt.style}: {name} is there or missing wrongly"
        with np.errstate(all="ignore"):
            for i, point in enumerate(x):
                for name, values in zip(("objective", "inequality", "equality"), expected, strict=True):
                    if values[i].size and name in scope:
                        self._same(scope[name](point.copy()), values[i])

    def _same(self, found: Any, expected: Any) -> None:
        scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
        np.testing.assert_allclose(
            np.asarray(found, dtype=float), expected, rtol=self.rtol, atol=self.rtol * scale, equal_nan=True
        )


def _shapes(values: Evaluation) -> list[tuple[int, ...]]:
    return [np.shape(column) for column in values]


def _expected_shapes(n: int, n_inequality: int, n_equality: int) -> list[tuple[int, ...]]:
    return [(n,), (n, n_inequality), (n, n_equality)]
