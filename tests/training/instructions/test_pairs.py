from __future__ import annotations

from llamoco_bench.baselines.optimizers import POOL
from llamoco_bench.extraction import extract_program
from llamoco_bench.markdown import fenced
from llamoco_bench.problems import load_problem
from llamoco_bench.problems.synthetic import IDS
from llamoco_bench.problems.synthetic.catalogue import instance_of
from llamoco_bench.prompting import first_prompt
from llamoco_bench.training.instructions.groups import UNSEEN_FAMILIES, UNSEEN_FUNCTIONS, group_of
from llamoco_bench.training.instructions.label import Label
from llamoco_bench.training.instructions.pairs import INSTALLATIONS, imported_libraries, pairs_of


def test_the_prompt_is_what_the_harness_sends() -> None:
    problem = load_problem("synthetic/c0005")
    pairs = list(pairs_of(Label(problem.id, "slsqp", POOL["slsqp"].defaults)))
    assert [(p.language, p.style) for p in pairs] == [(d.language, d.style) for d in problem.prompts()]
    for pair, description in zip(pairs, problem.prompts(), strict=True):
        sent = {first_prompt(problem, description, libraries=offer)[0].content for offer in INSTALLATIONS}
        assert pair.prompt in sent
        assert pair.description == description.text


def test_every_program_of_the_pool_is_read_back_from_its_answer() -> None:
    for optimizer in POOL.values():
        program = optimizer.source()
        assert extract_program(fenced(program)) == program


def test_a_prompt_offers_what_its_answer_imports() -> None:
    label = Label("synthetic/u0000", "deap-de", POOL["deap-de"].defaults)
    for pair in pairs_of(label):
        line = next(line for line in pair.prompt.splitlines() if "may be imported" in line)
        assert imported_libraries(label.source) == {"numpy", "deap"}
        assert "deap" in line


def test_problems_with_what_is_held_out_are_never_for_training() -> None:
    groups = {problem: group_of(problem) for problem in IDS[::10]}
    assert set(groups.values()) == {"train", "test", "unseen_function", "unseen_family"}
    for problem, group in groups.items():
        instance = instance_of(problem)
        functions = {part.name for part in instance.parts} & set(UNSEEN_FUNCTIONS)
        families = {constraint.name for constraint in instance.constraints} & set(UNSEEN_FAMILIES)
        assert (group == "unseen_function") == bool(functions)
        assert group in ("unseen_function", "unseen_family") or not families
