"""Google's part in signing in: the consent page, `/token`, `/revoke` and `/tokeninfo`.

Any OAuth client id is taken as registered, with loopback redirects as desktop clients have. There is one secret: to
consent one gives the workspace's token, which here stands for signing in. A service account gets tokens for itself
without its signature being checked, since nobody here knows its key; for a user it may act only when the setting
`delegation` names it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
import secrets
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .calls import Transaction
from .oauth import is_service_account
from .refusal import Refusal
from .store import OWNER, Store, setting, stamp
from .wire import Answer, Request, answer_json

Json = dict[str, Any]
LIFETIME = 3599
AUTH_PATHS = ("/o/oauth2/v2/auth", "/o/oauth2/auth")
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/.*)?")
_SCOPE = re.compile(r"https://www\.googleapis\.com/auth/[a-z.]+|openid|email|profile")


class OAuthError(Exception):
    """An OAuth error, told as RFC 6749 has it."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


def _are_scopes(scopes: list[str]) -> bool:
    return bool(scopes) and all(_SCOPE.fullmatch(scope) for scope in scopes)


def answer(request: Request, store: Store, owner_token: str) -> Answer | None:
    """The answer of one of Google's sign-in addresses; None for another path."""
    if request.path in AUTH_PATHS:
        return _consent(request, store, owner_token)
    route = _ROUTES.get((request.http, request.path))
    if route is None:
        return None
    given = {**_authorization(request), **dict(request.query), **(request.form() if request.http == "POST" else {})}
    try:
        with store.transaction(write=True) as tx:
            return answer_json(route(tx, given, request.base_url))
    except OAuthError as denied:
        return answer_json({"error": denied.error, "error_description": denied.description}, denied.status)


def _authorization(request: Request) -> Json:
    """What stands in the Authorization header: google-auth-oauthlib puts the client id and secret there, and
    google-auth-library for Node.js the token that it asks about."""
    kind, _, coded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return {"access_token": coded.strip()}
    if kind.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(coded).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client, "client_secret": secret}


# --- the consent page -------------------------------------------------------------------------------------------------


def _consent(request: Request, store: Store, owner_token: str) -> Answer:
    asked = dict(request.query)
    scopes = asked.get("scope", "").split()
    redirect = asked.get("redirect_uri", "")
    faults = (
        (not asked.get("client_id"), "invalid_request: Missing required parameter: client_id"),
        (
            redirect.startswith("urn:ietf:wg:oauth:2.0:oob"),
            "invalid_request: The out-of-band (OOB) flow has been blocked in order to keep users secure.",
        ),
        (not _LOOPBACK.fullmatch(redirect), "redirect_uri_mismatch"),
        (asked.get("response_type") != "code", "unsupported_response_type"),
        (not _are_scopes(scopes), "invalid_scope: Some requested scopes were invalid."),
    )
    for broken, said in faults:
        if broken:
            return _page("Access blocked: this app's request is invalid", f"<p>Error 400: {html.escape(said)}</p>", 400)
    if request.http == "GET":
        return _ask(asked, scopes)
    if request.http != "POST":
        raise Refusal(404, "The requested URL was not found on this server.")
    form = request.form()
    if not hmac.compare_digest(form.get("token", "").strip().encode(), owner_token.encode()):
        return _ask(asked, scopes, "That is not the token of this workspace.", 403)
    state = {"state": asked["state"]} if "state" in asked else {}
    granted = [scope for scope in scopes if form.get(scope)]
    if not form.get("allow") or not granted:
        return _redirect(redirect, {"error": "access_denied", **state})
    with store.transaction(write=True) as tx:
        code = _new_code(tx, asked, form.get("email", "").strip().lower() or OWNER, granted)
    return _redirect(redirect, {**state, "code": code, "scope": " ".join(granted)})


def _new_code(tx: Transaction, asked: Json, account: str, scopes: list[str]) -> str:
    code = "4/0A" + secrets.token_urlsafe(48)
    client = asked["client_id"]
    before = tx.db.execute("SELECT 1 FROM grants WHERE account = ? AND client = ?", (account, client)).fetchone()
    # Google gives a refresh token at the first consent only, unless the app asks to be consented to again.
    offline = asked.get("access_type") == "offline" and (not before or "consent" in asked.get("prompt", ""))
    challenge = asked.get("code_challenge", ""), asked.get("code_challenge_method", "plain")
    granted = (account, client, " ".join(scopes), asked["redirect_uri"], *challenge, int(offline), _in(tx.now, 600))
    tx.db.execute("INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (code, *granted))
    return code


def _redirect(to: str, parameters: Json) -> Answer:
    joint = "&" if "?" in to else "?"
    return Answer(302, headers={"Location": f"{to}{joint}{urlencode(parameters)}", "Cache-Control": "no-store"})


def _ask(asked: Json, scopes: list[str], said: str = "", status: int = 200) -> Answer:
    boxes = "\n".join(
        f'<p><label><input type="checkbox" name="{html.escape(scope)}" checked> {html.escape(scope)}</label></p>'
        for scope in scopes
    )
    told = f'<p role="alert">{html.escape(said)}</p>' if said else ""
    body = f"""{told}
<p>{html.escape(asked["client_id"])} wants to access this local workspace:</p>
<form method="post">
{boxes}
<p><label>Account <input name="email" type="email" value="{html.escape(asked.get("login_hint") or OWNER)}"></label></p>
<p><label>Workspace token <input name="token" type="password" autocomplete="off" required></label></p>
<p><button name="allow" value="yes">Allow</button> <button name="cancel" value="yes" formnovalidate>Cancel</button></p>
</form>
<p>The local workspace plays Google's part here. Its token is in the file workspace.token of the project.</p>"""
    return _page("Sign in to the local workspace", body, status)


def _page(title: str, body: str, status: int = 200) -> Answer:
    text = f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title>\n<h1>{title}</h1>\n{body}\n'
    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Answer(status, text.encode(), "text/html; charset=UTF-8", headers)


# --- tokens ---------------------------------------------------------------------------------------------------------


def _token(tx: Transaction, given: Json, base_url: str) -> Json:
    kind = given.get("grant_type", "")
    if not kind:
        raise OAuthError("invalid_request", "Missing required parameter: grant_type")
    grant = _GRANTS.get(kind)
    if grant is None:
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {kind}")
    return grant(tx, given, base_url)


def _from_code(tx: Transaction, given: Json, _: str) -> Json:
    _need(given, "code", "client_id", "client_secret", "redirect_uri")
    row = _kept(tx, "codes", "code", given["code"])
    if row is None or row["expires"] <= stamp(tx.now):
        raise OAuthError("invalid_grant", "Malformed auth code." if row is None else "Bad Request")
    _check_client(row, given)
    if row["redirect_uri"] != given["redirect_uri"]:
        raise OAuthError("redirect_uri_mismatch", "Bad Request")
    if row["challenge"]:
        _check_verifier(row["challenge"], row["method"], given.get("code_verifier", ""))
    tx.db.execute("DELETE FROM codes WHERE code = ?", (given["code"],))  # good for one use
    mine = row["account"], row["client"], row["scopes"]
    if not row["offline"]:
        return _issue(tx, *mine)
    refresh = "1//" + secrets.token_urlsafe(64)
    tx.db.execute("INSERT INTO grants VALUES (?, ?, ?, ?, ?)", (refresh, *mine, stamp(tx.now)))
    return {**_issue(tx, *mine, refresh), "refresh_token": refresh}


def _kept(tx: Transaction, table: str, key: str, value: str) -> sqlite3.Row | None:
    sql = f"SELECT * FROM {table} WHERE {key} = ?"  # noqa: S608 - our own names
    return next(iter(tx.rows(sql, value)), None)


def _check_client(row: sqlite3.Row, given: Json) -> None:
    if row["client"] != given["client_id"]:
        raise OAuthError("unauthorized_client", "Unauthorized", 401)


def _check_verifier(challenge: str, method: str, verifier: str) -> None:
    if not verifier:
        raise OAuthError("invalid_grant", "Missing code verifier.")
    made = verifier
    if method == "S256":
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    if not hmac.compare_digest(made.encode(), challenge.encode()):
        raise OAuthError("invalid_grant", "Invalid code verifier.")


def _from_refresh(tx: Transaction, given: Json, _: str) -> Json:
    _need(given, "refresh_token", "client_id", "client_secret")
    row = _kept(tx, "grants", "refresh", given["refresh_token"])
    days = setting(tx.db, "refresh_token_days", 0)  # 7 for an app whose publishing status is Testing
    if row is None or (days and row["made"] <= _in(tx.now, -days * 86_400)):
        raise OAuthError("invalid_grant", "Token has been expired or revoked.")
    _check_client(row, given)
    wanted = given.get("scope", "").split()
    if not set(wanted) <= set(row["scopes"].split()):
        raise OAuthError("invalid_scope", "Bad Request")
    return _issue(tx, row["account"], row["client"], " ".join(wanted) or row["scopes"], row["refresh"])


def _from_assertion(tx: Transaction, given: Json, base_url: str) -> Json:
    _need(given, "assertion")
    claims = _claims(given["assertion"])
    issuer, scopes = str(claims.get("iss", "")), str(claims.get("scope", "")).split()
    if not is_service_account(issuer):
        raise OAuthError("invalid_grant", "Invalid grant: account not found")
    if claims.get("aud") not in (f"{base_url}/token", "https://oauth2.googleapis.com/token"):
        raise OAuthError("invalid_grant", "Invalid JWT: Failed audience check.")
    try:
        issued, expires = float(claims["iat"]), float(claims["exp"])
    except (KeyError, TypeError, ValueError):
        issued = expires = 0.0
    now = tx.now.timestamp()
    if not (issued - 300 <= now < expires + 300 and expires - issued <= 3600):
        raise OAuthError(
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
            "Check your iat and exp values in the JWT claim.",
        )
    if not _are_scopes(scopes):
        raise OAuthError("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    account = str(claims.get("sub") or issuer).lower()
    if account != issuer and issuer not in setting(tx.db, "delegation", []):
        raise OAuthError(
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of "
            "the scopes requested.",
            401,
        )
    told = _issue(tx, account, issuer, " ".join(scopes))
    told.pop("scope")
    return told


def _claims(assertion: str) -> Json:
    try:
        _, payload, _ = assertion.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        raise OAuthError("invalid_grant", "Invalid JWT: the assertion is malformed.")
    return claims


_GRANTS: dict[str, Callable[[Transaction, Json, str], Json]] = {
    "authorization_code": _from_code,
    "refresh_token": _from_refresh,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": _from_assertion,
}


def _need(given: Json, *names: str) -> None:
    for name in names:
        if not given.get(name):
            said = "client_secret is missing." if name == "client_secret" else f"Missing required parameter: {name}"
            raise OAuthError("invalid_request", said)


def _issue(tx: Transaction, account: str, client: str, scopes: str, refresh: str = "") -> Json:
    token = "ya29." + secrets.token_urlsafe(96)
    tx.db.execute("DELETE FROM tokens WHERE expires < ?", (_in(tx.now, -86_400),))
    issued = (token, account, client, scopes, _in(tx.now, LIFETIME), refresh)
    tx.db.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", issued)
    return {"access_token": token, "expires_in": LIFETIME, "scope": scopes, "token_type": "Bearer"}


def _in(now: datetime, seconds: float) -> str:
    return stamp(now + timedelta(seconds=seconds))


def _revoke(tx: Transaction, given: Json, _: str) -> Json:
    """Takes back a refresh token with its access tokens, or an access token with its refresh token."""
    token = given.get("token", "")
    row = _kept(tx, "tokens", "token", token)
    refresh = row["refresh"] if row else token
    known = tx.db.execute("DELETE FROM grants WHERE refresh = ?", (refresh,)).rowcount if refresh else 0
    known += tx.db.execute(
        "DELETE FROM tokens WHERE token = ? OR (refresh = ? AND refresh != '')", (token, refresh)
    ).rowcount
    if not known:
        raise OAuthError("invalid_token", "Token expired or revoked")
    return {}


def _tokeninfo(tx: Transaction, given: Json, _: str) -> Json:
    row = _kept(tx, "tokens", "token", given.get("access_token", ""))
    if row is None or row["expires"] <= stamp(tx.now):
        raise OAuthError("invalid_token", "Invalid Value")
    left = int((datetime.fromisoformat(row["expires"]) - tx.now).total_seconds())
    access = "offline" if row["refresh"] else "online"
    told = {"azp": row["client"], "aud": row["client"], "scope": row["scopes"]}
    told |= {"expires_in": str(left), "access_type": access}
    if "email" in row["scopes"].split():
        told |= {"email": row["account"], "email_verified": "true"}
    return told


_ROUTES: dict[tuple[str, str], Callable[[Transaction, Json, str], Json]] = {
    ("POST", "/token"): _token,
    ("POST", "/revoke"): _revoke,
    ("GET", "/tokeninfo"): _tokeninfo,
    ("POST", "/tokeninfo"): _tokeninfo,
    ("GET", "/oauth2/v3/tokeninfo"): _tokeninfo,
}
