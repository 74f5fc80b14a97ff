"""``--llamoco-model``: what is accepted, what is refused and how."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from llamoco_bench.baselines.models import third_party
from llamoco_bench.baselines.models.kind import Option
from llamoco_bench.baselines.models.kinds import KINDS
from llamoco_bench.baselines.models.presets import PRESETS
from llamoco_bench.baselines.models.spec import ModelSpec, parse_spec, parse_specs
from llamoco_bench.errors import UsageError

ACCEPTED: dict[str, tuple[str, str, str, dict[str, object]]] = {
    # text: (kind, name, label, some options)
    "random": ("random", "", "random", {"batch": 1000}),
    "random?batch=7": ("random", "", "random", {"batch": 7}),
    "floor=random": ("random", "", "floor", {"batch": 1000}),
    "  random ": ("random", "", "random", {}),
    "smollm2": ("gguf", "smollm2", "smollm2", {"max_tokens": 256, "temperature": 0.0}),
    "smollm2?max_tokens=64": ("gguf", "smollm2", "smollm2", {"max_tokens": 64}),
    "small=smollm2": ("gguf", "smollm2", "small", {"max_tokens": 256}),
    "gguf:/models/a b[1].gguf": ("gguf", "/models/a b[1].gguf", "gguf:/models/a_b_1_.gguf", {"max_tokens": 1024}),
    "gguf:smollm2": ("gguf", "smollm2", "gguf:smollm2", {"max_tokens": 1024}),
    "replay:a%3Fb.jsonl": ("replay", "a?b.jsonl", "replay:a_b.jsonl", {"model": None}),
    "pool:de?f=0.5&population=30&strategy=best1bin&on=true": (
        "pool",
        "de",
        "pool:de",
        {"f": 0.5, "population": 30, "strategy": "best1bin", "on": True},
    ),
    "openai:gpt-4o": ("openai", "gpt-4o", "openai:gpt-4o", {"temperature": None, "retries": 5, "base_url": None}),
    "4o.v1=openai:gpt-4o?temperature=1e-1": ("openai", "gpt-4o", "4o.v1", {"temperature": 0.1}),
    "openai:llama3:8b?base_url=http://127.0.0.1:11434/v1&seed=3": (
        "openai",
        "llama3:8b",
        "openai:llama3:8b",
        {"base_url": "http://127.0.0.1:11434/v1", "seed": 3},
    ),
    "openai:m?base_url=http://h/v1%3Fa=b%26c=d": ("openai", "m", "openai:m", {"base_url": "http://h/v1?a=b&c=d"}),
    "hf:org/model?trust_remote_code=yes&dtype=bfloat16": (
        "hf",
        "org/model",
        "hf:org/model",
        {"trust_remote_code": True, "dtype": "bfloat16", "revision": None, "max_new_tokens": 2048},
    ),
    "hf:a::b": ("hf", "a::b", "hf:a:b", {}),
    "fewshot:smollm2?shots=2&max_tokens=64": ("fewshot", "smollm2", "fewshot:smollm2", {"shots": 2, "draw": 0}),
    "openai:gpt-4o ?temperature=1": ("openai", "gpt-4o", "openai:gpt-4o", {"temperature": 1.0}),
    "opro:openai:gpt-4o?steps=3&max_tokens=50": ("opro", "openai:gpt-4o", "opro:openai:gpt-4o", {"steps": 3}),
    "ea=lmea:hf:a/b": ("lmea", "hf:a/b", "ea", {"population": 16, "generations": 250}),
}

REFUSED = {
    # text: what the message must say
    "": "form [LABEL=]KIND:NAME[?key=value&...], got none. Allowed: nano,",
    "opennai:gpt-4o": "Did you mean 'openai'?",
    "smollm": "Did you mean 'smollm2'?",
    "SmolLM2": "Did you mean 'smollm2'?",
    "HF:x": "Did you mean 'hf'?",
    "smollm2:x": "Write smollm2, which is gguf:smollm2 with options",
    "org/model": "a checkpoint is hf:PATH_OR_ID",
    "models/x.gguf": "a file of weights gguf:FILE",
    "openai:gpt-4o&temperature=1": "Options begin with a question mark",
    "openai:m?base_url=": "Option base_url is '', expected text",
    "openai": "openai:MODEL",
    "openai:": "names no model",
    "replay:": "replay:FILE",
    "random:x": "takes no name",
    "openai:m?temprature=1": "Did you mean 'temperature'?",
    "openai:m?api_key=sk-1": "Unknown option of openai 'api_key'",
    "openai:m?temperature=warm": "expected a number",
    "openai:m?temperature=-1": "at least 0",
    "openai:m?temperature=nan": "expected a number",
    "openai:m?temperature=inf": "expected a number",
    "openai:m?retries=1.5": "expected a whole number",
    "openai:m?retries=": "expected a whole number",
    "openai:m?retries": "Expected key=value, got 'retries' in the options of openai. Allowed: base_url, server,",
    "pool:de?f": "Expected key=value",
    "openai:m?seed=1&seed=2": "given twice",
    "random?batch=0": "at least 1",
    "hf:m?trust_remote_code=maybe": "true or false",
    "fewshot": "fewshot:SPEC",
    "fewshot:": "fewshot:SPEC",
    "fewshot:smollm": "Did you mean 'smollm2'?",
    "fewshot:random": "cannot stand over random",
    "retrieval:pool:de": "cannot stand over pool",
    "opro:fewshot:smollm2": "cannot stand over fewshot",
    "opro:smollm2?step=1": "whose own options are: steps",
    "opro:smollm2?steps=0": "at least 1",
    "lmea:smollm2?temperature=0.5": "lmea asks at a temperature of its own, its option heat",
    "retrieval:smollm2?search=bm25": "Allowed: tfidf, minilm",
    "hf:m?dtype=int8": "Allowed: auto, float32, bfloat16, float16",
    "a b=random": "cannot stand in the id of a test",
    "a[1]=random": "cannot stand in the id of a test",
    "=random": "cannot stand in the id of a test",
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted_specs_mean(text: str) -> None:
    kind, name, label, options = ACCEPTED[text]
    spec = parse_spec(text)
    assert (spec.kind, spec.name, spec.label) == (kind, name, label)
    assert {key: spec.options[key] for key in options} == options


@pytest.mark.parametrize("text", REFUSED)
def test_refused_specs_say_what_is_allowed(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_spec(text)
    assert REFUSED[text] in str(caught.value)


@pytest.mark.parametrize("text", ACCEPTED)
def test_every_label_can_stand_in_a_node_id(text: str) -> None:
    label = parse_spec(text).label
    assert label.isascii()
    assert label.isprintable()
    assert not set(label) & set("[] \t\n")
    assert "::" not in label


def test_two_models_of_one_label_are_refused_with_the_way_out() -> None:
    with pytest.raises(UsageError, match=r"'openai:m'.*other=openai:m\?seed=2"):
        parse_specs(["openai:m?seed=1", "openai:m?seed=2"])
    specs = parse_specs(["openai:m?seed=1", "other=openai:m?seed=2"])
    assert [spec.label for spec in specs] == ["openai:m", "other"]


def test_spec_is_hashable_comparable_and_travels_between_processes() -> None:
    spec = parse_spec("openai:m?seed=1")
    assert spec == parse_spec("openai:m?seed=1")
    assert spec != parse_spec("openai:m?seed=2")
    assert {spec: 1}[pickle.loads(pickle.dumps(spec))] == 1
    assert spec.describe()["options"] == dict(spec.options)


def test_options_are_read_by_type() -> None:
    spec = parse_spec("openai:m?retries=2")
    assert spec.option("retries", int) == 2
    assert spec.optional("seed", int) is None
    with pytest.raises(TypeError, match="expected str"):
        spec.option("retries", str)


def test_every_default_is_a_value_that_its_own_option_accepts() -> None:
    options = [option for kind in KINDS.values() for option in kind.options]
    for option in [*options, Option("n", "int", 3, "")]:
        if option.default is None:
            assert option.shown, f"{option.name} says nowhere what happens where it is not given"
        else:
            text = str(option.default).lower() if option.type == "bool" else str(option.default)
            assert option.parse(text) == option.default


def test_presets_use_options_of_their_kind() -> None:
    for preset in PRESETS.values():
        assert set(preset.options) <= set(KINDS[preset.kind].defaults())


def test_a_name_that_others_bring_is_a_kind_of_open_options(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("mine", "my_package.models:make", third_party.GROUP)
    monkeypatch.setattr(third_party, "entry_points", lambda group: [point])
    spec = parse_spec("mine:x?size=3&mode=fast")
    assert (spec.kind, spec.name, dict(spec.options)) == ("mine", "x", {"size": 3, "mode": "fast"})
    with pytest.raises(UsageError, match="mine"):
        parse_spec("yours:x")


@pytest.mark.parametrize("names", [("openai",), ("smollm2",), ("mine", "mine")])
def test_names_of_kinds_must_not_collide(names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint(name, f"package{i}:make", third_party.GROUP) for i, name in enumerate(names)]
    monkeypatch.setattr(third_party, "entry_points", lambda group: points)
    with pytest.raises(UsageError, match="Uninstall one of them"):
        parse_spec("whatever:x")


def test_parsing_imports_nothing_heavy() -> None:
    code = (
        "import sys; from llamoco_bench.baselines.models import parse_spec; parse_spec('smollm2'); parse_spec('hf:x');"
        "heavy = {'numpy', 'torch', 'transformers', 'openai', 'xllamacpp', 'httpx', 'asyncio'} & set(sys.modules);"
        "sys.exit(' '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_options_go_to_the_model_that_has_them() -> None:
    spec = parse_spec("x=fewshot:openai:a%3Fb?shots=2&temperature=0.5&base_url=http://h/v1%3Fa=b%26c")
    assert spec.inner is not None
    assert (spec.inner.kind, spec.inner.name) == ("openai", "a?b")
    assert spec.inner.options["temperature"] == 0.5
    assert spec.inner.options["base_url"] == "http://h/v1?a=b&c"
    assert "temperature" not in spec.options
    assert spec.base is spec.inner
    assert spec.inner.base is spec.inner


def test_description_of_a_spec_gives_it_back() -> None:
    for text in ("random?batch=7", "x=opro:openai:m?steps=3"):
        spec = parse_spec(text)
        assert ModelSpec.of_description(json.loads(json.dumps(spec.describe()))) == spec
