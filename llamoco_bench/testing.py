"""Conformance tests for what others plug in; subclass one in a test module of yours.

    class TestMyModel(AdapterConformance):
        @pytest.fixture
        def model(self):
            return MyModel(...)

A model that is costly to load may come from a fixture of scope ``class`` (then a ``@classmethod`` below
``@pytest.fixture(scope="class")``): the only test that closes it is the last.
"""

from __future__ import annotations

import json
from typing import ClassVar

from llamoco_bench.baselines.models.base import Generation, Message, Model, Request
from llamoco_bench.errors import ModelError

__all__ = ["AdapterConformance"]


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
