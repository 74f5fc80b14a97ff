"""Start an interpreter of the sandbox, with an environment from an allow-list."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

# Everything that a program finds in its environment, besides what says where its folder is.
_ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "Agg",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
_INHERITED: Final = ("LD_LIBRARY_PATH", "TZ")
_FOLDER_NAMES: Final = ("HOME", "TMPDIR", "MPLCONFIGDIR", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME")

ENVIRONMENT_NAMES: Final = (*_ENVIRONMENT, *_INHERITED, *_FOLDER_NAMES)
"""Names of all variables that a program can see."""


def start(boot: str, fds: Sequence[int], folder: str, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start an interpreter that runs `boot` in `folder`, in a session of its own, and inherits `fds` alone.

    `boot` finds the folder above the package `child` and the numbers of the descriptors in ``sys.argv``. What the
    interpreter writes to standard error goes to the file `complaints`.
    """
    environment = {name: value for name in _INHERITED if (value := os.environ.get(name))}
    environment |= _ENVIRONMENT | dict.fromkeys(_FOLDER_NAMES, folder)
    return subprocess.Popen(
        [sys.executable, "-S", "-P", "-c", boot, str(Path(__file__).parent), *map(str, fds)],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=complaints,
        pass_fds=fds,
        start_new_session=True,
    )
