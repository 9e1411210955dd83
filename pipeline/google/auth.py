"""Credentials for Google: a person's sign-in, a service account, or Application Default Credentials.

Owns which scopes are asked for and whether they were granted. The consent itself is in `consent`, the saved file in
`tokens`. Never prints a secret; `say` gets whole sentences for a person.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from google.auth import exceptions as auth_errors
from google.oauth2.credentials import Credentials

from pipeline.errors import NotSignedIn
from pipeline.google import tokens
from pipeline.google.refusals import DRIVE_FILE
from pipeline.google.session import is_loopback
from pipeline.google.sign_in_refusals import explain_sign_in
from pipeline.google.tokens import SavedSignIn

_AUTH = "https://www.googleapis.com/auth/"
SCOPES: dict[str, tuple[str, ...]] = {
    # files that this OAuth client made, and nothing else of the person's Drive: enough for one person's whole round
    "drive.file": (DRIVE_FILE,),
    # several people with one round: files made by a colleague, or by hand
    "team": (f"{_AUTH}spreadsheets", f"{_AUTH}forms.body", f"{_AUTH}forms.responses.readonly", DRIVE_FILE),
}
HOW_TO_GET_A_CLIENT = (
    "Make one of type 'Desktop app' at https://console.cloud.google.com/auth/clients, download its JSON file, and name "
    "it as client_file under [google] in config/pipeline.toml."
)
HOW_TO_GET_A_KEY = (
    "Make a key for it (https://console.cloud.google.com/iam-admin/serviceaccounts) and name the file as key_file "
    "under [google] in config/pipeline.toml."
)


class Settings(Protocol):
    """The [google] table of `config/pipeline.toml`. Files count from the project's directory; "" is not set."""

    @property
    def credentials(self) -> str: ...  # "user", "service-account" or "adc"
    @property
    def client_file(self) -> str: ...
    @property
    def key_file(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def quota_project(self) -> str: ...


def credentials(settings: Settings, directory: Path) -> Any:
    """The credentials that `settings` ask for; NotSignedIn says what is missing."""
    if settings.credentials == "service-account":
        return service_account(located(settings.key_file, directory), subject=settings.subject)
    if settings.credentials == "adc":
        return application_default(quota_project=settings.quota_project)
    return user(located(settings.client_file, directory))


def located(name: str, directory: Path) -> Path:
    """A file named in the settings; an empty name stays empty, and the reader says so."""
    return directory / Path(name).expanduser() if name else Path()


@dataclass(frozen=True)
class Client:
    """The user's own OAuth client, as downloaded from Google's console."""

    client_id: str
    client_secret: str
    auth_uri: str
    token_uri: str

    def __repr__(self) -> str:
        return f"Client(client_id={self.client_id!r})"

    @property
    def revoke_uri(self) -> str:
        """Client files do not name it."""
        return (
            urljoin(self.token_uri, "revoke") if is_loopback(self.token_uri) else "https://oauth2.googleapis.com/revoke"
        )


def read_client(path: Path) -> Client:
    """Read a client file; NotSignedIn tells how to get one when there is none or it is of another kind."""
    content = _read_json(path, "OAuth client file", HOW_TO_GET_A_CLIENT)
    if content.get("type") == "service_account":
        raise NotSignedIn(
            f"{path} is the key of a service account, not an OAuth client.",
            'Set credentials = "service-account" and key_file under [google] in config/pipeline.toml instead.',
        )
    if "web" in content:
        raise NotSignedIn(f"{path} is an OAuth client for web sites.", HOW_TO_GET_A_CLIENT)
    try:
        installed = content["installed"]
        client = Client(*(str(installed[key]) for key in ("client_id", "client_secret", "auth_uri", "token_uri")))
    except (KeyError, TypeError):
        raise NotSignedIn(f"{path} is not an OAuth client file of Google's.", HOW_TO_GET_A_CLIENT) from None
    for uri in (client.auth_uri, client.token_uri):
        if urlsplit(uri).scheme != "https" and not is_loopback(uri):
            raise NotSignedIn(f"{path} names an address that is not encrypted: {uri}.", HOW_TO_GET_A_CLIENT)
    return client


def user(client_file: Path) -> Credentials:
    """The person who signed in with this OAuth client; renewed tokens are saved."""
    client = read_client(client_file)
    saved = tokens.load(client.client_id)
    if saved is None:
        raise NotSignedIn("Nobody has signed in with this OAuth client yet.", "Run 'pipeline login'.")
    return _Person(client, saved)


def service_account(key_file: Path, *, scopes: Iterable[str] = SCOPES["drive.file"], subject: str = "") -> Any:
    """A service account, acting for the person `subject` when given (domain-wide delegation)."""
    from google.oauth2 import service_account as google_service_account

    content = _read_json(key_file, "service account's key", HOW_TO_GET_A_KEY)
    if content.get("type") != "service_account":
        raise NotSignedIn(f"{key_file} is not the key of a service account.", HOW_TO_GET_A_KEY)
    try:
        return google_service_account.Credentials.from_service_account_info(
            content, scopes=list(scopes), subject=subject or None
        )
    except (ValueError, auth_errors.GoogleAuthError):
        raise NotSignedIn(f"{key_file} is damaged: it holds no usable private key.", HOW_TO_GET_A_KEY) from None


def application_default(*, scopes: Iterable[str] = SCOPES["drive.file"], quota_project: str = "") -> Any:
    """Application Default Credentials, as `gcloud auth application-default login` or the machine provides them.

    For a person they carry the scopes of that login, whatever is asked for here; only Google's answer shows them.
    """
    import google.auth

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # no quota project: `doctor` says so, with the fix
            credentials, _ = google.auth.default(scopes=list(scopes), quota_project_id=quota_project or None)
    except auth_errors.DefaultCredentialsError:
        raise explain_sign_in("no application default credentials", "default") from None
    return credentials


def missing_scopes(needed: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """What of `needed` was not granted; full Drive access stands for all of ours."""
    granted = frozenset(granted)
    return () if f"{_AUTH}drive" in granted else tuple(scope for scope in needed if scope not in granted)


@dataclass(frozen=True)
class Revocation:
    """What `logout` did. `revoked` is None when Google could not be reached: the file is deleted all the same."""

    account: str
    deleted: bool
    revoked: bool | None


def logout(client_file: Path, *, timeout: float = 10.0) -> Revocation:
    """Take the sign-in back at Google and delete it here."""
    client = read_client(client_file)
    try:
        saved = tokens.load(client.client_id)
    except NotSignedIn:
        return Revocation("", deleted=tokens.delete(client.client_id), revoked=None)
    if saved is None:
        return Revocation("", deleted=False, revoked=False)
    with requests.Session() as http:
        http.trust_env = not is_loopback(client.revoke_uri)
        try:
            answer = http.post(client.revoke_uri, data={"token": saved.refresh_token}, timeout=timeout)
            revoked = True if answer.ok or "invalid_token" in answer.text else None
        except requests.RequestException:
            revoked = None
    return Revocation(saved.account, deleted=tokens.delete(client.client_id), revoked=revoked)


class _Person(Credentials):
    """A person's credentials that save what they renew."""

    def __init__(self, client: Client, saved: SavedSignIn) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            token=saved.access_token or None,
            refresh_token=saved.refresh_token,
            token_uri=client.token_uri,
            client_id=client.client_id,
            client_secret=client.client_secret,
            scopes=list(saved.scopes),
            granted_scopes=list(saved.scopes),
            account=saved.account,
            expiry=datetime.fromisoformat(saved.expiry).replace(tzinfo=None) if saved.expiry else None,
        )
        self._saved = saved

    def refresh(self, request: Callable[..., Any]) -> None:
        before = self._saved.refresh_token
        super().refresh(request)  # type: ignore[no-untyped-call]
        self._saved = replace(
            self._saved,
            access_token=str(self.token),
            refresh_token=str(self.refresh_token),
            expiry=stamp(self.expiry),
        )
        tokens.renew(self._saved, before)


def stamp(expiry: datetime | None) -> str:
    """google-auth's naive UTC as RFC 3339."""
    return expiry.replace(tzinfo=UTC).isoformat() if expiry else ""


def _read_json(path: Path, kind: str, todo: str) -> dict[str, Any]:
    if str(path) in {"", "."}:
        raise NotSignedIn(f"No {kind} is named in config/pipeline.toml.", todo)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise NotSignedIn(f"The {kind} cannot be read: {path}: {fault.strerror}.", todo) from None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise NotSignedIn(f"The {kind} {path} is not JSON.", todo)
    return content
