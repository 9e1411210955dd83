"""The workspace's HTTP server: every request's way from the socket to a handler and back.

Routes on the raw path, asks who calls, holds parameters and body against Google's discovery documents, puts in the
faults that a test ordered, runs the handler in one transaction, trims the answer to `fields`. Flask is loaded when
the first page is asked for, so that a command which only speaks the API starts fast.
"""

from __future__ import annotations

import io
import json
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http.client import responses
from pathlib import Path
from typing import Any, TypeVar

from . import batch, checks, consent, control, discovery, drive, drive_files, forms, masks, oauth, schema, sheets, wire
from .calls import JSON, Call, Content, Handler
from .control import Trace
from .faults import SUBMISSION
from .refusal import Refusal
from .store import Store, note_bug
from .wire import Answer, Request

KEPT = 600  # seconds that a connection may say nothing before it is closed
IDLE = 2  # the same, when there are so many that no other comes in
QUIET = 0.2  # seconds without a write, after which what was deleted leaves the disk

Told = TypeVar("Told", Answer, Answer | None)  # None is what a page answers
_LOCAL = {"127.0.0.1", "localhost", "[::1]"}


def _tables() -> tuple[dict[str, Handler], list[str]]:
    """Every handler by discovery id, and the tables they live on."""
    handlers: dict[str, Handler] = {**forms.HANDLERS, **sheets.HANDLERS, **drive.HANDLERS}
    return handlers, [oauth.TABLES, drive_files.TABLES, forms.TABLES, sheets.TABLES]


class Workspace:
    """A running local workspace. `close` it, or use it as a context manager."""

    def __init__(self, directory: Path, host: str, port: int) -> None:
        self.directory = directory
        self.handlers, tables = _tables()
        self.store = Store(directory, tables)
        self.token_file = directory / "workspace.token"
        self.token = _owner_token(self.token_file, self.store)
        self.control = control.Control(self.store)
        self._pages: Callable[..., Iterable[bytes]] | None = None
        self._pages_lock = threading.Lock()
        listener = _listen(host, port)
        self.port = int(listener.getsockname()[1])
        shown = f"[{host}]" if ":" in host else host
        self.hosts = _LOCAL | {shown}
        self.url = f"http://{'127.0.0.1' if host in ('', '0.0.0.0', '::') else shown}:{self.port}"  # noqa: S104
        self.any_host = host in ("", "0.0.0.0", "::")  # noqa: S104 - the caller chose to be reached by any name
        self._serve(listener)

    def transaction(self, *, write: bool) -> Any:
        """A transaction as the workspace's owner; for the pages."""
        return self.store.transaction(write=write)

    # --- the server's thread ------------------------------------------------------------------------------------

    def _serve(self, listener: socket.socket) -> None:
        from waitress import channel, create_server, parser, wasyncore

        class Parser(parser.HTTPRequestParser):  # type: ignore[misc]
            """Takes no body from whoever may not ask: the answer goes out at once, and the connection closes."""

            def parse_header(inner, header_plus: bytes) -> None:  # noqa: N805 - `self` is the workspace
                super().parse_header(header_plus)
                if self._unwelcome(inner.headers.get("HOST", ""), inner.headers.get("ORIGIN")):
                    inner.body_rcv, inner.content_length = None, 0
                    inner.expect_continue, inner.headers["CONNECTION"] = False, "close"

        logging.getLogger("waitress").setLevel(logging.ERROR)  # a queue is no news
        self._channels: dict[int, Any] = {}
        self._server: Any = create_server(
            self.wsgi,
            map=self._channels,
            sockets=[listener],
            threads=4,
            ident="",
            channel_timeout=KEPT,
            max_request_body_size=wire.MOST_BYTES,
            clear_untrusted_proxy_headers=False,
        )
        self._server.channel_class = type("Channel", (channel.HTTPChannel,), {"parser_class": Parser})
        self._stopping = threading.Event()

        def loop() -> None:
            while not self._stopping.is_set():
                full = len(self._channels) >= self._server.adj.connection_limit
                wait = QUIET if full or self.store.unsettled else 5
                wasyncore.loop(timeout=wait, use_poll=True, map=self._channels, count=1)
                if full:
                    self._server.maintenance(time.time() + KEPT - IDLE)
                self.store.settle(QUIET)

        self._thread = threading.Thread(target=loop, name="workspace", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops serving; what was answered is in the database."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._server.trigger.pull_trigger()
        self._thread.join(timeout=10)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        for channel in list(self._channels.values()):
            channel.close()
        self._server.close()
        self.store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- one request ------------------------------------------------------------------------------------------------

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = wire.read_request(environ)
        trace = Trace()
        answer = wire.packed(self._judged(request, trace) or self._page(environ, request, trace), request)
        self.control.log(trace, request, answer.status, len(answer.body))
        if answer.drop:
            _hang_up(environ)
        headers = list(answer.headers.items())
        if answer.status not in (204, 304):
            headers += [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status} {responses.get(answer.status, 'Answer')}", headers)
        return [b"" if request.http == "HEAD" else answer.body]

    def _judged(self, request: Request, trace: Trace) -> Answer | None:
        """As `_answer`, with what was refused or went wrong told in Google's shape."""
        try:
            return self._answer(request, trace)
        except Refusal as refusal:
            return wire.refused(refusal, _api_of(request.path))
        except Exception as fault:
            self._note_bug(request, fault)
            return wire.refused(Refusal(500), _api_of(request.path))

    def _in_batch(self, request: Request) -> Answer:
        """One call of a batch, noted in the log by itself; a batch reaches the APIs only."""
        trace = Trace()
        answer = self._judged(request, trace) if _api_of(request.path) else None
        answer = answer or wire.refused(Refusal(404, "Not Found"), "")
        self.control.log(trace, request, answer.status, len(answer.body))
        return answer

    def _answer(self, request: Request, trace: Trace) -> Answer | None:
        """The answer; None for what is a page's."""
        if why := self._unwelcome(request.headers.get("host", ""), request.headers.get("origin")):
            raise Refusal(403, why)
        request = wire.with_posted_query(request)
        path = request.path
        if path.startswith("/_emulator/") and not path.startswith("/_emulator/static/"):
            if not oauth.is_owner(request, self.token):
                raise Refusal(401, "The workspace's control needs the owner's token as a bearer token.")
            return self.control.answer(request)
        if (found := discovery.answer(request)) is not None:
            return found
        if path == "/token":
            trace.method = "token"
            return self._carried_out(trace, "", lambda: consent.answer(request, self.store, self.token))
        if (found := consent.answer(request, self.store, self.token)) is not None:
            return found
        if _api_of(path):
            return self._call(request, trace)
        if path.partition("/")[2].partition("/")[0] == "batch" and request.http == "POST":
            return batch.answer(request, self._in_batch)
        if path.startswith(_UNSERVED):
            raise Refusal(501, f"The local workspace does not serve {request.http} {path}.")
        return None

    def _unwelcome(self, host: str, origin: str | None) -> str:
        """Why a request may not come in, if so: a page elsewhere must not reach a workspace on this machine, neither by
        another name nor from another origin.
        """
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name.lower() not in self.hosts and not self.any_host:
            return "This workspace answers to its own address only."
        if origin is not None and origin.lower() != f"http://{host.lower()}":
            return "This workspace takes no requests from other origins."
        return ""

    def _call(self, request: Request, trace: Trace) -> Answer:
        """One call of one method: which, who calls, and whether it may."""
        found = schema.route(request.http, request.path)
        if found is None:
            raise Refusal(404, f"The requested URL {request.path[:200]} was not found on this server.")
        method, path_params = found
        trace.method = method.id
        with self.store.transaction(write=False) as tx:
            caller = oauth.caller(tx, request, self.token, method)
            trace.client = caller.client
            oauth.check_service(tx, method)
            self.control.quota.spend(method.id, method.http, caller.account, tx.now)
        return self._carried_out(trace, method.api, lambda: self._work(request, method, path_params, caller))

    def _carried_out(self, trace: Trace, api: str, work: Callable[[], Told]) -> Told:
        """What the work answers, or what a fault ordered for it puts in the place of that; a refusal is an answer too."""
        fault = self.control.faults.take(trace.method)
        if fault and fault.when == "before" and (instead := fault.meet(api)):
            return instead
        try:
            answer = work()
        except Refusal as refusal:
            answer = wire.refused(refusal, api)
        return (fault and fault.when == "after" and fault.meet(api)) or answer

    def _work(
        self, request: Request, method: schema.Method, path_params: dict[str, str], caller: oauth.Caller
    ) -> Answer:
        """What a call says held against Google's documents, what it does, what it tells."""
        handler = self.handlers.get(method.id)
        if handler is None:
            raise Refusal(501, f"The local workspace does not serve {method.id}.")
        params = checks.check_params(method, path_params, request.query)
        body = checks.check_body(method, wire.read_json(request)) if method.request else {}
        mask = _mask(method, params)
        oauth.check_service_account(caller, method)
        with self.store.transaction(
            write=request.http != "GET",
            account=caller.account,
            client=caller.client,
            sees_all=caller.sees_all(method),
        ) as tx:
            result = handler(tx, Call(method.id, params, body, request.base_url))
        return _told(result, mask, pretty=request.arg("prettyPrint") == "true")

    # --- pages ------------------------------------------------------------------------------------------------------

    def _page(self, environ: dict[str, Any], request: Request, trace: Trace) -> Answer:
        """A page. Sending a form's page in is the one call that a person makes: it meets faults as programs' calls do."""
        try:
            if request.http != "POST" or not request.path.endswith("/formResponse"):
                return self._shown(environ, request)
            trace.method = SUBMISSION
            return self._carried_out(trace, SUBMISSION, lambda: self._shown(environ, request))
        except Exception as fault:
            self._note_bug(request, fault)
            return Answer(500, b"This page could not be made.", "text/plain; charset=UTF-8")

    def _shown(self, environ: dict[str, Any], request: Request) -> Answer:
        from werkzeug.wrappers import Response

        with self._pages_lock:
            if self._pages is None:
                self._pages = self._load_pages()
        http = "GET" if request.http == "HEAD" else environ["REQUEST_METHOD"]
        asked = {**environ, "REQUEST_METHOD": http, "wsgi.input": io.BytesIO(request.body)}
        page = Response.from_app(self._pages, asked, buffered=True)
        headers = {name: value for name, value in page.headers if name not in ("Content-Type", "Content-Length")}
        return Answer(page.status_code, page.get_data(), page.content_type or "text/plain", headers)

    def _load_pages(self) -> Callable[..., Iterable[bytes]]:
        from flask import Flask

        from .pages import blueprint

        app = Flask("pipeline.emulator", static_folder=None, template_folder=None)
        app.url_map.merge_slashes = False
        app.config["PROPAGATE_EXCEPTIONS"] = True  # to `wsgi`, which notes a bug where only the owner reads
        app.register_blueprint(blueprint(self))
        return app.wsgi_app

    def _note_bug(self, request: Request, fault: Exception) -> None:
        """What went wrong goes to a file of the owner's, never to whoever asked."""
        note_bug(self.directory, f"{request.http} {request.path}", fault)


_UNSERVED = ("/v1", "/v2", "/v3", "/v4", "/drive/", "/upload/", "/resumable/", "/batch", "/discovery/")


def _api_of(path: str) -> str:
    return next((api for prefix, api in schema.PREFIXES.items() if path.startswith(prefix)), "")


def _mask(method: schema.Method, params: dict[str, Any]) -> masks.Tree:
    text = params.get("fields") or drive.DEFAULT_FIELDS.get(method.id, "")
    if not text or text == "*":
        return {}
    try:
        return checks.check_mask(method, masks.parse(text))
    except masks.MaskError as fault:
        raise checks.bad_mask(method, str(fault)) from None


def _told(result: Any, mask: masks.Tree, *, pretty: bool) -> Answer:
    if result is None:
        return Answer(204)
    if isinstance(result, Content):
        if not mask or result.content_type != JSON:
            return Answer(200, result.body, result.content_type)
        result = json.loads(result.body)
    return wire.answer_json(masks.trim(mask, result), pretty=pretty)


def _owner_token(file: Path, store: Store) -> str:
    """The token that stands for the workspace's owner; made once, readable by the owner only.

    Made under the database's lock, for of two processes that meet here one must find what the other made; and put in
    its place whole, for a process may be killed at any moment.
    """
    if token := _read_token(file):
        return token
    with store.transaction(write=True):
        if token := _read_token(file):
            return token
        token = secrets.token_urlsafe(32)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(token + "\n")
        draft.replace(file)
    return token


def _read_token(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _hang_up(environ: dict[str, Any]) -> None:
    """Closes the connection under the answer, as a network does. waitress hands its channel out by this one method."""
    channel = environ["waitress.client_disconnected"].__self__
    channel.socket.shutdown(socket.SHUT_RDWR)
