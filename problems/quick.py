"""The suite ``quick``: 24 problems that stand for the others where there is time for no more.

Eighteen are synthetic ones kept for evaluation, one of each stratum: construction (single, composition, hybrid) by size
for those without constraints, kind of constraints (inequality, equality, both) by size for the others, where a size is
up to 10, up to 30, or up to 50 variables. Of a stratum it is the one whose id comes first under
``derive_seed("quick", id)``; a test draws them again. Six are realistic and cheap to evaluate.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SYNTHETIC: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("single", "small"): "synthetic/u0012",
        ("single", "medium"): "synthetic/u2284",
        ("single", "large"): "synthetic/u2660",
        ("composition", "small"): "synthetic/u1102",
        ("composition", "medium"): "synthetic/u2994",
        ("composition", "large"): "synthetic/u0911",
        ("hybrid", "small"): "synthetic/u0086",
        ("hybrid", "medium"): "synthetic/u0749",
        ("hybrid", "large"): "synthetic/u1137",
        ("inequality", "small"): "synthetic/c0103",
        ("inequality", "medium"): "synthetic/c0705",
        ("inequality", "large"): "synthetic/c1943",
        ("equality", "small"): "synthetic/c2189",
        ("equality", "medium"): "synthetic/c0211",
        ("equality", "large"): "synthetic/c0691",
        ("both", "small"): "synthetic/c2513",
        ("both", "medium"): "synthetic/c0668",
        ("both", "large"): "synthetic/c0596",
    }
)
"""By stratum: construction or kind of constraints, and size."""

REALISTIC: Final = (
    "cec2020/RC11",
    "cec2020/RC19",
    "cec2020/RC28",
    "realistic/docking-1ppe",
    "realistic/hpo-xgboost",
    "realistic/neuro-breast-cancer",
)
"""Reactors, a welded beam, a bearing, docking, hyper-parameters and the weights of a network."""

IDS: Final = (*SYNTHETIC.values(), *REALISTIC)
