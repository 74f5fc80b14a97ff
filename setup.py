"""Builds the compiled evaluator of the synthetic problems; without a compiler the package installs without it."""

import gzip
import os
import tarfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.sdist import sdist

FOLDER = "problems/_native"
SOURCES = ("module", "build", "evaluator", "recorder", "rotation", "level_baseline", "level_avx2")
HEADERS = ("native", "instance", "level", "lanes", "elementary", "basic", "constraints")


class ReproducibleSdist(sdist):
    """With ``SOURCE_DATE_EPOCH`` set, all files have that time and no owner, as those of a wheel do."""

    def make_archive(self, base_name, format, root_dir=None, base_dir=None, owner=None, group=None):  # noqa: ANN001, ANN201, D102
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        if epoch is None or format != "gztar" or root_dir is not None:
            return super().make_archive(base_name, format, root_dir, base_dir, owner, group)

        def neutral(info: tarfile.TarInfo) -> tarfile.TarInfo:
            info.mtime, info.uid, info.gid, info.uname, info.gname = int(epoch), 0, 0, "", ""
            info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
            return info

        path = Path(f"{base_name}.tar.gz")
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            path.open("wb") as file,
            gzip.GzipFile("", "wb", fileobj=file, mtime=int(epoch)) as packed,
            tarfile.open(fileobj=packed, mode="w") as archive,
        ):
            archive.add(base_dir, filter=neutral)
        return str(path)


setup(
    ext_modules=[
        Extension(
            "llamoco_bench.problems._native._evaluator",
            sources=[f"{FOLDER}/{name}.c" for name in SOURCES],
            depends=[f"{FOLDER}/{name}.h" for name in HEADERS],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            # No contraction: a fused multiply-add rounds once where others round twice, and values would depend on it.
            extra_compile_args=["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wno-psabi", "-g0"],
            py_limited_api=True,
            optional=True,
        )
    ],
    exclude_package_data={
        "llamoco_bench.problems._native": ["*.c", "*.h", ".gitignore"],
        "llamoco_bench.training": ["data/labels/runs.parquet"],  # what labels were made of: for a clone
    },
    cmdclass={"sdist": ReproducibleSdist},
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
