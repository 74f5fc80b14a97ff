"""Python texts of a definition in several styles.

Each text defines ``objective(x)`` and, where there are any, ``inequality(x)`` and ``equality(x)`` for one point x of
shape (dim,).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.describe import layout
from llamoco_bench.problems.describe.elementwise import ElementPrinter, repetition
from llamoco_bench.problems.describe.loops import LoopWriter
from llamoco_bench.problems.describe.program import Program, numbers, used
from llamoco_bench.problems.describe.tree import Family, Listing, Output, Quantity, Scalar
from llamoco_bench.problems.describe.vectorized import VectorPrinter

_FUNCTIONS: Final[Mapping[str, str]] = MappingProxyType({"f": "objective", "g": "inequality", "h": "equality"})

_ROUND: Final = '''def round_half_away(v):
    """Round to the nearest integer, halves away from zero."""
    return np.trunc(v + np.copysign(0.5, v))'''


def plain(program: Program) -> str:
    """Every function by itself: temporary variables, comprehensions over families."""

    def body(kind: str) -> list[str]:
        return [*_quantities(_needed(program, kind)), *_result(program, kind)]

    return _module(program, _functions(program, body))


def helpers(program: Program) -> str:
    """Shared quantities in one helper function; where there are none, a helper function for every constraint."""
    fixed = [quantity for quantity in _all_needed(program) if quantity.name in program.constant]
    shared = [quantity for quantity in _all_needed(program) if quantity.name not in program.constant]
    if not shared:
        return _module(program, [_quantities(fixed), *_one_by_one(program)])
    direct = [q.name for q in shared if any(q.name in used(output) for output in program.all_outputs)]
    wanted = {kind: [name for name in direct if name in _used_by(program, kind)] for kind in _FUNCTIONS}
    everything = all(names in ([], direct) for names in wanted.values())
    pairs = ", ".join(f'"{name}": {name}' for name in direct)
    returned = ", ".join(direct) if everything else f"{{{pairs}}}"
    intermediates = ["def intermediates(x):", *_quantities(shared), *layout.statement("return", returned)]

    def body(kind: str) -> list[str]:
        return [*_fetch(wanted[kind], everything), *_result(program, kind)]

    first, *others = intermediates
    return _module(program, [_quantities(fixed), [first, *layout.indent(others)], *_functions(program, body)])


def vectorized(program: Program) -> str:
    """Families as arrays, without loops."""
    printer = VectorPrinter(program)

    def body(kind: str) -> list[str]:
        lines = [line for quantity in _needed(program, kind) for line in _array_quantity(printer, quantity)]
        return [*lines, *_array_result(printer, program.outputs(kind))]

    return _module(program, _functions(program, body))


def loops(program: Program) -> str:
    """Explicit loops that fill arrays and add up sums."""

    def body(kind: str) -> list[str]:
        writer = LoopWriter()
        writer.quantities(_needed(program, kind))
        writer.result(program.outputs(kind))
        return writer.lines

    return _module(program, _functions(program, body))


STYLES: Final[Mapping[str, Callable[[Program], str]]] = MappingProxyType(
    {"plain": plain, "helpers": helpers, "vectorized": vectorized, "loops": loops}
)
"""The styles by name. ``vectorized`` and ``loops`` are for definitions with families or sums, see `styles`."""


def styles(program: Program) -> tuple[str, ...]:
    """Return the styles in which a definition can be told in different words."""
    return tuple(STYLES) if program.repeats else ("plain", "helpers")


def _needed(program: Program, kind: str) -> tuple[Quantity, ...]:
    return program.needed(program.outputs(kind))


def _all_needed(program: Program) -> tuple[Quantity, ...]:
    return program.needed(program.all_outputs)


def _module(program: Program, blocks: Iterable[list[str]]) -> str:
    head = "import numpy as np"
    parts = [*([_ROUND] if program.calls("round") else []), *("\n".join(block) for block in blocks if block)]
    # One empty line between the import and constants, two around functions.
    gap = "\n\n\n" if parts[0].startswith("def ") else "\n\n"
    return head + gap + "\n\n\n".join(parts) + "\n"


def _functions(program: Program, body: Callable[[str], list[str]]) -> list[list[str]]:
    return [
        [f"def {name}(x):", *layout.indent(body(kind))] for kind, name in _FUNCTIONS.items() if program.outputs(kind)
    ]


def _used_by(program: Program, kind: str) -> frozenset[str]:
    return frozenset[str]().union(*map(used, program.outputs(kind)))


def _fetch(names: list[str], everything: bool) -> list[str]:
    """Write how a function gets what it needs from the helper function."""
    if not names:
        return []
    if everything:
        return [f"{', '.join(names)} = intermediates(x)"]
    if len(names) == 1:
        return [f'{names[0]} = intermediates(x)["{names[0]}"]']
    values = ", ".join(f'shared["{name}"]' for name in names)
    return ["shared = intermediates(x)", *layout.statement(f"{', '.join(names)} =", values)]


def _quantities(quantities: Iterable[Quantity]) -> list[str]:
    return [line for quantity in quantities for line in _quantity(quantity)]


def _quantity(quantity: Quantity) -> list[str]:
    printer = ElementPrinter()
    match quantity:
        case Scalar(name, value):
            return layout.statement(f"{name} =", printer.show(value))
        case Listing(name, elements):
            return layout.listing(f"{name} =", map(printer.show, elements))
        case Family(name, span, value):
            return layout.comprehension(f"{name} =", printer.within(span).show(value), repetition(span))


def _result(program: Program, kind: str) -> list[str]:
    outputs = program.outputs(kind)
    printer = ElementPrinter()
    if kind == "f":
        return layout.statement("return", printer.show(outputs[0].value))
    if len(outputs) == 1 and (span := outputs[0].span):
        element = printer.within(span).show(outputs[0].value)
        return layout.statement("return", f"np.array([{element} {repetition(span)}])")
    return layout.array("return", [_element(printer, output) for output in outputs])


def _element(printer: ElementPrinter, output: Output) -> str:
    if output.span is None:
        return printer.show(output.value)
    return f"*[{printer.within(output.span).show(output.value)} {repetition(output.span)}]"


def _one_by_one(program: Program) -> list[list[str]]:
    """Write a function for every constraint or family of constraints, and the functions that collect them."""
    blocks = []
    for kind, name in _FUNCTIONS.items():
        outputs = program.outputs(kind)
        if kind == "f" or not outputs:
            body = _result(program, kind) if outputs else []
        else:
            blocks += [[f"def {_part_name(output)}(x):", *layout.indent(_part_body(output))] for output in outputs]
            calls = [f"{'*' if output.span else ''}{_part_name(output)}(x)" for output in outputs]
            body = layout.array("return", calls)
        blocks += [[f"def {name}(x):", *layout.indent(body)]] if body else []
    return blocks


def _part_name(output: Output) -> str:
    rows = numbers(output)
    first = f"{output.kind}{rows.start}"
    return first if output.span is None else f"{first}_to_{output.kind}{rows.stop - 1}"


def _part_body(output: Output) -> list[str]:
    printer = ElementPrinter()
    if output.span is None:
        return layout.statement("return", printer.show(output.value))
    return layout.comprehension("return", printer.within(output.span).show(output.value), repetition(output.span))


def _array_quantity(printer: VectorPrinter, quantity: Quantity) -> list[str]:
    match quantity:
        case Scalar(name, value):
            return layout.statement(f"{name} =", printer.show(value))
        case Listing(name, elements):
            return layout.array(f"{name} =", map(printer.show, elements))
        case Family(name, span, value):
            return layout.statement(f"{name} =", printer.within(span).show(value))


def _array_result(printer: VectorPrinter, outputs: tuple[Output, ...]) -> list[str]:
    if outputs[0].kind == "f":
        return layout.statement("return", printer.show(outputs[0].value))
    if len(outputs) == 1 and outputs[0].span:
        return layout.statement("return", printer.within(outputs[0].span).show(outputs[0].value))
    if not any(output.span for output in outputs):
        return layout.array("return", [printer.show(output.value) for output in outputs])
    return layout.call("return", "np.concatenate", [_array_part(printer, output) for output in outputs])


def _array_part(printer: VectorPrinter, output: Output) -> str:
    if output.span is None:
        return f"[{printer.show(output.value)}]"
    return printer.within(output.span).show(output.value)
