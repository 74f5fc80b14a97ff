from __future__ import annotations

import math

import pytest

from llamoco_bench.reports.html import text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", "two lines"),
        ("abc\u202edef", "abc\\u202edef"),
        ("\u200bhidden", "\\u200bhidden"),
        ("bell\x07", "bell\\x07"),
        ("\ud800", "\\ud800"),
        ("Größe ≤ 1", "Größe ≤ 1"),
    ],
)
def test_what_has_no_glyph_is_written_out(given: str, shown: str) -> None:
    assert text.visible(given) == shown


def test_long_text_is_cut_visibly() -> None:
    assert text.visible("x" * 1_000_000, 10) == "x" * 10 + "…"


def test_stored_text_says_how_much_is_missing() -> None:
    stored = text.storable("x" * 100, 40)
    assert stored.startswith("x" * 40 + "\n")
    assert "60 more characters" in stored


def test_stored_text_can_be_encoded() -> None:
    assert text.storable("a\ud800b", 40).encode() == b"a\\ud800b"


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1234, "+0.123"), (-0.1234, "−0.123"), (-0.0001, "0.000"), (math.nan, "–")]
)
def test_differences_have_a_sign_unless_they_are_shown_as_0(value: float, shown: str) -> None:
    assert text.signed(value) == shown


@pytest.mark.parametrize(("p", "shown"), [(0.0001, "p < 0.001"), (0.0456, "p = 0.046"), (math.nan, "p not defined")])
def test_p_is_never_shown_as_0(p: float, shown: str) -> None:
    assert text.probability(p) == shown
