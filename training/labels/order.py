"""The order in which problems are labelled: wherever it is cut off, what is done is a fair sample.

Two in five problems are of those kept for evaluation, whose labels give the virtual best; seven in twelve have no
constraints. Within each of these four groups every stretch of the order has all dimensions and numbers of base
functions in their proportions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from llamoco_bench.seeds import derive_seed

PATTERN: Final = "ucUucuCucUuC"
"""One turn of the order: u unconstrained, c constrained; capitals are problems kept for evaluation."""


@cache
def order() -> tuple[str, ...]:
    """Ids of all synthetic problems in the order of labelling."""
    from llamoco_bench.problems.synthetic import IDS
    from llamoco_bench.problems.synthetic.split import is_for_evaluation

    groups: dict[str, list[str]] = defaultdict(list)
    for problem_id in IDS:
        letter = problem_id.partition("/")[2][0]
        groups[letter.upper() if is_for_evaluation(problem_id) else letter].append(problem_id)
    return tuple(_interleave({letter: iter(spread_out(ids)) for letter, ids in groups.items()}))


def spread_out(ids: Iterable[str]) -> list[str]:
    """Order problems so that every stretch has the strata (dimension by tens, base functions) in proportion."""
    from llamoco_bench.problems.synthetic.catalogue import instance_of

    strata: dict[tuple[int, int], list[str]] = defaultdict(list)
    for problem_id in ids:
        instance = instance_of(problem_id)
        strata[(instance.dim - 1) // 10, len(instance.parts)].append(problem_id)
    placed = []
    for stratum, members in strata.items():
        members.sort(key=lambda problem_id: derive_seed("label order", problem_id))
        offset = derive_seed("label order", *stratum) / 2**32
        placed += [((i + offset) / len(members), problem_id) for i, problem_id in enumerate(members)]
    return [problem_id for _, problem_id in sorted(placed)]


def _interleave(groups: dict[str, Iterator[str]]) -> Iterator[str]:
    while groups:
        for letter in PATTERN:
            if letter in groups:
                following = next(groups[letter], None)
                if following is None:
                    del groups[letter]
                else:
                    yield following
