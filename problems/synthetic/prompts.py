"""The descriptions of an instance: a sentence on what it is, and its code or its formula."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from llamoco_bench.problems.problem import Array, Prompt
from llamoco_bench.problems.synthetic.instance import Instance
from llamoco_bench.problems.synthetic.latex_texts import FORMS, latex_text
from llamoco_bench.problems.synthetic.python_texts import STYLES
from llamoco_bench.problems.synthetic.telling import given_arrays
from llamoco_bench.seeds import derive_seed

ALWAYS: Final = ("plain",)
"""Python styles that every instance is told in, so that all can be asked for in the same way."""

_OTHERS: Final = tuple(style for style in STYLES if style not in ALWAYS)
_MORE_STYLES: Final = (0, 1, 1, 2, 2, 2, 2)
"""How many further Python styles an instance gets; each entry is equally likely."""


def describe(instance: Instance) -> tuple[Prompt, ...]:
    """Return the 4 to 6 descriptions of an instance, all different: in LaTeX three, in Python one to three.

    Where a law changes nothing (a sphere that is not rotated), or two styles come out alike, other Python styles take
    the place.
    """
    styles = python_styles(instance.id)
    spare = [style for style in STYLES if style not in styles]
    python = [python_prompt(instance, style) for style in (*styles, *spare)]
    latex = list(_different(latex_prompt(instance, form) for form in FORMS))
    wanted = len(styles) + len(FORMS) - len(latex)
    return (*list(_different(python))[:wanted], *latex)


def _different(prompts: Iterable[Prompt]) -> Iterable[Prompt]:
    found: dict[str, Prompt] = {}
    for prompt in prompts:
        found.setdefault(prompt.text, prompt)
    return found.values()


def python_styles(problem_id: str) -> tuple[str, ...]:
    """Return the Python styles of an instance; which ones depends on its id alone."""
    lot = derive_seed("synthetic descriptions", problem_id)
    more = _MORE_STYLES[lot % len(_MORE_STYLES)]
    turn = lot // len(_MORE_STYLES) % len(_OTHERS)
    chosen = {*ALWAYS, *(_OTHERS[(turn + step) % len(_OTHERS)] for step in range(more))}
    return tuple(style for style in STYLES if style in chosen)


def python_prompt(instance: Instance, style: str) -> Prompt:
    """Describe an instance by Python code in one of `STYLES`."""
    code = STYLES[style](instance)
    arrays = given_arrays(instance)
    given = ", ".join(f"`{name}` {shape}" for name, shape in _shapes(arrays))
    text = f"{_about(instance)} Already defined: {given}.\n\n```python\n{code}```\n"
    return Prompt("python", style, text, code, arrays)


def latex_prompt(instance: Instance, form: str) -> Prompt:
    """Describe an instance by a formula in one of `FORMS`."""
    arrays = given_arrays(instance)
    given = ", ".join(f"${_symbol(name)}$ {shape}" for name, shape in _shapes(arrays))
    text = f"{_about(instance)} Given: {given}.\n\n{latex_text(instance, form)}\n"
    return Prompt("latex", form, text, namespace=arrays)


def _about(instance: Instance) -> str:
    n, parts = instance.dim, len(instance.parts)
    if parts == 1:
        return f"Minimize a function of {n} variables."
    if instance.order is None:
        return f"Minimize a weighted sum of {parts} functions of {n} variables."
    return f"Minimize a sum of {parts} functions, each of which sees its own share of {n} variables."


def _shapes(arrays: dict[str, Array]) -> list[tuple[str, str]]:
    """Tell what each array is like: vectors by their length, matrices by their sides."""
    return [(name, f"(shape {array.shape})") for name, array in arrays.items()]


def _symbol(name: str) -> str:
    return name if len(name) == 1 else f"{name[0]}_{{{name[1:]}}}"
