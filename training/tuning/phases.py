"""Running a phase: from rows and settings to a folder with a checkpoint, resumed where it was broken off."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from llamoco_bench.baselines.models.hf_loading import tolerated_warnings
from llamoco_bench.errors import UsageError
from llamoco_bench.training.progress import Say
from llamoco_bench.training.tuning import batches as sampling
from llamoco_bench.training.tuning.contrastive import Triplets
from llamoco_bench.training.tuning.encoding import Row, answer_batch
from llamoco_bench.training.tuning.loading import Trainable
from llamoco_bench.training.tuning.settings import Run, Tuning, WarmUp

FINAL: Final = "final"
"""Folder of the finished checkpoint within that of a phase."""

RESULT: Final = "result.json"
"""What a finished phase says of itself; its presence means that the phase is done."""


@dataclass(frozen=True, slots=True)
class Job:
    """What both phases need.

    Attributes
    ----------
    folder: for checkpoints, log and result.
    name: what the phase is called while it speaks.
    """

    trainable: Trainable
    rows: Sequence[Row]
    folder: Path
    run: Run
    name: str
    say: Say


@tolerated_warnings()
def warm_up(job: Job, settings: WarmUp) -> dict[str, Any]:
    """Run phase 1 and return its result.

    Where prompts collapse, the phase ends, and the result's ``collapsed`` is true; its weights are then of no use.

    Raises
    ------
    UsageError: where all rows have the same optimizer.
    """
    from llamoco_bench.training.tuning.trainers import (
        ContrastiveTrainer,
        StopOnCollapse,
        TripletPrompts,
        triplet_collator,
    )

    if len({row.optimizer for row in job.rows}) < 2:
        raise UsageError("the contrastive warm-up needs pairs of at least two optimizers")
    arguments = _arguments(job, optim=settings.optimizer, learning_rate=settings.learning_rate, constant=True)
    world, rank = arguments.world_size, arguments.process_index
    triplets = Triplets(
        [row.problem for row in job.rows], [row.optimizer for row in job.rows], job.run.seed, balance=settings.balance
    )
    number = settings.steps * settings.triplets * world
    starts = range(rank * settings.triplets, number, world * settings.triplets)
    stop = StopOnCollapse(settings.collapse)
    trainer = ContrastiveTrainer(
        warm_up=settings,
        batches=[list(range(start, start + settings.triplets)) for start in starts],
        model=job.trainable.model,
        args=arguments,
        train_dataset=TripletPrompts(job.rows, triplets, number),
        data_collator=triplet_collator(job.trainable.padding),
        callbacks=[stop],
    )
    return _train(trainer, job, settings, lambda: {"collapsed": stop.collapsed})


@tolerated_warnings()
def tune(job: Job, settings: Tuning) -> dict[str, Any]:
    """Run phase 2, or pre-training, and return its result."""
    from llamoco_bench.training.tuning.trainers import Rows, StreamTrainer

    arguments = _arguments(
        job,
        optim="adamw_torch",
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup_steps,
        weight_decay=settings.weight_decay,
        gradient_accumulation_steps=settings.accumulate,
    )
    batches = sampling.HomogeneousBatches(
        sampling.Rows(
            [row.problem for row in job.rows], [row.optimizer for row in job.rows], [row.length for row in job.rows]
        ),
        epochs=settings.epochs,
        problems_at_once=settings.problems,
        prompts=settings.prompts,
        balance=settings.balance,
        seed=job.run.seed,
        rank=arguments.process_index,
        world=arguments.world_size,
        steps_of=settings.accumulate,
    )
    trainer = StreamTrainer(
        batches=batches,
        model=job.trainable.model,
        args=arguments,
        train_dataset=Rows(job.rows),
        data_collator=lambda rows: answer_batch(rows, job.trainable.padding, learn_prompts=settings.learn_prompts),
    )
    return _train(trainer, job, settings, dict)


def result_of(folder: Path) -> dict[str, Any] | None:
    """Return the result of a phase that is done, or None."""
    path = folder / RESULT
    if not path.is_file():
        return None
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def is_one_of_several() -> bool:
    """Tell whether a launcher (`accelerate launch`, `torchrun`) started this process beside others."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def _arguments(job: Job, *, constant: bool = False, **own: Any) -> Any:
    import torch
    from transformers import TrainingArguments

    run = job.run
    cpu = not torch.cuda.is_available()
    if cpu:
        torch.set_num_threads(run.threads)
    return TrainingArguments(
        output_dir=str(job.folder),
        num_train_epochs=1,  # the sampler counts them
        lr_scheduler_type="constant" if constant else "cosine",
        seed=run.seed,
        bf16=run.precision == "bf16",
        fp16=run.precision == "fp16",
        save_steps=run.save_steps,
        save_total_limit=run.keep,
        logging_steps=10,
        logging_first_step=True,
        disable_tqdm=True,
        report_to="none",
        use_cpu=cpu,
        ddp_backend="gloo" if cpu and is_one_of_several() else None,
        ddp_find_unused_parameters=constant,  # phase 1 leaves the head of the model alone
        remove_unused_columns=False,
        dataloader_pin_memory=not cpu,
        **({"gradient_checkpointing": True} if run.gradient_checkpointing else {}),
        **own,
    )


def _train(trainer: Any, job: Job, settings: WarmUp | Tuning, more: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Train, from the latest checkpoint where there is one; write what came out once it is done."""
    from transformers import PrinterCallback
    from transformers.trainer_utils import get_last_checkpoint

    from llamoco_bench.training.tuning.callbacks import MaxSteps, Progress, tensorboard

    leader = trainer.is_world_process_zero()
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Progress(job.say, job.name))
    if leader:
        trainer.add_callback(tensorboard(job.folder / "tensorboard"))
    if job.run.max_steps:
        trainer.add_callback(MaxSteps(job.run.max_steps))
    began, cpu = time.monotonic(), time.process_time()
    last = get_last_checkpoint(str(job.folder)) if job.folder.is_dir() else None
    trainer.train(resume_from_checkpoint=last)
    result = {
        "phase": job.name,
        "settings": asdict(settings),
        "run": asdict(job.run),
        "rows": len(job.rows),
        "problems": len({row.problem for row in job.rows}),
        "processes": trainer.args.world_size,
        "steps": trainer.state.global_step,
        "wall_s": round(time.monotonic() - began, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "resumed": last is not None,
        "log": trainer.state.log_history,
        **more(),
    }
    done = trainer.state.global_step >= trainer.state.max_steps or result.get("collapsed", False)
    if leader and done:
        job.trainable.save(job.folder / FINAL)
        (job.folder / RESULT).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return result
