"""Cells as `spreadsheets.get` tells them: entered, effective, formatted, with the formats that rules lay over them."""

from __future__ import annotations

import pytest

from .sheets_maker import grid

RED, GREEN, WHITE = {"red": 1}, {"green": 1}, {"red": 1, "green": 1, "blue": 1}


def backgrounds(book, at):
    data = book.tab(ranges=at, includeGridData=True)["data"][0]
    cells = [cell for row in data["rowData"] for cell in row.get("values", [{}])]
    return [cell.get("effectiveFormat", {}).get("backgroundColor") for cell in cells]


def test_a_cell_in_full(book):
    """What was entered, what it comes to, how it shows and looks."""
    book.put([["=1/4", "text", "10%"]])
    row = book.tab(ranges="A1:C1", includeGridData=True)["data"][0]["rowData"][0]["values"]
    assert row[0]["userEnteredValue"] == {"formulaValue": "=1/4"}
    assert row[0]["effectiveValue"] == {"numberValue": 0.25}
    assert row[0]["formattedValue"] == "0.25"
    assert row[0]["effectiveFormat"]["horizontalAlignment"] == "RIGHT"
    assert row[1]["effectiveFormat"]["textFormat"]["fontSize"] == 10
    assert row[2]["userEnteredFormat"] == {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}
    assert row[2]["effectiveFormat"]["numberFormat"]["pattern"] == "0%"


def test_blank_cells_and_rows_stand_as_empty_objects(book):
    """At the end they are left out, and with nothing there is no `rowData`."""
    book.put([["a"], [], ["", "b"]])
    data = book.tab(ranges="A1:D9", includeGridData=True)["data"][0]
    assert [len(row.get("values", [])) for row in data["rowData"]] == [1, 0, 2]
    assert data["rowData"][2]["values"][0] == {}
    assert "rowData" not in book.tab(ranges="C5:D9", includeGridData=True)["data"][0]


def test_each_range_is_a_grid_of_its_own(book):
    """With its start, and only the worksheets asked for."""
    book.change({"addSheet": {"properties": {"title": "Other"}}})
    book.put([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    (tab,) = book.get(ranges=["B2:C3", "Sheet1!A1"], includeGridData=True)["sheets"]
    first, second = tab["data"]
    assert (first["startRow"], first["startColumn"]) == (1, 1)
    assert [cell["formattedValue"] for row in first["rowData"] for cell in row["values"]] == ["5", "6", "8", "9"]
    assert "startRow" not in second
    assert len(first["columnMetadata"]) == 2


def test_a_mask_alone_decides_about_cells(book):
    """`includeGridData` is ignored beside it."""
    book.put([["a"]])
    assert book.get(fields="sheets.properties.title", includeGridData=True) == {
        "sheets": [{"properties": {"title": "Sheet1"}}]
    }
    masked = book.get(fields="sheets(data/rowData/values(formattedValue,note),properties/title)", ranges="A1")
    assert masked["sheets"] == [
        {"properties": {"title": "Sheet1"}, "data": [{"rowData": [{"values": [{"formattedValue": "a"}]}]}]}
    ]
    assert "data" not in book.tab()


def test_cells_by_data_filter(book):
    """`getByDataFilter` is `get` with filters for ranges."""
    book.put([["a", "b"]])
    body = {"dataFilters": [{"gridRange": grid(0, 1, 1, 2)}], "includeGridData": True}
    answer = book.sheets.getByDataFilter(spreadsheetId=book.id, body=body).execute()
    assert answer["sheets"][0]["data"][0]["rowData"] == [{"values": [book.cell("B1")]}]


def test_an_error_in_a_cell(book):
    """Its type and message beside what shows."""
    book.put([["=1/0", "=NOPE(1)", "=A1:", "=NA()"]])
    cells = book.tab(ranges="A1:D1", includeGridData=True)["data"][0]["rowData"][0]["values"]
    assert [cell["formattedValue"] for cell in cells] == ["#DIV/0!", "#NAME?", "#ERROR!", "#N/A"]
    assert [cell["effectiveValue"]["errorValue"]["type"] for cell in cells] == [
        "DIVIDE_BY_ZERO", "NAME", "ERROR", "N_A",
    ]  # fmt: skip


def test_a_link_is_told(book):
    """Of a formula and of a cell's format."""
    book.put([['=HYPERLINK("https://example.com/a","text")']])
    assert book.cell()["hyperlink"] == "https://example.com/a"
    assert book.cell()["formattedValue"] == "text"


# -- conditional formats


def lay(book, **rule):
    book.change({"addConditionalFormatRule": {"rule": {"ranges": [grid(0, 5, 0, 1)], **rule}, "index": 0}})


def when(kind, *values):
    values = [{"userEnteredValue": value} for value in values]
    return {"booleanRule": {"condition": {"type": kind, "values": values}, "format": {"backgroundColor": RED}}}


def test_a_gradient_runs_between_its_points(book):
    """From the least to the greatest by default, through the middle one where there is one."""
    book.put([[1], [2], [3], ["text"], [5]])
    lay(book, gradientRule={"minpoint": {"type": "MIN", "color": WHITE}, "maxpoint": {"type": "MAX", "color": RED}})
    half = {"red": 1, "green": 0.5, "blue": 0.5}
    assert backgrounds(book, "A1:A5") == [WHITE, {"red": 1, "green": 0.75, "blue": 0.75}, half, WHITE, RED]


def test_a_gradient_with_numbers_and_percentiles(book):
    """A value past a point has that point's colour."""
    book.put([[1], [2], [3], [4], [5]])
    points = {
        "minpoint": {"type": "NUMBER", "value": "2", "color": RED},
        "midpoint": {"type": "PERCENTILE", "value": "50", "color": WHITE},
        "maxpoint": {"type": "NUMBER", "value": "4", "color": GREEN},
    }
    lay(book, gradientRule=points)
    assert backgrounds(book, "A1:A5") == [RED, RED, WHITE, GREEN, GREEN]


@pytest.mark.parametrize(
    ("rule", "marked"),
    [
        (when("NUMBER_GREATER", "2"), [3]),
        (when("NUMBER_BETWEEN", "1", "2"), [0, 1]),
        (when("NUMBER_LESS", "=A2+1"), [0, 1]),
        (when("TEXT_CONTAINS", "EX"), [2]),
        (when("BLANK"), [4]),
        (when("CUSTOM_FORMULA", "=ISEVEN($A1)"), [1, 4]),
        (when("CUSTOM_FORMULA", '=AND($A1<>"",$B1="x")'), [0]),
    ],
)
def test_a_condition_marks_cells(book, rule, marked):
    """Numbers, texts, blanks, and formulas whose relative references go along."""
    book.put([[1, "x"], [2], ["text"], [3], ["", "x"]])
    lay(book, **rule)
    shown = backgrounds(book, "A1:A5")
    assert [index for index, color in enumerate(shown) if color == RED] == marked


@pytest.mark.parametrize(
    ("rule", "marked"),
    [
        (when("DATE_EQ", "2024-01-31"), [0, 1]),
        (when("DATE_AFTER", "Jan 31, 2024"), [2]),
        (when("DATE_BEFORE", "=DATE(2024,2,1)"), [0, 1]),
    ],
)
def test_a_condition_marks_dates(book, rule, marked):
    """By their day; a number that is no date is none."""
    book.put([["2024-01-31"], ["1/31/2024 18:00"], ["2024-02-01"], [45322], ["soon"]])
    lay(book, **rule)
    shown = backgrounds(book, "A1:A5")
    assert [index for index, color in enumerate(shown) if color == RED] == marked


def test_an_earlier_rule_wins(book):
    """Property by property."""
    book.put([[5]])
    green = {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": GREEN, "textFormat": {"bold": True}}}
    lay(book, booleanRule=green)
    lay(book, **when("NUMBER_GREATER", "1"))
    told = book.cell()["effectiveFormat"]
    assert (told["backgroundColor"], told["textFormat"]["bold"]) == (RED, True)
    assert "userEnteredFormat" not in book.cell()
