"""The saved sign-in: one small file for each OAuth client, outside the project, readable by its owner only.

Owns the file and its safety; knows no network. The file holds no client secret: without the user's client file it opens
nothing. What is saved is bound to the client, the account and the scopes that were granted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.errors import NotSignedIn

FORMAT = 1


@dataclass(frozen=True)
class SavedSignIn:
    """What `pipeline login` keeps. Times are RFC 3339 UTC; `account` is "" when Google would not say."""

    client_id: str
    account: str
    scopes: tuple[str, ...]
    refresh_token: str
    access_token: str = ""
    expiry: str = ""

    def __repr__(self) -> str:
        return f"SavedSignIn(client_id={self.client_id!r}, scopes={self.scopes!r})"  # a traceback shows no token


def directory() -> Path:
    """`$XDG_CONFIG_HOME/interview-pipeline`, or where the system keeps such things."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if base and Path(base).is_absolute():
        return Path(base) / "interview-pipeline"
    if sys.platform == "win32" and os.environ.get("APPDATA"):
        return Path(os.environ["APPDATA"]) / "interview-pipeline"
    return Path.home() / ".config" / "interview-pipeline"


def path_for(client_id: str) -> Path:
    return directory() / f"token-{hashlib.sha256(client_id.encode()).hexdigest()[:16]}.json"


def load(client_id: str) -> SavedSignIn | None:
    """The sign-in saved for this OAuth client, if there is one; NotSignedIn when the file cannot be used."""
    path = path_for(client_id)
    try:
        if path.stat().st_mode & 0o077 and os.name == "posix":
            path.chmod(0o600)  # somebody opened it up; what was readable stays a risk, but no longer
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT or content["client_id"] != client_id:
            raise ValueError("written by another version or for another client")
        return SavedSignIn(
            client_id=client_id,
            account=str(content["account"]),
            scopes=tuple(map(str, content["scopes"])),
            refresh_token=str(content["refresh_token"]),
            access_token=str(content["access_token"]),
            expiry=str(content["expiry"]),
        )
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise NotSignedIn(f"The saved sign-in cannot be read: {path}: {fault.strerror}.", "Check its owner.") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        todo = "Run 'pipeline logout', then 'pipeline login'."
        raise NotSignedIn(f"The saved sign-in is damaged or from another version: {path}.", todo) from None


def save(sign_in: SavedSignIn) -> Path:
    """Write the sign-in in one step: a crash leaves the old file or the new one, never a half, never a readable one."""
    path = path_for(sign_in.client_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, **asdict(sign_in)}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return path


def renew(sign_in: SavedSignIn, before: str) -> None:
    """Save renewed tokens, unless somebody signed out or in again meanwhile: a long run must not undo that."""
    with contextlib.suppress(NotSignedIn):
        saved = load(sign_in.client_id)
        if saved and saved.refresh_token == before:
            save(sign_in)


def delete(client_id: str) -> bool:
    """Delete the saved sign-in, readable or not; whether there was one."""
    try:
        path_for(client_id).unlink()
    except FileNotFoundError:
        return False
    return True
