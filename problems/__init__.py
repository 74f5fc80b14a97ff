"""What is solved: problems by name, ``load_problem("cec2020/RC01")``, and suites, ``list_problems("cec2020")``.

Importing this package and listing a suite import no numpy; loading a problem does.
"""

from llamoco_bench.problems.registry import list_problems, list_suites, load_problem, register_problem

__all__ = ["list_problems", "list_suites", "load_problem", "register_problem"]
