"""Kills broker, worker or session of a benchmark run at random moments, and looks at what was lost or asked twice.

    python benchmarks/broker_kills.py --kills 50

A server on loopback answers every prompt with a program that carries the prompt's hash. After each kill the store of
answers is read: what is in there is finished, and must neither be missing later nor be asked for again. The run is then
gone on with; once it is complete the next one begins, with a store of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

PROGRAM: Final = """```python
# prompt {digest}
def solve(objective, lower, upper, budget, seed, inequality=None, equality=None):
    objective((lower + upper) / 2)
    return (lower + upper) / 2
```"""
ROLES: Final = ("broker", "worker", "session")


class Handler(BaseHTTPRequestHandler):
    """Answers like a chat model, after a while."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        """Answer one prompt, and note it."""
        try:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        except ValueError:  # the client was killed while it was asking
            self.close_connection = True
            return
        digest = hashlib.sha256(body["messages"][-1]["content"].encode()).hexdigest()[:16]
        self.server.asked.append(digest)
        time.sleep(self.server.answer_s)
        message = {"role": "assistant", "content": PROGRAM.format(digest=digest)}
        usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
        choices = [{"index": 0, "finish_reason": "stop", "message": message}]
        answer = {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": choices,
            "usage": usage,
        }
        content = json.dumps(answer).encode()
        try:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Remembers what was asked, in order."""

    daemon_threads = True

    def __init__(self, answer_s: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer_s = answer_s
        self.asked: list[str] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that are killed while they ask are what this is about."""


@dataclass
class Tally:
    """What came out."""

    kills: Counter[str] = field(default_factory=Counter)
    sessions: int = 0
    runs: int = 0
    finished: int = 0
    lost: int = 0
    asked_twice: int = 0
    in_flight: int = 0


class Run:
    """One run of the benchmark, in as many sessions as it takes."""

    def __init__(self, folder: Path, server: Server, problems: str) -> None:
        self.folder = folder
        self.server = server
        self.problems = problems
        self.finished: set[str] = set()
        self.asked_until_now = len(server.asked)

    def command(self) -> list[str]:
        """Begin, or go on."""
        where = "--llamoco-resume=out" if (self.folder / "out" / "manifest.json").exists() else "--llamoco-run-dir=out"
        model = f"--llamoco-model=m=openai:m?base_url=http://127.0.0.1:{self.server.server_port}/v1&concurrency=2"
        suite = ("--llamoco-suite=synthetic/unconstrained", f"--llamoco-problems={self.problems}")
        few = ("--llamoco-runs=1", "--llamoco-cache=off", "-n", "2", "-q", "-p", "no:cacheprovider")
        return [sys.executable, "-m", "pytest", model, *suite, *few, where]

    def stored(self) -> set[str]:
        """Prompts whose answers are in the store."""
        file = self.folder / "out" / "answers.sqlite"
        if not file.exists():
            return set()
        with sqlite3.connect(file, timeout=30) as database:
            try:
                rows = database.execute("SELECT answer FROM answers").fetchall()
            except sqlite3.OperationalError:  # killed before the table was made
                return set()
        return {found[1] for (text,) in rows if (found := re.search(r"# prompt (\w+)", text))}

    def check(self, tally: Tally) -> None:
        """Compare what was finished at the last kill with what is stored, and was asked, since."""
        now = self.stored()
        since = self.server.asked[self.asked_until_now :]
        tally.lost += len(self.finished - now)
        tally.asked_twice += sum(digest in self.finished for digest in since)
        self.finished, self.asked_until_now = now, len(self.server.asked)


def descendants(pid: int) -> dict[int, str]:
    """Command lines of all processes below `pid`."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.name))
    found: dict[int, str] = {}
    below = list(children.get(pid, []))
    while below:
        child = below.pop()
        below += children.get(child, [])
        try:
            found[child] = (Path("/proc") / str(child) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def victim(role: str, session: int, rng: random.Random) -> int | None:
    """Process id of what is to be killed; None where it does not run at this moment."""
    marks = {"broker": "models.serving.server", "worker": "exec(eval(sys.stdin.readline()))"}
    if role == "session":
        return session
    found = [pid for pid, line in descendants(session).items() if marks[role] in line]
    return rng.choice(found) if found else None


def one_session(run: Run, tally: Tally, rng: random.Random, most: int) -> bool:
    """Start a session and kill something in it, several times if it survives; return whether the run is complete.

    Moments are measured in requests, so that they fall into the work however slow the machine is.
    """
    with (run.folder / "session.log").open("ab") as log:
        session = subprocess.Popen(run.command(), cwd=run.folder, stdout=log, stderr=log, env=_environment())
    tally.sessions += 1
    survives = True
    while survives and tally.kills.total() < most and waited(session, run.server, rng):
        role = rng.choice(ROLES)
        if (pid := victim(role, session.pid, rng)) is None:
            continue
        run.check(tally)
        os.kill(pid, signal.SIGKILL)
        tally.kills[role] += 1
        survives = role == "worker"
        so_far = f"finished {len(run.finished)}, lost {tally.lost}, asked twice {tally.asked_twice}"
        print(f"{tally.kills.total()}: {role} after {len(run.server.asked)} requests; {so_far}", flush=True)
    session.wait()
    time.sleep(2.0 * run.server.answer_s + 0.5)  # a broker that lost its session brings home what is on its way
    run.check(tally)
    return session.returncode == 0


def waited(session: subprocess.Popen[bytes], server: Server, rng: random.Random) -> bool:
    """Wait for a random number of requests, and a random while; return whether the session still runs."""
    goal = len(server.asked) + rng.randint(0, 15)
    while len(server.asked) < goal and session.poll() is None:
        time.sleep(0.02)
    time.sleep(rng.uniform(0.0, 1.0))
    return session.poll() is None


def _environment() -> dict[str, str]:
    return {**os.environ, "OPENAI_API_KEY": "none"}


def main() -> int:
    """Kill as often as was asked for, and print what came out; 1 where something was lost or asked twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--problems", default="u00[0-5]?", help="glob on the synthetic unconstrained problems")
    parser.add_argument("--answer", type=float, default=0.15, help="seconds that the server takes for an answer")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng, tally = random.Random(options.seed), Tally()
    with Server(options.answer) as server, tempfile.TemporaryDirectory() as top:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        while tally.kills.total() < options.kills:
            tally.runs += 1
            folder = Path(top) / str(tally.runs)
            folder.mkdir()
            run = Run(folder, server, options.problems)
            while not one_session(run, tally, rng, options.kills) and tally.kills.total() < options.kills:
                pass
            tally.finished += len(run.finished)
        server.shutdown()
        tally.in_flight = len(server.asked) - tally.finished
    killed = ", ".join(f"{role} {tally.kills[role]}" for role in ROLES)
    print(f"killed: {killed}; sessions {tally.sessions}, runs {tally.runs}")
    print(f"finished answers: {tally.finished}; lost: {tally.lost}; asked for again: {tally.asked_twice}")
    print(f"asked for and not finished, since the broker died meanwhile: {tally.in_flight}")
    return int(bool(tally.lost or tally.asked_twice))


if __name__ == "__main__":
    sys.exit(main())
