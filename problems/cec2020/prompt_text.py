"""Small tools for writing the texts of the problems that are algorithms rather than equations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from llamoco_bench.problems.problem import Prompt

_PLACE = re.compile(r"<<(\w+)>>")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace every ``<<name>>`` of `template` by ``values[name]``; an unknown name raises KeyError."""
    return _PLACE.sub(lambda match: values[match[1]], template)


def number(value: float) -> str:
    """Write `value` as Python source that reads back to exactly the same number, integers without a point."""
    if 1e-4 <= abs(value) < 1e6 or value == 0:
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    mantissa, _, exponent = np.format_float_scientific(value, trim="-").partition("e")
    return f"{mantissa}e{int(exponent)}"


def numbers(values: Iterable[float]) -> str:
    """Write `values` as the inside of a Python list or of a LaTeX enumeration."""
    return ", ".join(number(value) for value in values)


def latex_number(value: float) -> str:
    r"""Write `value` for LaTeX, with ``\times 10^{k}`` in place of an exponent."""
    mantissa, mark, exponent = number(value).partition("e")
    if not mark:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \times {power}"


def latex_numbers(values: Iterable[float]) -> str:
    """Write `values` as a LaTeX enumeration with commas."""
    return ", ".join(latex_number(value) for value in values)


def python_prompt(style: str, intro: str, code: str, namespace: Mapping[str, object] | None = None) -> Prompt:
    """Put the sentence `intro` above the fenced program text `code`."""
    source = code.strip() + "\n"
    return Prompt("python", style, f"{intro}\n\n```python\n{source}```\n", source, dict(namespace or {}))


def latex_prompt(intro: str, body: str) -> Prompt:
    """Put the sentence `intro` above the mathematical statement `body`."""
    return Prompt("latex", "plain", f"{intro}\n\n{body.strip()}\n")


def fixed_source(prompts: Iterable[Prompt]) -> str:
    """Text that fixes the values of a problem: its first Python text with every array that the text names."""
    prompt = next(prompt for prompt in prompts if prompt.language == "python")
    arrays = (f"{name} = {np.asarray(value).tolist()}" for name, value in sorted(prompt.namespace.items()))
    return "\n".join((prompt.code, *arrays))
