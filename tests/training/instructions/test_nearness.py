from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.problems import load_problem
from llamoco_bench.training.instructions.nearness import THRESHOLD, nearest, shingles

WORDS = st.lists(st.sampled_from(["x", "y", "12", "+", "f1", "sum"]), max_size=30).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=6), st.lists(WORDS, min_size=1, max_size=6))
def test_the_similarity_is_that_of_the_sets_of_shingles(texts: list[str], others: list[str]) -> None:
    similarity, index = nearest(texts, others)
    for text, value, j in zip(texts, similarity, index, strict=True):
        a = shingles(text)
        expected = [len(a & shingles(other)) / len(a | shingles(other)) for other in others]
        assert abs(value - max(expected)) < 1e-12
        assert expected[j] == max(expected)


def test_numbers_are_words_of_their_own() -> None:
    assert shingles("y = 3.5e-3 * x1") == {"y = 3.5e-3 * x"} | {"= 3.5e-3 * x 1"}


def test_descriptions_of_the_same_function_in_the_same_dimension_are_near() -> None:
    (one, other) = (load_problem(i).prompts()[-2].text for i in ("synthetic/u2477", "synthetic/u0486"))
    assert one != other
    assert nearest([one], [other])[0][0] >= THRESHOLD


def test_descriptions_of_different_functions_are_not() -> None:
    (one, other) = (load_problem(i).prompts()[0].text for i in ("synthetic/u0094", "synthetic/u0486"))
    assert nearest([one], [other])[0][0] < THRESHOLD
