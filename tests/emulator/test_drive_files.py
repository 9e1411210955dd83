"""Files of Drive: made, found, changed, copied, thrown away; and what a search may ask."""

from __future__ import annotations

import pytest

from .conftest import refusal, service

FORM = "application/vnd.google-apps.form"
FOLDER = "application/vnd.google-apps.folder"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"


def make(drive, name: str = "File", mime: str = FORM, **more: object) -> str:
    return drive.files().create(body={"name": name, "mimeType": mime, **more}).execute()["id"]


def names(drive, q: str = "", **params: object) -> list[str]:
    return [file["name"] for file in drive.files().list(q=q or None, **params).execute()["files"]]


def reason(refused) -> str:
    return refused.error_details[0]["reason"]


# --- create, get, update -----------------------------------------------------------------------------------------------


def test_create_answers_four_fields_unless_asked_for_more(drive):
    """`kind, id, name, mimeType`."""
    told = drive.files().create(body={"name": "F", "mimeType": FOLDER}).execute()
    assert told == {"kind": "drive#file", "id": told["id"], "name": "F", "mimeType": FOLDER}
    wanted = "id,parents,trashed,ownedByMe,owners(emailAddress,me),capabilities/canEdit"
    more = drive.files().create(body={"name": "F", "mimeType": FOLDER}, fields=wanted).execute()
    assert set(more) == {"id", "parents", "trashed", "ownedByMe", "owners", "capabilities"}
    assert more["trashed"] is False
    assert more["capabilities"] == {"canEdit": True}


def test_the_star_tells_the_whole_file(drive):
    """False is told: Drive is older than proto3's omissions."""
    told = drive.files().get(fileId=make(drive), fields="*").execute()
    assert told["starred"] is False
    assert told["webViewLink"].endswith("/edit")
    assert [one["role"] for one in told["permissions"]] == ["owner"]


def test_a_spreadsheet_born_in_drive_is_a_spreadsheet(drive, sheets):
    """As gspread makes them."""
    file_id = make(drive, "Ranking", SPREADSHEET)
    assert sheets.get(spreadsheetId=file_id).execute()["properties"]["title"] == "Ranking"


def test_other_kinds_of_files_are_not_kept_and_it_says_so(drive):
    """501, loudly."""
    refused = refusal(drive.files().create(body={"name": "x", "mimeType": "text/plain"}))
    assert (refused.status_code, "forms, spreadsheets and folders" in refused.reason) == (501, True)


def test_a_file_goes_where_its_parent_says(drive):
    """And into My Drive without one; moved by addParents and removeParents."""
    folder = make(drive, "Folder", FOLDER)
    inside = make(drive, "Inside", parents=[folder])
    root = drive.files().get(fileId="root", fields="id").execute()["id"]
    assert names(drive, f"'{folder}' in parents") == ["Inside"]
    told = drive.files().update(fileId=inside, addParents=root, removeParents=folder, fields="parents").execute()
    assert told["parents"] == [root]
    assert sorted(names(drive, "'root' in parents")) == ["Folder", "Inside"]


def test_only_the_owner_moves_a_file_without_saying_from_where(workspace, drive, token_for):
    """A file has one parent: the owner's leaves its folder, anybody else's is refused the second one."""
    folder, other = make(drive, "Folder", FOLDER), make(drive, "Other", FOLDER)
    inside = make(drive, "Inside", parents=[folder])
    told = drive.files().update(fileId=inside, addParents=other, fields="parents").execute()
    assert told["parents"] == [other]
    for shared in (inside, folder, other):
        ana = {"type": "user", "role": "writer", "emailAddress": "ana@example.com"}
        drive.permissions().create(fileId=shared, body=ana).execute()
    with service(workspace, "drive", token_for("drive", account="ana@example.com")) as anas:
        refused = refusal(anas.files().update(fileId=inside, addParents=folder))
        assert (refused.status_code, reason(refused)) == (403, "cannotAddParent")
        assert refused.reason == "Increasing the number of parents is not allowed"
        told = anas.files().update(fileId=inside, addParents=folder, removeParents=other, fields="parents").execute()
    assert told["parents"] == [folder]
    assert refusal(drive.files().update(fileId=inside, addParents=other, removeParents="nothing")).status_code == 404


def test_parents_are_not_written_by_update(drive):
    """Google's words name the parameters to use."""
    refused = refusal(drive.files().update(fileId=make(drive), body={"parents": ["x"]}))
    assert (refused.status_code, reason(refused)) == (403, "fieldNotWritable")


def test_what_drive_makes_itself_cannot_be_written(drive):
    """Sizes, links, owners."""
    refused = refusal(drive.files().update(fileId=make(drive), body={"webViewLink": "x"}))
    assert reason(refused) == "fieldNotWritable"


def test_my_drive_itself_is_not_changed(drive):
    """Not renamed, moved, trashed, shared or deleted; it holds files, no more."""
    files, inside = drive.files(), make(drive)
    calls = [files.update(fileId="root", body=body) for body in ({"name": "New"}, {"trashed": True}, {})]
    calls += [
        files.delete(fileId="root"),
        drive.permissions().create(fileId="root", body={"type": "anyone", "role": "reader"}),
    ]
    assert [reason(refusal(call)) for call in calls] == ["insufficientFilePermissions"] * 5
    assert drive.files().get(fileId=inside, fields="trashed").execute() == {"trashed": False}


def test_what_google_writes_and_the_workspace_does_not_keep_is_told_as_such(drive):
    """501, since Google's 403 would be a lie."""
    locked = {"contentRestrictions": [{"readOnly": True}], "name": "New"}
    assert refusal(drive.files().update(fileId=make(drive), body=locked)).status_code == 501


def test_a_folder_cannot_lie_in_itself(drive):
    """Nor in what lies in it."""
    outer = make(drive, "Outer", FOLDER)
    inner = make(drive, "Inner", FOLDER, parents=[outer])
    for parent in (outer, inner):
        assert refusal(drive.files().update(fileId=outer, addParents=parent)).status_code == 403


def test_modified_time_moves_with_content_and_name(drive, forms, control):
    """Whichever API changed it."""
    file_id = make(drive)

    def modified() -> str:
        return drive.files().get(fileId=file_id, fields="modifiedTime").execute()["modifiedTime"]

    seen = [modified()]
    control("clock", advance=60)
    drive.files().update(fileId=file_id, body={"name": "New"}).execute()
    seen.append(modified())
    control("clock", advance=60)
    info = {"updateFormInfo": {"info": {"title": "T"}, "updateMask": "title"}}
    forms.batchUpdate(formId=file_id, body={"requests": [info]}).execute()
    seen.append(modified())
    assert seen == sorted(set(seen))


def test_app_properties_merge_and_null_clears_one(drive):
    """Thirty at most, and 124 bytes each."""
    file_id = make(drive, appProperties={"role": "backend", "round": "technical"})

    def write(**properties: object) -> dict:
        told = drive.files().update(fileId=file_id, body={"appProperties": properties}, fields="appProperties")
        return told.execute()

    assert write(round=None, more="x") == {"appProperties": {"role": "backend", "more": "x"}}
    assert reason(refusal(drive.files().update(fileId=file_id, body={"appProperties": {"k": "v" * 124}}))) == (
        "propertyKeyAndValueTooLong"
    )
    many = {f"k{n}": "v" for n in range(30)}
    assert refusal(drive.files().update(fileId=file_id, body={"appProperties": many})).status_code == 403


def test_app_properties_are_private_to_their_client(workspace, drive, token_for):
    """Another app sees the file, and has properties of its own on it."""
    file_id = make(drive, appProperties={"role": "backend"})
    with service(workspace, "drive", token_for("drive", client="another-app")) as other:
        assert other.files().get(fileId=file_id, fields="appProperties").execute() == {}


def test_deleting_is_204_and_for_good(http, drive):
    """No body; folders take along what lies in them."""
    folder = make(drive, "Folder", FOLDER)
    inside = make(drive, "Inside", parents=[folder])
    answer = http.delete(f"/drive/v3/files/{folder}")
    assert (answer.status_code, answer.content) == (204, b"")
    refused = refusal(drive.files().get(fileId=inside))
    assert (refused.status_code, refused.reason) == (404, f"File not found: {inside}.")
    assert reason(refused) == "notFound"


def test_a_trashed_file_is_still_there(drive):
    """Only searches that ask for it leave it out."""
    file_id = make(drive, "Old")
    drive.files().update(fileId=file_id, body={"trashed": True}).execute()
    assert names(drive) == ["Old"]
    assert names(drive, "trashed = false") == []
    assert names(drive, "trashed=true") == ["Old"]


def test_what_lies_in_a_folder_goes_into_the_trash_with_it(drive, forms):
    """And comes back with it, but for what was put there by itself."""
    folder = make(drive, mime=FOLDER)
    form, other = make(drive, parents=[folder]), make(drive, parents=[folder])
    drive.files().update(fileId=other, body={"trashed": True}).execute()
    drive.files().update(fileId=folder, body={"trashed": True}).execute()
    told = drive.files().get(fileId=form, fields="trashed,explicitlyTrashed").execute()
    assert told == {"trashed": True, "explicitlyTrashed": False}
    assert refusal(forms.get(formId=form)).status_code == 404
    drive.files().update(fileId=form, body={"trashed": False}).execute()
    assert drive.files().get(fileId=form, fields="trashed").execute() == {"trashed": True}  # with its folder, still
    drive.files().update(fileId=folder, body={"trashed": False}).execute()
    assert forms.get(formId=form).execute()["formId"] == form
    assert refusal(forms.get(formId=other)).status_code == 404


def test_a_form_cannot_be_downloaded_or_exported(http, drive):
    """It has no content of bytes."""
    file_id = make(drive)
    answer = http.get(f"/drive/v3/files/{file_id}", params={"alt": "media"})
    assert answer.json()["error"]["errors"][0]["reason"] == "fileNotDownloadable"
    assert refusal(drive.files().export(fileId=file_id, mimeType="text/csv")).status_code == 400
    assert refusal(drive.files().export(fileId=make(drive, "F", FOLDER), mimeType="text/csv")).status_code == 403


def test_a_spreadsheet_is_exported_as_csv_and_xlsx(drive, sheets):
    """The bytes themselves, not JSON."""
    file_id = make(drive, "Ranking", SPREADSHEET)
    values = {"values": [["name", "score"], ["Ana, B.", 4.5]]}
    sheets.values().update(spreadsheetId=file_id, range="A1", valueInputOption="RAW", body=values).execute()
    text = drive.files().export(fileId=file_id, mimeType="text/csv").execute()
    assert text.decode().splitlines() == ["name,score", '"Ana, B.",4.5']
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert drive.files().export(fileId=file_id, mimeType=xlsx).execute()[:2] == b"PK"


def test_about_tells_the_account_and_wants_fields(drive):
    """The one method that has no default."""
    told = drive.about().get(fields="user(emailAddress)").execute()
    assert told == {"user": {"emailAddress": "owner@workspace.example"}}
    assert reason(refusal(drive.about().get())) == "required"


def test_methods_not_kept_are_501_by_name(drive):
    """Comments, revisions, changes, shared drives."""
    for call in (drive.drives().list(), drive.changes().getStartPageToken(), drive.files().generateIds()):
        assert refusal(call).status_code == 501


# --- list --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(drive, control):
    """Four files a minute apart, with properties and names that searches can tell apart."""
    for name, mime, properties in [
        ("Backend: technical", FORM, {"role": "backend", "round": "technical"}),
        ("Backend: team", FORM, {"role": "backend", "round": "team"}),
        ("Backend", SPREADSHEET, {"role": "backend"}),
        ("it's Ana's", FOLDER, {}),
    ]:
        make(drive, name, mime, appProperties=properties)
        control("clock", advance=60)
    return drive


ALL = ["Backend: technical", "Backend: team", "Backend", "it's Ana's"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", ALL),
        ("name = 'backend'", ["Backend"]),
        ("name != 'Backend'", ["Backend: technical", "Backend: team", "it's Ana's"]),
        ("name contains 'tech'", ["Backend: technical"]),
        ("name contains 'echnical'", []),
        (r"name = 'it\'s Ana\'s'", ["it's Ana's"]),
        ("name = \"it's Ana's\"", ["it's Ana's"]),
        (f"mimeType='{FORM}'", ["Backend: technical", "Backend: team"]),
        (f"mimeType != '{FORM}' and trashed = false", ["Backend", "it's Ana's"]),
        ("mimeType contains 'application/vnd'", ALL),
        ("appProperties has { key='role' and value='backend' }", ALL[:3]),
        ("appProperties has {value='team' and key='round'} and not trashed=true", ["Backend: team"]),
        ("appProperties has { key='role' and value='frontend' }", []),
        (f"(mimeType='{FORM}' or mimeType='{FOLDER}') and not name contains 'team'", [ALL[0], ALL[3]]),
        ("not (name = 'Backend' or name contains 'it')", ALL[:2]),
        ("'me' in owners", ALL),
        ("'owner@workspace.example' in owners and name = 'Backend'", ["Backend"]),
        ("modifiedTime > '2020-01-01T00:00:00'", ALL),
        ("modifiedTime < '2020-01-01T00:00:00Z'", []),
        ("createdTime >= '2020-01-01T00:00:00+02:00' AND NOT starred = true", ALL),
    ],
)
def test_searches_find_what_they_say(shelf, q, found):
    """The operators of Drive's search language, and Drive's rules for each field."""
    assert sorted(names(shelf, q)) == sorted(found)


def test_a_search_by_time_finds_what_changed_since(shelf):
    """To the moment."""
    times = shelf.files().list(orderBy="modifiedTime", fields="files(name,modifiedTime)").execute()["files"]
    assert names(shelf, f"modifiedTime > '{times[1]['modifiedTime']}'", orderBy="modifiedTime") == ALL[2:]


@pytest.mark.parametrize(
    "q",
    [
        "name",
        "name =",
        "name = Backend",
        "name like 'x'",
        "colour = 'red'",
        "name = 'a' name = 'b'",
        "(name = 'a'",
        "trashed = maybe",
        "appProperties has { key='a' }",
        "modifiedTime > 'yesterday'",
        "'x' in friends",
        "name = 'a",
        "not",
        "mimeType > 'x'",
        "'root'",
        "and",
        "(" * 300,
    ],
)
def test_searches_that_mean_nothing_are_refused(drive, q):
    """`Invalid Value`, at the parameter q."""
    refused = refusal(drive.files().list(q=q))
    assert (refused.status_code, refused.reason) == (400, "Invalid Value")
    assert refused.error_details[0]["location"] == "q"


def test_a_list_comes_in_pages_bound_to_its_query(shelf):
    """Latest change first unless ordered otherwise."""
    assert names(shelf) == ALL[::-1]
    first = shelf.files().list(pageSize=3, orderBy="name desc").execute()
    request = shelf.files().list_next(shelf.files().list(pageSize=3, orderBy="name desc"), first)
    second = request.execute()
    assert len(first["files"]) == 3
    assert "nextPageToken" not in second
    assert [file["name"] for file in first["files"] + second["files"]] == sorted(ALL, key=str.lower, reverse=True)
    stolen = shelf.files().list(pageSize=3, orderBy="name", pageToken=first["nextPageToken"])
    assert refusal(stolen).status_code == 400


def test_there_are_no_shared_drives(drive):
    """What lies in one is not looked for among the owner's files."""
    assert refusal(drive.files().list(corpora="drive", driveId="0ABC")).status_code == 404


@pytest.mark.parametrize("params", [{"pageSize": 0}, {"pageSize": 1001}, {"orderBy": "colour"}, {"corpora": "colour"}])
def test_page_sizes_and_orders_have_bounds(drive, params):
    """1 to 1000."""
    assert refusal(drive.files().list(**params)).status_code == 400


def test_a_list_masks_the_files_in_it(shelf):
    """Default fields are kind, id, name and mimeType."""
    assert set(shelf.files().list().execute()["files"][0]) == {"kind", "id", "name", "mimeType"}
    told = shelf.files().list(fields="nextPageToken, files(id, appProperties/role)", pageSize=2).execute()
    assert set(told) == {"files", "nextPageToken"}
    refused = refusal(shelf.files().list(fields="files(colour)"))
    assert (refused.status_code, refused.reason) == (400, "Invalid field selection files/colour")


# --- drive.file ----------------------------------------------------------------------------------------------------------


def test_drive_file_shows_a_client_its_own_files_only(workspace, drive, forms, token_for):
    """Of the same account: another client's files are not there, in any API."""
    theirs = make(drive, "Somebody else's")
    token = token_for("drive.file", client="our-app")
    with service(workspace, "drive", token) as ours, service(workspace, "forms", token) as our_forms:
        own = ours.files().create(body={"name": "Ours", "mimeType": FORM}).execute()["id"]
        assert names(ours) == ["Ours"]
        assert refusal(ours.files().get(fileId=theirs)).status_code == 404
        assert refusal(our_forms.forms().get(formId=theirs)).status_code == 404
        assert our_forms.forms().get(formId=own).execute()["formId"] == own
    with service(workspace, "drive", token_for("drive", client="their-app")) as theirs_too:
        assert sorted(names(theirs_too)) == ["Ours", "Somebody else's"]


def test_forms_body_reaches_every_form_of_the_account(workspace, drive, token_for):
    """The wider scope, for forms made by hand."""
    file_id = make(drive)
    with service(workspace, "forms", token_for("forms.body", client="our-app")) as ours:
        assert ours.forms().get(formId=file_id).execute()["formId"] == file_id


@pytest.mark.parametrize(
    "how",
    [
        {"q": "fullText contains 'x'"},
        {"q": "sharedWithMe"},
        {"q": "'me' in readers"},
        {"orderBy": "recency"},
        {"corpora": "domain"},
    ],
)
def test_a_search_for_what_is_not_kept_is_501(drive, how):
    """Google knows it; nothing is made up."""
    assert refusal(drive.files().list(**how)).status_code == 501
