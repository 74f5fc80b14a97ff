"""The commands `pretrain`, `warmup` and `tune`."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from llamoco_bench.errors import UsageError
from llamoco_bench.training.progress import say
from llamoco_bench.training.tuning.presets import PRESETS, Preset
from llamoco_bench.training.tuning.settings import Run, Tuning, WarmUp

if TYPE_CHECKING:
    from llamoco_bench.training.__main__ import Commands

S = TypeVar("S", WarmUp, Tuning, Run)


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _add(commands, "pretrain", "learn the language of prompts and programs, before phase 1", Tuning)
    _add(commands, "warmup", "phase 1: contrastive warm-up on prompts", WarmUp)
    _add(commands, "tune", "phase 2: instruction tuning", Tuning)


def _add(commands: Commands, name: str, summary: str, settings: type[WarmUp | Tuning]) -> None:
    parser = commands.add_parser(name, help=summary, description=f"{summary}. Resumes where it was broken off.")
    parser.add_argument("set", type=Path, help="folder of the instruction set")
    parser.add_argument("folder", type=Path, help="for checkpoints, log and the result; the model goes to final/ in it")
    parser.add_argument("--preset", choices=sorted(PRESETS), required=True, help="model and settings of the paper")
    parser.add_argument("--base", default="", help="folder or Hub id that takes the place of the preset's model")
    parser.add_argument("--context", type=int, default=0, help="longest pair in tokens; the preset says otherwise")
    for kind in (settings, Run):
        _add_fields(parser, kind)
    parser.set_defaults(function=lambda options: _run(name, options))


def _add_fields(parser: argparse.ArgumentParser, kind: type[WarmUp | Tuning | Run]) -> None:
    """Add an option for every field; its default is None, so that the preset's value stays."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        hint = hints[field.name]
        option = f"--{field.name.replace('_', '-')}"
        if hint is bool:
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=None)
        elif hint in (int, float):
            parser.add_argument(option, type=hint, default=None)
        else:
            parser.add_argument(option, choices=hint.__args__, default=None)


def changed(settings: S, options: argparse.Namespace) -> S:
    """Return `settings` with what was given on the command line."""
    given: dict[str, Any] = {
        field.name: getattr(options, field.name)
        for field in fields(settings)
        if getattr(options, field.name, None) is not None
    }
    return replace(settings, **given)


def _run(name: str, options: argparse.Namespace) -> str:
    from llamoco_bench.training.instructions.build import read_group
    from llamoco_bench.training.tuning.encoding import encode_pairs
    from llamoco_bench.training.tuning.loading import load_trainable
    from llamoco_bench.training.tuning.phases import FINAL, Job, result_of, tune, warm_up

    if result_of(options.folder) is not None:
        return f"{options.folder} is done already\n"
    preset: Preset = PRESETS[options.preset]
    pairs = read_group(options.set, "train")
    say(f"loading {options.base or preset.base}")
    run = changed(Run(), options)
    trainable = load_trainable(options.base or preset.base, preset.lora, run.seed)
    rows, too_long = encode_pairs(pairs, trainable.tokenizer, options.context or preset.context)
    if not rows:
        raise UsageError(f"no pair fits into {options.context or preset.context} tokens")
    say(f"{len(rows)} pairs, {too_long} left out since they are too long")
    job = Job(trainable, rows, options.folder, run, name, say)
    if name == "warmup":
        result = warm_up(job, changed(preset.warm_up, options))
    else:
        result = tune(job, changed(replace(preset.tuning, learn_prompts=name == "pretrain"), options))
    if result.get("collapsed"):
        return f"stopped after {result['steps']} steps: all prompts came to look alike. Go on without phase 1\n"
    where = options.folder / FINAL
    return f"{result['steps']} steps in {result['wall_s']:.0f} s\n{where if where.is_dir() else 'not finished yet'}\n"
