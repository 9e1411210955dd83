"""Who calls, and with which scopes: the owner's token and every token that this workspace's `/token` hands out."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from .calls import Transaction
from .refusal import SEE, Refusal
from .schema import Method, service
from .store import OWNER, OWNER_CLIENT, setting, stamp
from .wire import Request, error_info

TABLES = """
CREATE TABLE IF NOT EXISTS tokens (
  token TEXT PRIMARY KEY, account TEXT NOT NULL, client TEXT NOT NULL, scopes TEXT NOT NULL, expires TEXT NOT NULL,
  refresh TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grants (
  refresh TEXT PRIMARY KEY, account TEXT NOT NULL, client TEXT NOT NULL, scopes TEXT NOT NULL, made TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS codes (
  code TEXT PRIMARY KEY, account TEXT NOT NULL, client TEXT NOT NULL, scopes TEXT NOT NULL, redirect_uri TEXT NOT NULL,
  challenge TEXT NOT NULL, method TEXT NOT NULL, offline INTEGER NOT NULL, expires TEXT NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Caller:
    """`scopes` is None for the owner's token, which may do everything."""

    account: str
    client: str
    scopes: frozenset[str] | None

    def sees_all(self, method: Method) -> bool:
        """Whether a scope that reaches beyond the client's own files lets it call this method."""
        if self.scopes is None:
            return True
        return any(not scope.endswith(("/drive.file", "/drive.appdata")) for scope in self.scopes & method.scopes)


def bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    return request.arg("access_token") or request.arg("oauth_token")


def is_owner(request: Request, owner_token: str) -> bool:
    return hmac.compare_digest(bearer(request).encode(), owner_token.encode())


def caller(tx: Transaction, request: Request, owner_token: str, method: Method) -> Caller:
    """Whoever the bearer token stands for; raises Google's 401 or 403."""
    token = bearer(request)
    if not token:
        raise unauthenticated(method, "CREDENTIALS_MISSING")
    if hmac.compare_digest(token.encode(), owner_token.encode()):
        return Caller(OWNER, OWNER_CLIENT, None)
    row = next(iter(tx.rows("SELECT * FROM tokens WHERE token = ?", token)), None)
    if row is None or row["expires"] <= stamp(tx.now):
        raise unauthenticated(method, "ACCESS_TOKEN_EXPIRED" if row else "ACCESS_TOKEN_TYPE_UNSUPPORTED")
    scopes = frozenset(row["scopes"].split())
    if not scopes & method.scopes:
        raise insufficient_scopes(method)
    return Caller(row["account"], row["client"], scopes)


def unauthenticated(method: Method, reason: str) -> Refusal:
    missing = reason == "CREDENTIALS_MISSING"
    what = "is missing required authentication credential" if missing else "had invalid authentication credentials"
    challenge = 'Bearer realm="https://accounts.google.com/"' + ("" if missing else ', error="invalid_token"')
    return Refusal(
        401,
        f"Request {what}. {SEE}",
        reason="required" if missing else "",
        place="Authorization",
        details=[error_info(reason, service(method.api), method=method.id)],
        headers={"WWW-Authenticate": challenge},
    )


def insufficient_scopes(method: Method) -> Refusal:
    return Refusal(
        403,
        "Request had insufficient authentication scopes.",
        reason="insufficientPermissions",
        details=[error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", service(method.api), method=method.id)],
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'},
    )


def check_service(tx: Transaction, method: Method) -> None:
    """Raises what a project gets that has not enabled the API; `/_emulator/settings` turns one off."""
    if method.api not in setting(tx.db, "disabled", []):
        return
    host, name = service(method.api), f"Google {method.api.capitalize()} API"
    enable = f"https://console.developers.google.com/apis/api/{host}/overview?project=1"
    links = [{"description": "Google developers console API activation", "url": enable}]
    raise Refusal(
        403,
        f"{name} has not been used in project 1 before or it is disabled. Enable it by visiting {enable} then retry. "
        "If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
        reason="accessNotConfigured",
        domain="usageLimits",
        details=[
            error_info("SERVICE_DISABLED", host, consumer="projects/1", activationUrl=enable, serviceTitle=name),
            {"@type": "type.googleapis.com/google.rpc.Help", "links": links},
        ],
    )


def check_service_account(caller: Caller, method: Method) -> None:
    """Raises what a service account gets that tries to make a file of its own; Drive tells it with the file."""
    if is_service_account(caller.account) and method.id in _OWNERS_ONLY:
        raise Refusal(_OWNERS_ONLY[method.id])


def is_service_account(account: str) -> bool:
    return account.endswith(".gserviceaccount.com")


_OWNERS_ONLY = {
    "forms.forms.create": 500,  # as one user reported it
    "sheets.spreadsheets.create": 403,
}
