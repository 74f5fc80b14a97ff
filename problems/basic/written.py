"""Writes numbers as source text that reads back exactly."""

from __future__ import annotations

from decimal import Decimal


def written(value: float) -> str:
    """Write a number in the shortest form that reads back exactly; whole ones without a point: ``1520``, ``1e6``."""
    number = float(value)
    if number.is_integer() and abs(number) < 1e6:
        return str(int(number))
    if number.is_integer() and abs(number) < 1e15:
        return str(Decimal(int(number)).normalize()).lower().replace("+", "")
    return repr(number).replace("e+", "e")
