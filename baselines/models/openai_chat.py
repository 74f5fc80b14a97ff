"""Kind ``openai``: any model behind the OpenAI chat interface, through the official client."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from llamoco_bench.baselines.models.base import Generation, Message, Model, PaidModelError, Request, Usage
from llamoco_bench.baselines.models.conversation import chat_messages, sampling_seed
from llamoco_bench.baselines.models.hosted import HostedRules, rules_for
from llamoco_bench.baselines.models.registry import Say
from llamoco_bench.baselines.models.retrying import RetryPolicy, TransientError, parse_retry_after, with_retries
from llamoco_bench.baselines.models.spec import ModelSpec
from llamoco_bench.errors import ModelError, UsageError

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

PACKAGES: Final = ("openai",)

VENDOR_URL: Final = "https://api.openai.com/v1"
_RETRIED: Final = frozenset({408, 409, 425, 429})
_CONTEXT_CODES: Final = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_CONTEXT_WORDS: Final = ("context length", "context size", "context window")
_SHOWN_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """Everything a request needs but its messages, resolved from spec, environment and the table of hosted models."""

    model: str
    base_url: str
    server: str
    temperature: float | None
    max_tokens: int
    seed: int | None
    rules: HostedRules
    policy: RetryPolicy
    key_env: str
    concurrency: int

    @classmethod
    def of(cls, spec: ModelSpec) -> ChatSettings:
        """Resolve the options of a spec. Raises `UsageError` for an address that cannot be one."""
        rules = rules_for(spec.name)
        temperature = spec.optional("temperature", float)
        base_url = spec.optional("base_url", str) or os.environ.get("OPENAI_BASE_URL") or VENDOR_URL
        return cls(
            model=spec.name,
            base_url=base_url,
            server=spec.optional("server", str) or server_name(base_url),
            temperature=rules.temperature if temperature is None else temperature,
            max_tokens=spec.optional("max_tokens", int) or rules.max_tokens,
            seed=spec.optional("seed", int),
            rules=rules,
            policy=RetryPolicy(
                spec.option("retries", int), spec.option("timeout_s", float), spec.option("total_s", float)
            ),
            key_env=spec.option("key_env", str),
            concurrency=spec.option("concurrency", int),
        )

    def body(self, request: Request) -> dict[str, Any]:
        """Return the request as the interface wants it."""
        messages = request.messages if self.rules.system_role else without_system_role(request.messages)
        body: dict[str, Any] = {"model": self.model, "messages": chat_messages(messages)}
        body[self.rules.length_parameter] = self.max_tokens
        if self.temperature is not None:
            body["temperature"] = self.temperature if request.temperature is None else request.temperature
        if self.seed is not None:
            body["seed"] = sampling_seed(self.seed, request)
        return body


class OpenAIChat:
    """A model behind the OpenAI chat interface.

    Parameters
    ----------
    settings: what to send, and where to.
    key: secret; sent to the server and never shown. Empty for a server that wants none.
    """

    def __init__(self, settings: ChatSettings, key: str) -> None:
        self._settings = settings
        self._key = key
        self._runner: asyncio.Runner | None = None
        self._client: AsyncOpenAI | None = None

    @property
    def identity(self) -> Mapping[str, object]:
        """Model, server and sampling. No server promises the same answer twice, so neither does this."""
        settings = self._settings
        return {
            "kind": "openai",
            "model": settings.model,
            "server": settings.server,
            "temperature": settings.temperature,
            "max_tokens": settings.max_tokens,
            "seed": settings.seed,
            "deterministic": False,
        }

    @property
    def concurrency(self) -> int:
        """Requests that the server may be sent at a time; each takes an adapter of its own."""
        return self._settings.concurrency

    def generate(self, request: Request) -> Generation:
        """Ask the server, again where it fails in passing.

        Raises
        ------
        ModelError: where it refuses, or fails until attempts or time are used up; a `PaidModelError` where it reported
            tokens nevertheless.
        """
        started = time.monotonic()
        if self._runner is None:
            self._runner = asyncio.Runner()
        body = self._settings.body(request)
        spent: list[Usage] = []
        try:
            answer = self._runner.run(with_retries(lambda: self._attempt(body, spent), self._settings.policy))
        except ModelError as error:
            told = self._without_key(f"{self._settings.model} on {request.problem_id}: {error}")
            raise (PaidModelError(told, _total(spent)) if spent else ModelError(told)) from None
        return Generation(
            answer.text, _total(spent) if spent else None, answer.finish_reason, time.monotonic() - started
        )

    def close(self) -> None:
        """Give back the connections."""
        if self._runner is not None:
            if self._client is not None:
                self._runner.run(self._client.close())
            self._runner.close()
        self._runner = self._client = None

    async def _attempt(self, body: dict[str, Any], spent: list[Usage]) -> Generation:
        """Ask once. Tokens that the server reports, be it with an error, are added to `spent`."""
        import openai

        try:
            raw = await self._connected().chat.completions.with_raw_response.create(**body)
        except openai.APIStatusError as error:
            return _refused(error, spent)
        except openai.APIError as error:
            raise TransientError(f"{type(error).__name__}: {error.__cause__ or error}") from error
        return _read_answer(raw.content, spent)

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            from openai import AsyncOpenAI

            settings = self._settings
            self._client = AsyncOpenAI(
                api_key=self._key or "none",  # the client insists on one
                base_url=settings.base_url,
                timeout=settings.policy.timeout_s,
                max_retries=0,
            )
        return self._client

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "***") if self._key else text


def make(spec: ModelSpec) -> Model:
    """Give the adapter. Raises `UsageError` for a bad address, `ModelError` where the key is missing."""
    settings = ChatSettings.of(spec)
    key = os.environ.get(settings.key_env, "")
    if not key and settings.base_url == VENDOR_URL:
        raise ModelError(
            f"{spec.label} needs a key in the environment variable {settings.key_env}, "
            "or the option base_url for a server of your own"
        )
    return OpenAIChat(settings, key)


def prepare(spec: ModelSpec, say: Say) -> None:
    """Check address and key, and that somebody listens there; a run would find out only after all its retries."""
    make(spec)
    address = urlsplit(ChatSettings.of(spec).base_url)
    if address.scheme in getproxies():
        return
    host, port = address.hostname or "", address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((host, port), timeout=10).close()
    except OSError as error:
        raise ModelError(
            f"Nobody answers at {host}:{port} ({error}). Is the server of {spec.label} running?"
        ) from error


def server_name(base_url: str) -> str:
    """Name a server by its host, so that neither port nor path enters a key; ``loopback`` for this machine.

    Raises
    ------
    UsageError: for what is no http address, and for one that holds a password.
    """
    address = _split(base_url)
    if address.username or address.password:
        raise UsageError("base_url must not hold a password: keys come from the environment (option key_env)")
    host = address.hostname or ""
    if address.scheme not in ("http", "https") or not host:
        raise UsageError(f"base_url is {base_url!r}, expected an address such as http://127.0.0.1:8000/v1")
    return "loopback" if _is_loopback(host) else host


def _split(base_url: str) -> SplitResult:
    try:
        address = urlsplit(base_url)
        address.port  # noqa: B018 - raises where the port is no number
    except ValueError as error:
        raise UsageError(f"base_url is {base_url!r}: {error}") from None
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def without_system_role(messages: Sequence[Message]) -> list[Message]:
    """Put the text of system messages before the user's first message."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    others = [message for message in messages if message.role != "system"]
    if system and others:
        others[0] = Message(others[0].role, f"{system}\n\n{others[0].content}")
    return others


def _read_answer(content: bytes, spent: list[Usage]) -> Generation:
    """Read the server's answer. Raises `TransientError` where it is none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise TransientError(f"the answer is not JSON: {content[:60]!r}") from None
    usage = _usage_in(body)
    if usage is not None:
        spent.append(usage)
    try:
        choice = body["choices"][0]
        text = choice["message"].get("content") or choice["message"].get("refusal") or ""
        finish_reason = choice.get("finish_reason") or "stop"
    except (TypeError, LookupError, AttributeError):
        raise TransientError(f"the answer holds no message: {content[:200]!r}") from None
    if not isinstance(text, str) or not isinstance(finish_reason, str):
        raise TransientError(f"the answer holds no text: {content[:200]!r}")
    return Generation(text, usage, finish_reason)


def _total(spent: Sequence[Usage]) -> Usage:
    return Usage(sum(usage.input_tokens for usage in spent), sum(usage.output_tokens for usage in spent))


def _usage_in(body: object) -> Usage | None:
    usage = body.get("usage") if isinstance(body, dict) else None
    if not isinstance(usage, dict):
        return None
    counts = [usage.get("prompt_tokens"), usage.get("completion_tokens", 0)]
    if not all(isinstance(count, int) and count >= 0 for count in counts):
        return None
    return Usage(*counts)


def _refused(error: APIStatusError, spent: list[Usage]) -> Generation:
    """Sort a refusal: to be tried again, a prompt that is too long, or final."""
    try:
        body = json.loads(error.response.content)
    except ValueError:
        body = None
    if usage := _usage_in(body):
        spent.append(usage)
    if error.status_code in (400, 413) and _is_about_context(error):
        return Generation("", finish_reason="context")
    message = f"the server says {error.status_code}: {str(error.message)[:_SHOWN_CHARS]}"
    if (error.status_code not in _RETRIED and error.status_code < 500) or error.code == "insufficient_quota":
        raise ModelError(message) from error
    raise TransientError(message, parse_retry_after(error.response.headers.get("retry-after"), time.time())) from error


def _is_about_context(error: APIStatusError) -> bool:
    text = str(error.message).lower()
    return bool({str(error.code), str(error.type)} & _CONTEXT_CODES) or any(words in text for words in _CONTEXT_WORDS)
