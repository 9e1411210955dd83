"""A door between a command and the workspace, where a test can do something before and after every call."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Moment = Callable[[int], None]


class Door(ThreadingHTTPServer):
    """Forwards to a workspace, counting calls from 1. `before(k)` and `after(k)` run while the command waits."""

    daemon_threads = True
    request_queue_size = 20

    def __init__(self, upstream: str, before: Moment, after: Moment) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.upstream = urlsplit(upstream).netloc
        self.before, self.after = before, after
        self.count = 0
        self.failed: list[BaseException] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Passage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def parse_request(self) -> bool:
        """Whatever the verb, it passes."""
        good = super().parse_request()
        if good:
            setattr(self, f"do_{self.command}", self._pass)
        return good

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.count += 1
        number = self.server.count
        try:
            self.server.before(number)
            upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")
            }
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            self.server.after(number)
        except BaseException as fault:  # an assertion of the test's, told when the door closes
            self.server.failed.append(fault)
            self.close_connection = True
            return
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


def _nothing(_: int) -> None:
    """Nobody does anything."""


@contextmanager
def door(upstream: str, *, before: Moment = _nothing, after: Moment = _nothing) -> Iterator[Door]:
    """An open door; what failed inside it is raised when it closes."""
    with Door(upstream, before, after) as opened:
        thread = threading.Thread(target=opened.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield opened
        finally:
            opened.shutdown()
            thread.join()
    if opened.failed:
        raise opened.failed[0]
