"""The extension compiles cleanly, gives the same bits however it is compiled, and may be missing.

How the package is built without a compiler is tested in tests/release.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "problems" / "_native"
FLAGS = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wno-psabi", "-fPIC", "-DPy_LIMITED_API=0x030B0000"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc"),
]

# Values of all base functions and families in one number, evaluated by the extension in the folder that comes first.
DIGEST = """
import hashlib, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import _evaluator
from llamoco_bench.problems.basic import BASIC_FUNCTIONS
from llamoco_bench.problems.synthetic.families import FAMILIES
rng = np.random.default_rng(0)
found = hashlib.sha256()
for dim in (5, 16, 37):
    o, m, c = rng.uniform(-80, 80, dim), rng.normal(size=(dim, dim)), rng.uniform(-80, 80, dim)
    a = rng.uniform(-2, 2, dim)
    families = [(k, k % 2, 1.0, 3.0, 2.0, 50.0, c, a, (0, 2)) for k in range(len(FAMILIES))]
    for code, function in enumerate(BASIC_FUNCTIONS.values()):
        parts = [(code, dim, function.scale, 0.7, 3.0)]
        it = _evaluator.Evaluator("it", o, m, None, parts, families, [], np.empty, np.asarray, lambda *v: v)
        for level in _evaluator.levels():
            _evaluator.use_level(level)
            for values in it.evaluate(rng.uniform(-100, 100, (20, dim))):
                found.update(values.tobytes())
            rng = np.random.default_rng(dim)
print(found.hexdigest())
"""


def compile_into(folder: Path, *flags: str) -> Path:
    headers = sysconfig.get_paths()["include"]
    target = folder / "_evaluator.abi3.so"
    sources = map(str, sorted(FOLDER.glob("*.c")))
    subprocess.run(["gcc", "-shared", *FLAGS, *flags, f"-I{headers}", *sources, "-o", str(target)], check=True)
    return folder


def digest_with(folder: Path) -> str:
    command = [sys.executable, "-c", DIGEST, str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return run.stdout.strip()


def test_it_compiles_without_a_warning(tmp_path: Path) -> None:
    compile_into(tmp_path, "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", "-Wno-cast-function-type")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="levels are those of x86-64")
def test_the_values_have_the_same_bits_at_every_level_of_x86_64(tmp_path: Path) -> None:
    digests = {}
    for level in ("x86-64", "x86-64-v2", "native"):
        (tmp_path / level).mkdir()
        compile_into(tmp_path / level, f"-march={level}")
        digests[level] = digest_with(tmp_path / level)
    digests["-O1"] = digest_with(compile_into(tmp_path, "-O1"))
    assert len(set(digests.values())) == 1, digests


# A plugin of pytest that makes the compiled module one that cannot be imported.
WITHOUT = """
import sys
sys.modules["llamoco_bench.problems._native._evaluator"] = None
"""


def test_the_tests_of_the_synthetic_problems_pass_without_the_extension(tmp_path: Path) -> None:
    (tmp_path / "without_extension.py").write_text(WITHOUT)
    tests = [f"tests/problems/synthetic/test_{name}.py" for name in ("compiled", "instances", "quality", "suite")]
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "without_extension", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert "the compiled evaluator was not built" in run.stdout
    assert re.search(r"\b\d{2,} passed", run.stdout), run.stdout
