"""Finding checkpoints in folders, in the cache of the Hub, and on a Hub."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from llamoco_bench.baselines.models import checkpoints
from llamoco_bench.baselines.models.checkpoints import Checkpoint, find_checkpoint
from llamoco_bench.errors import ModelError, UsageError


@pytest.fixture
def folder(tmp_path: Path, cache: Path) -> Path:
    return write(tmp_path / "model", {"config.json": "{}", "model.safetensors": "weights"})


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def find(name: Path | str, gguf_file: str = "", *, fetch: bool = False) -> Checkpoint:
    return find_checkpoint(str(name), None, gguf_file, fetch=fetch)


def test_identity_of_a_folder_is_what_changes_answers(folder: Path) -> None:
    before = find(folder).identity
    write(folder, {"README.md": "new", "trainer_state.json": "{}", "optimizer.bin": "new", ".hidden.json": ""})
    assert find(folder).identity == before
    for name, text in {
        "model.safetensors": "other",
        "chat_template.jinja": "x",
        "generation_config.json": "{}",
    }.items():
        write(folder, {name: text})
        after = find(folder).identity
        assert after != before
        before = after


def test_identity_of_a_gguf_file_in_a_folder_below_is_its_content(folder: Path) -> None:
    write(folder / "Q4", {"w.gguf": "GGUF"})
    before = find(folder, "Q4/w.gguf").identity
    write(folder / "Q4", {"w.gguf": "GGUF with other weights"})
    assert find(folder, "Q4/w.gguf").identity != before


def test_commit_of_a_gguf_file_in_a_folder_below_is_that_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = pytest.importorskip("huggingface_hub")
    snapshot = tmp_path / "snapshots" / COMMIT
    write(snapshot / "Q4", {"w.gguf": "GGUF"})

    def in_the_cache(repository: str, name: str, revision: str | None) -> str:
        return str(snapshot / name)

    monkeypatch.setattr(hub, "try_to_load_from_cache", in_the_cache)
    found = find("org/tiny", "Q4/w.gguf")
    assert found.folder == snapshot
    assert found.identity == {"repository": "org/tiny", "commit": COMMIT, "gguf_file": "Q4/w.gguf"}


def test_gguf_file_is_found_by_its_own_path_or_in_its_folder(folder: Path) -> None:
    write(folder, {"w.gguf": "GGUF"})
    direct, inside = find(folder / "w.gguf"), find(folder, "w.gguf")
    assert direct == inside == Checkpoint(folder, gguf_file="w.gguf")
    assert direct.identity == inside.identity != find(folder).identity


def test_adapter_leads_to_its_base_beside_it_or_elsewhere(folder: Path, tmp_path: Path) -> None:
    for base in (str(folder), "../model"):
        adapter = write(tmp_path / "adapter", {"adapter_config.json": json.dumps({"base_model_name_or_path": base})})
        found = find(adapter)
        assert found.base is not None
        assert found.base.folder.resolve() == folder
        assert found.identity["base"] == find(folder).identity


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("not json", "does not name the model"),
        ("[]", "does not name the model"),
        ("{}", "does not name the model"),
        ('{"base_model_name_or_path": null}', "does not name the model"),
        ('{"base_model_name_or_path": "."}', "an adapter itself"),
    ],
)
def test_adapter_without_a_proper_base_is_refused(config: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        find(write(tmp_path / "adapter", {"adapter_config.json": config}))


def test_what_is_no_checkpoint_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"holds no config\.json"):
        find(tmp_path / "empty")
    with pytest.raises(UsageError, match=r"holds no none\.gguf"):
        find(folder, "none.gguf")
    with pytest.raises(UsageError, match="no id on the Hub"):
        find("/no/such/folder")


def test_missing_packages_are_named_with_the_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"w.gguf": "GGUF"})
    monkeypatch.setattr(checkpoints, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"package gguf.*llamoco-bench\[hf\]"):
        find(folder / "w.gguf")


FILES = ["config.json", "tokenizer.model", "README.md", "sub/x.json", "a.bin", "b.gguf", "c.gguf"]


@pytest.mark.parametrize(
    ("more", "gguf_file", "weights"),
    [
        ([], "", ["a.bin"]),
        (["m-1-of-2.safetensors", "m-2-of-2.safetensors"], "", ["m-1-of-2.safetensors", "m-2-of-2.safetensors"]),
        (["consolidated.safetensors"], "", ["a.bin"]),
        (["m.safetensors"], "c.gguf", ["c.gguf"]),
    ],
)
def test_one_form_of_the_weights_is_fetched(more: list[str], gguf_file: str, weights: list[str]) -> None:
    assert checkpoints._wanted_files([*FILES, *more], gguf_file) == ["config.json", "tokenizer.model", *weights]


COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONTENTS = {"config.json": b"{}", "model.safetensors": b"weights", "model.bin": b"not wanted", "x.gguf": b"nor this"}


class Hub(BaseHTTPRequestHandler):
    """As much of the Hub as a download needs, for one repository."""

    fetched: set[str]

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        path, name = self.path.partition("?")[0], self.path.rpartition("/")[2]
        headers = {"x-repo-commit": COMMIT}
        if path.startswith("/api/models/org/tiny/tree/"):
            files = [{"type": "file", "path": n, "size": len(c), "oid": n} for n, c in CONTENTS.items()]
            content = json.dumps(files).encode()
            headers["content-type"] = "application/json"
        elif path.startswith("/api/models/org/tiny"):
            names = [{"rfilename": name} for name in CONTENTS]
            content = json.dumps({"id": "org/tiny", "sha": COMMIT, "siblings": names}).encode()
            headers["content-type"] = "application/json"
        elif path.startswith(f"/org/tiny/resolve/{COMMIT}/") and name in CONTENTS:
            content = CONTENTS[name]
            headers["etag"] = f'"{hashlib.sha1(content).hexdigest()}"'
            type(self).fetched.add(name)
        else:
            content = b""
        self.send_response(200 if content else 404)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def hub() -> Iterator[str]:
    Hub.fetched = set()
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


FIND = """
import json, sys
from llamoco_bench.baselines.models.checkpoints import find_checkpoint
from llamoco_bench.errors import ModelError
try:
    print(json.dumps(find_checkpoint("org/tiny", None, "", fetch=sys.argv[1] == "fetch").identity))
except ModelError as error:
    print(error)
"""


def find_in_a_process(home: Path, endpoint: str, how: str) -> str:
    """Look for org/tiny; the Hub's client reads its environment only when it is imported."""
    environment = os.environ | {"HF_HOME": str(home), "HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    environment.pop("HF_HUB_OFFLINE", None)
    command = [sys.executable, "-c", FIND, how]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.slow
def test_repository_is_fetched_once_and_then_found_without_the_hub(tmp_path: Path) -> None:
    with hub() as endpoint:
        missing = find_in_a_process(tmp_path, endpoint, "look")
        fetched = json.loads(find_in_a_process(tmp_path, endpoint, "fetch"))
        assert Hub.fetched == {"config.json", "model.safetensors"}
    assert "it was not fetched before the run" in missing
    assert fetched == {"repository": "org/tiny", "commit": COMMIT}
    for how in ("look", "fetch"):  # nobody listens at the endpoint any more
        assert json.loads(find_in_a_process(tmp_path, endpoint, how)) == fetched


@pytest.mark.slow
def test_hub_that_cannot_be_reached_is_a_model_error_with_the_command(tmp_path: Path) -> None:
    with hub() as endpoint:
        pass
    said = find_in_a_process(tmp_path, endpoint, "fetch")
    assert "org/tiny is neither a folder here nor in the cache of the Hub" in said
    assert "run: hf download org/tiny" in said
