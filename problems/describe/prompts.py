"""The prompts of a definition: every Python style and every LaTeX form, under a sentence that says what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from llamoco_bench.problems.describe.latex import name as latex_name
from llamoco_bench.problems.describe.latex_forms import FORMS, statement
from llamoco_bench.problems.describe.program import Program, used
from llamoco_bench.problems.describe.python_styles import STYLES, styles
from llamoco_bench.problems.problem import Prompt

_MOST: Final = 6
_LEAST_NEEDED: Final = "commuted"
"""The style that is left out where a problem would have more descriptions than that."""

_VARIABLES: Final = re.compile(r"\bx(\d+)(?:\.\.x(\d+))?\b")


def prompts(about: str, program: Program, meanings: Mapping[str, str] = MappingProxyType({})) -> tuple[Prompt, ...]:
    """Return the descriptions of a problem, all different, six at most.

    Parameters
    ----------
    about: says what is decided and to which end; variables are written ``x1`` or ``x1..x4``.
    program: the definition.
    meanings: what the program's tables are, in words.
    """
    told = [_python(about, program, meanings, style) for style in styles(program)]
    told += [_latex(about, program, meanings, form) for form in FORMS]
    different: dict[str, Prompt] = {}
    for prompt in told:
        different.setdefault(prompt.text, prompt)
    return (
        tuple(different.values())
        if len(different) <= _MOST
        else tuple(prompt for prompt in different.values() if prompt.style != _LEAST_NEEDED)
    )


def _python(about: str, program: Program, meanings: Mapping[str, str], style: str) -> Prompt:
    code = STYLES[style](program)
    data = _data("These arrays are given", program, meanings, "`{}`".format)
    text = "\n\n".join([_VARIABLES.sub(_zero_based, about), *data, f"```python\n{code}```\n"])
    return Prompt("python", style, text, code, _arrays(program))


def _latex(about: str, program: Program, meanings: Mapping[str, str], form: str) -> Prompt:
    remarks = _data("These coefficients are given", program, meanings, lambda name: f"${latex_name(name, 'i')}$")
    if program.calls("round"):
        remarks.append(r"Here $\operatorname{round}$ rounds to the nearest integer, halves away from zero.")
    text = "\n\n".join([_VARIABLES.sub(_subscripted, about), statement(program, form), *remarks])
    return Prompt("latex", form, f"{text}\n", namespace=_arrays(program))


def _data(opening: str, program: Program, meanings: Mapping[str, str], show: Callable[[str], str]) -> list[str]:
    """Return a sentence that names the tables in use, if there are any."""
    parts = [f"{show(name)} ({meanings[name]})" if name in meanings else show(name) for name in _given(program)]
    return [f"{opening}: {', '.join(parts)}."] if parts else []


def _arrays(program: Program) -> dict[str, object]:
    return {name: np.array(program.tables[name]) for name in _given(program)}


def _given(program: Program) -> list[str]:
    outputs = program.all_outputs
    wanted = frozenset[str]().union(*map(used, [*outputs, *program.needed(outputs)]))
    return [name for name in program.tables if name in wanted]


def _zero_based(match: re.Match[str]) -> str:
    first, last = match[1], match[2]
    return f"x[{int(first) - 1}]" if last is None else f"x[{int(first) - 1}:{last}]"


def _subscripted(match: re.Match[str]) -> str:
    first, last = match[1], match[2]
    return rf"$x_{{{first}}}$" if last is None else rf"$x_{{{first}}}, \dots, x_{{{last}}}$"
