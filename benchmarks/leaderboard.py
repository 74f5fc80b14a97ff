"""A leaderboard of real models on one suite, made on this machine: nano and its controls, experts, and SmolLM2.

    python benchmarks/leaderboard.py --suite quick --folder work/leaderboard/quick

It runs the benchmark in the folder, and prints its table. The control ``nano-shuffled`` has what nano answered to other
problems, so it comes in a second run; the third folder holds both. What was interrupted goes on with the same command.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SMOLLM2: Final = "smollm2?max_tokens=1536&n_ctx=8192"
MODELS: Final = {
    "nano": "nano",
    "nano-shuffled": "replay:{answers}?model=nano&shuffled=true",
    "pool:frequent": "pool:frequent",
    "pool:slsqp": "pool:slsqp",
    "pool:de": "pool:de",
    "random": "random",
    "smollm2": SMOLLM2,
    "smollm2-fewshot": f"fewshot:{SMOLLM2}&shots=1",
    "smollm2-retrieval": f"retrieval:{SMOLLM2}&shots=1",
    "smollm2-opro": "opro:smollm2?max_tokens=64&steps=2&samples=3",
    "smollm2-lmea": "lmea:smollm2?max_tokens=256&generations=2&population=4&attempts=1",
    "smollm2-tuned": "hf:{tuned}?max_tokens=1536",
}
"""Specs by label. SmolLM2 may write what the longest example in its prompt needs; the horizons of OPRO and LMEA are
short, since it runs on a few cores. What is tuned is in the folder that ``--tuned`` names."""

SHUFFLED: Final = "nano-shuffled"
TUNED: Final = "smollm2-tuned"


def evaluate(labels: Sequence[str], folder: Path, options: argparse.Namespace) -> int:
    """Run the models, or go on, in `folder`; return pytest's exit code."""
    begun = (folder / "manifest.json").exists()
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-n", str(options.workers)),
        *(f"--llamoco-model={_named(label, options)}" for label in labels),
        *(f"--llamoco-{'resume' if begun else 'run-dir'}={folder}", f"--llamoco-suite={options.suite}"),
        *(f"--llamoco-problems={options.problems}", f"--llamoco-runs={options.runs}"),
        f"--llamoco-cache={options.folder / 'answers.sqlite'}",
    ]
    return subprocess.run(command, check=False).returncode


def _named(label: str, options: argparse.Namespace) -> str:
    spec = MODELS[label].format(answers=options.folder / "run", tuned=options.tuned)
    return spec if label == spec else f"{label}={spec}"


def main() -> int:
    """Run, or go on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default="quick")
    parser.add_argument("--problems", default="*", help="glob of problems (default: all)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("work") / "leaderboard")
    parser.add_argument("--models", nargs="+", choices=MODELS, help="labels (default: all that there are)")
    parser.add_argument("--tuned", type=Path, help="final/ of a tuned SmolLM2, which the label smollm2-tuned needs")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    options.models = options.models or [label for label in MODELS if label != TUNED or options.tuned]
    if TUNED in options.models and options.tuned is None:
        parser.error(f"{TUNED} needs --tuned")
    options.folder.mkdir(parents=True, exist_ok=True)
    run, second, both = (options.folder / name for name in ("run", "shuffled", "board"))
    if code := evaluate([label for label in options.models if label != SHUFFLED], run, options):
        return code
    if SHUFFLED not in options.models:
        return 0
    if code := evaluate([SHUFFLED], second, options):
        return code
    shutil.rmtree(both, ignore_errors=True)
    llamoco = [str(Path(sys.executable).with_name("llamoco"))]
    subprocess.run([*llamoco, "merge", str(run), str(second), "--output", str(both)], check=True)
    return subprocess.run([*llamoco, "report", str(both)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
