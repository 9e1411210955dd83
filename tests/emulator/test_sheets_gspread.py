"""gspread's ordinary calls, as its users write them, unchanged but for the address."""

from __future__ import annotations

import gspread
import pytest


@pytest.fixture
def spreadsheet(gspread_client):
    return gspread_client.create("Scores")


def test_open_by_key_and_by_title(gspread_client, spreadsheet):
    """What was created is found again, and missing ones are named."""
    assert gspread_client.open_by_key(spreadsheet.id).title == "Scores"
    assert gspread_client.open("Scores").id == spreadsheet.id
    assert [one["id"] for one in gspread_client.list_spreadsheet_files()] == [spreadsheet.id]
    with pytest.raises(gspread.SpreadsheetNotFound):
        gspread_client.open_by_key("nope")


def test_worksheets_come_and_go(spreadsheet):
    """Added, renamed, duplicated, reordered, hidden, deleted."""
    first = spreadsheet.sheet1
    second = spreadsheet.add_worksheet("Second", rows=10, cols=5)
    second.update_title("Two")
    spreadsheet.duplicate_sheet(second.id, insert_sheet_index=0, new_sheet_name="Three")
    spreadsheet.reorder_worksheets(list(reversed(spreadsheet.worksheets())))
    first.hide()
    assert [one.title for one in spreadsheet.worksheets()] == ["Two", "Sheet1", "Three"]
    assert [one.title for one in spreadsheet.worksheets(exclude_hidden=True)] == ["Two", "Three"]
    spreadsheet.del_worksheet(spreadsheet.worksheet("Three"))
    with pytest.raises(gspread.WorksheetNotFound):
        spreadsheet.worksheet("Three")


def test_values_are_written_and_read(spreadsheet):
    """By range, by cell, by row and column, in batches."""
    sheet = spreadsheet.sheet1
    sheet.update([["name", "score"], ["Ann", 4.5], ["Bob", 3]], "A1:B3")
    sheet.update_acell("C1", "note")
    sheet.update_cell(2, 3, "=B2*2")
    sheet.batch_update([{"range": "C3", "values": [["x"]]}])
    assert sheet.get_all_values() == [["name", "score", "note"], ["Ann", "4.5", "9"], ["Bob", "3", "x"]]
    assert sheet.get_all_records() == [
        {"name": "Ann", "score": 4.5, "note": 9},
        {"name": "Bob", "score": 3, "note": "x"},
    ]
    assert sheet.acell("C2", value_render_option="FORMULA").value == "=B2*2"
    assert sheet.row_values(1) == ["name", "score", "note"]
    assert sheet.col_values(1) == ["name", "Ann", "Bob"]
    assert sheet.batch_get(["A1:A2", "B3"]) == [[["name"], ["Ann"]], [["3"]]]
    assert sheet.find("Bob").address == "A3"
    assert sheet.find("nobody") is None
    assert [cell.value for cell in sheet.range("A2:B2")] == ["Ann", "4.5"]


def test_cells_are_updated_as_objects(spreadsheet):
    """Two cells in one call."""
    sheet = spreadsheet.sheet1
    cells = sheet.range("A1:B1")
    for number, cell in enumerate(cells):
        cell.value = number
    sheet.update_cells(cells)
    assert sheet.get("A1:B1") == [["0", "1"]]


def test_rows_are_appended_inserted_deleted_and_sorted(spreadsheet):
    """The table keeps its shape."""
    sheet = spreadsheet.sheet1
    sheet.append_row(["a", 3])
    sheet.append_rows([["b", 1], ["c", 2]])
    sheet.insert_row(["first", 0], 1)
    sheet.delete_rows(2)
    assert sheet.get_all_values() == [["first", "0"], ["b", "1"], ["c", "2"]]
    sheet.sort((2, "des"), range="A1:B3")
    assert sheet.col_values(1) == ["c", "b", "first"]
    sheet.insert_cols([["x", "y"]], 2)
    assert sheet.get_all_values()[0] == ["c", "x", "2"]
    sheet.delete_columns(2)
    sheet.add_rows(5)
    sheet.resize(rows=20, cols=4)
    assert (sheet.row_count, sheet.col_count) == (20, 4)
    sheet.batch_clear(["A1:A2"])
    sheet.clear()
    assert sheet.get_all_values() == [[]]


def test_formats_notes_merges_and_freezing(spreadsheet):
    """What makes a worksheet readable."""
    sheet = spreadsheet.sheet1
    sheet.update([["name", "score"], ["Ann", 0.5]], "A1")
    sheet.format("A1:B1", {"textFormat": {"bold": True}, "horizontalAlignment": "CENTER"})
    sheet.format("B2:B", {"numberFormat": {"type": "PERCENT", "pattern": "0%"}})
    sheet.update_note("A1", "who")
    sheet.freeze(rows=1, cols=1)
    sheet.merge_cells("A5:B6")
    sheet.set_basic_filter("A1:B2")
    sheet.columns_auto_resize(0, 2)
    sheet.hide_columns(3, 4)
    sheet.update_tab_color("#ff0000")
    assert sheet.get("B2") == [["50%"]]
    assert sheet.get_note("A1") == "who"
    assert (sheet.frozen_row_count, sheet.frozen_col_count) == (1, 1)
    sheet.unmerge_cells("A5:B6")
    sheet.clear_basic_filter()
    sheet.clear_note("A1")


def test_named_and_protected_ranges(spreadsheet):
    """By gspread's own words for them."""
    sheet = spreadsheet.sheet1
    sheet.update([[1], [2]], "A1")
    sheet.define_named_range("A1:A2", "both")
    assert spreadsheet.values_get("both")["values"] == [["1"], ["2"]]
    (named,) = spreadsheet.list_named_ranges()
    sheet.delete_named_range(named["namedRangeId"])
    sheet.add_protected_range("A1:A2", description="ours")
    (protected,) = spreadsheet.list_protected_ranges(sheet.id)
    sheet.delete_protected_range(protected["protectedRangeId"])


def test_a_file_is_copied_exported_shared_and_deleted(gspread_client, spreadsheet):
    """Through Drive."""
    spreadsheet.sheet1.update([["a", "=1+1"]], "A1", raw=False)
    assert spreadsheet.export(gspread.utils.ExportFormat.CSV) == b"a,2"
    assert spreadsheet.export(gspread.utils.ExportFormat.EXCEL)[:2] == b"PK"
    copy = gspread_client.copy(spreadsheet.id, "Copy", copy_comments=False)
    assert copy.sheet1.get_all_values() == [["a", "2"]]
    spreadsheet.share("ann@example.com", perm_type="user", role="reader", notify=False)
    assert len(spreadsheet.list_permissions()) == 2
    gspread_client.del_spreadsheet(spreadsheet.id)
    assert copy.sheet1.get_all_values() == [["a", "2"]]


def test_a_refusal_reaches_the_caller(spreadsheet):
    """As the exception that gspread's users know."""
    with pytest.raises(gspread.exceptions.APIError, match="Unable to parse range: Nope!A1"):
        spreadsheet.values_get("Nope!A1")
    with pytest.raises(gspread.exceptions.APIError, match="You can't remove all the sheets"):
        spreadsheet.del_worksheet(spreadsheet.sheet1)
    with pytest.raises(gspread.exceptions.APIError, match="ListValue"):
        spreadsheet.values_update("A1", params={"valueInputOption": "RAW"}, body={"values": "A1:D4"})
