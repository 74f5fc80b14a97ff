"""Makes ``breast_cancer.npz`` from the copy of the data that scikit-learn carries.

    python -m llamoco_bench.problems.realistic.make_data.breast_cancer

The measurements are decimal fractions, kept as integers; reading them back gives the numbers of scikit-learn exactly,
which is checked here. Standardising them is left to the problem.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np

from llamoco_bench.problems.realistic.classifier import read_measurements
from llamoco_bench.problems.realistic.data import FOLDER
from llamoco_bench.problems.realistic.make_data.files import save

_UNIT = 100_000_000


def main() -> None:
    """Write measurements and diagnoses."""
    source = import_module("sklearn.datasets").load_breast_cancer()
    measurements = np.rint(source.data * _UNIT).astype(np.int64)
    malignant = source.target == list(source.target_names).index("malignant")
    arrays = {"measurements": measurements, "unit": np.array(_UNIT), "malignant": malignant}
    save(FOLDER / "breast_cancer.npz", arrays)
    np.testing.assert_array_equal(read_measurements(), source.data)


if __name__ == "__main__":
    main()
