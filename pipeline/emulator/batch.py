"""Google's `/batch`: several calls of one API in one `multipart/mixed` request, each answered by itself."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser

from .refusal import Refusal
from .wire import Answer, Request, target, unpacked

MOST_CALLS = 100


def answer(request: Request, call: Callable[[Request], Answer]) -> Answer:
    """The answers in the order of the calls; each call has the batch's credentials unless it brings its own."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode("latin-1", "replace")
    outer = BytesParser().parsebytes(head + unpacked(request.body, request.headers))
    payload = outer.get_payload()
    parts = [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []
    if outer.get_content_type() != "multipart/mixed" or not parts:
        raise Refusal(400, "Failed to parse batch request, error: missing or malformed multipart/mixed body.")
    if len(parts) > MOST_CALLS:
        raise Refusal(400, f"The batch request has more than {MOST_CALLS} calls.")
    boundary = f"batch_{secrets.token_urlsafe(24)}"
    told = []
    for part in parts:
        answered = call(_inner(part, request))
        if answered.drop:
            return answered  # one connection carries them all
        name = str(part.get("Content-ID", "")).strip().removeprefix("<").removesuffix(">")
        told.append(
            f"--{boundary}\r\nContent-Type: application/http\r\nContent-ID: <response-{name}>\r\n\r\n"
            f"HTTP/1.1 {answered.status} Answer\r\nContent-Type: {answered.content_type}\r\n"
            f"Content-Length: {len(answered.body)}\r\n\r\n".encode()
            + answered.body
            + b"\r\n"
        )
    body = b"".join(told) + f"--{boundary}--\r\n".encode()
    return Answer(200, body, f"multipart/mixed; boundary={boundary}")


def _inner(part: Message, outer: Request) -> Request:
    raw = part.get_payload(decode=True)
    if part.get_content_type() != "application/http" or not isinstance(raw, bytes):
        raise Refusal(400, "Failed to parse batch request, error: a part is not application/http.")
    line, _, rest = raw.lstrip().partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) < 2:
        raise Refusal(400, "Failed to parse batch request, error: a part has no request line.")
    message = BytesParser().parsebytes(rest)
    path, query = target(words[1])
    own = {name.lower(): str(value) for name, value in message.items()}
    kept = {name: outer.headers[name] for name in ("authorization", "host", "origin") if name in outer.headers}
    body = message.get_payload(decode=True)
    return Request(
        words[0].upper(),
        path,
        query,
        {"content-type": "", **kept, **own, "host": outer.headers.get("host", "")},
        body if isinstance(body, bytes) else b"",
        outer.base_url,
    )
