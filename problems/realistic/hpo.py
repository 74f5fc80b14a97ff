"""Hyper-parameter optimization: six tasks of HPO-B, each a model of real results instead of hours of training.

Source: S. Pineda Arango, H. S. Jomaa, M. Wistuba, J. Grabocka, "HPO-B: a large-scale reproducible benchmark for
black-box HPO based on OpenML", NeurIPS Datasets and Benchmarks 2021. The tables, in which the hyper-parameters cost and
gamma, lambda and mtry of some spaces were put on a logarithmic scale, and the boosted trees fitted to them are those of
the package bocode 1.0.1.

Departs from the boosted trees: their thresholds are real values of the hyper-parameters, so that a choice between 0 and
1 would be taken at exactly 1 only, where a search in [0, 1] hardly ever looks. Each threshold is moved halfway to the
next lower real value, which changes no prediction for real values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.cec2020.chunks import in_chunks
from llamoco_bench.problems.problem import Array, Evaluation
from llamoco_bench.problems.realistic.data import arrays
from llamoco_bench.problems.realistic.forest import Forest

_CHUNK: Final = 256


@dataclass(frozen=True, slots=True)
class Task:
    """One search space with one data set.

    Attributes
    ----------
    algorithm: what is tuned, in words.
    space, dataset: numbers of HPO-B and OpenML.
    rows: real results that the model was fitted to.
    variables: the hyper-parameters, all scaled to [0, 1]; ``.na`` says that one is not set, ``.ohe.`` is a choice.
    """

    algorithm: str
    space: int
    dataset: int
    rows: int
    variables: tuple[str, ...]

    @property
    def dim(self) -> int:
        """Number of hyper-parameters."""
        return len(self.variables)


TASKS: Final = MappingProxyType(
    {
        "glmnet": Task("an elastic-net linear model (R package glmnet)", 6766, 10101, 66_277, ("alpha", "lambda")),
        "ranger": Task(
            "a random forest (R package ranger)",
            7609,
            145853,
            1_296,
            (
                *("num.trees", "num.trees.na", "mtry", "min.node.size", "sample.fraction"),
                *("respect.unordered.factors.ohe._INVALID", "respect.unordered.factors.ohe._TRUE"),
                *("replace.ohe._FALSE", "replace.ohe._INVALID"),
            ),
        ),
        "rpart": Task(
            "a decision tree (R package rpart)",
            5859,
            9983,
            2_878,
            ("minsplit", "minsplit.na", "minbucket", "cp", "maxdepth", "maxdepth.na"),
        ),
        "rpart-preproc": Task(
            "a decision tree on preprocessed data (R package rpart)", 4796, 3918, 300, ("minsplit", "minbucket", "cp")
        ),
        "svm": Task(
            "a support vector machine (R package e1071)",
            5891,
            3899,
            2_587,
            (
                *("cost", "gamma", "gamma.na", "degree", "degree.na"),
                *("kernel.ohe._INVALID", "kernel.ohe._linear", "kernel.ohe._polynomial"),
            ),
        ),
        "xgboost": Task(
            "gradient-boosted trees (R package xgboost)",
            5906,
            9970,
            193,
            (
                *("eta", "max_depth", "max_depth.na", "min_child_weight", "min_child_weight.na", "subsample"),
                *("colsample_bytree", "colsample_bytree.na", "colsample_bylevel", "colsample_bylevel.na"),
                *("lambda", "alpha", "nrounds", "nrounds.na", "booster.ohe._INVALID", "booster.ohe._gblinear"),
            ),
        ),
    }
)
"""The tasks by the name of what is tuned."""


def tables(name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of one task: those of `Forest`, and ``accuracy``, lowest and highest of the real results."""
    prefix = f"{name}/"
    return {key.removeprefix(prefix): values for key, values in arrays("hpo").items() if key.startswith(prefix)}


def evaluator(name: str) -> Callable[[Array], Evaluation]:
    """Return the evaluator of one task: points (n, dim) in [0, 1] to the share of the accuracy that is missed."""
    return partial(in_chunks, partial(_evaluate, *_prepare(name)), size=_CHUNK)


def _evaluate(forest: Forest, worst: float, best: float, points: Array) -> Evaluation:
    reached = (forest.predict(points) - worst) / (best - worst)
    none = np.empty((len(points), 0))
    return Evaluation(1.0 - np.clip(reached, 0.0, 1.0), none, none)


@cache
def _prepare(name: str) -> tuple[Forest, float, float]:
    found = tables(name)
    worst, best = found.pop("accuracy").tolist()
    return Forest(**found), worst, best
