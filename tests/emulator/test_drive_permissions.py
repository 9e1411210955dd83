"""Who may see and change a file: Drive's permissions, and the published view of forms."""

from __future__ import annotations

import pytest

from .conftest import refusal, service

FOLDER = "application/vnd.google-apps.folder"
ANA = {"type": "user", "role": "reader", "emailAddress": "Ana@example.com"}
ANYONE_ANSWERS = {"type": "anyone", "role": "reader", "view": "published"}


def grant(drive, file_id: str, body: dict, **params: object) -> dict:
    return drive.permissions().create(fileId=file_id, body=body, **params).execute()


def roles(drive, file_id: str, **params: object) -> list[tuple[str, str]]:
    listed = drive.permissions().list(fileId=file_id, fields="permissions(type,role)", **params).execute()
    return sorted((one["type"], one["role"]) for one in listed["permissions"])


def test_a_permission_is_told_in_four_fields(drive, form):
    """Unless more is asked for; addresses in lower case."""
    told = grant(drive, form.id, ANA, sendNotificationEmail=False)
    assert told == {"kind": "drive#permission", "id": told["id"], "type": "user", "role": "reader"}
    more = drive.permissions().get(fileId=form.id, permissionId=told["id"], fields="*").execute()
    assert more["emailAddress"] == "ana@example.com"


def test_the_published_view_is_listed_when_asked_for(drive, form):
    """With `includePermissionsForView=published`, and with `view` to tell it by."""
    told = grant(drive, form.id, ANYONE_ANSWERS)
    assert roles(drive, form.id) == [("user", "owner")]
    assert roles(drive, form.id, includePermissionsForView="published") == [("anyone", "reader"), ("user", "owner")]
    whole = drive.permissions().get(fileId=form.id, permissionId=told["id"], fields="view,role").execute()
    assert whole == {"view": "published", "role": "reader"}
    file = drive.files().get(fileId=form.id, fields="permissions(view)", includePermissionsForView="published")
    assert {"view": "published"} in file.execute()["permissions"]


def test_the_published_view_gives_no_access_to_the_file(workspace, drive, form, token_for):
    """It lets one answer the form, not open it."""
    grant(drive, form.id, {**ANA, "view": "published"})
    with service(workspace, "drive", token_for("drive", account="ana@example.com")) as hers:
        assert refusal(hers.files().get(fileId=form.id)).status_code == 404


def test_granting_again_changes_the_one_permission(drive, form):
    """A grantee has one per view."""
    first, second = grant(drive, form.id, ANA), grant(drive, form.id, {**ANA, "role": "writer"})
    assert first["id"] == second["id"]
    grant(drive, form.id, ANYONE_ANSWERS)
    grant(drive, form.id, ANYONE_ANSWERS)
    assert len(roles(drive, form.id, includePermissionsForView="published")) == 3


def test_updating_and_deleting_a_permission(drive, form):
    """By its id; a deleted one is 404."""
    permission = grant(drive, form.id, ANA)["id"]
    drive.permissions().update(fileId=form.id, permissionId=permission, body={"role": "writer"}).execute()
    assert ("user", "writer") in roles(drive, form.id)
    drive.permissions().delete(fileId=form.id, permissionId=permission).execute()
    assert roles(drive, form.id) == [("user", "owner")]
    refused = refusal(drive.permissions().delete(fileId=form.id, permissionId=permission))
    assert (refused.status_code, refused.reason) == (404, f"Permission not found: {permission}.")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "user"},
        {"role": "reader"},
        {"type": "user", "role": "reader"},
        {"type": "user", "role": "reader", "emailAddress": "not an address"},
        {"type": "domain", "role": "reader"},
        {"type": "anyone", "role": "reader", "emailAddress": "ana@example.com"},
        {"type": "domain", "role": "reader", "domain": "example.com", "emailAddress": "ana@example.com"},
        {"type": "user", "role": "reader", "emailAddress": "ana@example.com", "domain": "example.com"},
        {"type": "everyone", "role": "reader"},
        {"type": "anyone", "role": "king"},
        {"type": "anyone", "role": "owner"},
        {"type": "user", "role": "owner", "emailAddress": "ana@example.com"},
        {"type": "anyone", "role": "writer", "view": "published"},
        {"type": "anyone", "role": "reader", "view": "secret"},
        {"type": "user", "role": "organizer", "emailAddress": "ana@example.com"},
    ],
)
def test_permissions_that_cannot_be_are_refused(drive, form, body):
    """Type and role are required, and must fit one another."""
    assert refusal(drive.permissions().create(fileId=form.id, body=body)).status_code in (400, 403)
    assert roles(drive, form.id, includePermissionsForView="published") == [("user", "owner")]


def test_a_permission_that_expires_is_not_claimed(drive, form):
    """By neither way."""
    body = {"type": "user", "role": "reader", "emailAddress": "ana@example.com"}
    made = drive.permissions().create(fileId=form.id, body=body).execute()["id"]
    late = {"role": "reader", "expirationTime": "2030-01-01T00:00:00Z"}
    assert refusal(drive.permissions().create(fileId=form.id, body={**body, **late})).status_code == 501
    assert refusal(drive.permissions().update(fileId=form.id, permissionId=made, body=late)).status_code == 501


def test_only_forms_have_a_published_view(drive):
    """Nothing else is answered."""
    folder = drive.files().create(body={"name": "F", "mimeType": FOLDER}).execute()["id"]
    assert refusal(drive.permissions().create(fileId=folder, body=ANYONE_ANSWERS)).status_code == 400


def test_the_owner_stays(drive, form):
    """Neither deleted nor demoted; ownership is transferred when said so."""
    (owner,) = drive.permissions().list(fileId=form.id).execute()["permissions"]
    assert refusal(drive.permissions().delete(fileId=form.id, permissionId=owner["id"])).status_code == 403
    demoted = drive.permissions().update(fileId=form.id, permissionId=owner["id"], body={"role": "reader"})
    assert refusal(demoted).status_code == 403
    grant(drive, form.id, {**ANA, "role": "owner"}, transferOwnership=True)
    told = drive.files().get(fileId=form.id, fields="ownedByMe,owners/emailAddress").execute()
    assert told == {"ownedByMe": False, "owners": [{"emailAddress": "ana@example.com"}]}


@pytest.mark.parametrize(
    ("role", "reads", "writes"), [(None, False, False), ("reader", True, False), ("writer", True, True)]
)
def test_roles_let_one_read_and_write_in_every_api(workspace, drive, form, token_for, role, reads, writes):
    """What one may not read or write is forbidden; to Drive, what one may not read is not there."""
    if role:
        grant(drive, form.id, {**ANA, "role": role})
    token = token_for("drive", account="ana@example.com")
    rename = {"updateFormInfo": {"info": {"title": "Hers"}, "updateMask": "title"}}
    with service(workspace, "drive", token) as files, service(workspace, "forms", token) as theirs:
        get = theirs.forms().get(formId=form.id)
        batch = theirs.forms().batchUpdate(formId=form.id, body={"requests": [rename]})
        update = files.files().update(fileId=form.id, body={"name": "Hers"})
        for call, allowed in ((get, reads), (batch, writes), (update, writes)):
            if allowed:
                call.execute()
            else:
                assert refusal(call).status_code == (404 if call is update and not reads else 403)
        if role:
            assert refusal(files.files().delete(fileId=form.id)).status_code == 403


@pytest.mark.parametrize(("role", "told"), [("reader", False), ("writer", True)])
def test_who_may_share_a_file_is_told_with_whom_it_is_shared(workspace, drive, form, token_for, role, told):
    """`capabilities.canShare` says beforehand whether the list is a 403."""
    grant(drive, form.id, {"type": "user", "role": role, "emailAddress": "ana@example.com"})
    with service(workspace, "drive", token_for("drive", account="ana@example.com")) as anas:
        able = anas.files().get(fileId=form.id, fields="capabilities/canShare").execute()
        listing = anas.permissions().list(fileId=form.id)
        assert able == {"capabilities": {"canShare": told}}
        if told:
            assert len(listing.execute()["permissions"]) == 2
        else:
            assert refusal(listing).status_code == 403


def test_a_folder_hands_its_permissions_down(workspace, drive, token_for):
    """To what lies in it, at any depth."""
    folder = drive.files().create(body={"name": "F", "mimeType": FOLDER}).execute()["id"]
    inner = drive.files().create(body={"name": "G", "mimeType": FOLDER, "parents": [folder]}).execute()["id"]
    grant(drive, folder, ANA)
    with service(workspace, "drive", token_for("drive", account="ana@example.com")) as hers:
        assert hers.files().get(fileId=inner).execute()["name"] == "G"
        assert {file["name"] for file in hers.files().list().execute()["files"]} == {"F", "G"}
