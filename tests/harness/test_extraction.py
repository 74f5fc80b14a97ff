from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamoco_bench.extraction import extract_program

SOLVE = "def solve(objective, lower, upper, budget, seed):\n    return lower\n"
IMPORT = "import numpy as np\n"
BROKEN = "def solve(objective, lower, upper, budget, seed):\n    x = (lower +\n"

CORPUS = {
    "fence with language": (f"```python\n{SOLVE}```", SOLVE),
    "fence without language": (f"```\n{SOLVE}```", SOLVE),
    "capital language": (f"```Python\n{SOLVE}```", SOLVE),
    "py3": (f"```py3\n{SOLVE}```", SOLVE),
    "tildes": (f"~~~python\n{SOLVE}~~~", SOLVE),
    "four backticks around three": (f"````python\n{IMPORT}# ```\n{SOLVE}````", f"{IMPORT}# ```\n{SOLVE}"),
    "prose around": (f"Sure! Here it is:\n\n```python\n{SOLVE}```\nHope this helps.", SOLVE),
    "indented fence in a list": (
        "1. Code:\n\n   ```python\n   " + SOLVE.replace("\n    ", "\n       ") + "   ```",
        SOLVE,
    ),
    "windows line ends": (f"```python\r\n{SOLVE}```".replace("\n", "\r\n").replace("\r\r", "\r"), SOLVE),
    "byte order mark": (f"\ufeff```python\n{SOLVE}```", SOLVE),
    "two versions, the last counts": (f"```python\n{IMPORT}{SOLVE}```\nBetter:\n```python\n{SOLVE}```", SOLVE),
    "last version cut off, the whole one counts": (f"```python\n{SOLVE}```\nBetter:\n```python\n{BROKEN}", SOLVE),
    "usage example behind it": (f"```python\n{SOLVE}```\nUse:\n```python\nprint(solve(f, a, b, 10, 0))\n```", SOLVE),
    "shell block before it": (f"```bash\npip install numpy\n```\n```python\n{SOLVE}```", SOLVE),
    "output block behind it": (f"```python\n{SOLVE}```\n```text\n[0. 0.]\n```", SOLVE),
    "solve alone parses": (f"```python\n{IMPORT}```\nand\n```python\n{SOLVE}```", SOLVE),
    "cut off inside the block": (f"```python\n{BROKEN}", BROKEN),
    "closing fence missing": (f"```python\n{SOLVE}", SOLVE),
    "no fence": (SOLVE, SOLVE),
    "no fence, prose around": (f"Here you go.\n{IMPORT}\n{SOLVE}\nThis uses the lower bound.", f"{IMPORT}\n{SOLVE}"),
    "no fence, broken": (f"Here:\n{BROKEN}", BROKEN),
    "only a closing fence": (f"{SOLVE}```", SOLVE),
    "chatml remains": (f"```python\n{SOLVE}```<|im_end|>\n<|endoftext|>", SOLVE),
    "llama remains": (f"[/INST] ```python\n{SOLVE}```</s>", SOLVE),
    "gemma remains": (f"<start_of_turn>model\n```python\n{SOLVE}```<end_of_turn>", SOLVE),
    "thinking with code in it": (f"<think>```python\n{BROKEN}```</think>\n```python\n{SOLVE}```", SOLVE),
    "lambda": ("```python\nsolve = lambda o, l, u, b, s: l\n```", "solve = lambda o, l, u, b, s: l\n"),
    "code without solve": ("```python\nprint(1)\n```", "print(1)\n"),
    "quoted fence": (f"> text\n\n```python\n{SOLVE}```", SOLVE),
    "tabs": ("```python\ndef solve(o, l, u, b, s):\n\treturn l\n```", "def solve(o, l, u, b, s):\n\treturn l\n"),
    "blank lines within": (f"```python\n\n\n{SOLVE}\n\n```", SOLVE),
    "class before it": (f"class A:\n    pass\n\n\n{SOLVE}", f"class A:\n    pass\n\n\n{SOLVE}"),
    "nul byte is kept for the runner to refuse": (
        "```python\ndef solve(\x00):\n    pass\n```",
        "def solve(\x00):\n    pass\n",
    ),
    "nothing": ("", None),
    "prose only": ("I would use differential evolution to solve it.", None),
    "empty block": ("```python\n```", None),
    "only another language": ("```json\n{}\n```", None),
    "unclosed thinking": (f"<think>\n```python\n{SOLVE}```", None),
    "mentions solve": ("Call def solve in your head.", None),
}


@pytest.mark.parametrize("name", CORPUS)
def test_program_is_cut_out_of_an_ugly_answer(name: str) -> None:
    answer, expected = CORPUS[name]
    assert extract_program(answer) == expected


def test_helpers_in_an_earlier_block_come_along_when_the_last_one_does_not_parse_alone() -> None:
    answer = f"```python\nif True:\n    import math\n```\n```python\nelse:\n    pass\n{SOLVE}```"
    program = extract_program(answer)
    assert program is not None
    assert program.startswith("if True:")


def test_deeply_nested_text_is_no_danger() -> None:
    for bomb in ("(" * 100_000, "-" * 200_000, "[" * 50_000 + "]" * 50_000, "a." * 100_000):
        extract_program(f"```python\ndef solve(o, l, u, b, s):\n    return {bomb}\n```")


def test_a_session_that_makes_warnings_errors_finds_the_same_program() -> None:
    warned_of = f'PATTERN = "\\d"\n{SOLVE}'
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert extract_program(f"```python\n{SOLVE}```\nBetter:\n```python\n{warned_of}```") == warned_of


@given(st.text(max_size=300))
def test_any_text_gives_a_program_or_none(text: str) -> None:
    program = extract_program(text)
    assert program is None or program.endswith("\n")


@given(st.text(alphabet=st.characters(blacklist_characters="`~<[", blacklist_categories=("Cs", "Cc")), max_size=60))
def test_prose_before_and_behind_a_fence_does_not_change_the_program(prose: str) -> None:
    program = extract_program(f"{prose}\n```python\n{SOLVE}```\n{prose}")
    assert program == SOLVE
    ast.parse(program)


@given(st.text(max_size=200))
def test_extraction_is_stable_under_being_wrapped_again(text: str) -> None:
    once = extract_program(f"```python\n{SOLVE}```\n" + text.replace("`", "").replace("~", "").replace("<", ""))
    assert once is not None
    assert extract_program(f"```python\n{once}```") == once
