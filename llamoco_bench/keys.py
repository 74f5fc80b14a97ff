"""Content-addressed keys: everything that changes an outcome goes in, and nothing else.

Resume and cache are the same look-up by these keys. Labels, workers, paths and the order of options are not part of
them; sampling parameters, revision, messages, seed and limits are. Keys of answers are made by
`llamoco_bench.baselines.models.identity`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from llamoco_bench.baselines.models.identity import digest


def run_key(
    *, generation: str, definition: str, program: str, run: int, seed: int, limits: Mapping[str, object], contract: int
) -> str:
    """Key of one execution of one program.

    Parameters
    ----------
    generation: key of the answer that the program was taken from.
    definition: hash of the problem's definition.
    program: the source.
    run, seed: number of the run and the seed it receives.
    limits: as asked for, not as calibrated on this machine.
    contract: version of the contract between harness and program.
    """
    return digest(
        {
            "kind": "run",
            "generation": generation,
            "definition": definition,
            "program": hashlib.sha256(program.encode("utf-8", "surrogatepass")).hexdigest(),
            "run": run,
            "seed": seed,
            "limits": dict(limits),
            "contract": contract,
        }
    )
