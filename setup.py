"""Builds the compiled evaluator of the synthetic problems; without a compiler the package installs without it."""

from setuptools import Extension, setup

FOLDER = "problems/_native"
SOURCES = ("module", "build", "evaluator", "recorder", "rotation", "level_baseline", "level_avx2")
HEADERS = ("native", "instance", "level", "lanes", "elementary", "basic", "constraints")

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
    exclude_package_data={"llamoco_bench.problems._native": ["*.c", "*.h"]},
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
