"""Realistic problems of eight kinds, under the names by which users look for them.

Chemical pooling, a batch plant, a robot gripper, a wind farm and pulse-width modulation are those of the CEC 2020
suite; protein docking, hyper-parameter optimization and neuroevolution are defined here.
``docs/problems/realistic.md`` says of each where it is from and what is known about it.
"""

from typing import Final

CEC2020_NAMES: Final = {
    "pooling": "RC05",
    "batch-plant": "RC14",
    "robot-gripper": "RC24",
    "wind-farm": "RC44",
    "sopwm-3level": "RC45",
    "sopwm-5level": "RC46",
    "sopwm-7level": "RC47",
    "sopwm-9level": "RC48",
    "sopwm-11level": "RC49",
    "sopwm-13level": "RC50",
}
"""Problems of the CEC 2020 suite by their name here."""

DOCKING_COMPLEXES: Final = (
    *("1ATN", "1AVX", "1AY7", "1BJ1", "1BVN", "1CGI", "1DFJ", "1EAW", "1EWY", "1EZU", "1GRN", "1IBR", "1IJK", "1IQD"),
    *("1JPS", "1KXQ", "1M10", "1MAH", "1N8O", "1PPE", "1R0R", "1XQS", "2B42", "2C0L", "2HRK", "2I25", "2JEL", "7CEI"),
)
"""Protein Data Bank codes of the complexes of the docking problem that MetaBox publishes."""

RUGGED_COMPLEXES: Final = ("1AY7", "1EAW", "1PPE")
"""Those of which coordinates of both partners are at hand."""

HPO_NAMES: Final = ("glmnet", "ranger", "rpart", "rpart-preproc", "svm", "xgboost")
"""Learning algorithms that are tuned."""

NEURO_NAMES: Final = ("breast-cancer", "cartpole", "mountaincar", "pendulum")
"""Tasks for small networks."""

MUJOCO_NAMES: Final = ("double-pendulum", "half-cheetah", "hopper")
"""Tasks for small networks in the MuJoCo simulator, which the extra ``neuro`` installs."""

IDS: Final = (
    *(f"realistic/{name}" for name in CEC2020_NAMES),
    *(f"realistic/docking-{name.lower()}" for name in DOCKING_COMPLEXES),
    *(f"realistic/docking-rugged-{name.lower()}" for name in RUGGED_COMPLEXES),
    *(f"realistic/hpo-{name}" for name in HPO_NAMES),
    *(f"realistic/neuro-{name}" for name in NEURO_NAMES),
)

MUJOCO_IDS: Final = tuple(f"realistic/mujoco-{name}" for name in MUJOCO_NAMES)
"""A suite of its own, so that the suite ``realistic`` runs without the simulator."""
