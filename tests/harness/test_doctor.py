"""``llamoco doctor``: run as a user does, and with each kind of fault put before it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llamoco_bench import checkup, cli
from llamoco_bench.checkup import ADVICE, Finding, holds
from llamoco_bench.commands.doctor import as_text
from llamoco_bench.errors import SandboxError
from llamoco_bench.sandbox import Sandbox
from llamoco_bench.sandbox.layers import EXTRA_LAYERS, LAYERS


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = cli.main(["doctor", *arguments])
    return code, capsys.readouterr().out


def pretend(monkeypatch: pytest.MonkeyPatch, layers: Mapping[str, bool], extras: Mapping[str, bool]) -> None:
    fake = SimpleNamespace(layers=lambda: layers, extra_layers=lambda: extras)
    monkeypatch.setattr("llamoco_bench.sandbox.default_sandbox", lambda **_: fake)
    monkeypatch.setattr("llamoco_bench.sandbox.preflight", lambda **_: 1e-5)


def test_core_holds_here_and_every_layer_was_tried(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = doctor(capsys, "--format", "json")
    report = json.loads(said)
    assert code == 0
    assert report["ok"] is True
    found = {(finding["section"], finding["name"]): finding for finding in report["findings"]}
    assert all(found["sandbox", layer]["verdict"] == "ok" for layer in LAYERS)
    assert {("sandbox", layer) for layer in EXTRA_LAYERS} <= set(found)
    assert "us for an evaluation" in found["sandbox", "trial run"]["value"]
    assert {"environment", "packages", "evaluator", "models", "disk"} <= {section for section, _ in found}
    assert all(finding["advice"] for finding in report["findings"] if finding["verdict"] != "ok")


def test_layer_that_does_not_hold_breaks_the_core_and_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch, {**dict.fromkeys(LAYERS, True), "files: reading": False}, dict.fromkeys(EXTRA_LAYERS, True))
    code, said = doctor(capsys)
    assert code == 1
    assert said.endswith("The core does not hold here: files: reading.\n")
    assert "-> needs Landlock: Linux 5.13 or newer" in said
    assert "--llamoco-sandbox=weak" in said


def test_layer_on_top_that_does_not_hold_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch, dict.fromkeys(LAYERS, True), dict.fromkeys(EXTRA_LAYERS, False))
    code, said = doctor(capsys)
    assert code == 0
    assert "not available" in said


def test_every_layer_has_its_advice() -> None:
    assert set(ADVICE) == set(LAYERS)


def test_system_that_cannot_run_programs_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("llamoco_bench.sandbox.support.sys", SimpleNamespace(platform="win32"))
    code, said = doctor(capsys)
    assert code == 1
    assert "Programs cannot be run on this Windows" in said
    assert "--llamoco-stage=generate" in said


def test_system_without_landlock_and_seccomp_is_told_which_layers_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("llamoco_bench.sandbox.support.sys", SimpleNamespace(platform="darwin"))
    with Sandbox(allow_weak=True) as sandbox:
        monkeypatch.setattr("llamoco_bench.sandbox.default_sandbox", lambda **_: sandbox)
        monkeypatch.setattr("llamoco_bench.sandbox.preflight", lambda **_: 1e-5)
        code, said = doctor(capsys, "--format", "json")
    assert code == 1  # the strict sandbox does not hold
    found = {finding["name"]: finding for finding in json.loads(said)["findings"] if finding["section"] == "sandbox"}
    assert found["this system"]["value"] == "a fresh interpreter for each program"
    assert "it lacks Landlock, seccomp and /proc: " in found["this system"]["advice"]
    assert "never on a Mac" in found["this system"]["advice"]
    assert {found[name]["verdict"] for name in ("own session", "resource limits", "clean environment")} == {"ok"}
    assert {found[name]["verdict"] for name in ("files: reading", "no network", "no signals")} == {"broken"}


def test_sandbox_that_cannot_start_is_a_finding_not_a_crash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise SandboxError("no interpreter")

    pretend(monkeypatch, dict.fromkeys(LAYERS, True), dict.fromkeys(EXTRA_LAYERS, True))
    monkeypatch.setattr("llamoco_bench.sandbox.preflight", fail)
    code, said = doctor(capsys)
    assert code == 1
    assert "no interpreter" in said


@pytest.mark.parametrize(
    ("requires", "verdict", "value", "advice"),
    [
        (["surely-not-installed>=1"], "broken", "not installed", 'pip install "surely-not-installed>=1"'),
        (["numpy>=9999"], "broken", "needs >=9999", 'pip install "numpy>=9999"'),
        (
            ['surely-not-installed>=1; extra == "hf"'],
            "missing",
            "not installed",
            'pip install "llamoco-bench[hf]"',
        ),
    ],
)
def test_package_that_does_not_fit_is_named_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, requires: list[str], verdict: str, value: str, advice: str
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: requires)
    [finding] = list(checkup.packages())
    assert finding.verdict == verdict
    assert value in finding.value
    assert finding.advice == advice


def test_distribution_that_is_only_on_the_path_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    [finding] = list(checkup.packages())
    assert (finding.verdict, finding.name) == ("broken", "llamoco-bench")


def test_compiled_evaluator_that_was_not_built_is_no_fault_of_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llamoco_bench.problems._native._evaluator", None)
    [finding] = list(checkup.evaluator())
    assert (finding.verdict, finding.value) == ("missing", "numpy")
    assert "compiler" in finding.advice


def test_kind_of_model_whose_packages_are_missing_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "llamoco_bench.baselines.models.registry.missing_packages", lambda kind: ["torch"] if kind == "hf" else []
    )
    findings = {finding.name: finding for finding in checkup.models()}
    assert findings["hf"].verdict == "missing"
    assert findings["hf"].advice == 'pip install "llamoco-bench[hf]"'
    assert findings["random"].verdict == "ok"


def test_key_of_hosted_models_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    assert "sk-very-secret" not in as_text(list(checkup.models()), True)
    monkeypatch.delenv("OPENAI_API_KEY")
    assert any(finding.name == "OPENAI_API_KEY" and finding.verdict == "missing" for finding in checkup.models())


def test_folder_without_room_or_permission_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage: Any = SimpleNamespace(free=50 << 20)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage)
        full = checkup._room("runs", tmp_path / "new", "broken")
    assert (full.verdict, full.advice) == ("broken", "free some space: 200 MB at least")
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        closed = checkup._room("runs", tmp_path / "new", "broken")
    assert closed.value == f"{tmp_path} cannot be written"


def test_only_what_is_broken_breaks_the_core() -> None:
    ok, missing, broken = (
        Finding("s", "n", "ok", "v"),
        Finding("s", "n", "missing", "v"),
        Finding("s", "n", "broken", "v"),
    )
    assert holds([ok, missing])
    assert not holds([ok, broken])
