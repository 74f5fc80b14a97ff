"""What an instruction set consists of, in numbers, for its manifest and its data card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median

from llamoco_bench.training.instructions.pairs import Pair


def statistics(pairs: Sequence[Pair]) -> dict[str, object]:
    """Return the numbers of one group as JSON values; lengths in characters."""
    problems = {pair.problem: pair for pair in pairs}
    return {
        "pairs": len(pairs),
        "problems": len(problems),
        "constrained_problems": sum(problem.startswith("synthetic/c") for problem in problems),
        "prompts_a_problem": counted(Counter(pair.problem for pair in pairs).values()),
        "descriptions": counted(f"{pair.language}:{pair.style}" for pair in pairs),
        "optimizers": counted(pair.optimizer for pair in problems.values()),
        "different_programs": len({pair.answer for pair in pairs}),
        "prompt_chars": lengths(len(pair.prompt) for pair in pairs),
        "answer_chars": lengths(len(pair.answer) for pair in pairs),
        "mean_probability_of_label": fmean(pair.probability for pair in problems.values()) if problems else None,
    }


def counted(values: Iterable[object]) -> dict[str, int]:
    """Count values, the most frequent first, equal counts by name."""
    found = Counter(map(str, values))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def lengths(values: Iterable[int]) -> Mapping[str, float]:
    """Return mean, median and maximum; zeros where there is nothing."""
    numbers = list(values) or [0]
    return {"mean": round(fmean(numbers), 1), "median": median(numbers), "max": max(numbers)}
