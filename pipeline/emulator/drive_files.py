"""Files of Drive as the other rooms see them: made, found, touched; and what each MIME type means to its room.

Owns the `files` table. Forms and spreadsheets register a `Kind` for their MIME type; this room imports neither.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import drive_permissions as permissions
from .calls import Transaction
from .drive_refusals import NO_STORAGE
from .oauth import is_service_account
from .refusal import Refusal, not_found
from .store import stamp

FOLDER = "application/vnd.google-apps.folder"
FORM = "application/vnd.google-apps.form"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"

TABLES = (
    """
CREATE TABLE IF NOT EXISTS files (
  id TEXT PRIMARY KEY, mime_type TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL, client TEXT NOT NULL,
  created TEXT NOT NULL, modified TEXT NOT NULL, trashed INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1,
  parent TEXT, app_properties TEXT NOT NULL DEFAULT '{}', more TEXT NOT NULL DEFAULT '{}'
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_by_owner ON files (owner, modified);
"""
    + permissions.TABLES
)
EXPLICITLY, WITH_ITS_FOLDER = 1, 2  # how a file came into the trash; 0 when it is not there
# `app_properties` by client id, since each app sees its own; `more` holds what Drive only keeps for its callers.


@dataclass(frozen=True)
class Kind:
    """What a file of one MIME type means to the room that keeps its content."""

    create: Callable[[Transaction, str, str], None]  # file id, name
    copy: Callable[[Transaction, str, str], None]  # from file id, to file id
    delete: Callable[[Transaction, str], None]
    page: str = ""  # path of its page, with {id}
    export: Mapping[str, Callable[[Transaction, str], bytes]] = field(default_factory=dict)  # by MIME type


KINDS: dict[str, Kind] = {
    FOLDER: Kind(lambda tx, i, name: None, lambda tx, a, b: None, lambda tx, i: None, "/drive/folders/{id}")
}


def make_file(tx: Transaction, mime_type: str, name: str, *, parent: str = "") -> str:
    """A new file of the caller, known to the caller's client; gives its id. Its content is the room's to make."""
    if is_service_account(tx.account):
        raise NO_STORAGE()
    file_id = "1" + secrets.token_urlsafe(32)
    moment = stamp(tx.now)
    tx.db.execute(
        "INSERT INTO files (id, mime_type, name, owner, client, created, modified, parent) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (file_id, mime_type, name, tx.account, tx.client, moment, moment, parent or root_id(tx)),
    )
    permissions.grant(tx, file_id, {"type": "user", "role": "owner", "emailAddress": tx.account})
    return file_id


def require_file(tx: Transaction, file_id: str, mime_type: str = "", write: bool = False) -> sqlite3.Row:
    """The file's row, if the caller may see it (and change it); else the refusal that Forms and Sheets give."""
    row, role = seen(tx, file_id)
    if row is None or (mime_type and row["mime_type"] != mime_type) or (row["trashed"] and mime_type == FORM):
        raise not_found()
    if role is None or (write and role not in permissions.WRITERS):
        raise Refusal(403)
    return row


def seen(tx: Transaction, file_id: str) -> tuple[sqlite3.Row | None, str | None]:
    """The file's row and the caller's role there; no row for a client that may see its own files only."""
    row = row_of(tx, file_id)
    if row is None or not (tx.sees_all or row["client"] in (tx.client, "")):
        return None, None
    return row, permissions.role(tx, row)


def touch(tx: Transaction, file_id: str) -> None:
    """Notes that the file's content changed now."""
    tx.db.execute("UPDATE files SET modified = ?, version = version + 1 WHERE id = ?", (stamp(tx.now), file_id))


def all_files(tx: Transaction) -> list[sqlite3.Row]:
    """Every file of the workspace that is no folder and not in the trash, latest change first; for the home page."""
    return tx.rows("SELECT * FROM files WHERE NOT trashed AND mime_type != ? ORDER BY modified DESC", FOLDER)


def root_id(tx: Transaction) -> str:
    """The id of the caller's My Drive."""
    return "0A" + hashlib.sha256(tx.account.encode()).hexdigest()[:17]


def row_of(tx: Transaction, file_id: str) -> sqlite3.Row | None:
    """The file's row. My Drive has none of its own, so that reading never has to write: it is made up here."""
    if file_id == root_id(tx):
        return tx.rows(
            "SELECT ? AS id, ? AS mime_type, 'My Drive' AS name, ? AS owner, '' AS client, ? AS created, "
            "? AS modified, 0 AS trashed, 1 AS version, NULL AS parent, '{}' AS app_properties, '{}' AS more",
            file_id,
            FOLDER,
            tx.account,
            _EPOCH,
            _EPOCH,
        )[0]
    return next(iter(tx.rows("SELECT * FROM files WHERE id = ?", file_id)), None)


_EPOCH = "2026-01-01T00:00:00.000Z"
