"""How Google says no: a status, a word for it, a sentence. The wire turns it into the body of the API asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any


class Refusal(Exception):
    """Raised by any handler; `reason` and `domain` are used by Drive's envelope and by ErrorInfo details."""

    def __init__(
        self,
        code: int,
        message: str,
        status: str = "",
        *,
        reason: str = "",
        domain: str = "global",
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUS.get(code, "UNKNOWN")
        self.reason = reason
        self.domain = domain
        self.details = tuple(details)
        self.headers = dict(headers or {})


STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def invalid(message: str) -> Refusal:
    return Refusal(400, message)


@contextmanager
def blaming(where: str) -> Iterator[None]:
    """A refusal of one part of a batch names the part, as `requests[2].repeatCell` or `data[0]`."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code != 400:
            raise
        raise invalid(f"Invalid {where}: {refusal.message}") from None


def not_found() -> Refusal:
    return Refusal(404, "Requested entity was not found.")


def denied(message: str = "The caller does not have permission") -> Refusal:
    return Refusal(403, message)
