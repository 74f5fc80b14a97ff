"""Random definitions, as text, for properties that hold whatever is defined."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

DIM = 4
LENGTH = 3

NUMBERS = st.sampled_from(["1", "2", "3", "0.5", "2.5", "1e-3", "4e2", "0.75"])
_LEAVES = st.one_of(NUMBERS, st.integers(1, DIM).map(lambda i: f"x{i}"))
_EXACT = ("sqrt", "abs", "round")


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions that use only operations which IEEE rounds correctly, so that every evaluator agrees to the bit."""
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"{t[0]} {t[1]} {t[2]}"),
        inner.map(lambda a: f"-({a})"),
        inner.map(lambda a: f"({a})^2"),
        st.tuples(st.sampled_from(_EXACT), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"max({t[0]}, {t[1]}, {t[2]})"),
        st.tuples(inner, st.sampled_from(["2.5", "-3"])).map(lambda t: f"mod({t[0]}, {t[1]})"),
        st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "=="]), inner, inner, inner).map(
            lambda t: f"if({t[0]} {t[1]} {t[2]}, {t[3]}, {t[4]})"
        ),
        inner.map(lambda a: f"table[1 + round(mod({a}, 5))]"),
    )


EXPRESSIONS = st.recursive(_LEAVES, _grown, max_leaves=8)
"""Expressions in x1 to x4 and the constant list ``table``."""

_INDEXED = st.recursive(
    st.one_of(_LEAVES, st.sampled_from(["i", "x[i]", "x[i+1]", "table[i]", "table[2*i-1]"])), _grown, max_leaves=6
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Definitions with quantities, a family, sums and constraints of both kinds."""
    indexed = draw(_INDEXED)
    return "\n".join(
        [
            "table = [1, 0.5, 2, -3, 4.25, 7]",
            f"q = {draw(EXPRESSIONS)}",
            f"c[i] = {draw(_INDEXED)} + table[i] for i = 1..{LENGTH}",
            "pair = [q, c[2]]",
            f"f = {draw(EXPRESSIONS)} + q + pair[2]",
            f"g[i+1] = c[i] + {indexed} for i = 1..{LENGTH}",
            "g1 = q - c[1]",
            f"h1 = sum(c[i] + {draw(_INDEXED)} for i = 1..{LENGTH}) - q",
        ]
    )


VALUES = st.floats(-8.0, 8.0, allow_nan=False).map(lambda value: round(value * 4) / 4)
POINTS = st.lists(VALUES, min_size=DIM, max_size=DIM).map(np.array)
