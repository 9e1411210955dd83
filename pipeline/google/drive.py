"""Google's Drive API, as far as files and their sharing go: one function a REST method, its names, dict in, dict out.

Every call says `supportsAllDrives`, so that a folder of a shared drive is a folder like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.google.replies import Call, Json, Repeat
from pipeline.google.session import Session

FORM = "application/vnd.google-apps.form"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FILE_FIELDS = (
    "id,name,mimeType,parents,trashed,appProperties,createdTime,modifiedTime,webViewLink,capabilities(canEdit)"
)
PERMISSION_FIELDS = "id,type,role,view,emailAddress,domain"


def about_get(session: Session) -> Json:
    """about.get: the account that is signed in, `{"user": {"emailAddress": ...}, "storageQuota": {"usage": ...}}`."""
    request = (
        session.service("drive", "v3").about().get(fields="user(emailAddress,displayName),storageQuota(limit,usage)")
    )
    return session.execute(Call("drive.about.get"), request)


def files_create(session: Session, body: Json, *, settled: Callable[[], Json | None] | None = None) -> Json:
    """files.create without content: a spreadsheet or folder, born with its name, parents and appProperties.

    Twice makes two files, so without `settled` a lost answer raises OutcomeUnknown.
    """
    call = Call("drive.files.create", Repeat.ONCE, settled)
    return session.execute(call, _files(session).create(body=body, fields=FILE_FIELDS, supportsAllDrives=True))


def files_get(session: Session, file_id: str) -> Json:
    """files.get: the file's metadata."""
    request = _files(session).get(fileId=file_id, fields=FILE_FIELDS, supportsAllDrives=True)
    return session.execute(Call("drive.files.get"), request)


def files_list(
    session: Session,
    q: str,
    *,
    fields: str = f"nextPageToken,files({FILE_FIELDS})",
    include_permissions_for_view: str | None = None,
) -> list[Json]:
    """files.list: all files that match the query `q`, over all pages and drives.

    Args:
        fields: must name `nextPageToken`, or the first page is taken for all of them.
        include_permissions_for_view: "published" lists the responders of forms among the permissions.
    """
    shared = {"supportsAllDrives": True, "includeItemsFromAllDrives": True, "pageSize": 100}
    given: dict[str, Any] = {"q": q, "fields": fields, **shared}
    if include_permissions_for_view:
        given["includePermissionsForView"] = include_permissions_for_view
    return _all_pages(session, Call("drive.files.list"), _files(session).list, given, "files")


def files_update(
    session: Session, file_id: str, body: Json, *, add_parents: str | None = None, remove_parents: str | None = None
) -> Json:
    """files.update of metadata: name, appProperties, trashed; moves it too. A property set to None is removed."""
    given: dict[str, Any] = {"fileId": file_id, "body": body, "fields": FILE_FIELDS, "supportsAllDrives": True}
    if add_parents:
        given["addParents"] = add_parents
    if remove_parents:
        given["removeParents"] = remove_parents
    return session.execute(Call("drive.files.update"), _files(session).update(**given))


def files_delete(session: Session, file_id: str) -> None:
    """files.delete: for good, past the trash."""
    request = _files(session).delete(fileId=file_id, supportsAllDrives=True)
    session.execute(Call("drive.files.delete", Repeat.DELETE), request)


def permissions_create(session: Session, file_id: str, body: Json) -> Json:
    """permissions.create, without a mail from Google. Twice for one person is the same as once: Drive keeps one.

    Args:
        body: `{"type": "user", "emailAddress": ..., "role": "reader", "view": "published"}` opens a form.
    """
    request = _permissions(session).create(
        fileId=file_id, body=body, fields=PERMISSION_FIELDS, sendNotificationEmail=False, supportsAllDrives=True
    )
    return session.execute(Call("drive.permissions.create"), request)


def permissions_list(session: Session, file_id: str) -> list[Json]:
    """permissions.list, responders (`view: published`) included."""
    given: dict[str, Any] = {
        "fileId": file_id,
        "fields": f"nextPageToken,permissions({PERMISSION_FIELDS})",
        "includePermissionsForView": "published",
        "pageSize": 100,
        "supportsAllDrives": True,
    }
    return _all_pages(session, Call("drive.permissions.list"), _permissions(session).list, given, "permissions")


def permissions_delete(session: Session, file_id: str, permission_id: str) -> None:
    """permissions.delete."""
    request = _permissions(session).delete(fileId=file_id, permissionId=permission_id, supportsAllDrives=True)
    session.execute(Call("drive.permissions.delete", Repeat.DELETE), request)


def _all_pages(session: Session, call: Call, method: Callable[..., Any], given: Json, key: str) -> list[Json]:
    found: list[Json] = []
    while True:
        page = session.execute(call, method(**given))
        found += page.get(key, [])
        if not page.get("nextPageToken"):
            return found
        given["pageToken"] = page["nextPageToken"]


def _files(session: Session) -> Any:
    return session.service("drive", "v3").files()


def _permissions(session: Session) -> Any:
    return session.service("drive", "v3").permissions()
