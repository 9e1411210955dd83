"""How Google says no: a status, a word for it, a sentence. The wire turns it into the body of the API asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple


class Words(NamedTuple):
    """What Google calls an HTTP status, unless somebody says something better."""

    status: str
    reason: str  # in Drive's errors
    message: str


SEE = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_UNAVAILABLE = "The service is currently unavailable."
_WORDS = {
    400: Words("INVALID_ARGUMENT", "badRequest", "Request contains an invalid argument."),
    401: Words("UNAUTHENTICATED", "authError", f"Request had invalid authentication credentials. {SEE}"),
    403: Words("PERMISSION_DENIED", "forbidden", "The caller does not have permission"),
    404: Words("NOT_FOUND", "notFound", "Requested entity was not found."),
    408: Words("UNKNOWN", "timeout", "Request timed out."),
    409: Words("ABORTED", "conflict", "The operation was aborted."),
    413: Words("INVALID_ARGUMENT", "badRequest", "Request is too large."),
    429: Words("RESOURCE_EXHAUSTED", "rateLimitExceeded", "Resource has been exhausted (e.g. check quota)."),
    500: Words("INTERNAL", "internalError", "Internal error encountered."),
    501: Words("UNIMPLEMENTED", "notImplemented", "Operation is not implemented, or supported, or enabled."),
    503: Words("UNAVAILABLE", "backendError", _UNAVAILABLE),
    504: Words("DEADLINE_EXCEEDED", "backendError", "Deadline expired before operation could complete."),
}


class Refusal(Exception):
    """Raised by any handler. `reason`, `domain` and `place`, the parameter to blame, are told by Drive's errors only."""

    def __init__(
        self,
        code: int,
        message: str = "",
        *,
        reason: str = "",
        domain: str = "global",
        place: str = "",
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        words = _WORDS.get(code, Words("UNKNOWN", "backendError", _UNAVAILABLE))
        super().__init__(message or words.message)
        self.code = code
        self.message = message or words.message
        self.status = words.status
        self.reason = reason or words.reason
        self.domain = domain
        self.place = place
        self.details = tuple(details)
        self.headers = dict(headers or {})


def invalid(message: str) -> Refusal:
    return Refusal(400, message)


def not_found() -> Refusal:
    return Refusal(404)


@contextmanager
def blaming(where: str) -> Iterator[None]:
    """A refusal of one part of a batch names the part, as `requests[2].repeatCell` or `data[0]`."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code != 400:
            raise
        raise invalid(f"Invalid {where}: {refusal.message}") from None
