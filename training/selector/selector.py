"""Chooses a program for a problem by a forest that foretells what each would score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from llamoco_bench.baselines.optimizers import Kind
from llamoco_bench.training.evaluation.identify import Choice
from llamoco_bench.training.evaluation.scores import ScoreTable
from llamoco_bench.training.kinds import KINDS, kind_by_id
from llamoco_bench.training.selector.evidence import Evidence, gather
from llamoco_bench.training.selector.features import features

Array = NDArray[np.float64]

_TREES: Final = 300
_LEAF: Final = 6
_FEATURES: Final = 0.5


class Forest:
    """Foretells the merit of every program of `evidence`, by extremely randomized trees (Geurts et al., 2006).

    Parameters
    ----------
    seed: of the trees; the same seed and evidence give the same forest.
    """

    def __init__(self, evidence: Evidence, seed: int = 0) -> None:
        from sklearn.ensemble import ExtraTreesRegressor

        self.programs = evidence.programs
        self._model = with_features(
            ExtraTreesRegressor(_TREES, min_samples_leaf=_LEAF, max_features=_FEATURES, random_state=seed)
        )
        self._model.fit([features(problem) for problem in evidence.problems], evidence.merit)

    def foretell(self, problems: Sequence[str]) -> Array:
        """Merit of each program on each of n problems, (n, programs)."""
        found = self._model.predict([features(problem) for problem in problems])
        return np.asarray(found, dtype=np.float64).reshape(len(problems), len(self.programs))

    def choose(self, problems: Sequence[str]) -> NDArray[np.intp]:
        """Number of the program that promises most on each of n problems, (n,)."""
        return np.asarray(self.foretell(problems).argmax(axis=1))


class Selector:
    """Chooses for problems of both kinds; made from the runs on `problems`, those of the training side alone.

    Raises
    ------
    UsageError: where a kind has no runs.
    """

    def __init__(self, table: ScoreTable, problems: Iterable[str], seed: int = 0) -> None:
        given = tuple(problems)
        self._forests: Mapping[Kind, Forest] = {kind: Forest(gather(table, given, kind), seed) for kind in KINDS}

    def choose(self, problems: Sequence[str]) -> dict[str, Choice]:
        """Return the program for each problem."""
        found: dict[str, Choice] = {}
        for kind, forest in self._forests.items():
            own = [problem for problem in problems if kind_by_id(problem) == kind]
            if own:
                found |= {p: forest.programs[i] for p, i in zip(own, forest.choose(own).tolist(), strict=True)}
        return {problem: found[problem] for problem in problems}


def with_features(model: Any) -> Any:
    """Put a model of scikit-learn behind what turns features by name into columns."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.pipeline import make_pipeline

    return make_pipeline(DictVectorizer(sparse=False), model)
