"""Drive's permissions: who may read or change a file, and who may answer a published form (`view=published`)."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from typing import Any

from . import drive_refusals as no
from .calls import Call, Json, Transaction
from .drive_query import page
from .refusal import Refusal

TABLES = """
CREATE TABLE IF NOT EXISTS permissions (
  file_id TEXT NOT NULL, id TEXT NOT NULL, view TEXT NOT NULL DEFAULT '', role TEXT NOT NULL, type TEXT NOT NULL,
  grantee TEXT NOT NULL DEFAULT '', more TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (file_id, id)
) WITHOUT ROWID;
"""

WRITERS = ("owner", "organizer", "fileOrganizer", "writer")
_ORDER = ("reader", "commenter", "writer", "owner")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
# By type: the field that names who is granted something, and what it looks like.
_GRANTEES = {
    "user": ("emailAddress", _EMAIL),
    "group": ("emailAddress", _EMAIL),
    "domain": ("domain", _DOMAIN),
    "anyone": ("", _EMAIL),
}


def grantee_id(kind: str, grantee: str) -> str:
    """Drive's id of whoever is granted something: the same for every file."""
    if kind == "anyone":
        return "anyoneWithLink"
    digits = str(int(hashlib.sha256(grantee.lower().encode()).hexdigest(), 16))[:20]
    return digits + ("k" if kind == "domain" else "")


def grant(tx: Transaction, file_id: str, body: Json) -> Json:
    """Adds a permission, or changes the one that the grantee has; gives it as JSON."""
    kind, view = body["type"], body.get("view", "")
    grantee = str(body.get("emailAddress") or body.get("domain") or "").lower()
    permission_id = grantee_id(kind, grantee) + ("p" if view else "")
    more: Json = {"allowFileDiscovery": body["allowFileDiscovery"]} if "allowFileDiscovery" in body else {}
    if kind in ("anyone", "domain"):
        more.setdefault("allowFileDiscovery", False)
    held = {"id": permission_id, "view": view, "role": body["role"], "type": kind, "grantee": grantee}
    held |= {"file_id": file_id, "more": json.dumps(more)}
    tx.db.execute(
        "INSERT OR REPLACE INTO permissions VALUES (:file_id, :id, :view, :role, :type, :grantee, :more)", held
    )
    return _json(held)


def _json(held: Json | sqlite3.Row) -> Json:
    kind, grantee = held["type"], held["grantee"]
    told: Json = {"kind": "drive#permission", "id": held["id"], "type": kind, "role": held["role"]}
    told |= json.loads(held["more"])
    if held["view"]:
        told["view"] = held["view"]
    if kind in ("user", "group"):
        told |= {"emailAddress": grantee, "displayName": grantee.partition("@")[0]}
        told |= {"deleted": False, "pendingOwner": False}
    elif kind == "domain":
        told |= {"domain": grantee, "displayName": grantee}
    return told


def of_view(tx: Transaction, file_id: str, view: str) -> list[Json]:
    """The permissions that reach the view and nothing else."""
    return [one for one in of_file(tx, file_id, view) if one.get("view") == view]


def of_file(tx: Transaction, file_id: str, view: str = "") -> list[Json]:
    """The file's permissions, and those of the view if one is asked for."""
    sql = "SELECT * FROM permissions WHERE file_id = ? AND view IN ('', ?) ORDER BY id"
    return [_json(row) for row in tx.rows(sql, file_id, view)]


def matches(permission: Json, account: str | None) -> bool:
    """Whether the permission reaches the account. Groups have no members here: one is reached by its own address."""
    if permission["type"] == "anyone":
        return True
    if not account:
        return False
    if permission["type"] == "domain":
        return account.lower().endswith("@" + permission["domain"])
    return bool(account.lower() == permission["emailAddress"])


def role(tx: Transaction, row: Any, *, listed: bool = False) -> str | None:
    """The caller's best role on a file, its folders' permissions included.

    `listed`: whether it counts for searching, where a file shared with anyone who has the link does not show.
    """
    if row["owner"] == tx.account:
        return "owner"
    best = -1
    seen = set()
    place: tuple[str, str | None] | None = (row["id"], row["parent"])
    while place and place[0] not in seen:
        seen.add(place[0])
        for one in of_file(tx, place[0]):
            if listed and one["type"] == "anyone" and not one.get("allowFileDiscovery"):
                continue
            if matches(one, tx.account) and one["role"] in _ORDER:
                best = max(best, _ORDER.index(one["role"]))
        place = tx.db.execute("SELECT id, parent FROM files WHERE id = ?", (place[1],)).fetchone()
    return _ORDER[best] if best >= 0 else None


# --- methods ----------------------------------------------------------------------------------------------------


def _check_claimed(body: Json) -> None:
    if "expirationTime" in body:
        raise Refusal(501, "The local workspace does not claim permissions that expire.")


def create(tx: Transaction, file: sqlite3.Row, call: Call) -> Json:
    body = call.body
    _check_claimed(body)
    for field in ("type", "role"):
        if not body.get(field):
            raise no.PERMISSION_NEEDS(field)
    if body["type"] not in _GRANTEES:
        raise no.NO_SUCH("type")
    _check_role(file, call, body["role"], body["type"])
    named, form = _GRANTEES[body["type"]]
    for field in ("emailAddress", "domain"):
        given = body.get(field, "")
        if not form.fullmatch(given) if field == named else given:
            raise no.NOT_FOR_TYPE(field)
    if view := body.get("view"):
        if view != "published" or file["mime_type"] != "application/vnd.google-apps.form":
            raise no.NOT_FOR_FILE()
        if body["role"] != "reader":
            raise no.READERS_ONLY()
    if body["role"] == "owner":
        _transfer(tx, file, body["emailAddress"].lower())
    elif not view and body.get("emailAddress", "").lower() == file["owner"]:
        return _find(tx, file, grantee_id("user", file["owner"]))
    return grant(tx, file["id"], body)


def _check_role(file: sqlite3.Row, call: Call, wanted: str, kind: str) -> None:
    if wanted in ("organizer", "fileOrganizer"):
        raise no.SHARED_DRIVES_ONLY()
    if wanted not in _ORDER:
        raise no.NO_SUCH("role")
    if wanted == "owner":
        if kind != "user":
            raise no.NOT_FOR_TYPE("role")
        if not call.params.get("transferOwnership"):
            raise no.NEEDS_TRANSFER()


def _transfer(tx: Transaction, file: sqlite3.Row, to: str) -> None:
    if file["owner"] != tx.account:
        raise no.NOT_ALLOWED(file["id"])
    grant(tx, file["id"], {"type": "user", "role": "writer", "emailAddress": file["owner"]})
    tx.db.execute("UPDATE files SET owner = ? WHERE id = ?", (to, file["id"]))


def _find(tx: Transaction, file: sqlite3.Row, permission_id: str) -> Json:
    for one in of_file(tx, file["id"], "published"):
        if one["id"] == permission_id:
            return one
    raise no.NO_PERMISSION(permission_id)


def get(tx: Transaction, file: sqlite3.Row, call: Call) -> Json:
    return _find(tx, file, call.params["permissionId"])


def list_(tx: Transaction, file: sqlite3.Row, call: Call) -> Json:
    view = call.params.get("includePermissionsForView", "")
    if view not in ("", "published"):
        raise no.INVALID_VALUE("includePermissionsForView")
    every = of_file(tx, file["id"], view)
    return {"kind": "drive#permissionList", **page("permissions", every, call.params, most=100, binding=view)}


def update(tx: Transaction, file: sqlite3.Row, call: Call) -> Json:
    one = _find(tx, file, call.params["permissionId"])
    _check_claimed(call.body)
    if set(call.body) - {"role", "view", "kind", "pendingOwner"}:
        raise no.NOT_WRITABLE()
    wanted: str = call.body.get("role") or one["role"]
    _check_role(file, call, wanted, one["type"])
    if one["role"] == "owner" and wanted != "owner":
        raise no.NOT_ALLOWED(file["id"])
    if one.get("view") and wanted != "reader":
        raise no.READERS_ONLY()
    if wanted == "owner" and one["role"] != "owner":
        _transfer(tx, file, one["emailAddress"])
    return grant(tx, file["id"], {**one, "role": wanted})


def delete(tx: Transaction, file: sqlite3.Row, call: Call) -> None:
    one = _find(tx, file, call.params["permissionId"])
    if one["role"] == "owner":
        raise no.NOT_ALLOWED(file["id"])
    tx.db.execute("DELETE FROM permissions WHERE file_id = ? AND id = ?", (file["id"], one["id"]))
