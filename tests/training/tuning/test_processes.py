from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from llamoco_bench.training.tuning.batches import HomogeneousBatches, Rows
from llamoco_bench.training.tuning.phases import FINAL, Job, result_of, tune
from llamoco_bench.training.tuning.settings import Tuning
from tests.models.tiny_checkpoints import save_llama
from tests.training.tuning.making import FP32, job, weights

ROOT = Path(__file__).parents[3]
LIMIT_S = 600


def launch(*arguments: str) -> None:
    """Run a module in two processes, as users do on several GPUs; here on the CPU, over gloo."""
    command = [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        "--multi_gpu",
        "--num_processes=2",
        "--num_machines=1",
    ]
    command += ["--mixed_precision=no", "--dynamo_backend=no", "--main_process_port=0", "-m", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.slow
def test_two_processes_share_out_whole_problems_and_end_as_one(tmp_path: Path) -> None:
    base = save_llama(tmp_path / "base")
    launch("tests.training.tuning.one_of_two", str(base), str(tmp_path))
    for phase in ("tune", "warmup"):
        result = result_of(tmp_path / phase)
        assert result is not None
        assert result["processes"] == 2

    seen = [json.loads((tmp_path / f"seen{rank}.json").read_text()) for rank in (0, 1)]
    work = job(base, tmp_path / "alone")
    rows = Rows(*zip(*((row.problem, row.optimizer, row.length) for row in work.rows), strict=True))
    for rank, problems in enumerate(seen):
        batches = HomogeneousBatches(rows, rank=rank, world=2, steps_of=4, seed=FP32.seed)
        assert problems == [rows.problems[row] for batch in batches for row in batch]
        assert all(len(set(problems[i : i + 3])) == 1 for i in range(0, len(problems), 3))

    # One process that accumulates what the two did together ends with the same weights, up to rounding.
    tune(Job(work.trainable, work.rows, work.folder, FP32, "alone", work.say), Tuning(1, accumulate=8, warmup_steps=0))
    one, other = weights(tmp_path / "alone" / FINAL), weights(tmp_path / "tune" / FINAL)
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=0, atol=2e-4)
