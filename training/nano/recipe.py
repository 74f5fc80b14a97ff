"""Makes `nano` from labels, stage by stage; a stage that is done is not done again."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from llamoco_bench.baselines.models.user_cache import sha256_of
from llamoco_bench.errors import UsageError
from llamoco_bench.seeds import derive_seed
from llamoco_bench.training.evaluation.ask import ask, one_a_problem
from llamoco_bench.training.evaluation.identify import Choice
from llamoco_bench.training.evaluation.report import report
from llamoco_bench.training.evaluation.scores import ScoreTable
from llamoco_bench.training.instructions.build import build, read_group
from llamoco_bench.training.instructions.groups import GROUPS
from llamoco_bench.training.instructions.label import provenance_of, read_labels
from llamoco_bench.training.instructions.pairs import Pair
from llamoco_bench.training.nano.architecture import export, new_model
from llamoco_bench.training.nano.card import model_card
from llamoco_bench.training.nano.corpus import choice_pairs, unlabelled
from llamoco_bench.training.nano.settings import Recipe
from llamoco_bench.training.nano.vocabulary import train_tokenizer
from llamoco_bench.training.progress import Say
from llamoco_bench.training.selector.selector import Selector
from llamoco_bench.training.tuning.encoding import Row, encode_pairs
from llamoco_bench.training.tuning.loading import load_trainable
from llamoco_bench.training.tuning.phases import FINAL, Job, result_of, tune, warm_up
from llamoco_bench.training.tuning.settings import Tuning

CHECKPOINT: Final = "checkpoint"
"""Folder of what ships, within that of the recipe."""

SUMMARY: Final = "summary.json"


class NanoBuild:
    """The work on one `nano`.

    Parameters
    ----------
    labels: parquet file of labels.
    folder: for everything that is made.
    recipe: settings.
    runs: parquet file of the runs behind the labels, for scores; None for none.
    set_folder: an instruction set that is there already, else it is built from the labels.
    base: a checkpoint that phase 1 starts from, instead of one that has gone through the stages before it.
    """

    def __init__(
        self,
        labels: Path,
        folder: Path,
        recipe: Recipe,
        say: Say,
        runs: Path | None = None,
        set_folder: Path | None = None,
        base: Path | None = None,
    ) -> None:
        self._labels, self._folder, self._recipe, self._say, self._runs = labels, folder, recipe, say, runs
        self._base = base
        self._set = set_folder or folder / "set"

    def run(self) -> dict[str, Any]:
        """Do what is not done yet; return figures of all stages and of the finished model.

        Raises
        ------
        UsageError: where the labels do not do, or the folder holds the work on another recipe.
        """
        if self._recipe.targets == "selector" and self._runs is None:
            raise UsageError("a selector learns from the runs behind the labels: give --runs, or --targets labels")
        self._claim()
        self._build_set()
        labelled = self._labelled()
        needed = self._base is None or self._recipe.targets == "selector"
        unlabelled = self._unlabelled() if needed else []
        place = self._base or self._pretrained(labelled, unlabelled)
        taught = self._taught(labelled, unlabelled)
        place = self._warmed_up(place, taught)
        self._export(self._stage("tuning", place, taught, self._recipe.tuning))
        figures = self._evaluate()
        summary = {"recipe": asdict(self._recipe), "stages": self._stages(), "evaluation": figures, **self._sizes()}
        (self._folder / SUMMARY).write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        manifest = json.loads((self._set / "manifest.json").read_text(encoding="utf-8"))
        (self._folder / CHECKPOINT / "README.md").write_text(model_card(summary, manifest), encoding="utf-8")
        return summary

    def _pretrained(self, labelled: Sequence[Pair], unlabelled: Sequence[Pair]) -> Path:
        """Go through the stages before phase 1; return the checkpoint that they end with."""
        both = [*labelled, *unlabelled]
        place = self._stage("reading", self._start(both), both, self._recipe.reading)
        return self._stage("landscape", place, unlabelled, self._recipe.landscape) if unlabelled else place

    def _claim(self) -> None:
        """Note the recipe in the folder, so that nobody goes on with another one."""
        path = self._folder / "recipe.json"
        base = sha256_of(self._base / "model.safetensors") if self._base else ""
        own = json.dumps({"labels": sha256_of(self._labels), "base": base, **asdict(self._recipe)}, indent=1) + "\n"
        if path.is_file() and path.read_text(encoding="utf-8") != own:
            raise UsageError(f"{self._folder} holds the work on another recipe or other labels. Give another folder")
        self._folder.mkdir(parents=True, exist_ok=True)
        path.write_text(own, encoding="utf-8")

    def _build_set(self) -> None:
        if not (self._set / "manifest.json").is_file():
            labels = read_labels(self._labels)
            provenance = {"labelled problems": len(labels), "SHA-256 of the labels": sha256_of(self._labels)}
            build(labels, self._set, provenance | provenance_of(self._labels), self._say)

    def _labelled(self) -> list[Pair]:
        """Training pairs, as far as the recipe wants them."""
        pairs = read_group(self._set, "train")
        problems = sorted({pair.problem for pair in pairs}, key=lambda problem: derive_seed("share", problem))
        kept = set(problems[: max(1, round(self._recipe.share * len(problems)))])
        return self._wanted(pair for pair in pairs if pair.problem in kept)

    def _unlabelled(self) -> list[Pair]:
        """Pairs about the landscape of training problems that nothing in the evaluation is near to."""
        if not self._recipe.unlabelled:
            return []
        self._say("describing problems without a label")
        kept, dropped = unlabelled(self._set, self._recipe.unlabelled)
        self._say(f"{dropped} of them are too near to an evaluation problem")
        return self._wanted(kept)

    def _wanted(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Leave out the languages, and the rephrasings, that the recipe does not want."""
        kept = [pair for pair in pairs if pair.language in self._recipe.languages]
        return kept if self._recipe.rephrased else list({pair.problem: pair for pair in reversed(kept)}.values())

    def _taught(self, labelled: Sequence[Pair], unlabelled: Sequence[Pair]) -> list[Pair]:
        """Pairs whose answers are programs: the labels, or a selector's choices for all training problems."""
        if self._recipe.targets == "labels" or self._runs is None:
            return list(labelled)
        choices = self._selector(labelled, self._runs).choose(
            sorted({pair.problem for pair in (*labelled, *unlabelled)})
        )
        counts = Counter(choice.optimizer for choice in choices.values())
        self._say("the selector chose " + ", ".join(f"{name} {number}" for name, number in counts.most_common()))
        return self._wanted(choice_pairs(choices))

    def _selector(self, labelled: Sequence[Pair], runs: Path) -> Selector:
        """Give a selector that has learned from the runs on the labelled problems."""
        known = {pair.problem for pair in labelled}
        return Selector(ScoreTable.read(self._labels, runs), known, self._recipe.run.seed)

    def _start(self, pairs: Sequence[Pair]) -> Path:
        """Make tokenizer and random weights."""
        place = self._folder / "start"
        if not (place / "model.safetensors").is_file():
            self._say("training the tokenizer")
            prompts = list({pair.problem: pair.prompt for pair in pairs}.values())
            others = list({pair.problem: pair.prompt for pair in reversed(pairs)}.values())
            tokenizer = train_tokenizer(
                [*prompts, *others],
                [pair.answer for pair in pairs if pair.config == "{}"],
                self._recipe.shape.vocabulary,
            )
            model = new_model(self._recipe.shape, tokenizer, self._recipe.run.seed)
            tokenizer.save_pretrained(place)
            model.save_pretrained(place)
        return place

    def _stage(self, name: str, start: Path, pairs: Sequence[Pair], settings: Tuning) -> Path:
        folder = self._folder / name
        if result_of(folder) is None:
            tune(self._job(name, start, pairs), settings)
        return folder / FINAL

    def _warmed_up(self, start: Path, pairs: Sequence[Pair]) -> Path:
        """Run phase 1; where it is left out or prompts collapsed, phase 2 goes on from where it began."""
        folder, settings = self._folder / "warm-up", self._recipe.warm_up
        if settings is None:
            return start
        result = result_of(folder) or warm_up(self._job("warm-up", start, pairs), settings)
        if result["collapsed"]:
            self._say("phase 1: all prompts came to look alike; its weights are not used")
            return start
        return folder / FINAL

    def _job(self, name: str, start: Path, pairs: Sequence[Pair]) -> Job:
        trainable = load_trainable(str(start), None)
        rows: list[Row]
        rows, too_long = encode_pairs(pairs, trainable.tokenizer, self._recipe.shape.context)
        if too_long:
            self._say(f"{name}: {too_long} pairs are too long")
        return Job(trainable, rows, self._folder / name, self._recipe.run, name, self._say)

    def _export(self, place: Path) -> None:
        if not (self._folder / CHECKPOINT / "model.safetensors").is_file():
            trained = load_trainable(str(place), None)
            export(trained.model, trained.tokenizer, self._folder / CHECKPOINT)

    def _evaluate(self) -> dict[str, Any]:
        """Ask the exported model, in numpy as users do, about problems of every group it was not trained on."""
        from llamoco_bench.baselines.models.nano.adapter import Nano

        path = self._folder / "evaluation.json"
        if path.is_file():
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return found
        train = read_group(self._set, "train")
        more, jobs = self._set / "runs", self._recipe.run.threads
        scores = ScoreTable.read(self._labels, self._runs, more, jobs) if self._runs else None
        model = Nano(self._folder / CHECKPOINT)
        groups = {group: one_a_problem(read_group(self._set, group), self._recipe.evaluated) for group in GROUPS}
        taught = self._taught_on(pair.problem for pairs in groups.values() for pair in pairs)
        figures: dict[str, Any] = {}
        for group, pairs in groups.items():
            if pairs:
                self._say(f"asking about {len(pairs)} problems of {group}")
                began = time.process_time()
                answers = ask(model, pairs, self._say)
                spent = time.process_time() - began
                figures[group] = report(answers, train, scores, taught)
                figures[group]["processor seconds an answer"] = spent / len(pairs)
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        return figures

    def _taught_on(self, problems: Iterable[str]) -> dict[str, Choice] | None:
        """What the model would answer if it had learned its lessons without a loss; None where they were the labels."""
        if self._recipe.targets == "labels" or self._runs is None:
            return None
        return self._selector(self._labelled(), self._runs).choose(sorted(set(problems)))

    def _stages(self) -> dict[str, Any]:
        names = ("reading", "landscape", "warm-up", "tuning")
        results = {name: result_of(self._folder / name) for name in names}
        return {name: result for name, result in results.items() if result is not None}

    def _sizes(self) -> dict[str, Any]:
        from llamoco_bench.baselines.models.nano.weights import read_weights

        folder = self._folder / CHECKPOINT
        weights = read_weights(folder / "model.safetensors")
        return {
            "parameters": sum(array.size for array in weights.values()),
            "megabytes": sum(file.stat().st_size for file in folder.iterdir()) / 1e6,
            "sha256": sha256_of(folder / "model.safetensors"),
        }
