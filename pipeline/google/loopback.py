"""Waits on this computer for the consent page's answer: a small server that takes one right answer, ignoring the rest.

A browser also opens connections in advance and says nothing on them, asks for an icon, or is sent here by a stranger's
page; none of these may end the waiting or take the answer's place.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
ALLOWED = "You have given your consent. You may close this page and go back to the terminal."
DECLINED = "Nothing was granted. You may close this page and go back to the terminal."


class Loopback:
    """The address for the page to answer at; the answers that carried the right `state`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.state = ""
        self._answers: queue.Queue[str] = queue.Queue()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def accept(self, address: str) -> bool:
        """Take `address` if it is an answer to our question."""
        given = parse_qs(urlsplit(address).query)
        right = bool(self.state) and given.get("state") == [self.state] and bool({"code", "error"} & given.keys())
        if right:
            self._answers.put(f"{self.url}?{urlsplit(address).query}")
        return right

    def wait(self, seconds: float) -> str | None:
        """The answer as an address, or None when none came in time."""
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return None


@contextmanager
def listening() -> Iterator[Loopback]:
    """Listen on a free port while in the block."""
    server = _Server((HOST, 0), _Handler)
    server.loopback = Loopback(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.loopback
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    loopback: Loopback
    daemon_threads = True  # a connection that stays silent does not hold up the program's end
    allow_reuse_address = False  # or another program could listen on the same port


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # seconds for a connection to say something

    def do_GET(self) -> None:
        """Answer the browser, and only the page's own answer with a page."""
        if not self.server.loopback.accept(self.path):
            self.send_error(404, "This is not the answer that was waited for")
            return
        words = ALLOWED if "code" in parse_qs(urlsplit(self.path).query) else DECLINED
        page = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign-in</title><p>{words}</p></html>'.encode()
        )
        self.send_response_only(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(page)))
        self.send_header("referrer-policy", "no-referrer")  # the address holds the code
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Nothing: the address holds the code."""
