"""What a selector may know of a synthetic problem: what its description tells, as numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from llamoco_bench.problems.basic import BasicFunction
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.problems.synthetic.instance import Instance, Part
from llamoco_bench.problems.synthetic.labels import labels

_KINDS: Final[Mapping[str, Callable[[BasicFunction], bool]]] = MappingProxyType(
    {
        "multimodal": lambda function: function.multimodal,
        "separable": lambda function: function.separable,
        "ill-conditioned": lambda function: function.ill_conditioned,
        "symmetric": lambda function: function.symmetric,
        "flat": lambda function: function.flat,
    }
)


_UNTOLD: Final = ("optimum",)
"""Labels of the landscape that follow from numbers which no description shows."""


@lru_cache(maxsize=8192)
def features(problem_id: str) -> Mapping[str, float | str]:
    """Return the features of a synthetic problem by name; what is not there counts as 0.

    ================== ================================================================================================
    ``function NAME``  share of a base function in the objective, by weight or, in a hybrid, by coordinates
    ``functions KIND`` the same of all functions that are multimodal, separable, ...
    ``family NAME``    constraints of a family
    ``family NAME ..`` those of them that are equalities, are satisfied far from their centre, or are rotated
    ``label NAME``     of the landscape, in words, as far as the description tells it
    others             sizes: variables, budget, functions, constraints by their kinds, width of the box
    ================== ================================================================================================
    """
    instance = instance_of(problem_id)
    shares = [(part, _share(instance, part)) for part in instance.parts]
    whole = sum(share for _, share in shares)
    found: defaultdict[str, float] = defaultdict(float)
    for part, share in shares:
        found[f"function {part.name}"] += share / whole
        for kind, has in _KINDS.items():
            found[f"functions {kind}"] += share / whole * has(part.function)
    for constraint in instance.constraints:
        family = f"family {constraint.name}"
        found[family] += 1.0
        found[f"{family} equality"] += constraint in instance.equalities
        found[f"{family} from below"] += constraint.sign < 0
        found[f"{family} rotated"] += constraint.rotated
    told = {f"label {name}": value for name, value in labels(instance).items() if name not in _UNTOLD}
    return MappingProxyType({**found, **_sizes(instance), **told})


def _share(instance: Instance, part: Part) -> float:
    return part.weight if instance.kind == "composition" else part.length / instance.dim


def _sizes(instance: Instance) -> dict[str, float]:
    width = instance.upper - instance.lower
    return {
        "variables": float(instance.dim),
        "evaluations": float(instance.budget),
        "functions": float(len(instance.parts)),
        "rotated": float(instance.rotation is not None),
        "inequalities": float(len(instance.inequalities)),
        "equalities": float(len(instance.equalities)),
        "constraints rotated": float(sum(constraint.rotated for constraint in instance.constraints)),
        "constraints from below": float(sum(constraint.sign < 0 for constraint in instance.constraints)),
        "constraints convex": float(sum(constraint.family.convex for constraint in instance.constraints)),
        "width, least": float(width.min()),
        "width, greatest": float(width.max()),
    }
