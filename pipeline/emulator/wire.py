"""HTTP in and out as Google does it: raw paths, method override, gzip, JSON bodies, and error bodies of each API.

Knows no method of any API.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from .refusal import Refusal

Json = dict[str, Any]
MOST_BYTES = 200_000_000  # of a request after unpacking; Google documents no limit, a bomb should still find one


@dataclass(frozen=True)
class Request:
    """One request before anybody has judged it. `path` is still percent-encoded."""

    http: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]  # by lower-case name
    body: bytes
    base_url: str

    def arg(self, name: str) -> str:
        return next((value for key, value in reversed(self.query) if key == name), "")

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False  # close the connection instead of answering


def target(raw: str) -> tuple[str, list[tuple[str, str]]]:
    """The path and the query of a request line, which may be in the absolute form that proxies use."""
    path, _, query = raw.partition("?")
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    return path, parse_qsl(query, keep_blank_values=True)


def read_request(environ: Mapping[str, Any]) -> Request:
    path, pairs = target(str(environ.get("REQUEST_URI") or environ.get("PATH_INFO") or "/"))
    headers = {key[5:].replace("_", "-").lower(): str(value) for key, value in environ.items() if key[:5] == "HTTP_"}
    headers["content-type"] = str(environ.get("CONTENT_TYPE") or "")
    body = environ["wsgi.input"].read() if environ.get("wsgi.input") else b""
    http = str(environ["REQUEST_METHOD"]).upper()
    if http == "POST" and (override := headers.get("x-http-method-override", "").upper()):
        http = override
    return Request(http, path, pairs, headers, body, f"http://{headers.get('host', '')}")


def with_posted_query(request: Request) -> Request:
    """A query too long for an address comes as the body of a POST that stands for a GET."""
    kind = request.headers["content-type"]
    if "x-http-method-override" not in request.headers or not kind.startswith("application/x-www-form-urlencoded"):
        return request
    posted = unpacked(request.body, request.headers).decode("utf-8", "replace")
    return replace(request, query=[*request.query, *parse_qsl(posted, keep_blank_values=True)], body=b"")


def unpacked(body: bytes, headers: Mapping[str, str]) -> bytes:
    coding = headers.get("content-encoding", "").lower()
    if coding in ("", "identity"):
        return body
    if coding != "gzip":
        raise Refusal(400, f"Unsupported content encoding: {coding[:40]}.")
    try:
        opened = zlib.decompressobj(wbits=31)
        text = opened.decompress(body, MOST_BYTES)
    except zlib.error:
        raise Refusal(400, "Request body is not valid gzip.") from None
    if opened.unconsumed_tail:
        raise Refusal(413)
    if not opened.eof:
        raise Refusal(400, "Request body is not valid gzip.")
    return text


def read_json(request: Request) -> Any:
    """The body as JSON; an absent one is an empty message."""
    raw = unpacked(request.body, request.headers)
    if not raw.strip():
        return {}
    kind = request.headers["content-type"].partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Refusal(400, f"Invalid content type: {kind}. The request body must be application/json.")
    try:
        text = raw.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except RecursionError:
        raise Refusal(400, "Invalid JSON payload received. Message too deep. Max recursion depth reached.") from None
    except json.JSONDecodeError as fault:
        snippet = fault.doc[max(0, fault.pos - 20) : fault.pos + 20].replace("\n", " ")
        caret = " " * min(fault.pos, 20) + "^"
        raise Refusal(400, f"Invalid JSON payload received. {fault.msg}.\n{snippet}\n{caret}") from None
    except ValueError as fault:
        raise Refusal(400, f"Invalid JSON payload received. Unexpected token.\n{str(fault)[:80]}") from None
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


# --- answers -----------------------------------------------------------------------------------------------------


def answer_json(value: Any, status: int = 200, *, pretty: bool = False) -> Answer:
    text = json.dumps(
        value, ensure_ascii=False, indent=2 if pretty else None, separators=None if pretty else (",", ":")
    )
    return Answer(status, text.encode())


def refused(refusal: Refusal, api: str) -> Answer:
    """Google's error body: Drive's names a reason and a domain, the others' a status and details."""
    error: Json = {"code": refusal.code, "message": refusal.message}
    details = list(refusal.details)
    if api == "drive":
        kind = "header" if refusal.place == "Authorization" else "parameter"
        place = {"locationType": kind, "location": refusal.place} if refusal.place else {}
        own = {"message": refusal.message, "domain": refusal.domain, "reason": refusal.reason, **place}
        error["errors"] = [own]
        details = details if refusal.code in (401, 403) else []
    if api != "drive" or details or refusal.code in (401, 501):
        error["status"] = refusal.status
    if details:
        error["details"] = details
    answer = answer_json({"error": error}, refusal.code, pretty=True)
    answer.headers.update(refusal.headers)
    return answer


def error_info(reason: str, service: str = "", **metadata: str) -> Json:
    about = {"service": service, **metadata} if service else metadata
    told = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}
    return {**told, "metadata": about} if about else told


def packed(answer: Answer, request: Request) -> Answer:
    """Compressed as Google compresses: when the client accepts gzip and says "gzip" in its User-Agent as well."""
    if (
        len(answer.body) > 1024
        and "gzip" in request.headers.get("accept-encoding", "")
        and "gzip" in request.headers.get("user-agent", "")
        and "Content-Encoding" not in answer.headers
    ):
        answer.body = gzip.compress(answer.body, compresslevel=1, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
    return answer
