"""A nano model of a size for tests."""

from __future__ import annotations

from llamoco_bench.training.nano.architecture import Shape

SHAPE = Shape(width=32, layers=2, heads=2, hidden=64, vocabulary=1600)
