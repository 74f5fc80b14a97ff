from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.sandbox.text import clean, clean_tail, lines_of, shorten_paths


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]unfinished\nnext", "\nnext"),
        ("\x1b(Bcharset", "charset"),
        ("a\r\nb\rc\x0bd", "a\nb\nc\nd"),
        ("nul\x00 bell\x07 c1\x9b", "nul bell c1"),
        ("turned \u202egnp", "turned gnp"),
        ("half \ud800", "half "),
        ("::error::x", ": :error::x"),
        ("  \t::error::x", "  \t: :error::x"),
        ("a\n::error", "a\n: :error"),
        ("a\r::error", "a\n: :error"),
        ("\x00::error", ": :error"),
        ("a::b", "a::b"),
        ("##[error]x", "# #[error]x"),
        ("ü 漢 \U0001f600", "ü 漢 \U0001f600"),
    ],
)
def test_text_is_cleaned(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x1b[]:;m#\n\r \t")), max_size=200))
def test_cleaned_text_has_no_controls_and_gives_no_orders(raw: str) -> None:
    text = clean(raw)
    assert not any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in text)
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    assert "##[" not in text
    assert clean(text) == text


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_make_a_tail(raw: bytes, whole: bool) -> None:
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f]", clean_tail(raw, whole=whole))


def test_character_that_was_cut_in_two_is_dropped_from_the_front_of_a_tail() -> None:
    assert clean_tail("é!".encode()[1:], whole=False) == "!"


@pytest.mark.parametrize(
    ("nasty", "shown"),
    [("\n", "\n"), (" ", " "), ("\x1b]", ""), (":", ":"), ("\t:", "\t:"), ("\x1b[0", "0"), ("\r", "\n"), ("##", "##")],
)
def test_text_that_is_nasty_to_patterns_is_cleaned_as_any_other(nasty: str, shown: str) -> None:
    """So much of it that a pattern which looks at the rest of the text at every character would not end."""
    text = clean(f"{nasty * 400_000}\nx")
    assert set(text) <= {*shown, *" \nx"}
    assert text.endswith("\nx")


def test_longer_places_are_named_before_shorter_ones() -> None:
    assert shorten_paths("/a/b/c and /a/d", {"/a": "<A>", "/a/b": "<B>"}) == "<B>/c and <A>/d"


def test_lines_are_those_that_python_counts() -> None:
    assert lines_of("a\r\nb\rc\x0c\x1cd\ne") == ["a", "b", "c\x0c\x1cd", "e"]
