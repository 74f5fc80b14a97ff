"""Kind ``openai``: against a server that fails in every way, and against a real one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llamoco_bench.baselines.models import Generation, Message, Model, Request, Usage, make_model, parse_spec
from llamoco_bench.baselines.models import prepare_model as prepare
from llamoco_bench.baselines.models.base import PaidModelError
from llamoco_bench.baselines.models.hosted import REASONING_MAX_TOKENS, rules_for
from llamoco_bench.baselines.models.openai_chat import ChatSettings, OpenAIChat, server_name
from llamoco_bench.errors import ModelError, UsageError
from llamoco_bench.testing import AdapterConformance

from . import fault_server as faults
from .fault_server import Behaviour, FaultServer, completion, fails, says, serving

QUESTION = Request("p", [Message("user", "?")])


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def chat(base_url: str, query: str = "", key: str = "", model: str = "m") -> OpenAIChat:
    """An adapter that does not pause as long as a real one."""
    settings = ChatSettings.of(parse_spec(f"openai:{model}?base_url={base_url}{query}"))
    return OpenAIChat(replace(settings, policy=replace(settings.policy, first_pause_s=0.001)), key)


Ask = Callable[..., tuple[Generation, FaultServer]]


@pytest.fixture
def ask() -> Ask:
    """Ask a server with the given behaviours one question."""

    def ask(*behaviours: Behaviour, request: Request = QUESTION, **how: str) -> tuple[Generation, FaultServer]:
        with serving(*behaviours) as server:
            model = chat(server.base_url, **how)
            try:
                return model.generate(request), server
            finally:
                model.close()

    return ask


class TestOpenAIConforms(AdapterConformance):
    @pytest.fixture
    def model(self) -> Iterator[Model]:
        with serving(says()) as server:
            model = chat(server.base_url)
            yield model
            model.close()


def test_answer_carries_text_usage_and_finish_reason(ask: Ask) -> None:
    cut = {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "de"}}
    answer, server = ask(says(completion(choices=[cut])))
    assert (answer.text, answer.usage, answer.finish_reason) == ("de", Usage(7, 3), "length")
    assert answer.wall_s > 0
    assert server.seen[0]["path"] == "/v1/chat/completions"


def test_server_that_reports_no_usage_leaves_none(ask: Ask) -> None:
    for usage in (None, {}, {"prompt_tokens": "many", "completion_tokens": 1}, {"prompt_tokens": -1}, 3):
        assert ask(says(completion(usage=usage)))[0].usage is None


@pytest.mark.parametrize("content", [None, ""])
def test_answer_without_content_is_empty_and_a_refusal_is_text(content: str | None, ask: Ask) -> None:
    assert ask(says(completion(content)))[0].text == ""
    message = {"role": "assistant", "content": content, "refusal": "I will not"}
    assert ask(says(completion(choices=[{"index": 0, "message": message}])))[0].text == "I will not"


TRANSIENT: dict[str, Behaviour] = {
    "429": fails(429),
    "500": fails(500),
    "502 with a page": lambda handler: handler.reply(502, b"<html>Bad gateway</html>", {"content-type": "text/html"}),
    "503": fails(503),
    "408": fails(408),
    "garbage": faults.raw(b"\x00\xffnot json"),
    "a page instead of JSON": faults.raw(b"<html>log in</html>", content_type="text/html"),
    "deep nesting": faults.raw(b"[" * 100_000),
    "JSON of another shape": says([1, 2]),
    "no choices": says(completion(choices=[])),
    "null choices": says(completion(choices=None)),
    "no message": says(completion(choices=[{"index": 0}])),
    "text that is a number": says(completion(7)),
    "broken gzip": faults.raw(b"not gzip at all", content_encoding="gzip"),
    "truncated body": faults.cuts_the_body_short,
    "truncated JSON": faults.cuts_the_json_short,
    "closed connection": faults.hangs_up,
    "no HTTP": faults.speaks_no_http,
}


@pytest.mark.parametrize("failure", TRANSIENT)
def test_transient_failure_is_tried_again(failure: str, ask: Ask) -> None:
    answer, server = ask(TRANSIENT[failure], says())
    assert answer.text == "hello"
    assert len(server.seen) == 2


@pytest.mark.parametrize("failure", TRANSIENT)
def test_failure_that_stays_is_a_model_error_after_the_retries(failure: str) -> None:
    with serving(TRANSIENT[failure]) as server:
        model = chat(server.base_url, "&retries=2")
        with pytest.raises(ModelError, match=r"m on p: .*\(attempt 3 of 3\)"):
            model.generate(QUESTION)
        model.close()
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_refusal_is_final(status: int) -> None:
    with serving(fails(status)) as server:
        model = chat(server.base_url)
        with pytest.raises(ModelError, match=f"the server says {status}"):
            model.generate(QUESTION)
        model.close()
    assert len(server.seen) == 1


def test_exhausted_quota_is_final_although_it_is_a_429() -> None:
    with serving(fails(429, {"message": "pay first", "code": "insufficient_quota"})) as server:
        model = chat(server.base_url)
        with pytest.raises(ModelError, match="pay first"):
            model.generate(QUESTION)
        model.close()
    assert len(server.seen) == 1


def test_retry_after_is_honoured(ask: Ask) -> None:
    answer, _ = ask(fails(429, retry_after="0.4"), says())
    assert 0.4 <= answer.wall_s < 5


def test_retry_after_beyond_the_total_gives_up_at_once() -> None:
    with serving(fails(429, retry_after="3600")) as server:
        model = chat(server.base_url)
        with pytest.raises(ModelError, match="asked to wait 3600 s"):
            model.generate(QUESTION)
        model.close()
    assert len(server.seen) == 1


ENDLESS = [faults.stays_silent, faults.drips_the_body_for_ever, faults.drips_the_headers_for_ever]


@pytest.mark.parametrize("behaviour", ENDLESS)
def test_answer_that_never_ends_is_bounded_in_total(behaviour: Behaviour) -> None:
    with serving(behaviour) as server:
        model = chat(server.base_url, "&timeout_s=0.3&total_s=0.8&retries=500")
        with pytest.raises(ModelError, match=r"of 501\); no time is left of 0.8 s"):
            model.generate(QUESTION)
        model.close()
    assert len(server.seen) < 10


def test_answer_after_a_silent_attempt_counts(ask: Ask) -> None:
    answer, server = ask(faults.stays_silent, says(), query="&timeout_s=0.5")
    assert (answer.text, len(server.seen)) == ("hello", 2)


def test_tokens_of_failed_attempts_are_counted(ask: Ask) -> None:
    failed = says({"error": {"message": "late"}, "usage": {"prompt_tokens": 100, "completion_tokens": 20}}, 500)
    answer, _ = ask(failed, says(completion(choices=[])), fails(503), says())
    assert answer.usage == Usage(100 + 7 + 7, 20 + 3 + 3)


def test_tokens_of_attempts_that_all_failed_are_told_with_the_error() -> None:
    wasted = says(completion(choices=[]))
    with serving(wasted, fails(503), wasted) as server:
        model = chat(server.base_url, "&retries=2")
        with pytest.raises(PaidModelError, match="holds no message") as caught:
            model.generate(QUESTION)
        model.close()
    assert caught.value.usage == Usage(7 + 7, 3 + 3)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "too long", "code": "context_length_exceeded"},
        {"message": "too long", "type": "exceed_context_size_error", "code": 400},
        {"message": "This model's maximum context length is 4096 tokens", "code": None},
    ],
)
def test_prompt_beyond_the_context_is_an_empty_answer_that_says_so(error: dict[str, Any], ask: Ask) -> None:
    answer, server = ask(fails(400, error))
    assert (answer.text, answer.finish_reason, len(server.seen)) == ("", "context", 1)


def test_one_adapter_answers_many_requests_and_after_failures() -> None:
    with serving(fails(404), faults.hangs_up, says()) as server:
        model = chat(server.base_url)
        with pytest.raises(ModelError):
            model.generate(QUESTION)
        assert [model.generate(QUESTION).text for _ in range(3)] == ["hello"] * 3
        model.close()
    assert len(server.seen) == 5


def test_request_holds_what_the_spec_says(ask: Ask) -> None:
    request = Request("p", [Message("system", "be brief"), Message("user", "é\ud800")], sample=1)
    _, server = ask(says(), request=request, query="&temperature=0.5&max_tokens=77")
    sent = server.seen[0]
    assert (sent["model"], sent["temperature"], sent["max_tokens"]) == ("m", 0.5, 77)
    assert sent["messages"] == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "é?"}]
    assert "seed" not in sent


@pytest.mark.parametrize(("model", "sent"), [("m", 1.3), ("o1-mini", None)])
def test_temperature_of_a_request_is_sent_to_models_that_take_one(model: str, sent: float | None, ask: Ask) -> None:
    _, server = ask(says(), request=replace(QUESTION, temperature=1.3), model=model)
    assert server.seen[0].get("temperature") == sent


def test_seed_differs_between_samples_and_turns_and_repeats(ask: Ask) -> None:
    requests = [replace(QUESTION, sample=1), replace(QUESTION, turn=1), replace(QUESTION, seed=9), QUESTION, QUESTION]
    seeds = [ask(says(), request=request, query="&seed=3")[1].seen[0]["seed"] for request in requests]
    assert len(set(seeds)) == 4
    assert seeds[3] == seeds[4]
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.parametrize("model", ["o1-mini", "o1-preview-2024-09-12"])
def test_early_reasoning_models_get_no_temperature_no_system_role_and_their_own_length(model: str, ask: Ask) -> None:
    request = Request("p", [Message("system", "be brief"), Message("user", "?")])
    _, server = ask(says(), request=request, model=model)
    sent = server.seen[0]
    assert "temperature" not in sent
    assert "max_tokens" not in sent
    assert sent["max_completion_tokens"] == REASONING_MAX_TOKENS
    assert sent["messages"] == [{"role": "user", "content": "be brief\n\n?"}]


@pytest.mark.parametrize(
    ("model", "temperature", "max_tokens"),
    [("gpt-4-1106-preview", 1.0, 2048), ("gpt-4o-mini", 0.0, 2048), ("anything", 0.0, 2048), ("o3-mini", None, 25_000)],
)
def test_defaults_follow_the_table_of_hosted_models(model: str, temperature: float | None, max_tokens: int) -> None:
    identity = chat("http://h/v1", model=model).identity
    assert (identity["temperature"], identity["max_tokens"]) == (temperature, max_tokens)


def test_options_of_the_spec_go_before_the_table() -> None:
    identity = chat("http://h/v1", "&temperature=0&max_tokens=5", model="gpt-4-1106-preview").identity
    assert (identity["temperature"], identity["max_tokens"]) == (0.0, 5)
    assert rules_for("o1-mini") != rules_for("o1")


def test_identity_tells_servers_apart_but_not_their_ports() -> None:
    def server_of(base_url: str, query: str = "") -> object:
        return chat(base_url, query).identity["server"]

    assert server_of("http://127.0.0.1:8000/v1") == server_of("http://localhost:9/other") == "loopback"
    assert server_of("http://[::1]:8000/v1") == "loopback"
    assert server_of("https://a.example/v1") == server_of("https://a.example:444/v2") == "a.example"
    assert server_of("http://127.0.0.1:8000/v1", "&server=lab-2") == "lab-2"


def test_base_url_comes_from_the_environment_where_the_spec_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://lab.example/v1")
    assert make_model(parse_spec("openai:m")).identity["server"] == "lab.example"


@pytest.mark.parametrize("url", ["lab:8000", "ftp://h/v1", "http://", "http://h:port/v1", "http://[::1/v1", "v1"])
def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="base_url is"):
        server_name(url)


def test_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="must not hold a password") as caught:
        prepare(parse_spec("openai:m?base_url=http://me:s3cret@h/v1"))
    assert "s3cret" not in str(caught.value)


def test_vendor_needs_a_key_and_own_servers_need_none() -> None:
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        prepare(parse_spec("openai:gpt-4o"))
    with serving(says()) as server:
        prepare(parse_spec(f"openai:m?base_url={server.base_url}"))


def test_server_that_is_not_running_is_noticed_before_the_run() -> None:
    with serving(says()) as server:
        base_url = server.base_url
    with pytest.raises(ModelError, match="Is the server of small running"):
        prepare(parse_spec(f"small=openai:m?base_url={base_url}"))


def test_key_comes_from_the_named_variable_and_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_KEY", "sk-very-secret")
    with serving(fails(401, {"message": "Incorrect API key provided: sk-very-secret"})) as server:
        model = make_model(parse_spec(f"openai:m?base_url={server.base_url}&key_env=LAB_KEY"))
        with pytest.raises(ModelError) as caught:
            model.generate(QUESTION)
        model.close()
    assert server.seen[0]["headers"]["authorization"] == "Bearer sk-very-secret"
    assert "sk-very-secret" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert "sk-very-secret" not in str(dict(model.identity)) + repr(model)


_SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx, params.n_parallel, params.verbosity = 1024, 1, -1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def real_server(smollm2_file: Path) -> Iterator[str]:
    """The HTTP endpoint of llama.cpp on loopback, with the real SmolLM2 behind it."""
    # In a process of its own, to be killed: now and then the server does not end when it is asked to.
    command = [sys.executable, "-c", _SERVER, str(smollm2_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"{process.stdout.readline().strip()}/v1"
        process.kill()


@pytest.mark.model
class TestRealServerConforms(AdapterConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls, real_server: str) -> Iterator[Model]:
        model = chat(real_server, "&max_tokens=12")
        yield model
        model.close()


@pytest.mark.model
def test_real_server_answers_and_counts_tokens(real_server: str) -> None:
    spec = parse_spec(f"openai:smollm2?base_url={real_server}&max_tokens=12")
    prepare(spec)
    model = make_model(spec)
    answer = model.generate(Request("p", [Message("user", "Write a Python function that adds two numbers.")]))
    assert "def " in answer.text
    assert answer.finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.output_tokens == 12
    assert model.generate(Request("p", [Message("user", "word " * 2000)])).finish_reason == "context"
    model.close()
