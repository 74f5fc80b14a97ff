"""A leaderboard of real models on one suite, made on this machine: SmolLM2 in every form, and experts.

    python benchmarks/leaderboard.py

It serves SmolLM2 behind the OpenAI chat interface, runs the benchmark in a folder of its own, and prints its tables.
What was interrupted goes on with the same command.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SERVED: Final = "openai:smollm2"
SHORT: Final = "max_tokens=128"
MODELS: Final = {
    "pool:slsqp": "pool:slsqp",
    "pool:de": "pool:de",
    "random": "random",
    "smollm2": "smollm2",
    "smollm2-served": f"{SERVED}?{SHORT}",
    "smollm2-fewshot": f"fewshot:{SERVED}?shots=1&{SHORT}",
    "smollm2-retrieval": f"retrieval:{SERVED}?shots=1&{SHORT}",
    "smollm2-opro": f"opro:{SERVED}?steps=2&samples=3&max_tokens=64",
    "smollm2-lmea": f"lmea:{SERVED}?generations=2&population=4&attempts=1&max_tokens=256",
}
"""Specs by label; the horizons of OPRO and LMEA are short, since the model runs on a few cores."""


@contextmanager
def served(port: int) -> Iterator[str]:
    """Serve SmolLM2; give the address."""
    command = [sys.executable, str(Path(__file__).with_name("serve_smollm2.py")), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            while server.stdout and (line := server.stdout.readline()):
                if line.startswith("serving at "):
                    yield line.split()[-1]
                    return
            raise RuntimeError("the server did not start")
        finally:
            server.terminate()


def specs(base_url: str, labels: Sequence[str]) -> Iterator[str]:
    """Yield the options that name the models with these labels."""
    server = f"&base_url={base_url}&server=smollm2-llama.cpp&concurrency=1&timeout_s=1800&total_s=7200"
    for label in labels:
        spec = MODELS[label]
        named = spec if label == spec else f"{label}={spec}"
        yield f"--llamoco-model={named}{server if SERVED in spec else ''}"


def main() -> int:
    """Run, or go on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default="smoke")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path(".llamoco") / "leaderboard")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS), help="labels (default: all)")
    parser.add_argument("--port", type=int, default=8139)
    options = parser.parse_args()
    begun = (options.folder / "manifest.json").exists()
    where = f"--llamoco-{'resume' if begun else 'run-dir'}={options.folder}"
    with served(options.port) as base_url:
        command = [sys.executable, "-m", "pytest", *specs(base_url, options.models), where]
        run = subprocess.run(
            [*command, f"--llamoco-suite={options.suite}", f"--llamoco-runs={options.runs}"], check=False
        )
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
