"""A server that answers with what a test put into it: Google's recorded refusals, silences and broken connections.

For what the local workspace cannot be asked to say. It knows nothing of Google; the bodies are in the tests.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Say:
    """One answer. `body` is JSON, or text for what is not; `silent` seconds pass before it; `hang_up` is no answer."""

    code: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    silent: float = 0.0
    hang_up: bool = False
    cut: bool = False  # promises the whole body, sends half


@dataclass
class Replay:
    """The answers still to give, and what was asked: (verb, path without query, body)."""

    answers: list[Say]
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def replay(*answers: Say) -> Iterator[Replay]:
    """Serve `answers` in order on a free port; the last one again and again."""
    tape = Replay(list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            tape.asked.append((self.command, self.path.partition("?")[0], self.rfile.read(length)))
            tape.headers.append({name.lower(): value for name, value in self.headers.items()})
            say = tape.answers.pop(0) if len(tape.answers) > 1 else tape.answers[0]
            time.sleep(say.silent)
            if say.hang_up:
                self.close_connection = True
                return
            text = isinstance(say.body, str)
            content = say.body.encode() if text else json.dumps(say.body).encode()
            self.send_response_only(say.code)
            headers = {"content-type": "text/html" if text else "application/json", **say.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            with suppress(OSError):  # the client did not wait
                self.wfile.write(content[: len(content) // 2] if say.cut else content)
            self.close_connection = say.cut

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    tape.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield tape
    finally:
        server.shutdown()
        server.server_close()


def google_error(code: int, message: str, status: str = "", details: list[Any] | None = None) -> Say:
    """A refusal as Forms and Sheets word it."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = details
    return Say(code, {"error": error})


def drive_error(code: int, reason: str, message: str, domain: str = "global") -> Say:
    """A refusal as Drive words it."""
    one = {"domain": domain, "reason": reason, "message": message}
    return Say(code, {"error": {"code": code, "message": message, "errors": [one]}})
