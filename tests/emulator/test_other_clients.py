"""What other people's programs turned out to send, each written as that program sends it."""

from __future__ import annotations

import gspread
import pytest

from .conftest import refusal
from .sheets_maker import lines


def test_a_spreadsheets_address_may_end_in_a_slash(http, book):
    """google-spreadsheet for Node.js joins the id, a slash and the rest, even before a colon."""
    assert http.get(f"/v4/spreadsheets/{book.id}/").json()["spreadsheetId"] == book.id
    body = {"requests": [{"addSheet": {"properties": {"title": "Two"}}}]}
    assert http.post(f"/v4/spreadsheets/{book.id}/:batchUpdate", json=body).status_code == 200
    assert http.get(f"/v4/spreadsheets/{book.id}/values/Two!A1/").json()["range"] == "Two!A1"


def test_lists_of_requests_are_laid_end_to_end(book):
    """gspread-formatting's batch updater and pygsheets' `apply_format` put lists into the list."""
    size = {"range": lines(0, 1), "properties": {"pixelSize": 40}, "fields": "pixelSize"}
    note = {"range": {"endRowIndex": 1, "endColumnIndex": 1}, "cell": {"note": "n"}, "fields": "note"}
    body = {"requests": [[{"updateDimensionProperties": size}], [{"repeatCell": note}, {"repeatCell": note}]]}
    assert len(book.sheets.batchUpdate(spreadsheetId=book.id, body=body).execute()["replies"]) == 3
    assert book.cell()["note"] == "n"


def test_find_and_replace_on_the_first_worksheet(book):
    """Whose id is 0, as pygsheets' `replace` gives it."""
    book.put([["x"]])
    (reply,) = book.change({"findReplace": {"find": "x", "replacement": "y", "sheetId": 0}})
    assert reply["findReplace"]["valuesChanged"] == 1
    assert book.values() == [["y"]]


def test_drive_passes_over_parameters_of_its_other_methods(http, book):
    """gspread's `lastUpdateTime`; what none of them has is refused."""
    path = f"/drive/v3/files/{book.id}"
    assert http.get(path, params={"includeItemsFromAllDrives": "true"}).json()["id"] == book.id
    assert http.get(path, params={"includeItemsFromAllDrive": "true"}).status_code == 400


def test_gspread_copies_with_comments_and_tells_times(gspread_client):
    """There are none to copy."""
    spreadsheet = gspread_client.create("Scores")
    assert gspread_client.copy(spreadsheet.id, "Copy", copy_comments=True).title == "Copy"
    assert spreadsheet.get_lastUpdateTime() >= spreadsheet.creationTime


def test_a_file_has_no_comments(drive, book):
    """And `fields` must be given, as for Google."""
    assert drive.comments().list(fileId=book.id, fields="comments").execute() == {"comments": []}
    assert refusal(drive.comments().list(fileId=book.id)).status_code == 400


@pytest.mark.parametrize("format_", ["PDF", "OPEN_OFFICE_SHEET", "TSV", "ZIPPED_HTML"])
def test_an_export_that_google_has_and_the_workspace_has_not_is_501(gspread_client, format_):
    """It is not the caller's fault."""
    spreadsheet = gspread_client.create("Scores")
    with pytest.raises(gspread.exceptions.APIError, match="does not export"):
        spreadsheet.export(gspread.utils.ExportFormat[format_])
