"""`spreadsheets.batchUpdate`: atomic, in order, replies aligned; worksheets, rows and columns, cells."""

from __future__ import annotations

import pytest

from .conftest import refusal
from .sheets_maker import SpreadsheetMaker, grid, lines


def text(*values, **more):
    return {"values": [{"userEnteredValue": {"stringValue": value}} for value in values], **more}


def titles(book):
    return [sheet["properties"]["title"] for sheet in book.get()["sheets"]]


# -- the batch (facts 6.7, 6.8; emulator notes 1)


def test_a_new_spreadsheet_as_recorded(sheets):
    """Locale, time zone, theme, one worksheet of 1000 x 26 whose zeroes are told."""
    made = sheets.create(body={"properties": {"title": "T"}}).execute()
    assert made["properties"]["title"] == "T"
    assert (made["properties"]["locale"], made["properties"]["timeZone"]) == ("en_US", "Etc/GMT")
    assert made["properties"]["defaultFormat"]["textFormat"]["bold"] is False
    assert made["properties"]["spreadsheetTheme"]["primaryFontFamily"] == "Arial"
    assert made["sheets"][0]["properties"] == {
        "sheetId": 0,
        "title": "Sheet1",
        "index": 0,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": 1000, "columnCount": 26},
    }
    assert made["spreadsheetUrl"].endswith(f"/spreadsheets/d/{made['spreadsheetId']}/edit")


def test_a_spreadsheet_may_be_born_whole(sheets):
    """Worksheets with cells, names and frozen rows in one call."""
    book = SpreadsheetMaker(
        sheets,
        properties={"title": "T", "locale": "en_GB", "timeZone": "Europe/Berlin"},
        sheets=[
            {
                "properties": {"title": "Data", "gridProperties": {"frozenRowCount": 1, "rowCount": 5}},
                "data": [{"startRow": 1, "rowData": [text("a", "b")]}],
            },
            {"properties": {"title": "Other", "sheetId": 7, "hidden": True}},
        ],
        namedRanges=[{"name": "here", "range": {"sheetId": 7, "endRowIndex": 1, "startRowIndex": 0}}],
    )
    whole = book.get()
    assert titles(book) == ["Data", "Other"]
    assert whole["properties"]["timeZone"] == "Europe/Berlin"
    assert whole["sheets"][0]["properties"]["gridProperties"] == {
        "rowCount": 5, "columnCount": 26, "frozenRowCount": 1,
    }  # fmt: skip
    assert book.values("Data") == [[], ["a", "b"]]
    assert whole["namedRanges"][0]["name"] == "here"


def test_replies_stand_where_their_requests_stood(book):
    """Empty where there is nothing to tell."""
    replies = book.change(
        {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "A"}, "fields": "title"}},
        {"addSheet": {"properties": {"title": "B", "sheetId": 12}}},
    )
    assert replies[0] == {}
    assert replies[1]["addSheet"]["properties"]["sheetId"] == 12


def test_a_batch_is_all_or_nothing(book):
    """The message names the request that failed."""
    words = book.refused(
        {"addSheet": {"properties": {"title": "B"}}},
        {"updateCells": {"start": {}, "rows": [text("x")], "fields": "userEnteredValue"}},
        {"addSheet": {"properties": {"title": "sheet1"}}},
    )
    assert words == (
        'Invalid requests[2].addSheet: A sheet with the name "sheet1" already exists. Please enter another name.'
    )
    assert titles(book) == ["Sheet1"]
    assert book.values() == []


def test_a_later_request_uses_the_worksheet_of_an_earlier_one(book):
    """By the id that the client chose."""
    where = {"sheetId": 101}
    book.change(
        {"addSheet": {"properties": {"title": "New", "sheetId": 101}}},
        {"updateCells": {"start": where, "rows": [text("x")], "fields": "userEnteredValue"}},
        {"deleteSheet": {"sheetId": 0}},
    )
    assert titles(book) == ["New"]
    assert book.values("New") == [["x"]]


def test_an_unclaimed_request_is_said_loudly(book):
    """A 501 that names it, and nothing is done."""
    pivot = {"range": grid(0, 2, 0, 2), "cell": {"pivotTable": {}}, "fields": "*"}
    assert "pivotTable" in refusal(book.batch({"repeatCell": pivot})).reason
    refused = refusal(book.batch({"addSheet": {"properties": {}}}, {"randomizeRange": {"range": grid(0, 2, 0, 2)}}))
    assert refused.status_code == 501
    assert "requests[1].randomizeRange" in refused.reason
    assert titles(book) == ["Sheet1"]


@pytest.mark.parametrize("request_", [{}, {"addSheet": {}, "deleteSheet": {"sheetId": 0}}])
def test_exactly_one_kind_a_request(book, request_):
    """None and two are refused."""
    assert "requests[0]" in book.refused(request_)


def test_an_empty_batch_is_refused(book):
    """Google's words."""
    assert book.refused() == "Must specify at least one request."


def test_the_spreadsheet_may_come_back_with_the_batch(book):
    """Limited to ranges, with cells if asked."""
    answer = book.batch(
        {"updateCells": {"start": {}, "rows": [text("a", "b")], "fields": "userEnteredValue"}},
        {"addSheet": {"properties": {"title": "Other"}}},
        includeSpreadsheetInResponse=True,
        responseRanges=["Sheet1!B:B"],
        responseIncludeGridData=True,
    ).execute()
    (only,) = answer["updatedSpreadsheet"]["sheets"]
    assert only["data"][0]["startColumn"] == 1
    assert only["data"][0]["rowData"][0]["values"][0]["formattedValue"] == "b"


def test_a_mask_alone_decides_about_cells_in_the_response(book):
    """The flag is ignored when a mask is given."""
    call = book.sheets.batchUpdate(
        spreadsheetId=book.id,
        body={
            "requests": [{"updateCells": {"start": {}, "rows": [text("a")], "fields": "userEnteredValue"}}],
            "includeSpreadsheetInResponse": True,
            "responseRanges": ["A1:A2"],
        },
        fields="replies,updatedSpreadsheet.sheets.data.rowData.values.userEnteredValue",
    )
    (only,) = call.execute()["updatedSpreadsheet"]["sheets"]
    assert only == {"data": [{"rowData": [{"values": [{"userEnteredValue": {"stringValue": "a"}}]}]}]}


# -- worksheets


def test_the_last_worksheet_stays(book):
    """And the last visible one stays visible."""
    assert book.refused({"deleteSheet": {"sheetId": 0}}) == (
        "Invalid requests[0].deleteSheet: You can't remove all the sheets in a document."
    )
    hide = {"updateSheetProperties": {"properties": {"sheetId": 0, "hidden": True}, "fields": "hidden"}}
    assert book.refused(hide) == (
        "Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a document."
    )
    book.change({"addSheet": {"properties": {"sheetId": 5}}}, hide)
    assert "visible sheets" in book.refused({"deleteSheet": {"sheetId": 5}})
    assert book.tab()["properties"]["hidden"] is True


def test_an_id_is_given_once(book):
    """Adding a worksheet under an id in use fails, as does writing to one that is not there."""
    assert "already exists" in book.refused({"addSheet": {"properties": {"sheetId": 0}}})
    assert book.refused({"deleteSheet": {"sheetId": 99}}) == "Invalid requests[0].deleteSheet: No sheet with id: 99"
    clear = {"updateCells": {"range": {"sheetId": 99}, "fields": "*"}}
    assert book.refused(clear) == "Invalid requests[0].updateCells: No grid with id: 99"


def test_all_rows_cannot_be_frozen(book):
    """Nor all columns."""
    for name, count in (("frozenRowCount", 1000), ("frozenColumnCount", 26)):
        properties = {"sheetId": 0, "gridProperties": {name: count}}
        change = {"properties": properties, "fields": f"gridProperties.{name}"}
        assert "freeze all visible" in book.refused({"updateSheetProperties": change})


def test_properties_change_under_a_mask(book):
    """Fields outside it stay; a slash parts a path too; a colour comes back in both spellings."""
    properties = {"sheetId": 0, "title": "ignored", "tabColor": {"red": 1, "green": 0.2},
                  "gridProperties": {"frozenRowCount": 2, "rowCount": 5}}  # fmt: skip
    fields = "tabColor,gridProperties/frozenRowCount"
    book.change({"updateSheetProperties": {"properties": properties, "fields": fields}})
    told = book.tab()["properties"]
    assert told["title"] == "Sheet1"
    assert told["gridProperties"] == {"rowCount": 1000, "columnCount": 26, "frozenRowCount": 2}
    assert told["tabColor"] == {"red": 1, "green": 0.2}
    assert told["tabColorStyle"] == {"rgbColor": {"red": 1, "green": 0.2}}


def test_a_mask_is_needed_and_must_fit(book):
    """Google's words for both."""
    change = {"properties": {"sheetId": 0, "title": "x"}}
    assert book.refused({"updateSheetProperties": change}) == (
        "Invalid requests[0].updateSheetProperties: At least one field must be listed in 'fields'. "
        "(Use '*' to indicate all fields.)"
    )
    assert "Invalid field: colour" in book.refused({"updateSheetProperties": {**change, "fields": "colour"}})
    assert "Invalid field mask: title(a" in book.refused({"updateSheetProperties": {**change, "fields": "title(a"}})


@pytest.mark.parametrize(("index", "order"), [(0, "BAC"), (1, "ABC"), (2, "ABC"), (3, "ACB")])
def test_a_worksheet_moves_to_an_index_as_before_the_move(book, index, order):
    """To its own place or the next, nothing moves."""
    book.change(
        {"updateSheetProperties": {"properties": {"title": "A"}, "fields": "title"}},
        {"addSheet": {"properties": {"title": "B", "sheetId": 1}}},
        {"addSheet": {"properties": {"title": "C", "sheetId": 2}}},
        {"updateSheetProperties": {"properties": {"sheetId": 1, "index": index}, "fields": "index"}},
    )
    assert "".join(titles(book)) == order


def test_a_smaller_grid_loses_what_stood_outside(book):
    """Growing it again brings nothing back."""
    book.put([["a", "b"], ["c", "d"]])
    size = lambda n: {  # noqa: E731
        "updateSheetProperties": {
            "properties": {"gridProperties": {"rowCount": n, "columnCount": n}},
            "fields": "gridProperties(rowCount,columnCount)",
        }
    }
    book.change(size(1), size(5))
    assert book.values() == [["a"]]


def test_ten_million_cells_are_the_limit(book):
    """Empty ones count."""
    size = {"rowCount": 400_000, "columnCount": 26}
    assert book.refused({"addSheet": {"properties": {"gridProperties": size}}}) == (
        "Invalid requests[0].addSheet: This action would increase the number of cells in the workbook above the "
        "limit of 10000000 cells."
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"addSheet": {"properties": {"index": -1}}},
        {"addSheet": {"properties": {"index": 2}}},
        {"addSheet": {"properties": {"title": ""}}},
        {"addSheet": {"properties": {"gridProperties": {"rowCount": 1, "columnCount": 18_279}}}},
        {"addSheet": {"properties": {"gridProperties": {"frozenRowCount": -1}}}},
        {"duplicateSheet": {"insertSheetIndex": 2}},
        {"moveDimension": {"source": lines(0, 1), "destinationIndex": -1}},
        {"updateDimensionProperties": {"range": lines(0, 1), "properties": {"pixelSize": -1}, "fields": "pixelSize"}},
    ],
)
def test_numbers_have_bounds(book, wrong):
    """Neither below nought nor past what there is."""
    before = book.get()
    assert book.refused(wrong).startswith("Invalid requests[0].")
    assert book.get() == before


@pytest.mark.parametrize("whole", [grid(0, 1), {"sheetId": 0}])
def test_a_duplicate_has_all_but_the_ids(book, whole):
    """Cells, formats, protections and charts; formulas of its own worksheet point into the copy."""
    book.put([[1, "=A1*2", "=Sheet1!A1"]])
    chart = {"spec": {"title": "c"}, "position": {"overlayPosition": {"anchorCell": {"sheetId": 0}}}}
    book.change(
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 4, "range": whole, "warningOnly": True}}},
        {"addChart": {"chart": chart}},
        {"duplicateSheet": {"newSheetId": 8, "insertSheetIndex": 1}},
    )
    assert titles(book) == ["Sheet1", "Copy of Sheet1"]
    book.put([[5]])
    assert book.values("'Copy of Sheet1'") == [["1", "2", "5"]]
    (protected,) = book.tab(1)["protectedRanges"]
    assert protected["range"] == {**whole, "sheetId": 8}
    assert protected["protectedRangeId"] != 4
    (drawn,) = book.tab(1)["charts"]
    assert drawn["position"]["overlayPosition"]["anchorCell"] == {"sheetId": 8}


def test_a_worksheet_is_copied_to_another_spreadsheet(book, sheets):
    """With its formats, under a new id and title."""
    book.put([["10%"]])
    other = SpreadsheetMaker(sheets)
    body = {"destinationSpreadsheetId": other.id}
    made = sheets.sheets().copyTo(spreadsheetId=book.id, sheetId=0, body=body).execute()
    assert made["title"] == "Copy of Sheet1"
    assert made["index"] == 1
    assert other.values("Copy of Sheet1") == [["10%"]]


def test_the_title_of_the_spreadsheet_is_its_name_in_drive(book, drive):
    """Whichever side changes it."""
    properties = {"title": "By Sheets", "timeZone": "Europe/Rome"}
    book.change({"updateSpreadsheetProperties": {"properties": properties, "fields": "title,timeZone"}})
    assert drive.files().get(fileId=book.id).execute()["name"] == "By Sheets"
    drive.files().update(fileId=book.id, body={"name": "By Drive"}).execute()
    told = book.get()["properties"]
    assert (told["title"], told["timeZone"]) == ("By Drive", "Europe/Rome")


def test_a_time_zone_must_be_one(book):
    """On creation too; a custom one counts."""
    for zone in ("Mars/Olympus", ""):
        wrong = {"properties": {"timeZone": zone}, "fields": "timeZone"}
        assert "Invalid timeZone" in book.refused({"updateSpreadsheetProperties": wrong})
    assert refusal(book.sheets.create(body={"properties": {"timeZone": "Mars/Olympus"}})).status_code == 400
    book.change({"updateSpreadsheetProperties": {"properties": {"timeZone": "GMT-07:00"}, "fields": "timeZone"}})
    assert book.get()["properties"]["timeZone"] == "GMT-07:00"


# -- rows and columns


def test_frozen_rows_that_go_leave_no_count(book):
    """Zero is not told."""
    frozen = {"properties": {"gridProperties": {"frozenRowCount": 1}}, "fields": "gridProperties.frozenRowCount"}
    book.change({"updateSheetProperties": frozen}, {"deleteDimension": {"range": lines(0, 1)}})
    assert book.tab()["properties"]["gridProperties"] == {"rowCount": 999, "columnCount": 26}


def test_inserted_rows_push_everything_down(book):
    """Cells, formulas on other worksheets, protections, names, filters, charts and sizes."""
    book.put([["a"], [1], [2], ["=SUM(A2:A3)"]])
    series = {"sourceRange": {"sources": [grid(1, 3, 0, 1)]}}
    book.change(
        {"addNamedRange": {"namedRange": {"name": "n", "range": grid(1, 3, 0, 1)}}},
        {"addProtectedRange": {"protectedRange": {"range": grid(2, 4, 0, 1)}}},
        {"setBasicFilter": {"filter": {"range": grid(0, 4, 0, 1)}}},
        {"addChart": {"chart": {"spec": {"basicChart": {"series": [{"series": series}]}}}}},
        {"updateDimensionProperties": {"range": lines(2, 3), "properties": {"pixelSize": 50}, "fields": "pixelSize"}},
        {"addSheet": {"properties": {"title": "Other"}}},
    )
    book.put([["=Sheet1!A3"]], "Other!A1")
    book.change({"insertDimension": {"range": lines(2, 4)}})
    assert book.formulas() == [["a"], [1], [], [], [2], ["=SUM(A2:A5)"]]
    assert book.formulas("Other") == [["=Sheet1!A5"]]
    whole = book.get(includeGridData=True)
    tab = whole["sheets"][0]
    assert whole["namedRanges"][0]["range"] == grid(1, 5, 0, 1)
    assert tab["protectedRanges"][0]["range"] == grid(4, 6, 0, 1)
    assert tab["basicFilter"]["range"] == grid(0, 6, 0, 1)
    chart = tab["charts"][0]["spec"]["basicChart"]["series"][0]["series"]
    assert chart["sourceRange"]["sources"] == [grid(1, 5, 0, 1)]
    sizes = [line["pixelSize"] for line in tab["data"][0]["rowMetadata"][:6]]
    assert sizes == [21, 21, 50, 50, 50, 21]  # new rows take after the one in front of which they came
    assert tab["properties"]["gridProperties"]["rowCount"] == 1002


def test_inserted_columns_and_inherited_formats(book):
    """The line before, or the one behind, lends its format."""
    book.put([["x", "y"]])
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    fields = "userEnteredFormat.textFormat.bold"
    book.change({"repeatCell": {"range": grid(0, 1, 0, 1), "cell": bold, "fields": fields}})
    book.change({"insertDimension": {"range": lines(1, 2, "COLUMNS"), "inheritFromBefore": True}})
    assert book.values() == [["x", "", "y"]]
    assert book.cell("B1")["userEnteredFormat"] == {"textFormat": {"bold": True}}
    book.change({"insertDimension": {"range": lines(1, 2, "COLUMNS")}})
    assert "userEnteredFormat" in book.cell("C1")
    book.change({"insertDimension": {"range": lines(0, 1)}})
    assert book.values() == [[], ["x", "", "", "y"]]


def test_where_rows_cannot_be_inserted(book):
    """In front of the first with the format of one before it; behind the last without."""
    first = {"range": lines(0, 1), "inheritFromBefore": True}
    assert "inheritFromBefore" in book.refused({"insertDimension": first})
    assert book.refused({"insertDimension": {"range": lines(1000, 1001)}}) == (
        "Invalid requests[0].insertDimension: range.startIndex[1000] must be less than the grid size (1000) if "
        "inheritFromBefore is false."
    )
    book.change({"insertDimension": {"range": lines(1000, 1001), "inheritFromBefore": True}})
    assert book.tab()["properties"]["gridProperties"]["rowCount"] == 1001


def test_deleted_rows_shrink_ranges_and_end_what_stood_in_them(book):
    """A range that loses its first row keeps the others."""
    book.put([[1], [2], [3], ["=SUM(A1:A3)"], ["=A1"]])
    book.change(
        {"addNamedRange": {"namedRange": {"name": "n", "range": grid(0, 3, 0, 1)}}},
        {"addProtectedRange": {"protectedRange": {"range": grid(0, 1, 0, 1)}}},
        {"deleteDimension": {"range": lines(0, 1)}},
    )
    assert book.formulas() == [[2], [3], ["=SUM(A1:A2)"], ["=#REF!"]]
    assert book.values() == [["2"], ["3"], ["5"], ["#REF!"]]
    whole = book.get()
    assert whole["namedRanges"][0]["range"] == grid(0, 2, 0, 1)
    assert "protectedRanges" not in whole["sheets"][0]


def test_rows_that_cannot_be_deleted(book):
    """All of them, and ones that are not there."""
    assert "delete all the rows" in book.refused({"deleteDimension": {"range": lines(0, 1000)}})
    assert book.refused({"deleteDimension": {"range": lines(1000, 1001)}}) == (
        "Invalid requests[0].deleteDimension: Cannot delete a row that doesn't exist. Tried to delete row index 1000 "
        "but there are only 1000 rows."
    )


def test_a_range_of_whole_rows_is_deleted(book):
    """As google-spreadsheet deletes a row: what is below moves up, and the grid keeps its size."""
    book.put([["a"], ["b"], ["c", "=A3"]])
    book.change({"deleteRange": {"range": {"startRowIndex": 1, "endRowIndex": 2}, "shiftDimension": "ROWS"}})
    assert book.formulas() == [["a"], ["c", "=A2"]]
    assert book.tab()["properties"]["gridProperties"]["rowCount"] == 1000
    part = {"deleteRange": {"range": grid(0, 1, 0, 1), "shiftDimension": "ROWS"}}
    assert refusal(book.batch(part)).status_code == 501


def test_moved_and_appended_rows_and_columns(book):
    """An index counts as before the move."""
    book.put([["a", 1], ["b", 2], ["c", "=B1"]])
    book.change(
        {"moveDimension": {"source": lines(0, 1), "destinationIndex": 2}},
        {"appendDimension": {"dimension": "COLUMNS", "length": 4}},
    )
    assert book.formulas() == [["b", 2], ["a", 1], ["c", "=B2"]]
    book.change({"moveDimension": {"source": lines(1, 2, "COLUMNS"), "destinationIndex": 0}})
    assert book.formulas() == [[2, "b"], [1, "a"], ["=A2", "c"]]
    assert book.tab()["properties"]["gridProperties"]["columnCount"] == 30


def test_sizes_of_rows_and_columns(book):
    """Set, hidden, and fitted to what they hold."""
    book.put([["a rather long text in a cell", "b"]])
    properties = {"pixelSize": 40, "hiddenByUser": True}
    book.change(
        {"updateDimensionProperties": {"range": lines(1, 2), "properties": properties, "fields": "*"}},
        {"autoResizeDimensions": {"dimensions": lines(0, 2, "COLUMNS")}},
    )
    data = book.tab(ranges="A1:B3", includeGridData=True)["data"][0]
    assert data["rowMetadata"] == [{"pixelSize": 21}, properties, {"pixelSize": 21}]
    wide, narrow = (column["pixelSize"] for column in data["columnMetadata"])
    assert wide > 150 > narrow


# -- cells


def test_cells_are_written_with_their_kinds(book):
    """A stringValue never becomes a formula."""
    values = [{"numberValue": 1.5}, {"stringValue": "=1+1"}, {"boolValue": True}, {"formulaValue": "=A1*2"}, {}]
    row = {"values": [{"userEnteredValue": value} for value in values]}
    book.change({"updateCells": {"start": {}, "rows": [row], "fields": "userEnteredValue"}})
    assert book.raw() == [[1.5, "=1+1", True, 3]]


def test_a_range_given_to_update_cells_is_cleared_where_rows_do_not_reach(book):
    """With `start` nothing else is touched."""
    book.put([["a", "b"], ["c", "d"]])
    book.change({"updateCells": {"start": {}, "rows": [text("x")], "fields": "userEnteredValue"}})
    assert book.values() == [["x", "b"], ["c", "d"]]
    book.change({"updateCells": {"range": grid(0, 2, 0, 2), "rows": [text("y")], "fields": "userEnteredValue"}})
    assert book.values() == [["y"]]


def test_update_cells_does_not_write_past_its_range(book):
    """Google's words."""
    change = {"range": grid(0, 1, 0, 1), "rows": [text("a", "b")], "fields": "userEnteredValue"}
    assert book.refused({"updateCells": change}) == (
        "Invalid requests[0].updateCells: Attempting to write column: 1, beyond the last requested column of: 0"
    )
    past = {"start": {"columnIndex": 25}, "rows": [text("a", "b")], "fields": "userEnteredValue"}
    assert book.refused({"updateCells": past}).endswith(
        "Attempting to write column: 26, beyond the last requested column of: 25"
    )


def test_fields_of_a_cell_change_apart(book):
    """A value leaves the format, a part of a format leaves its other parts, a missing one clears."""
    cell = {
        "userEnteredValue": {"numberValue": 5},
        "userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0.0"}, "textFormat": {"bold": True}},
        "note": "first",
    }
    book.change({"updateCells": {"start": {}, "rows": [{"values": [cell]}], "fields": "*"}})
    fields = "userEnteredValue,userEnteredFormat.textFormat.italic"
    again = {"userEnteredValue": {"numberValue": 6}, "userEnteredFormat": {"textFormat": {"italic": True}}}
    book.change({"updateCells": {"start": {}, "rows": [{"values": [again]}], "fields": fields}})
    told = book.cell()
    assert told["formattedValue"] == "6.0"
    assert told["userEnteredFormat"]["textFormat"] == {"bold": True, "italic": True}
    assert told["note"] == "first"
    book.change({"updateCells": {"start": {}, "rows": [{"values": [{}]}], "fields": "note,userEnteredFormat"}})
    assert book.cell().keys() == {"userEnteredValue", "effectiveValue", "formattedValue", "effectiveFormat"}


def test_cells_are_repeated_down_an_open_range(book):
    """Formulas go along as copies do."""
    cell = {"userEnteredValue": {"formulaValue": "=B1*$C$1"}}
    book.put([["", 1, 10], ["", 2], ["", 3]])
    book.change({"repeatCell": {"range": grid(0, 3, 0, 1), "cell": cell, "fields": "userEnteredValue"}})
    assert [row[0] for row in book.formulas()] == ["=B1*$C$1", "=B2*$C$1", "=B3*$C$1"]
    gray = {"userEnteredFormat": {"backgroundColor": {"red": 0.9, "green": 0.9, "blue": 0.9}}}
    fields = "userEnteredFormat.backgroundColor"
    book.change({"repeatCell": {"range": grid(left=25), "cell": gray, "fields": fields}})
    assert book.cell("Z1000")["userEnteredFormat"]["backgroundColorStyle"]["rgbColor"]["red"] == 0.9019608


def test_a_repeat_that_starts_outside_the_grid(book):
    """Refused in Google's words; ending outside is clipped."""
    change = {"range": grid(1000, None, 0, 2), "cell": {}, "fields": "note"}
    assert book.refused({"repeatCell": change}) == (
        "Invalid requests[0].repeatCell: Range (Sheet1!A1001:B) exceeds grid limits. Max rows: 1000, max columns: 26"
    )
    book.change({"repeatCell": {"range": grid(999, 2000), "cell": {"note": "n"}, "fields": "note"}})
    assert book.tab()["properties"]["gridProperties"]["rowCount"] == 1000


def test_rows_are_appended_below_the_last_one_with_a_value(book):
    """The grid grows for them."""
    book.put([["a"]], "B1000")
    book.change({"appendCells": {"sheetId": 0, "rows": [text("x"), text("y")], "fields": "userEnteredValue"}})
    assert book.values("A1000:B1002") == [["", "a"], ["x"], ["y"]]


def test_a_sort_by_two_keys(book):
    """Numbers before texts before booleans, blanks last either way; formats and notes go along, as do formulas."""
    book.put([["h", "n"], ["b", 2], ["a", ""], ["C", "=10-9"], ["d", True], ["e", "text"]])
    book.change(
        {"updateCells": {"start": {"rowIndex": 1}, "rows": [{"values": [{"note": "of b"}]}], "fields": "note"}},
        {"sortRange": {"range": grid(1, 6, 0, 2), "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "ASCENDING"}]}},
    )
    assert [row[0] for row in book.values()] == ["h", "C", "b", "e", "d", "a"]
    assert book.cell("A3")["note"] == "of b"
    book.change({"sortRange": {"range": grid(1, 6), "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]}})
    assert [row[0] for row in book.values()] == ["h", "d", "e", "b", "C", "a"]
    specs = [{"dimensionIndex": 0}]
    book.change({"sortRange": {"range": grid(1, None, 0, 1), "sortSpecs": specs}})
    assert [row[0] for row in book.values()] == ["h", "a", "b", "C", "d", "e"]


def test_a_sorted_formula_still_means_its_own_row(book):
    """Relative references go along."""
    book.put([[2, "=A1*10"], [1, "=A2*10"]])
    book.change({"sortRange": {"range": grid(0, 2), "sortSpecs": [{"dimensionIndex": 0}]}})
    assert book.formulas() == [[1, "=A1*10"], [2, "=A2*10"]]


def test_a_sort_by_what_formulas_of_other_worksheets_come_to(book):
    """However far away what they read is."""
    book.change(*({"addSheet": {"properties": {"title": title}}} for title in ("Far", "Near")))
    book.put([[3], [1], [2]], "Far!A1")
    book.put([["=Far!A1*10"], ["=Far!A2*10"], ["=Far!A3*10"]], "Near!A1")
    book.put([["c", "=Near!A$1"], ["a", "=Near!A$2"], ["b", "=Near!A$3"]])
    book.change({"sortRange": {"range": grid(0, 3), "sortSpecs": [{"dimensionIndex": 1}]}})
    assert book.raw() == [["a", 10], ["b", 20], ["c", 30]]


def test_merged_cells_keep_the_first_value(book):
    """A part of a merge can be neither merged nor unmerged; all of it can."""
    book.put([["", "a"], ["b"]])
    book.change({"mergeCells": {"range": grid(0, 2, 0, 2), "mergeType": "MERGE_ALL"}})
    assert book.tab()["merges"] == [grid(0, 2, 0, 2)]
    assert book.values() == [["a"]]
    for kind in ("mergeCells", "unmergeCells"):
        assert "merged range" in book.refused({kind: {"range": grid(1, 3, 0, 1)}})
    book.change({"unmergeCells": {"range": grid(0, 5, 0, 5)}})
    assert "merges" not in book.tab()
    book.change({"mergeCells": {"range": grid(0, 2, 0, 2), "mergeType": "MERGE_ROWS"}})
    assert book.tab()["merges"] == [grid(0, 1, 0, 2), grid(1, 2, 0, 2)]


def test_merged_cells_are_not_torn(book):
    """No row moves out of them, into them or from between; shrunk to one cell they are merged no more."""
    book.change({"mergeCells": {"range": grid(1, 3, 0, 1)}})
    for source, to in ((lines(1, 2), 5), (lines(2, 3), 0), (lines(5, 6), 2)):
        words = book.refused({"moveDimension": {"source": source, "destinationIndex": to}})
        assert "crosses a merged cell" in words
    book.change({"moveDimension": {"source": lines(1, 3), "destinationIndex": 5}})
    assert book.tab()["merges"] == [grid(3, 5, 0, 1)]
    book.change({"deleteDimension": {"range": lines(3, 4)}})
    assert "merges" not in book.tab()


def test_a_formula_of_nothing_is_a_text(book):
    """`=` alone is what was typed, however often it is repeated."""
    cell = {"userEnteredValue": {"formulaValue": "="}}
    book.change({"repeatCell": {"range": grid(0, 1, 0, 2), "cell": cell, "fields": "userEnteredValue"}})
    assert book.values() == [["=", "="]]


def test_borders_are_set_side_by_side(book):
    """Inner ones between the cells, outer ones around them; a style of NONE takes one away."""
    thick, thin = {"style": "SOLID_THICK"}, {"style": "DOTTED"}
    book.change({"updateBorders": {"range": grid(0, 2, 0, 2), "top": thick, "innerVertical": thin}})
    assert book.cell("A1")["userEnteredFormat"]["borders"] == {"top": thick, "right": thin}
    assert book.cell("B2")["userEnteredFormat"]["borders"] == {"left": thin}
    book.change({"updateBorders": {"range": grid(0, 1, 0, 2), "top": {"style": "NONE"}}})
    assert book.cell("A1")["userEnteredFormat"]["borders"] == {"right": thin}


def test_data_validation_is_set_and_taken_away(book):
    """It is told with the cell."""
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}, "strict": True}
    book.change({"setDataValidation": {"range": grid(1, 3, 0, 1), "rule": rule}})
    assert book.cell("A3")["dataValidation"] == rule
    book.change({"setDataValidation": {"range": grid(1, 3, 0, 1)}})
    assert "dataValidation" not in book.cell("A3")


def condition(kind, *values):
    return {"type": kind, "values": [{"userEnteredValue": value} for value in values]}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (condition("BLANK"), "ConditionType 'BLANK' is not supported in data validation."),
        (condition("TEXT_NOT_EQ", "a"), "ConditionType 'TEXT_NOT_EQ' is not supported in data validation."),
        (
            condition("ONE_OF_RANGE", "a", "b", "c", "d", "e"),
            "ConditionType 'ONE_OF_RANGE' requires exactly one ConditionValue, but 5 values were supplied.",
        ),
        (
            condition("NUMBER_BETWEEN", "1"),
            "ConditionType 'NUMBER_BETWEEN' requires exactly two ConditionValues, but 1 values were supplied.",
        ),
        (
            condition("ONE_OF_LIST"),
            "ConditionType 'ONE_OF_LIST' requires at least one ConditionValue, but 0 values were supplied.",
        ),
        (
            condition("ONE_OF_RANGE", "Sheet1!A2:A5"),
            "Invalid ConditionValue.userEnteredValue: Sheet1!A2:A5 for ConditionType: ONE_OF_RANGE",
        ),
        (
            condition("ONE_OF_RANGE", "=Nowhere!A2:A5"),
            "Invalid ConditionValue.userEnteredValue: =Nowhere!A2:A5 for ConditionType: ONE_OF_RANGE",
        ),
        (
            condition("NUMBER_GREATER", "many"),
            "Invalid ConditionValue.userEnteredValue: many for ConditionType: NUMBER_GREATER",
        ),
        (
            {"type": "DATE_BEFORE", "values": [{"relativeDate": "TODAY"}]},
            "Invalid ConditionValue.relativeDate: TODAY for ConditionType: DATE_BEFORE",
        ),
    ],
)
def test_a_condition_must_be_one_that_validation_has(book, given, words):
    """With as many values as Google's document asks for, of the kind that it asks for; by either way into a cell."""
    rule = {"condition": given}
    asked = {"setDataValidation": {"range": grid(0, 1, 0, 1), "rule": rule}}
    assert book.refused(asked) == f"Invalid requests[0].setDataValidation: {words}"
    written = {"rows": [{"values": [{"dataValidation": rule}]}], "fields": "dataValidation", "start": {}}
    assert book.refused({"updateCells": written}) == f"Invalid requests[0].updateCells: {words}"


def test_a_drop_down_keeps_its_range_absolute(book):
    """As Google reads it back."""
    rule = {"condition": condition("ONE_OF_RANGE", "=Sheet1!A2:A5")}
    book.change({"setDataValidation": {"range": grid(0, 1, 1, 2), "rule": rule}})
    told = book.cell("B1")["dataValidation"]["condition"]
    assert told == condition("ONE_OF_RANGE", "=Sheet1!$A$2:$A$5")


def test_copy_and_paste(book):
    """A single cell fills the destination; formulas go along; values can go alone."""
    book.put([["10%", "=A1*2"]])
    book.change(
        {"copyPaste": {"source": grid(0, 1, 0, 2), "destination": grid(1, 3, 0, 2), "pasteType": "PASTE_NORMAL"}},
        {"copyPaste": {"source": grid(0, 1, 1, 2), "destination": grid(0, 1, 3, 4), "pasteType": "PASTE_VALUES"}},
    )
    assert book.formulas() == [[0.1, "=A1*2", "", 0.2], [0.1, "=A2*2"], [0.1, "=A3*2"]]
    assert book.values("A3") == [["10%"]]


def test_find_and_replace(book):
    """Counts cells, occurrences, rows and worksheets."""
    book.put([["aXa", "b"], ['=LEN("a")', "A"]])
    (reply,) = book.change({"findReplace": {"find": "a", "replacement": "o", "allSheets": True}})
    assert reply["findReplace"] == {
        "valuesChanged": 2, "occurrencesChanged": 3, "rowsChanged": 2, "sheetsChanged": 1,
    }  # fmt: skip
    assert book.formulas() == [["oXo", "b"], ['=LEN("a")', "o"]]
    pattern = {"find": "(a+)+$", "replacement": "", "searchByRegex": True, "allSheets": True}
    assert refusal(book.batch({"findReplace": pattern})).status_code == 501
