"""Answers on disk by their key, and what was spent on them: one SQLite file, shared by sessions and models.

The rollback journal with full synchronization is slower than a write-ahead log and survives more, network file systems
among them; a write takes milliseconds where an answer takes seconds.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Final, NamedTuple

from llamoco_bench.baselines.models.base import Generation, Usage
from llamoco_bench.baselines.models.serving.wire import generation_from, generation_to
from llamoco_bench.errors import ModelError

_WAIT_S: Final = 60.0
_SCHEMA: Final = 1
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, model TEXT NOT NULL, time REAL NOT NULL,
                                    answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spent (run TEXT, model TEXT, input_tokens INTEGER, output_tokens INTEGER,
                                  PRIMARY KEY (run, model));
"""
_SPEND: Final = """
INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT (run, model) DO UPDATE SET
input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens
"""


class Account(NamedTuple):
    """On whose account an answer goes: a run, and the label of a model in it."""

    run: str
    model: str


class AnswerStore:
    """The answers of one file; may be used from several threads.

    Raises
    ------
    ModelError: from every method, where the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_WAIT_S, check_same_thread=False)
            self._db.execute("PRAGMA synchronous = FULL")
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise self._refusal(error) from None

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _SCHEMA):
            raise ModelError(f"{self._path} has schema {version}, this version reads {_SCHEMA}; name another file")
        self._db.executescript(_TABLES)
        self._db.execute(f"PRAGMA user_version = {_SCHEMA}")

    def get(self, key: str) -> Generation | None:
        """Return the answer under `key`, if there is one."""
        with self._lock:
            try:
                row = self._db.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            except sqlite3.Error as error:
                raise self._refusal(error) from None
        return None if row is None else generation_from(json.loads(row[0]))

    def put(self, key: str, answer: Generation, account: Account) -> None:
        """Store `answer` and enter its tokens on `account`, both or none; it is on disk when this returns."""
        usage = answer.usage or Usage(0, 0)
        text = json.dumps(generation_to(answer))
        with self._lock:
            try:
                with self._db:
                    row = (key, account.model, time.time(), text)
                    self._db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", row)
                    self._db.execute(_SPEND, (*account, usage.input_tokens, usage.output_tokens))
            except sqlite3.Error as error:
                raise self._refusal(error) from None

    def charge(self, usage: Usage, account: Account) -> None:
        """Enter tokens on `account` for which there is no answer."""
        with self._lock:
            try:
                with self._db:
                    self._db.execute(_SPEND, (*account, usage.input_tokens, usage.output_tokens))
            except sqlite3.Error as error:
                raise self._refusal(error) from None

    def spent(self, account: Account) -> Usage:
        """Return all tokens that went on `account`, in this session and earlier ones."""
        query = "SELECT input_tokens, output_tokens FROM spent WHERE run = ? AND model = ?"
        with self._lock:
            try:
                row = self._db.execute(query, account).fetchone()
            except sqlite3.Error as error:
                raise self._refusal(error) from None
        return Usage(0, 0) if row is None else Usage(*row)

    def close(self) -> None:
        """Close the file; what was stored stays."""
        with self._lock:
            self._db.close()

    def _refusal(self, error: Exception) -> ModelError:
        return ModelError(f"The store of answers {self._path} cannot be used: {error}")
