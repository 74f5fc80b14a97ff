"""What choosing solved problems by TF-IDF costs, and how often they are of the kind of the question.

``python benchmarks/retrieval.py`` asks about a part of the evaluation problems of the suite, in Python and in LaTeX.
Times are processor times of one thread.
"""

from __future__ import annotations

import statistics
import time

from llamoco_bench.baselines.models.base import Request
from llamoco_bench.baselines.models.incontext.examples import DEFAULT, ExampleSet, read_examples
from llamoco_bench.baselines.models.incontext.retrieval import Nearest, TfidfIndex
from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.prompting import first_prompt, pick_description

EVERY = 6
LANGUAGES = ("python", "latex")


def main() -> None:
    """Print the figures, for the examples of the package and for three times as many."""
    import sklearn.feature_extraction.text  # noqa: F401 - its import is not what is measured

    began = time.process_time()
    examples = read_examples(DEFAULT)
    print(f"read: {time.process_time() - began:.3f} s")
    for times in (1, 3):
        measure(ExampleSet(examples.examples * times, examples.sha256))


def measure(examples: ExampleSet) -> None:
    """Ask for the two nearest of many questions."""
    began = time.process_time()
    index = TfidfIndex([example.prompt for example in examples.examples])
    index.likeness("")
    fitted = time.process_time() - began
    choice, spent, alike = Nearest(examples, index), [], 0
    for problem in list_problems("synthetic/test")[::EVERY]:
        for language in LANGUAGES:
            loaded = load_problem(problem)
            request = Request(problem, first_prompt(loaded, pick_description(loaded, language)))
            began = time.process_time()
            chosen = choice.choose(request, 2)
            spent.append(time.process_time() - began)
            shown = [load_problem(examples.examples[number].problem) for number in chosen]
            alike += all(bool(other.n_constraints) == bool(loaded.n_constraints) for other in shown)
    print(
        f"{len(examples.examples)} examples: vectors {fitted:.2f} s, a choice {1e3 * statistics.median(spent):.1f} ms; "
        f"both shown have constraints as the question has: {alike} of {len(spent)}"
    )


if __name__ == "__main__":
    main()
