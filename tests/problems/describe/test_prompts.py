from __future__ import annotations

import numpy as np
import pytest

from llamoco_bench.problems.describe.notation import NotationError
from llamoco_bench.problems.describe.program import build
from llamoco_bench.problems.describe.prompts import prompts
from llamoco_bench.problems.describe.sections import read_section, split_sections

FILE = """\
# A comment.

[first]
title: One
note: a remark
note: another, which
    goes on
equations:
    y = x1 +
        x2

    f = y

[second]
title: Two
"""


def test_sections_keep_running_text_and_blocks_apart() -> None:
    bodies = split_sections(FILE)
    assert list(bodies) == ["first", "second"]
    section = read_section("first", bodies["first"])
    assert section.text("title") == "One"
    assert section.texts("note") == ("a remark", "another, which goes on")
    assert section.texts("none") == ()
    assert section.block("equations") == "y = x1 +\n    x2\n\nf = y"
    assert read_section("second", bodies["second"]).text("title") == "Two"


@pytest.mark.parametrize("key", ["absent", "note"])
def test_a_value_that_is_missing_or_repeated_is_refused(key: str) -> None:
    with pytest.raises(NotationError, match=rf"Section \[first\] needs one '{key}'"):
        read_section("first", split_sections(FILE)["first"]).text(key)


def test_a_missing_value_may_have_a_default() -> None:
    assert read_section("first", "").block("parameters", "") == ""


def test_texts_name_the_arrays_they_need_and_no_others() -> None:
    program = build("f = sum(w[i]*x[i] for i = 1..2)", 2, {"w": (1.0, 2.0), "unused": (3.0,)})
    for prompt in prompts("Weigh x1..x2 and x1.", program):
        assert list(prompt.namespace) == ["w"]
        np.testing.assert_array_equal(prompt.namespace["w"], [1.0, 2.0])
        assert ("`w`" if prompt.language == "python" else "$w_{i}$") in prompt.text


def test_variables_are_called_as_each_language_does() -> None:
    told = prompts("Take x1..x2, then x2.", build("f = x1*x2 + 1", 2))
    opening = {prompt.language: prompt.text.partition("\n")[0] for prompt in told}
    assert opening == {"python": "Take x[0:2], then x[1].", "latex": r"Take $x_{1}, \dots, x_{2}$, then $x_{2}$."}


def test_rounding_is_explained_where_it_occurs() -> None:
    programs = build("f = round(x1)", 1), build("f = x1", 1)
    rounded, plain = ({prompt.language: prompt.text for prompt in prompts("Do.", program)} for program in programs)
    assert "def round_half_away(v):" in rounded["python"]
    assert "halves away from zero" in rounded["latex"]
    assert not any("halves" in text for text in plain.values())


def test_given_arrays_are_explained_where_their_meaning_is_known() -> None:
    program = build("f = sum(w[i]*x[i] + v[i] for i = 1..2)", 2, {"w": (1.0, 2.0), "v": (3.0, 4.0)})
    texts = {prompt.language: prompt.text for prompt in prompts("Weigh.", program, {"w": "weight"})}
    assert "These arrays are given: `w` (weight), `v`.\n" in texts["python"]
    assert "These coefficients are given: $w_{i}$ (weight), $v_{i}$.\n" in texts["latex"]
