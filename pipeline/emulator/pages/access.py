"""Who may see a page: the owner's token once in the address, a cookie afterwards; and the headers that keep pages safe.

The server itself refuses requests that another site's page sends. The cookie holds a word made from the token, never
the token itself: what a browser keeps is no key to the API.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

from flask import Request, Response, g, make_response, redirect, render_template, request

Answer = Response | str


class Access:
    def __init__(self, token: str) -> None:
        self._token = token
        self._word = hmac.new(token.encode(), b"pages of the local workspace", hashlib.sha256).hexdigest()

    def check(self) -> Response | None:
        """None when the owner asks; otherwise the answer to give instead."""
        given = request.args.get("token")
        if given is not None and hmac.compare_digest(given.encode(), self._token.encode()):
            return self._let_in()
        if hmac.compare_digest(request.cookies.get(cookie_name(request), "").encode(), self._word.encode()):
            return None
        return make_response(render_template("message.html", **refused(wrong=given is not None)), 403)

    def _let_in(self) -> Response:
        """The same address without the token, so that it stays in no history, bookmark or screenshot."""
        rest = [(name, value) for name, value in request.args.items(multi=True) if name != "token"]
        answer = redirect(quote(request.path) + ("?" + urlencode(rest) if rest else ""), 303)
        answer.set_cookie(cookie_name(request), self._word, httponly=True, samesite="Strict", path="/")
        return make_response(answer)


def cookie_name(asked: Request) -> str:
    """Its port is in the name: cookies do not tell two workspaces on one machine apart."""
    return f"workspace-{asked.host.rpartition(':')[2]}" if ":" in asked.host else "workspace"


def refused(*, wrong: bool) -> dict[str, object]:
    return {
        "over": "Local workspace",
        "heading": "This page is the owner's",
        "lines": (
            "The token in this link is not the one of this workspace." if wrong else "It needs the workspace's token.",
            "Run “pipeline serve”: it prints a link with the token in it. Opened once, this browser stays signed in.",
            "Or add ?token= to this address, with the word in the file workspace.token of the .pipeline directory.",
            "A form that somebody sent you needs no token: open that link as it is.",
        ),
        "links": [],
    }


def nonce() -> str:
    """The word that lets this answer's own style element in; new for every answer."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(12)
    return str(g.nonce)


def safe_headers(answer: Response) -> Response:
    styles = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer
