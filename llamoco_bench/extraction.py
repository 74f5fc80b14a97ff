"""Finding the program in a model's answer: a pure function of the text.

What the model wrote is never mended here, only cut out. Rules, first match wins:

1. the last fenced block that defines ``solve`` and parses;
2. all fenced blocks put together, if they define ``solve`` and parse (imports in one block, function in the next);
3. the last fenced block that defines ``solve``, parsing or not (an answer that was cut off);
4. without fences: from the first line that looks like code to the last line with which the text still parses;
5. a fenced block without ``solve``: still a program, which will fail by the contract;
6. nothing.
"""

from __future__ import annotations

import re
import textwrap
from typing import Final

from llamoco_bench.syntax import parse_program

_THINKING: Final = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_TEMPLATE_REMAINS: Final = re.compile(
    r"<\|[a-z_]+\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<bos>|<eos>|<pad>", re.IGNORECASE
)
_FENCE: Final = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*([^\n`~]*)$")
_SOLVE: Final = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+solve[ \t]*\(|^solve[ \t]*=", re.MULTILINE)
_CODE_START: Final = re.compile(r"^(?:import|from)[ \t]+[\w.]+|^def[ \t]+\w+[ \t]*\(|^class[ \t]+\w+|^@\w+|^#!")
_CODE_LANGUAGES: Final = frozenset({"", "python", "python3", "py", "py3", "ipython", "code", "python code"})
_MAX_TRIMMED_LINES: Final = 200


def extract_program(answer: str) -> str | None:
    """Return the program in a model's `answer`, or None where there is none to find.

    The program ends with one newline; it may well be wrong: only its place is judged here.
    """
    text = _clean(answer)
    blocks = _fenced_blocks(text)
    solving = [block for block in blocks if _SOLVE.search(block)]
    for block in reversed(solving):
        if _parses(block):
            return _tidy(block)
    joined = "\n\n".join(blocks)
    if len(blocks) > 1 and solving and _parses(joined):
        return _tidy(joined)
    if solving:
        return _tidy(solving[-1])
    bare = _unfenced_program(text)
    if bare is not None:
        return _tidy(bare)
    return _tidy(blocks[-1]) if blocks else None


def _clean(answer: str) -> str:
    text = answer.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    text = _THINKING.sub("", text)
    return _TEMPLATE_REMAINS.sub("", text)


def _fenced_blocks(text: str) -> list[str]:
    """Cut out the fenced blocks in a language that may be Python; an unclosed one reaches to the end."""
    blocks: list[str] = []
    lines: list[str] = []
    fence, wanted = "", False
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not fence and match:
            fence, wanted, lines = match[1], match[2].strip().lower() in _CODE_LANGUAGES, []
        elif fence and match and match[1].startswith(fence) and not match[2].strip():
            blocks += _kept(lines, wanted)
            fence = ""
        elif fence:
            lines.append(line)
    if fence:
        blocks += _kept(lines, wanted)
    return blocks


def _kept(lines: list[str], wanted: bool) -> list[str]:
    block = textwrap.dedent("\n".join(lines))
    return [block] if wanted and block.strip() else []


def _unfenced_program(text: str) -> str | None:
    """Find a program in an answer without (usable) fences; prose may stand before and behind it."""
    solve = _SOLVE.search(text)
    if solve is None:
        return None
    lines = [line for line in text.split("\n") if not _FENCE.match(line)]
    start = next((i for i, line in enumerate(lines) if _CODE_START.match(line)), None)
    if start is None:
        return textwrap.dedent("\n".join(lines))
    code = lines[start:]
    for end in range(len(code), max(0, len(code) - _MAX_TRIMMED_LINES), -1):
        candidate = "\n".join(code[:end])
        if _parses(candidate) and _SOLVE.search(candidate):
            return candidate
    return "\n".join(code)


def _parses(source: str) -> bool:
    return parse_program(_tidy(source)) is not None


def _tidy(program: str) -> str:
    return program.strip("\n").rstrip() + "\n"
