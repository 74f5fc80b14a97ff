"""Kind ``retrieval``: those solved problems are shown first whose prompts are most like the one that is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Protocol

from llamoco_bench.baselines.models.base import Model, Request
from llamoco_bench.baselines.models.incontext.examples import ExampleSet
from llamoco_bench.baselines.models.incontext.model import InContext, examples_of, longest_answer, question
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.spec import ModelSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKAGES: Final = ("sklearn",)

_WORDS: Final = r"[A-Za-z_]\w*|\d+(?:\.\d+)?|[-+*/^<=]+"
"""Names, numbers and operators, as they stand in programs and formulas alike."""


class Index(Protocol):
    """Vectors of the examples."""

    @property
    def identity(self) -> Mapping[str, object]:
        """How the vectors are made."""
        ...

    def likeness(self, text: str) -> NDArray[Any]:
        """Return the cosine of `text` with each example, (n,)."""
        ...


class TfidfIndex:
    """Words and pairs of words, weighted by how rare they are among the examples."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    @property
    def identity(self) -> Mapping[str, object]:
        """Name and version of what makes the vectors."""
        return {"search": f"tfidf, scikit-learn {version('scikit-learn')}"}

    @cached_property
    def _fitted(self) -> tuple[Any, Any]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(token_pattern=_WORDS, ngram_range=(1, 2), sublinear_tf=True)
        return vectorizer, vectorizer.fit_transform(self._texts)

    def likeness(self, text: str) -> NDArray[Any]:
        """Return the cosine of `text` with each example, (n,)."""
        vectorizer, vectors = self._fitted
        found: NDArray[Any] = (vectors @ vectorizer.transform([text]).T).toarray()[:, 0]
        return found


class Nearest:
    """Takes what is most like the question; of equals the first."""

    def __init__(self, examples: ExampleSet, index: Index) -> None:
        self._examples = examples
        self._index = index

    @property
    def identity(self) -> Mapping[str, object]:
        """How likeness is found."""
        return self._index.identity

    def choose(self, request: Request, count: int) -> Sequence[int]:
        """Return the numbers of the nearest, the very nearest first, no problem twice."""
        if count == 0:
            return []
        likeness = self._index.likeness(question(request))
        others = self._examples.others_than(request.problem_id)
        nearest_first = sorted(others, key=lambda number: (-float(likeness[number]), number))
        return self._examples.first_of_each(nearest_first, count)


def wrap(spec: ModelSpec, inner: Model) -> Model:
    """Give the adapter. Raises `UsageError` or `ModelError` where examples or embeddings cannot be had."""
    examples = examples_of(spec)
    choice = Nearest(examples, _index(spec, examples))
    return InContext("retrieval", inner, examples, choice, spec.option("shots", int), longest_answer(spec))


def prepare(spec: ModelSpec, say: Say) -> None:
    """Check the examples; compute embeddings once, so that workers find them."""
    index = _index(spec, examples_of(spec))
    if not isinstance(index, TfidfIndex):
        say(f"embedding the examples of {spec.label}")
        index.likeness("")


def _index(spec: ModelSpec, examples: ExampleSet) -> Index:
    texts = [example.prompt for example in examples.examples]
    if spec.option("search", str) == "tfidf":
        return TfidfIndex(texts)
    from llamoco_bench.baselines.models.incontext.minilm import MiniLMIndex

    return MiniLMIndex(texts, examples.sha256)
