"""The distributions hold what they should, are the same whenever they are built, and can be built anywhere."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from llamoco_bench.problems import load_problem
from tests.release.building import Environment, build, copy_tree, run

pytestmark = pytest.mark.slow
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")


def digests(files: list[Path]) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def names(wheel: Path) -> set[str]:
    """Files of a wheel without the folder that is named after its version."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@needs_compiler
def test_wheel_is_one_for_all_versions_of_python(wheel: Path) -> None:
    assert "-cp311-abi3-linux_" in wheel.name
    run([sys.executable, "-m", "abi3audit", "--strict", wheel], wheel.parent)


def test_checkers_of_distributions_find_nothing(sdist: Path, wheel: Path) -> None:
    run([sys.executable, "-m", "twine", "check", "--strict", sdist, wheel], wheel.parent)
    run([sys.executable, "-m", "check_wheel_contents", wheel], wheel.parent)


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    found = names(wheel)
    assert {name.split("/")[0] for name in found} == {"llamoco_bench"}
    assert not [name for name in found if name.endswith((".c", ".h", ".pyc")) or "/tests/" in name]
    nano = "llamoco_bench/baselines/models/nano/checkpoint"
    weights = {f"{nano}/{name}" for name in ("README.md", "config.json", "model.safetensors", "tokenizer.json")}
    assert {"llamoco_bench/py.typed", "llamoco_bench/problems/realistic/data/NOTICE.txt"} | weights <= found
    assert wheel.stat().st_size < 6_000_000


def test_licences_are_in_both(sdist: Path, wheel: Path) -> None:
    vendored = {"problems/realistic/data/NOTICE.txt", "reports/html/vendor/uPlot-LICENSE.txt"}
    with zipfile.ZipFile(wheel) as archive:
        assert {"LICENSE", "NOTICE"} <= {name.partition(".dist-info/licenses/")[2] for name in archive.namelist()}
    assert {f"llamoco_bench/{name}" for name in vendored} <= names(wheel)
    with tarfile.open(sdist) as source:
        found = {name.partition("/")[2] for name in source.getnames()}
    assert {"LICENSE", "NOTICE", "tests/data/axe/LICENSE.txt"} | vendored <= found


def test_source_distribution_has_all_to_build_test_and_cite_it(sdist: Path) -> None:
    with tarfile.open(sdist) as source:
        found = {name.partition("/")[2] for name in source.getnames()}
    wanted = {"setup.py", "constraints.txt", "conftest.py", "CITATION.cff", "CHANGELOG.md", "docs/threat-model.md"}
    assert wanted <= found
    assert {"problems/_native/native.h", "tests/release/building.py", "benchmarks/sandbox_corpus.py"} <= found


def test_two_builds_are_the_same_to_the_byte(repository: Path, sdist: Path, wheel: Path, tmp_path: Path) -> None:
    """From another folder and at another time, which must not show."""
    again = tmp_path / "elsewhere" / "tree"
    shutil.copytree(repository, again, symlinks=True, ignore=shutil.ignore_patterns("build", "*.egg-info", "*.so"))
    assert digests(build(again, tmp_path / "out", "--sdist", "--wheel")) == digests([sdist, wheel])


def test_wheel_of_the_source_distribution_is_that_of_the_repository(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as source:
        source.extractall(tmp_path, filter="data")
    [tree] = tmp_path.iterdir()
    [built] = build(tree, tmp_path / "out", "--wheel")
    assert built.name == wheel.name
    assert names(built) == names(wheel)


def test_tree_without_git_is_installed_with_the_fallback_version(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path / "tree")
    environment = Environment(tmp_path / "env")
    environment.install("--no-deps", tree)
    code = "import llamoco_bench; print(llamoco_bench.__version__)"
    assert environment.run("python", "-c", code).stdout == "0.1.0.dev0\n"


def test_without_a_compiler_a_pure_wheel_is_built_and_works(wheel: Path, tmp_path: Path) -> None:
    tree = copy_tree(tmp_path / "tree")
    [pure] = build(tree, tmp_path / "out", "--wheel", environment={"CC": "false", "LDSHARED": "false"})
    native = {name for name in names(wheel) if name.endswith(".so")}
    assert len(native) == (shutil.which("cc") is not None)
    assert names(pure) == names(wheel) - native
    environment = Environment(tmp_path / "env")
    environment.install("numpy", "scipy", "--only-binary=:all:", "-c", tree / "constraints.txt")
    environment.install("--no-deps", pure)
    found = json.loads(environment.run("python", "-c", VALUES).stdout)
    assert found.pop("evaluator") == "numpy"
    for name, values in found.items():
        p = load_problem(name)
        x = 0.7 * p.lower + 0.3 * p.upper
        expected = [p.objective(x), *p.inequality(x), *p.equality(x)]
        np.testing.assert_allclose(values, expected, rtol=5e-12, atol=5e-12)


# Values of two problems at a point, in whichever package is imported.
VALUES = """
import json
from llamoco_bench.problems import load_problem
from llamoco_bench.problems._native import evaluator_kind
found = {"evaluator": evaluator_kind()}
for name in ("synthetic/u0003", "synthetic/c0001"):
    p = load_problem(name)
    x = 0.7 * p.lower + 0.3 * p.upper
    found[name] = [p.objective(x), *p.inequality(x), *p.equality(x)]
print(json.dumps(found))
"""
