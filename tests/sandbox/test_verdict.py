"""Verdicts on ends that cannot be brought about at will."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamoco_bench.sandbox.broker import Ending
from llamoco_bench.sandbox.children import Exit
from llamoco_bench.sandbox.limits import Limits
from llamoco_bench.sandbox.verdict import Evidence, judge
from llamoco_bench.statuses import STATUSES

DEATH = Evidence(
    reason=None,
    ending=Ending("eof"),
    message=b"",
    exit=None,
    cpu_allowed_s=10.0,
    found=False,
    asked=False,
    output_is_full=False,
    base_rss_mb=100.0,
    limits=Limits(memory_mb=1000),
)


def status_of(evidence: Evidence) -> str:
    return judge(evidence, "source", {}).status


def died(number: int, *, cpu_s: float = 1.0, peak_rss_mb: float = 200.0) -> Evidence:
    return replace(DEATH, exit=Exit(number, cpu_s, peak_rss_mb))


def reported(fields: Mapping[str, object], *, asked: bool = False) -> Evidence:
    report = {"status": "runtime", "type": "T", "message": "m", "line": 1, "frames": [], **fields}
    return replace(DEATH, ending=Ending("report"), message=json.dumps(report).encode(), asked=asked)


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        (died(signal.SIGKILL, peak_rss_mb=900.0), "infra"),  # the machine ran out of memory, the program had some left
        (died(signal.SIGKILL, peak_rss_mb=1200.0), "memory"),
        (died(signal.SIGKILL, cpu_s=10.5), "timeout"),
        (died(signal.SIGXCPU), "timeout"),
        (died(signal.SIGXFSZ), "output"),
        (died(signal.SIGSYS), "security"),
        (died(signal.SIGSEGV), "crash"),
        (died(0), "crash"),
        (DEATH, "protocol"),
        (replace(DEATH, reason="startup"), "infra"),
        (replace(DEATH, ending=Ending("forged")), "tampered"),
        (replace(DEATH, ending=Ending("budget"), asked=True, reason="wall"), "ok"),
        (replace(DEATH, ending=Ending("budget")), "invalid_result"),
    ],
)
def test_end_without_a_point(evidence: Evidence, status: str) -> None:
    assert status_of(evidence) == status


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(STATUSES)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)
FRAMES = st.lists(st.one_of(JSON, st.tuples(JSON, JSON).map(list)), max_size=3)
REPORTS = st.fixed_dictionaries(
    {"status": st.one_of(st.sampled_from(STATUSES), JSON), "line": JSON, "frames": st.one_of(FRAMES, JSON)},
    optional={"type": JSON, "message": JSON},
)


@settings(max_examples=500)
@given(st.one_of(REPORTS, JSON))
def test_any_report_has_a_verdict_that_can_be_recorded(report: object) -> None:
    verdict = judge(replace(DEATH, ending=Ending("report"), message=json.dumps(report).encode()), "source", {})
    assert verdict.status in CLAIMABLE | {"tampered"}
    assert verdict.error is not None
    json.dumps(verdict.error.to_dict(), allow_nan=False)


CLAIMABLE = {"syntax", "import", "runtime", "memory", "output", "security", "protocol", "invalid_result"}


@pytest.mark.parametrize("status", STATUSES)
def test_program_can_claim_only_its_own_failures(status: str) -> None:
    assert status_of(reported({"status": status})) == (status if status in CLAIMABLE else "tampered")


def test_program_that_asked_has_compiled() -> None:
    assert status_of(reported({"status": "syntax"}, asked=True)) == "tampered"


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "glorious"},
        {"status": ["ok"]},
        {"status": None},
        {"frames": 5},
        {"frames": [[1, 2, 3]]},
        {"frames": [["x", "f"]]},
        {"frames": [[1e400, "f"]]},
    ],
)
def test_report_that_makes_no_sense_breaks_the_protocol(fields: dict[str, object]) -> None:
    assert status_of(reported(fields)) == "protocol"


@pytest.mark.parametrize("message", [b"", b"\xff", b"[]", b"5", b"null", b"{}", b"[" * 60_000])
def test_report_that_cannot_be_read_breaks_the_protocol(message: bytes) -> None:
    assert status_of(replace(DEATH, ending=Ending("report"), message=message)) == "protocol"
