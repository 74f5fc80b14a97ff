"""The functions of the notation: how each is called in numpy, in the standard library and in LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the notation.

    Attributes
    ----------
    arity: number of arguments, or None for "two or more".
    numpy: name of the function in numpy texts.
    scalar: name of the function for the single-point evaluator.
    latex: template of the LaTeX form; ``{0}`` is the first argument, without parentheses around it.
    """

    arity: int | None
    numpy: str
    scalar: str
    latex: str


def _operator(name: str) -> str:
    return rf"{name}\left({{0}}\right)"


FUNCTIONS: Final = MappingProxyType(
    {
        "exp": Function(1, "np.exp", "exp", _operator(r"\exp")),
        "ln": Function(1, "np.log", "log", _operator(r"\ln")),
        "log10": Function(1, "np.log10", "log10", _operator(r"\log_{{10}}")),
        "sqrt": Function(1, "np.sqrt", "sqrt", r"\sqrt{{{0}}}"),
        "sin": Function(1, "np.sin", "sin", _operator(r"\sin")),
        "cos": Function(1, "np.cos", "cos", _operator(r"\cos")),
        "tan": Function(1, "np.tan", "tan", _operator(r"\tan")),
        "asin": Function(1, "np.arcsin", "asin", _operator(r"\arcsin")),
        "acos": Function(1, "np.arccos", "acos", _operator(r"\arccos")),
        "atan": Function(1, "np.arctan", "atan", _operator(r"\arctan")),
        "abs": Function(1, "np.abs", "fabs", r"\left|{0}\right|"),
        "round": Function(1, "round_half_away", "round_half_away", _operator(r"\operatorname{{round}}")),
        "mod": Function(2, "np.mod", "mod", r"\left({0} \bmod {1}\right)"),
        "max": Function(None, "np.max", "maximum", r"\max\left\{{{0}\right\}}"),
    }
)
"""By name. ``round`` rounds halves away from zero; ``mod`` has the sign of its second argument; ``ln`` is natural."""
