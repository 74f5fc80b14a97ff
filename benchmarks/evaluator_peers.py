"""The same or the nearest functions in other packages, for `evaluator_speed`; those not installed are left out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CEC2014 = {
    "rastrigin": 9,
    "ackley": 5,
    "rosenbrock": 4,
    "griewank": 7,
    "schwefel": 11,
    "weierstrass": 6,
    "katsuura": 12,
    "hybrid of 3": 17,
    "composition of 3": 24,
}
BBOB = {"rastrigin": 15, "rosenbrock": 9, "griewank": 19, "schwefel": 20, "weierstrass": 16, "katsuura": 23}
CEC2022 = {"hybrid of 3": 1006, "composition of 3": 1010}
COCO_DIMENSIONS = {10: 10, 30: 20, 50: 40}
"""COCO has 2, 3, 5, 10, 20 and 40 variables; the next smaller number stands in, to its advantage."""


@dataclass(frozen=True)
class Peer:
    """A function of another package.

    Attributes
    ----------
    package: its name.
    one: evaluates one point, in the form that the package takes fastest.
    many: evaluates 100 points, or None where the package cannot.
    """

    package: str
    one: Callable[[], Any]
    many: Callable[[], Any] | None


def peers(case: str, dim: int, x: Array) -> Iterator[Peer]:
    """Yield the peers of a case, with the points (100, dim) already in them."""
    for package, build in (
        ("minionpy", _minionpy),
        ("ioh", _ioh),
        ("cocoex", _coco),
        ("opfunu", _opfunu),
        ("metaevobox", _metabox),
    ):
        if find_spec(package) and (peer := build(case, dim, x)):
            yield peer


def _minionpy(case: str, dim: int, x: Array) -> Peer | None:
    import minionpy

    function = minionpy.CEC2014Functions(CEC2014[case], dim)
    # Lists are what the package takes fastest.
    one, many = [x[0].tolist()], x.tolist()
    return Peer("minionpy", lambda: function(one), lambda: function(many))


def _ioh(case: str, dim: int, x: Array) -> Peer | None:
    import ioh

    if case in BBOB:
        function = ioh.get_problem(BBOB[case], 1, dim, ioh.ProblemClass.BBOB)
    elif case in CEC2022 and dim == 10:
        function = ioh.get_problem(CEC2022[case], 1, dim, ioh.ProblemClass.REAL)
    else:
        return None
    one, many = x[0].tolist(), x.tolist()
    return Peer("ioh", lambda: function(one), lambda: function(many))


def _coco(case: str, dim: int, x: Array) -> Peer | None:
    import cocoex

    if case not in BBOB:
        return None
    theirs = COCO_DIMENSIONS[dim]
    options = f"dimensions:{theirs} instance_indices:1 function_indices:{BBOB[case]}"
    suite = cocoex.Suite("bbob", "", options)
    function = suite.get_problem_by_function_dimension_instance(BBOB[case], theirs, 1)
    one = x[0, :theirs].copy()

    def evaluate(suite: Any = suite) -> Any:  # a function lives as long as its suite
        return function(one)

    return Peer("coco", evaluate, None)


def _opfunu(case: str, dim: int, x: Array) -> Peer | None:
    from opfunu.cec_based import cec2014

    function = getattr(cec2014, f"F{CEC2014[case]}2014")(ndim=dim)
    one = x[0].copy()
    return Peer("opfunu", lambda: function.evaluate(one), None)


def _metabox(case: str, dim: int, x: Array) -> Peer | None:
    if case not in BBOB:
        return None
    rng = np.random.default_rng(dim)
    shift, rotation = rng.uniform(-4.0, 4.0, dim), np.linalg.qr(rng.standard_normal((dim, dim)))[0]
    functions = _metabox_module("metaevobox.environment.problem.SOO.COCO_BBOB.bbob_numpy")
    function = getattr(functions, f"F{BBOB[case]}")(dim, shift, rotation, 0.0, -5.0, 5.0)
    function.T1 = 0.0  # the time spent, which MetaBox's training loop sets
    one, many = x[0].copy(), x.copy()
    return Peer("MetaBox", lambda: function.eval(one), lambda: function.eval(many))


@cache
def _metabox_module(name: str) -> Any:
    """Import one module of MetaBox without what its packages import: `pip install --no-deps metaevobox` suffices."""
    first, *middle, _ = name.split(".")
    spec = find_spec(first)
    assert spec is not None
    package, folder = first, Path(str(spec.origin)).parent
    for part in ("", *middle):
        package, folder = (f"{package}.{part}", folder / part) if part else (package, folder)
        stand_in = ModuleType(package)
        stand_in.__path__, stand_in.__spec__ = [str(folder)], ModuleSpec(package, None)
        sys.modules.setdefault(package, stand_in)
    return import_module(name)
