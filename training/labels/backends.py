"""Where tasks run: processes of this machine, a Dask cluster, or Ray; joblib speaks to all of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final, TypeVar

from llamoco_bench.errors import UsageError, choose

Result = TypeVar("Result")


def spread(
    function: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], backend: str, jobs: int
) -> Iterator[Result]:
    """Yield `function(*task)` of every task, in the order in which they end.

    Parameters
    ----------
    backend: ``loky``, ``dask`` or ``ray``.
    jobs: tasks at a time; with ``dask``, workers of a cluster on this machine where none is running.

    Raises
    ------
    UsageError: the backend is not installed.
    """
    from joblib import Parallel, delayed

    calls = (delayed(function)(*task) for task in tasks)
    with _means(backend, jobs):
        if backend == "ray":  # gives results only when all of a batch are there
            while batch := list(itertools.islice(calls, 4 * jobs)):
                yield from Parallel(n_jobs=jobs, batch_size=1)(batch)
        else:
            options = {"return_as": "generator_unordered", "pre_dispatch": 2 * jobs, "batch_size": 1}
            yield from Parallel(n_jobs=jobs, **options)(calls)


@contextmanager
def _means(backend: str, jobs: int) -> Iterator[None]:
    """Let joblib use a backend; one that needs a cluster gets one on this machine unless there is one already."""
    from joblib import parallel_config

    starts = {"loky": _nothing, "dask": _dask_cluster, "ray": _ray_cluster}
    if backend not in starts:
        raise choose("backend", backend, starts)
    with starts[backend](jobs), parallel_config(backend, **_OPTIONS[backend]):
        yield


@contextmanager
def _nothing(_jobs: int) -> Iterator[None]:
    yield


@contextmanager
def _dask_cluster(jobs: int) -> Iterator[None]:
    """Connect to the cluster that Dask's own configuration names (DASK_SCHEDULER_ADDRESS), or start one here."""
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise _missing("dask", "distributed") from None
    import dask

    if dask.config.get("scheduler-address", None):
        with Client():
            yield
        return
    options = {"n_workers": jobs, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster):
        yield


@contextmanager
def _ray_cluster(jobs: int) -> Iterator[None]:
    """Connect to the cluster that Ray's own configuration names (RAY_ADDRESS), or start one here."""
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError:
        raise _missing("ray", "ray") from None
    ray.init(num_cpus=None if ray.is_initialized() else jobs, ignore_reinit_error=True)
    register_ray()
    try:
        yield
    finally:
        ray.shutdown()


def _missing(backend: str, package: str) -> UsageError:
    return UsageError(f"--backend {backend} needs the package {package}: pip install 'llamoco-bench[{backend}]'")


_OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {"loky": {"inner_max_num_threads": 1}, "dask": {"wait_for_workers_timeout": 60}, "ray": {}}
)
