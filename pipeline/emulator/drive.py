"""Drive v3: its methods. Files are kept by `drive_files`, permissions by `drive_permissions`."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from . import drive_permissions as permissions
from . import drive_query as query
from . import drive_refusals as no
from .calls import Call, Content, Handler, Json, Transaction
from .drive_files import (
    EXPLICITLY,
    FOLDER,
    KINDS,
    SPREADSHEET,
    WITH_ITS_FOLDER,
    make_file,
    root_id,
    row_of,
    seen,
)
from .refusal import Refusal
from .store import stamp

# What an answer holds when `fields` is not given.
_FILE, _PERMISSION = "kind,id,name,mimeType", "kind,id,type,role"
DEFAULT_FIELDS = {
    **{f"drive.files.{verb}": _FILE for verb in ("create", "get", "update", "copy")},
    "drive.files.list": f"kind,incompleteSearch,nextPageToken,files({_FILE})",
    **{f"drive.permissions.{verb}": _PERMISSION for verb in ("create", "get", "update")},
    "drive.permissions.list": f"kind,nextPageToken,permissions({_PERMISSION})",
}

# What Google makes of a spreadsheet and the local workspace does not.
_UNSERVED_EXPORTS = {
    "application/pdf",
    "application/zip",
    "application/x-vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet",
    "text/tab-separated-values",
}
_KEPT = {"description", "starred", "properties", "folderColorRgb", "copyRequiresWriterPermission", "writersCanShare"}
# By field: the column that it has, and what is written there.
_COLUMNS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", str),
    "trashed": ("trashed", lambda value: EXPLICITLY * value),
    "createdTime": ("created", lambda value: stamp(query.moment(value, "createdTime"))),
    "modifiedTime": ("modified", lambda value: stamp(query.moment(value, "modifiedTime"))),
}
# What Google writes and the local workspace does not.
_UNSERVED_FIELDS = {
    "contentHints",
    "contentRestrictions",
    "downloadRestrictions",
    "inheritedPermissionsDisabled",
    "originalFilename",
    "shortcutDetails",
    "viewedByMeTime",
    "viewersCanCopyContent",
}
_WRITABLE = _KEPT | set(_COLUMNS) | {"mimeType", "parents", "appProperties", "kind"}


# --- files ------------------------------------------------------------------------------------------------------


def find(tx: Transaction, file_id: str, *, write: bool = False) -> sqlite3.Row:
    """As `require_file`, in Drive's words."""
    if file_id == "root":
        file_id = root_id(tx)
    row, role = seen(tx, file_id)
    if row is None or role is None:
        raise no.NO_FILE(file_id)
    if write and role not in permissions.WRITERS:
        raise no.NOT_ALLOWED(file_id)
    return row


def to_change(tx: Transaction, file_id: str) -> sqlite3.Row:
    """A file that the caller may change; nobody changes My Drive itself."""
    row = find(tx, file_id, write=True)
    if row["parent"] is None:
        raise no.NOT_ALLOWED(row["id"])
    return row


def as_json(tx: Transaction, row: sqlite3.Row, base_url: str, view: str = "") -> Json:
    """The whole file as Drive tells it; the `fields` mask makes it short."""
    kind = KINDS[row["mime_type"]]
    granted = permissions.of_file(tx, row["id"], view)
    mine = row["owner"] == tx.account
    owner = _user(tx, row["owner"])
    role = permissions.role(tx, row)
    can_edit = role in permissions.WRITERS
    told: Json = {
        "kind": "drive#file",
        "id": row["id"],
        "name": row["name"],
        "mimeType": row["mime_type"],
        "starred": False,
        "trashed": bool(row["trashed"]),
        "explicitlyTrashed": row["trashed"] == EXPLICITLY,
        "spaces": ["drive"],
        "version": str(row["version"]),
        "createdTime": row["created"],
        "modifiedTime": row["modified"],
        "owners": [owner],
        "lastModifyingUser": owner,
        "ownedByMe": mine,
        "shared": any(one["role"] != "owner" for one in granted),
        "permissionIds": [one["id"] for one in granted],
        "capabilities": {
            **dict.fromkeys(("canEdit", "canRename", "canShare"), can_edit),
            **dict.fromkeys(("canTrash", "canDelete"), mine),
            **dict.fromkeys(("canCopy", "canDownload"), True),
        },
        "isAppAuthorized": row["client"] == tx.client,
        "quotaBytesUsed": "0",
        "size": "1024",
        "viewedByMe": True,
        "writersCanShare": True,
        "copyRequiresWriterPermission": False,
        "webViewLink": base_url + kind.page.format(id=row["id"]),
        **json.loads(row["more"]),
    }
    if row["parent"]:
        told["parents"] = [row["parent"]]
    if own := json.loads(row["app_properties"]).get(tx.client):
        told["appProperties"] = own
    if can_edit:
        told["permissions"] = granted
    if kind.export:
        address = f"{base_url}/drive/v3/files/{row['id']}/export?mimeType="
        told["exportLinks"] = {mime: address + mime for mime in kind.export}
    return told


def _user(tx: Transaction, email: str) -> Json:
    return {
        "kind": "drive#user",
        "displayName": email.partition("@")[0],
        "emailAddress": email,
        "me": email == tx.account,
        "permissionId": permissions.grantee_id("user", email),
    }


def _create(tx: Transaction, call: Call) -> Json:
    body = _writable(call)
    mime = body.pop("mimeType", "application/octet-stream")
    if mime not in KINDS:
        said = f"The local workspace keeps forms, spreadsheets and folders; it makes no files of type {mime}."
        raise Refusal(501, said)
    parent = _parent(tx, body.pop("parents", None))
    name = body.pop("name", "") or "Untitled"
    file_id = make_file(tx, mime, name, parent=parent)
    KINDS[mime].create(tx, file_id, name)
    _write(tx, file_id, body)
    _follow_folder(tx, file_id)
    return _told(tx, call, file_id)


def _told(tx: Transaction, call: Call, file_id: str) -> Json:
    row = row_of(tx, file_id)
    if row is None:
        raise no.NO_FILE(file_id)
    return as_json(tx, row, call.base_url, call.params.get("includePermissionsForView", ""))


def _parent(tx: Transaction, parents: list[str] | None) -> str:
    if not parents:
        return root_id(tx)
    if len(parents) > 1:
        raise no.ANOTHER_PARENT()
    row = find(tx, parents[0], write=True)
    if row["mime_type"] != FOLDER:
        raise no.NO_FOLDER()
    return str(row["id"])


def _writable(call: Call) -> Json:
    if unserved := _UNSERVED_FIELDS & set(call.body):
        raise Refusal(501, f"The local workspace does not keep a file's {', '.join(sorted(unserved))}.")
    if set(call.body) - _WRITABLE:
        raise no.NOT_WRITABLE()
    return dict(call.body)


def _write(tx: Transaction, file_id: str, body: Json) -> None:
    """Puts the writable fields of a body into the file's row."""
    row = row_of(tx, file_id)
    if row is None:
        raise no.NO_FILE(file_id)
    more, properties = json.loads(row["more"]), json.loads(row["app_properties"])
    columns: Json = {}
    for key, value in body.items():
        if key in _COLUMNS:
            column, written = _COLUMNS[key]
            columns[column] = written(value)
        elif key == "appProperties":
            properties[tx.client] = _merged(properties.get(tx.client, {}), value)
        elif key == "properties":
            more[key] = _merged(more.get(key, {}), value)
        elif key in _KEPT:
            more[key] = value
    columns |= {"more": json.dumps(more), "app_properties": json.dumps(properties)}
    columns.setdefault("modified", stamp(tx.now))
    sets = ", ".join(f"{name} = ?" for name in columns)
    tx.db.execute(
        f"UPDATE files SET {sets}, version = version + 1 WHERE id = ?",  # noqa: S608 - names are our own
        (*columns.values(), file_id),
    )


def _merged(old: Json, new: Json) -> Json:
    """Drive merges properties; null clears one."""
    for key, value in new.items():
        if value is not None and len(key.encode()) + len(value.encode()) > 124:
            raise no.PROPERTY_TOO_LONG()
    merged = {**old, **new}
    kept = {key: value for key, value in merged.items() if value is not None}
    if len(kept) > 30:
        raise no.TOO_MANY_PROPERTIES()
    return kept


def _get(tx: Transaction, call: Call) -> Json:
    row = find(tx, call.params["fileId"])
    if call.params.get("alt") == "media":
        raise no.NOT_DOWNLOADABLE()
    return _told(tx, call, row["id"])


def _update(tx: Transaction, call: Call) -> Json:
    row = to_change(tx, call.params["fileId"])
    body = _writable(call)
    if "parents" in body:
        raise no.PARENTS_NOT_WRITABLE()
    if body.pop("mimeType", row["mime_type"]) != row["mime_type"]:
        raise no.OTHER_TYPE()
    if body.get("trashed") is not None and row["owner"] != tx.account:
        raise no.NOT_ALLOWED(row["id"])
    added, removed = (
        [one for one in call.params.get(n, "").split(",") if one] for n in ("addParents", "removeParents")
    )
    if removed and not added:
        raise Refusal(501, "The local workspace keeps each file in one folder: removeParents goes with addParents.")
    if added:
        parent = _parent(tx, added)
        if any(parent == above for above in (row["id"], *(one["id"] for one in _inside(tx, row["id"])))):
            raise no.OWN_PARENT()
        from_ = [find(tx, one)["id"] for one in removed]
        # The owner's file leaves the folder it was in; anybody else has to say that it shall.
        if row["owner"] != tx.account and row["parent"] not in (parent, *from_):
            raise no.ANOTHER_PARENT()
        tx.db.execute("UPDATE files SET parent = ? WHERE id = ?", (parent, row["id"]))
    _write(tx, row["id"], body)
    if "trashed" in body or added:
        _follow_folder(tx, row["id"])
    return _told(tx, call, row["id"])


def _follow_folder(tx: Transaction, file_id: str) -> None:
    """A file is in the trash because it was put there by itself, or because its folder is; so is all that lies in it."""
    tx.db.execute(
        "UPDATE files SET trashed = coalesce((SELECT ? * (f.trashed > 0) FROM files f WHERE f.id = files.parent), 0) "
        "WHERE id = ? AND trashed != ?",
        (WITH_ITS_FOLDER, file_id, EXPLICITLY),
    )
    for row in tx.rows("SELECT id FROM files WHERE parent = ?", file_id):
        _follow_folder(tx, row["id"])


def _inside(tx: Transaction, folder: str) -> Iterator[sqlite3.Row]:
    """Everything in a folder, at any depth."""
    for row in tx.rows("SELECT * FROM files WHERE parent = ?", folder):
        yield row
        yield from _inside(tx, row["id"])


def _copy(tx: Transaction, call: Call) -> Json:
    row = find(tx, call.params["fileId"])
    body = _writable(call)
    if row["mime_type"] == FOLDER:
        raise no.NOT_COPYABLE()
    body.pop("mimeType", None)
    parents = body.pop("parents", None)
    parent = _parent(tx, parents) if parents or row["owner"] != tx.account else row["parent"]
    name = body.pop("name", "") or f"Copy of {row['name']}"
    file_id = make_file(tx, row["mime_type"], name, parent=parent)
    tx.db.execute("UPDATE files SET more = ? WHERE id = ?", (row["more"], file_id))
    if own := json.loads(row["app_properties"]).get(tx.client):
        _write(tx, file_id, {"appProperties": own})
    KINDS[row["mime_type"]].copy(tx, row["id"], file_id)
    _write(tx, file_id, body)
    _follow_folder(tx, file_id)
    return _told(tx, call, file_id)


def _delete(tx: Transaction, call: Call) -> None:
    row = find(tx, call.params["fileId"])
    if row["owner"] != tx.account or row["parent"] is None:
        raise no.NOT_ALLOWED(row["id"])
    for one in [row, *_inside(tx, row["id"])]:
        KINDS[one["mime_type"]].delete(tx, one["id"])
        tx.db.execute("DELETE FROM permissions WHERE file_id = ?", (one["id"],))
        tx.db.execute("DELETE FROM files WHERE id = ?", (one["id"],))


def _list(tx: Transaction, call: Call) -> Json:
    if call.params.get("spaces", "drive") != "drive":
        raise Refusal(501, "The local workspace has the space `drive` only.")
    if shared := call.params.get("driveId") or call.params.get("teamDriveId"):
        raise no.NO_SHARED_DRIVE(shared)
    if (corpora := call.params.get("corpora", "user")) not in ("user", "allDrives"):
        raise query.unknown(corpora, "corpora")
    text, order = call.params.get("q", ""), call.params.get("orderBy", "")
    matches = query.parse(text, root_id(tx) if "root" in text else "", tx.account)
    binding = hashlib.sha256(f"{text}\0{order}".encode()).hexdigest()[:12]
    view = call.params.get("includePermissionsForView", "")
    found = []
    for row in tx.rows("SELECT * FROM files ORDER BY modified DESC, id"):
        if (tx.sees_all or row["client"] == tx.client) and permissions.role(tx, row, listed=True):
            told = as_json(tx, row, call.base_url, view)
            if matches(told):
                found.append(told)
    query.sort(found, order)
    return {
        "kind": "drive#fileList",
        "incompleteSearch": False,
        **query.page("files", found, call.params, most=1000, binding=binding),
    }


def _export(tx: Transaction, call: Call) -> Content:
    row = find(tx, call.params["fileId"])
    kind = KINDS[row["mime_type"]]
    wanted = call.params["mimeType"]
    if row["mime_type"] == FOLDER:
        raise no.NOT_EXPORTABLE()
    if row["mime_type"] == SPREADSHEET and wanted in _UNSERVED_EXPORTS:
        raise Refusal(501, f"The local workspace does not export to {wanted}.")
    if wanted not in kind.export:
        raise no.NO_CONVERSION()
    return Content(kind.export[wanted](tx, row["id"]), wanted)


def _comments(tx: Transaction, call: Call) -> Json:
    """None: nobody comments in the local workspace. gspread's `copy` asks."""
    find(tx, call.params["fileId"])
    if not call.params.get("fields"):
        raise no.NEEDS_FIELDS()
    return {"kind": "drive#commentList", "comments": []}


def _about(tx: Transaction, call: Call) -> Json:
    if not call.params.get("fields"):
        raise no.NEEDS_FIELDS()
    return {
        "kind": "drive#about",
        "user": _user(tx, tx.account),
        "storageQuota": {"limit": "16106127360", "usage": "0", "usageInDrive": "0", "usageInDriveTrash": "0"},
        "exportFormats": {mime: list(kind.export) for mime, kind in KINDS.items() if kind.export},
    }


def _on_file(
    method: Callable[[Transaction, sqlite3.Row, Call], Json | None],
    found: Callable[[Transaction, str], sqlite3.Row] = find,
) -> Handler:
    return lambda tx, call: method(tx, found(tx, call.params["fileId"]), call)


HANDLERS: dict[str, Handler] = {
    "drive.about.get": _about,
    "drive.files.create": _create,
    "drive.files.get": _get,
    "drive.files.list": _list,
    "drive.files.update": _update,
    "drive.files.copy": _copy,
    "drive.files.delete": _delete,
    "drive.files.export": _export,
    "drive.comments.list": _comments,
    "drive.permissions.create": _on_file(permissions.create, to_change),
    "drive.permissions.get": _on_file(permissions.get),
    "drive.permissions.list": _on_file(permissions.list_, partial(find, write=True)),
    "drive.permissions.update": _on_file(permissions.update, to_change),
    "drive.permissions.delete": _on_file(permissions.delete, to_change),
}
