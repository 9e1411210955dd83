"""`pipeline login`: the consent page in a browser, its answer on a loopback port, the exchange for a token.

google-auth-oauthlib does the protocol (PKCE, state); this room decides what is asked, checks what was granted, and
explains. Addresses come from the user's client file, so that a test workspace can play Google's part.
"""

from __future__ import annotations

import contextlib
import os
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from pipeline.errors import CannotAsk, NotSignedIn, PipelineError
from pipeline.google import auth, drive, tokens
from pipeline.google.loopback import HOST, Loopback, listening
from pipeline.google.session import connect, is_loopback
from pipeline.google.sign_in_refusals import explain_sign_in
from pipeline.google.tokens import SavedSignIn

PATIENCE = 300  # seconds for a person to find the page, choose the account and read the scopes


@dataclass(frozen=True)
class SignedIn:
    """What `login` did: for whom, with which scopes, and where it is kept."""

    account: str
    scopes: tuple[str, ...]
    path: Path


@dataclass(frozen=True)
class Ways:
    """How to reach the person: `say` tells a line; `ask` reads one from the terminal, None when there is none."""

    say: Callable[[str], None]
    ask: Callable[[str], str] | None = None
    browser: bool = True
    patience: float = PATIENCE


def login(
    client_file: Path,
    ways: Ways,
    *,
    scopes: str = "drive.file",
    base_url: str | None = None,
    replace_wider: bool = False,
) -> SignedIn:
    """Ask for consent and save the sign-in.

    Args:
        scopes: a key of `auth.SCOPES`.
        base_url: the workspace that is asked which account this is; None for Google.
        replace_wider: whether a saved sign-in with more scopes may be replaced.
    """
    client = auth.read_client(client_file)
    wanted = auth.SCOPES[scopes]
    saved = _saved(client)
    lost = [_short(scope) for scope in saved.scopes if scope not in wanted] if saved else []
    if lost and not replace_wider:
        raise CannotAsk(
            f"You are signed in with more than that: this would give up {', '.join(lost)}.",
            "Add --scopes team to keep them, or --yes to give them up.",
        )
    credentials = _consent(client, wanted, ways)
    granted = tuple(_listed(credentials.granted_scopes) or wanted)
    missing = auth.missing_scopes(wanted, granted)
    if missing:
        raise NotSignedIn(
            f"Google did not grant {', '.join(map(_short, missing))}, which is needed; nothing was saved.",
            "Run 'pipeline login' again and leave every box ticked on Google's page.",
        )
    if not credentials.refresh_token:
        raise NotSignedIn(
            "Google gave a sign-in that ends within the hour; nothing was saved.",
            "Remove the tool at https://myaccount.google.com/connections and run 'pipeline login' again.",
        )
    account = _account(credentials, base_url, ways.say)
    if saved and account and saved.account not in {"", account}:
        ways.say(f"This replaces the sign-in of {saved.account}.")
    expiry = auth.stamp(credentials.expiry)
    kept = SavedSignIn(client.client_id, account, granted, credentials.refresh_token, credentials.token, expiry)
    return SignedIn(account, granted, tokens.save(kept))


def _consent(client: auth.Client, scopes: tuple[str, ...], ways: Ways) -> Any:
    """Credentials fresh from the consent page."""
    config = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "auth_uri": client.auth_uri,
        "token_uri": client.token_uri,
    }
    flow = Flow.from_client_config({"installed": config}, scopes=list(scopes))
    flow.oauth2session.trust_env = not is_loopback(client.token_uri)
    try:
        with _oauthlib_settings(insecure=is_loopback(client.token_uri)), flow.oauth2session:
            with listening() as loopback:
                flow.redirect_uri = loopback.url
                url, loopback.state = flow.authorization_url(prompt="consent")  # or a second sign-in would not last
                answer = _answer(loopback, url, ways)
            if answer is None:
                raise NotSignedIn(
                    f"Nobody finished Google's consent page within {ways.patience / 60:g} minutes.",
                    "Run 'pipeline login' again.",
                )
            # oauthlib takes answers by https only; over the loopback address there is nothing to encrypt
            flow.fetch_token(authorization_response=answer.replace("http://", "https://", 1))
            return flow.credentials
    except OAuth2Error as fault:
        raise explain_sign_in(f"{fault.error} {fault.description or ''}", "user") from None
    except requests.RequestException:
        raise NotSignedIn(
            f"There is no answer from {client.token_uri}, where the sign-in is completed.",
            "Check the network and the proxy (HTTPS_PROXY), and run 'pipeline login' again.",
        ) from None


def _answer(loopback: Loopback, url: str, ways: Ways) -> str | None:
    """Send the person to the page and wait for its answer: through the loopback address, or pasted."""
    if ways.browser and _opened(url):
        ways.say(f"Your browser opens Google's consent page. If it does not, open this address:\n  {url}")
        return loopback.wait(ways.patience)
    ways.say(f"Open this address in a browser:\n  {url}")
    ways.say(
        f"If that browser runs on another computer, first run there: "
        f"ssh -L {loopback.port}:{HOST}:{loopback.port} THIS-COMPUTER\n"
        "Without ssh: the browser ends on a page that it cannot load; the address of that page is the answer."
    )
    while ways.ask is not None:
        pasted = ways.ask("Paste the address here, or press Enter once the page says that you may go back").strip()
        if not pasted or loopback.accept(pasted):
            break
        ways.say(f"That is not the answer to this sign-in: it begins with {loopback.url} and holds a code.")
    return loopback.wait(ways.patience)


def _opened(url: str) -> bool:
    try:
        return webbrowser.open(url, new=1, autoraise=True)
    except webbrowser.Error:
        return False


def _account(credentials: Any, base_url: str | None, say: Callable[[str], None]) -> str:
    """Whose sign-in it is; "" when the workspace does not tell, which is no reason to lose it."""
    try:
        with connect(credentials, base_url=base_url) as session:
            return str(drive.about_get(session)["user"]["emailAddress"])
    except PipelineError as fault:
        say(f"Signed in, but: {fault}")
    except KeyError:
        pass
    return ""


def _saved(client: auth.Client) -> SavedSignIn | None:
    try:
        return tokens.load(client.client_id)
    except NotSignedIn:
        return None  # not usable: the new one takes its place


def _listed(scopes: Any) -> list[str]:
    return scopes.split() if isinstance(scopes, str) else list(scopes or ())


def _short(scope: str) -> str:
    return scope.rsplit("/", 1)[-1]


@contextlib.contextmanager
def _oauthlib_settings(*, insecure: bool) -> Iterator[None]:
    """oauthlib is told by environment variables: to let us compare the scopes, and to allow http on this computer."""
    wanted = {"OAUTHLIB_RELAX_TOKEN_SCOPE": "1"} | ({"OAUTHLIB_INSECURE_TRANSPORT": "1"} if insecure else {})
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
