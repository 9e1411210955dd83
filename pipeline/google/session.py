"""The one door to the workspace, Google's or a local one: address, credentials, timeouts, retries, and errors as ours.

Every call of `forms`, `sheets` and `drive` goes through `Session.send`, whichever client library wrote it. Above this
room nobody knows which workspace answers; here too it is only an address.
"""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from google.auth import exceptions as auth_errors
from google.auth.transport.requests import AuthorizedSession
from google.auth.transport.requests import Request as AuthRequest

from pipeline.errors import Refused
from pipeline.google.refusals import Identity, OwnsNothing, explain
from pipeline.google.replies import Call, Json, Reply
from pipeline.google.retry import Policy, Trouble, persist
from pipeline.google.sign_in_refusals import explain_sign_in

log = logging.getLogger(__name__)

CONNECT_TIMEOUT = 10.0  # seconds
READS_TAKE = 1 / 3  # of the timeout: a read can simply be asked again, a write cut short leaves its outcome unknown
UNREACHABLE_REPEATS = 3
INTERNAL_ERROR_REPEATS = 2  # Google's 500 is often for good; 502 to 504 pass
MAY_PASS = frozenset({408, 429, 500, 502, 503, 504})
BROKEN_OFF = (
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


class Session:
    """An address, credentials and a policy. Use `connect`; close it, or use it as a context manager."""

    def __init__(
        self,
        credentials: Any,
        base_url: str | None,
        policy: Policy,
        on_wait: Callable[[str], None],
    ) -> None:
        self.base_url = base_url.rstrip("/") if base_url else None
        self.credentials = credentials
        self.identity = identity(credentials, local=base_url is not None)
        self.policy = policy
        self.on_wait = on_wait
        self.calls: Counter[str] = Counter()  # exchanges by method id
        self.server_date: datetime | None = None  # of the last answer, by the workspace's clock
        renewing = requests.Session()
        self.http = AuthorizedSession(credentials, auth_request=_Renewal(renewing))
        self._renewing = renewing
        self.http.auth = _as_it_is
        if base_url and is_loopback(base_url):
            self.http.trust_env = renewing.trust_env = False  # a proxy cannot reach this computer's own loopback
        self._services: dict[str, Any] = {}

    @property
    def who(self) -> str:
        """The workspace in words, to begin a message with."""
        return f"The workspace at {self.base_url}" if self.base_url else "Google"

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()
        self._renewing.close()

    def address(self, url: str) -> str:
        """`url` of Google's, at the workspace that this session talks to."""
        if self.base_url is None:
            return url
        parts = urlsplit(url)
        return self.base_url + url[len(f"{parts.scheme}://{parts.netloc}") :]

    def service(self, api: str, version: str) -> Any:
        """Google's own client for an API, built from the discovery document that ships with it."""
        if api not in self._services:
            from googleapiclient.discovery import build_from_document

            document = dict(_document(api, version))
            for key in ("rootUrl", "baseUrl", "mtlsRootUrl"):
                document[key] = self.address(document[key])
            self._services[api] = build_from_document(document, http=_NoTransport())
        return self._services[api]

    def execute(self, call: Call, request: Any) -> Json:
        """Run a googleapiclient request through the door."""
        answer = request.execute(http=_Httplib2(self, call))
        return dict(answer) if isinstance(answer, dict) else {}  # a deletion answers with nothing

    def send(
        self,
        call: Call,
        verb: str,
        url: str,
        *,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One call with all its attempts; raises one of our errors when it does not go through."""
        kept = {name: value for name, value in (headers or {}).items() if name.lower() != "content-length"}
        limit = self.policy.timeout * (READS_TAKE if verb.upper() == "GET" else 1)

        def attempt() -> requests.Response | Trouble:
            started = self.policy.clock()
            self.calls[call.method] += 1
            try:
                response = self.http.request(
                    verb.upper(),
                    url,
                    data=data,
                    headers=kept,
                    timeout=(min(CONNECT_TIMEOUT, limit), limit),
                    allow_redirects=False,
                )
            except (auth_errors.GoogleAuthError, requests.RequestException) as fault:
                outcome = self._failed(fault, call, limit)
                log.debug("%s %s", call.method, outcome.what, extra={"method": call.method, "status": 0})
                return outcome
            took = round((self.policy.clock() - started) * 1000)
            told = {"method": call.method, "status": response.status_code, "ms": took}
            log.debug("%s %d %d ms", call.method, response.status_code, took, extra=told)
            return self._read(response, call)

        return persist(
            attempt,
            call,
            self.policy,
            who=self.who,
            on_wait=self.on_wait,
            from_answer=_read_back,
        )

    def _read(self, response: requests.Response, call: Call) -> requests.Response | Trouble:
        code, content = response.status_code, response.content
        self.server_date = _date(response.headers.get("date", ""))
        data = "json" in response.headers.get("content-type", "").lower() or not content
        if 200 <= code < 300 and data:
            return response
        reply = Reply.read(code, content)
        final = explain(call, reply, self.identity, self.who)
        limited = bool(reply.quota)
        if isinstance(final, OwnsNothing) or not (limited or code in MAY_PASS):
            raise final
        return Trouble(
            f"{code} {response.reason or ''}".strip(),
            final,
            uncertain=not limited,  # over quota means not done; anything else leaves the outcome open
            quota=reply.quota,
            wait=_retry_after(response.headers),
            repeats=INTERNAL_ERROR_REPEATS if code == 500 else None,
        )

    def _failed(self, fault: Exception, call: Call, limit: float) -> Trouble:
        """An attempt without an answer: what it was, and whether the call may have gone through."""
        if isinstance(fault, auth_errors.RefreshError) and not fault.retryable:
            raise explain_sign_in(str(fault), self.identity.kind) from None
        if isinstance(fault, auth_errors.GoogleAuthError):
            if not isinstance(fault, auth_errors.RefreshError | auth_errors.TransportError):
                raise explain_sign_in(str(fault), self.identity.kind) from None
            where = getattr(self.credentials, "token_uri", None) or "the token endpoint"
            return self._unreachable("the sign-in could not be renewed", where)
        where = self.base_url or f"https://{call.method.split('.')[0]}.googleapis.com"
        if isinstance(fault, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(fault):
            raise Refused(
                f"The connection to {where} is not safe: its certificate is not one that this computer trusts.",
                "A proxy may stand in between: name its certificate with REQUESTS_CA_BUNDLE, and check the clock.",
            ) from None
        if isinstance(fault, requests.exceptions.ProxyError):
            return self._unreachable("the proxy does not answer", where)
        if isinstance(fault, requests.ConnectTimeout) or _never_sent(fault):
            return self._unreachable("no connection", where)
        waited = isinstance(fault, requests.Timeout)
        if not waited and not isinstance(fault, BROKEN_OFF):
            raise fault  # a request that could not even be written: a bug of ours
        what = f"no answer within {limit:g} s" if waited else "the connection broke off"
        final = Refused(
            f"{self.who} did not {call.doing}: {what}, after all retries.",
            "Check the network and run the same command again; it goes on where it stopped.",
        )
        return Trouble(what, final, uncertain=True)

    def _unreachable(self, what: str, where: str) -> Trouble:
        hint = (
            "Start it with 'pipeline serve', or unset PIPELINE_WORKSPACE_URL."
            if self.base_url and where == self.base_url
            else "Check the network, the proxy (HTTPS_PROXY) and the firewall, and run the same command again."
        )
        final = Refused(f"There is no answer from {where}: {what}.", hint)
        return Trouble(what, final, uncertain=False, repeats=UNREACHABLE_REPEATS)


def connect(
    credentials: Any,
    *,
    base_url: str | None = None,
    policy: Policy | None = None,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Session:
    """A session at Google, or at the workspace that answers at `base_url`.

    Args:
        credentials: anything of google-auth's; `pipeline.google.auth` makes them, `bearer` those of a local workspace.
        on_wait: told in words before each wait longer than 2 s.
    """
    return Session(credentials, base_url, policy or Policy(), on_wait)


def is_loopback(url: str) -> bool:
    """Whether `url` is this computer's own."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def bearer(token: str) -> Any:
    """Credentials that are one token and cannot be renewed: a local workspace's owner."""
    from google.oauth2.credentials import Credentials

    return Credentials(token=token)


def identity(credentials: Any, *, local: bool = False) -> Identity:
    """Who these credentials speak for, read from the credentials alone."""
    scopes = getattr(credentials, "granted_scopes", None) or getattr(credentials, "scopes", None) or ()
    scopes = frozenset(scopes.split() if isinstance(scopes, str) else scopes)
    robot = getattr(credentials, "service_account_email", None)
    if robot:
        subject = getattr(credentials, "_subject", None)
        return Identity("delegated" if subject else "service account", str(subject or robot), scopes)
    account = str(getattr(credentials, "account", "") or "")
    if getattr(credentials, "refresh_token", None):
        ours = type(credentials).__module__.startswith("pipeline.")
        return Identity("user" if ours or local else "default", account, scopes)
    return Identity("local" if local else "user", account, scopes)


class _Renewal(AuthRequest):
    """Renews tokens. Cannot be copied, and so google-auth starts no thread of its own with it.

    For service accounts it may ask iamcredentials.googleapis.com for allowed regions in the background (up to 2.62
    always, then if the environment says so): past this door, and of no use to the three APIs.
    """

    def __deepcopy__(self, _: object) -> _Renewal:
        raise TypeError("one session, one transport")


class _NoTransport:
    """Stands where googleapiclient wants a transport at build time; every request brings its own (`execute`)."""


class _Httplib2:
    """One call's door in the shape that googleapiclient expects of an `httplib2.Http`.

    httplib2 itself would send a POST again on a dropped connection, knows no `Retry-After` and no per-call timeout.
    """

    def __init__(self, session: Session, call: Call) -> None:
        self._session = session
        self._call = call

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[Any, bytes]:
        import httplib2

        answer = self._session.send(self._call, method, uri, data=body, headers=headers)
        return httplib2.Response({**answer.headers, "status": str(answer.status_code)}), answer.content


def _read_back(answer: Json) -> requests.Response:
    """What was found by reading back, in the place of the answer that was lost."""
    response = requests.Response()
    response.status_code = 200
    response.raw = io.BytesIO(json.dumps(answer).encode())
    return response


@cache
def _document(api: str, version: str) -> Mapping[str, Any]:
    from googleapiclient.discovery_cache import get_static_doc

    document: Mapping[str, Any] = json.loads(get_static_doc(api, version))
    return document


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps our token: without an `auth` of its own, requests puts a password from ~/.netrc in its place."""
    return request


def _never_sent(fault: Exception) -> bool:
    """Whether the connection was never made, so that the call cannot have gone through."""
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    cause = fault.args[0] if fault.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    return isinstance(cause, NewConnectionError)  # refused, unreachable, or the name is not known


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the answer asks to wait (a number, or a date against the answer's own), or None."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    until, sent = _date(value), _date(headers.get("date", ""))
    return max(0.0, (until - sent).total_seconds()) if until and sent else None


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None
