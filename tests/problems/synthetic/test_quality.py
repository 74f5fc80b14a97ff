from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from llamoco_bench.problems.synthetic import N_EACH
from llamoco_bench.problems.synthetic.generate import Generated, generate
from llamoco_bench.problems.synthetic.quality import REASONS, attempt_of, inspect, search, search_all
from llamoco_bench.problems.synthetic.rounding import Rounder, exponent

STORED = json.loads((files("llamoco_bench.problems.synthetic") / "replacements.json").read_text(encoding="utf-8"))


def first_good(suite: str) -> Generated:
    return next(g for i in range(99) if (g := generate(suite, i)).instance.dim > 5 and inspect(g) is None)  # type: ignore[arg-type]


def with_constraints(generated: Generated, **changes: object) -> Generated:
    """The same draw with its first inequality changed."""
    first, *others = generated.instance.constraints
    changed = (replace(first, **changes), *others)  # type: ignore[arg-type]
    return replace(generated, instance=replace(generated.instance, constraints=changed))


def constrained() -> Generated:
    for i in range(200):
        found = generate("c", i)
        if inspect(found) is None and not found.instance.cuts_off_optimum and found.instance.inequalities:
            return found
    raise AssertionError


def test_most_draws_are_good() -> None:
    reasons = [inspect(generate("c", i)) for i in range(60)]
    assert reasons.count(None) >= 45


def test_stored_replacements_are_what_the_search_finds() -> None:
    replaced = list(STORED["attempts"])
    for name in [*replaced[::12], "u0000", "c0000", "u0001", "c0001"]:
        assert search(name[0], int(name[1:]))[0] == attempt_of(name)


@pytest.mark.slow
def test_the_whole_search_gives_the_stored_file() -> None:
    assert search_all() == STORED


def test_counts_of_refused_draws_match_the_attempts() -> None:
    for suite in "uc":
        refused = STORED["refused"][suite]
        attempts = sum(attempt for name, attempt in STORED["attempts"].items() if name[0] == suite)
        assert sum(refused.values()) == attempts
        assert list(refused) == list(REASONS)
        assert attempts < 0.2 * N_EACH


def test_a_constant_objective_is_refused() -> None:
    good = first_good("u")
    assert inspect(replace(good, sample=np.repeat(good.sample[:1], 51, axis=0))) == "constant"


def test_an_objective_that_is_not_finite_is_refused() -> None:
    good = first_good("u")
    sample = good.sample.copy()
    sample[3] = 1e200
    assert inspect(replace(good, sample=sample)) == "non-finite"


def test_an_objective_that_chance_minimises_is_refused() -> None:
    good = first_good("u")
    sample = good.sample.copy()
    sample[3] = good.instance.shift
    assert inspect(replace(good, sample=sample)) == "trivial"


def test_an_infeasible_anchor_is_refused() -> None:
    good = constrained()
    flipped = -good.instance.constraints[0].sign
    assert inspect(with_constraints(good, sign=flipped)) == "unsolvable"


def test_a_constraint_that_never_holds_anything_back_is_refused() -> None:
    good = constrained()
    first = good.instance.constraints[0]
    assert inspect(with_constraints(good, bound=first.bound + first.sign * 1e3 * first.divisor)) in ("idle", "constant")


def test_a_shift_on_the_wrong_side_is_refused() -> None:
    good = constrained()
    instance = replace(good.instance, anchor=good.instance.anchor.copy())
    assert inspect(replace(good, instance=instance)) == "misplaced"


def test_roundings_that_last_bits_would_decide_are_found_out() -> None:
    for value in (2.5, 1234.5, 0.1250000000000001):
        rounder = Rounder()
        rounder.digits(value, len(str(int(value))) if value > 1 else 2)
        assert rounder.doubtful
    safe = Rounder()
    assert safe.digits(1234.56, 3) == 1230.0
    assert safe.digits(0.0012349, 3) == 0.00123
    assert safe.decimals(-3.14159, 2) == -3.14
    assert safe.decimals(123456.7, -3) == 123000.0
    assert safe.digits(np.inf, 3) == np.inf
    assert not safe.doubtful
    assert inspect(replace(first_good("u"), doubtful=True)) == "ambiguous"


@pytest.mark.parametrize(("value", "power"), [(1.0, 0), (9.999999999999998, 0), (10.0, 1), (-0.05, -2), (1e-4, -4)])
def test_the_decimal_exponent_is_exact_at_its_borders(value: float, power: int) -> None:
    assert exponent(value) == power
