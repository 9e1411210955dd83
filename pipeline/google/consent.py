"""`pipeline login`: the consent page in a browser, its answer on a loopback port, the exchange for a token.

google-auth-oauthlib does the protocol (PKCE, state); this room decides what is asked, checks what was granted, and
explains. Addresses come from the user's client file, so that a test workspace can play Google's part.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from pipeline.errors import CannotAsk, NotSignedIn, PipelineError
from pipeline.google import auth, drive, tokens
from pipeline.google.session import connect, is_loopback
from pipeline.google.sign_in_refusals import explain_sign_in
from pipeline.google.tokens import SavedSignIn

HOST = "127.0.0.1"
DONE = "You are signed in. You may close this page and go back to the terminal."
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
    port: int = 0  # of the loopback address; 0 takes a free one
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


class _Flow(InstalledAppFlow):  # type: ignore[misc]
    """Tells the person the address at the moment when it is known, instead of printing it on stdout."""

    tell: Callable[[str, str], None]

    def authorization_url(self, **kwargs: Any) -> tuple[str, str]:
        url, state = super().authorization_url(**kwargs)
        self.tell(url, self.redirect_uri)
        return url, state


def _consent(client: auth.Client, scopes: tuple[str, ...], ways: Ways) -> Any:
    """Credentials fresh from the consent page."""
    config = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "auth_uri": client.auth_uri,
        "token_uri": client.token_uri,
        "redirect_uris": ["http://localhost"],
    }
    flow = _Flow.from_client_config({"installed": config}, scopes=list(scopes))
    flow.oauth2session.trust_env = not is_loopback(client.token_uri)
    told: queue.Queue[str] = queue.Queue()

    def tell(url: str, redirect: str) -> None:
        told.put(redirect)
        if ways.browser and _opened(url):
            ways.say(f"Your browser opens Google's consent page. If it does not, open this address:\n  {url}")
            return
        port = urlsplit(redirect).port
        ways.say(f"Open this address in a browser:\n  {url}")
        ways.say(
            f"If that browser runs on another computer, first run there: ssh -L {port}:{HOST}:{port} THIS-COMPUTER\n"
            "Without ssh: the browser ends on a page that it cannot load; its address is the answer."
        )

    flow.tell = tell
    try:
        with _oauthlib_settings(insecure=is_loopback(client.token_uri)), flow.oauth2session:
            if ways.browser or ways.ask is None:
                return _wait_for_answer(flow, ways)
            return _ask_for_answer(flow, ways, told)
    except WSGITimeoutError:
        raise NotSignedIn(
            f"Nobody finished Google's consent page within {ways.patience / 60:g} minutes.",
            "Run 'pipeline login' again.",
        ) from None
    except OAuth2Error as fault:
        raise explain_sign_in(f"{fault.error} {fault.description or ''}", "user") from None
    except requests.RequestException:
        raise NotSignedIn(
            f"There is no answer from {client.token_uri}, where the sign-in is completed.",
            "Check the network and the proxy (HTTPS_PROXY), and run 'pipeline login' again.",
        ) from None
    except OSError as fault:
        raise NotSignedIn(
            f"The answer of Google's page cannot be received on port {ways.port}: {fault.strerror}.",
            "Run 'pipeline login' without --port, or with another one.",
        ) from None


def _wait_for_answer(flow: _Flow, ways: Ways) -> Any:
    return flow.run_local_server(
        host=HOST,
        port=ways.port,
        open_browser=False,  # `tell` did, and said so
        authorization_prompt_message=None,
        success_message=DONE,
        timeout_seconds=ways.patience,
        prompt="consent",  # or a second sign-in brings no refresh token
    )


def _ask_for_answer(flow: _Flow, ways: Ways, told: queue.Queue[str]) -> Any:
    """Wait on the loopback port and the terminal at once: what is pasted is played to the port as a browser would."""
    outcome: queue.Queue[Any] = queue.Queue()

    def wait() -> None:
        try:
            outcome.put(_wait_for_answer(flow, ways))
        except Exception as fault:
            outcome.put(fault)

    threading.Thread(target=wait, daemon=True).start()  # daemon: Ctrl-C at the prompt must end the program
    redirect = _first(told, outcome)
    while ways.ask is not None:
        pasted = ways.ask("Paste the address here, or press Enter once the page says that you are signed in").strip()
        query = urlsplit(pasted).query
        if not pasted:
            break
        if "state=" in query and ("code=" in query or "error=" in query):
            with requests.Session() as http:
                http.trust_env = False
                http.get(f"{redirect}?{query}", timeout=10)
            break
        ways.say(f"That is not the address: it begins with {redirect} and holds a code.")
    result = outcome.get()
    if isinstance(result, Exception):
        raise result
    return result


def _first(told: queue.Queue[str], outcome: queue.Queue[Any]) -> str:
    """The loopback address, or the fault that came instead of it."""
    while True:
        try:
            return told.get(timeout=0.05)
        except queue.Empty:
            if not outcome.empty():
                raise outcome.get() from None


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
