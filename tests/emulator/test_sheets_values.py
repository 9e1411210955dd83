"""`spreadsheets.values` as recorded and documented: reading, writing, appending, clearing."""

from __future__ import annotations

import pytest

from .conftest import refusal


def get(book, at, **how):
    return book.sheets.values().get(spreadsheetId=book.id, range=at, **how).execute()


# -- reading (facts 6.1 to 6.4)


def test_an_empty_range_has_no_values_key(book):
    """Only the range and its dimension come back."""
    assert get(book, "Sheet1") == {"range": "Sheet1!A1:Z1000", "majorDimension": "ROWS"}


def test_trailing_blanks_are_left_out_and_inner_ones_kept(book):
    """An inner empty row is an empty list, an inner empty cell an empty text."""
    book.put([["a", "", ""], [], ["", "b", ""], ["", ""]])
    assert get(book, "A1:D9")["values"] == [["a"], [], ["", "b"]]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("'Sheet1'!A1", "Sheet1!A1"),
        ("Sheet1!A5:A", "Sheet1!A5:A1000"),
        ("Sheet1!A:B", "Sheet1!A1:B1000"),
        ("Sheet1!1:2", "Sheet1!A1:Z2"),
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("C3:AZ2000", "Sheet1!C3:Z1000"),
        ("Sheet1!D4:A1", "Sheet1!A1:D4"),
    ],
)
def test_the_range_is_told_clipped_and_with_its_worksheet(book, asked, told):
    """Quoted only where it must be."""
    assert get(book, asked)["range"] == told


def test_a_title_with_spaces_comes_back_in_quotes(book):
    """As does one that looks like a cell."""
    book.change(*({"addSheet": {"properties": {"title": title}}} for title in ("🌵 x", "D3", "Jon's a/b + c")))
    assert get(book, "'🌵 x'!A1:A10")["range"] == "'🌵 x'!A1:A10"
    assert get(book, "'D3'")["range"] == "'D3'!A1:Z1000"
    assert get(book, "'Jon''s a/b + c'!A1")["range"] == "'Jon''s a/b + c'!A1"


def test_encodings_of_a_range_in_the_path(book, http):
    """`%27Sheet1%27%21A1` is `'Sheet1'!A1`; a plus is a plus."""
    book.change({"addSheet": {"properties": {"title": "a+b"}}})
    for path, told in (("%27Sheet1%27%21A1", "Sheet1!A1"), ("a+b!A1", "'a+b'!A1"), ("'a%2Bb'!A1", "'a+b'!A1")):
        assert http.get(f"/v4/spreadsheets/{book.id}/values/{path}").json()["range"] == told


def test_a_missing_worksheet_is_a_range_that_cannot_be_parsed(book):
    """A 400, and no 404."""
    refused = refusal(book.sheets.values().get(spreadsheetId=book.id, range="X!A1"))
    assert (refused.status_code, refused.reason) == (400, "Unable to parse range: X!A1")


def test_a_range_that_starts_outside_the_grid_is_refused(book):
    """Read, written or cleared."""
    words = "Range (Sheet1!A1001:B) exceeds grid limits. Max rows: 1000, max columns: 26"
    values, at = book.sheets.values(), {"spreadsheetId": book.id, "range": "Sheet1!A1001:B"}
    assert refusal(values.get(**at)).reason == words
    assert refusal(values.clear(**at, body={})).reason == words
    assert refusal(values.update(**at, valueInputOption="RAW", body={"values": [[1]]})).reason == words


def test_an_unknown_spreadsheet_is_not_found(sheets):
    """In Google's words."""
    refused = refusal(sheets.get(spreadsheetId="nope"))
    assert (refused.status_code, refused.reason) == (404, "Requested entity was not found.")


def test_columns_as_the_major_dimension(book):
    """Turned both on reading and on writing."""
    body = {"majorDimension": "COLUMNS", "values": [["a", "b"], [1]]}
    book.sheets.values().update(spreadsheetId=book.id, range="A1", valueInputOption="RAW", body=body).execute()
    assert book.raw() == [["a", 1], ["b"]]
    assert get(book, "A1:C3", majorDimension="COLUMNS")["values"] == [["a", "b"], ["1"]]


def test_three_ways_to_render_a_value(book):
    """As shown, as calculated, as entered; a date's formula rendering is its serial."""
    book.put([["2020-01-01", "=1/1024", "$3.50", "TRUE", "42"]])
    assert book.values() == [["2020-01-01", "0.0009765625", "$3.50", "TRUE", "42"]]
    assert book.raw() == [[43831, 0.0009765625, 3.5, True, 42]]
    assert book.formulas() == [[43831, "=1/1024", 3.5, True, 42]]


def test_dates_may_be_rendered_as_text(book):
    """With unformatted numbers beside them."""
    book.put([["2020-01-01", 1234.5, "12:30"]])
    how = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
    assert book.values(**how) == [["2020-01-01", 1234.5, "12:30"]]


def test_batch_get_answers_in_the_order_asked(book):
    """One read for many ranges."""
    book.put([["a", "b"], ["c", "d"]])
    ranges = ["Sheet1!B1:B2", "A1"]
    answer = book.sheets.values().batchGet(spreadsheetId=book.id, ranges=ranges).execute()
    assert [one["values"] for one in answer["valueRanges"]] == [[["b"], ["d"]], [["a"]]]


# -- writing (facts 6.5, 6.9, 6.10)


def test_a_write_counts_what_it_wrote(book):
    """Cells set to "" count, cells skipped by null do not."""
    assert book.put([["a", "", "c"]]) == {
        "spreadsheetId": book.id,
        "updatedRange": "Sheet1!A1:C1",
        "updatedRows": 1,
        "updatedColumns": 3,
        "updatedCells": 3,
    }
    assert book.put([["x", None, "z"], [None, None, None]])["updatedCells"] == 2


def test_null_skips_a_cell_and_an_empty_text_clears_it(book):
    """So a shorter list written over a longer one leaves a tail."""
    book.put([["a", "b", "c"]])
    book.put([[None, "", "d"]])
    assert book.values() == [["a", "", "d"]]


def test_raw_keeps_what_is_typed(book):
    """A formula, a leading apostrophe and a number in quotes stay text; numbers and booleans are typed either way."""
    book.put([["=1+2", "'x", "007", 7, True]], raw=True)
    assert book.formulas() == [["=1+2", "'x", "007", 7, True]]
    assert book.cell("A1")["userEnteredValue"] == {"stringValue": "=1+2"}


def test_user_entered_reads_what_is_typed(book):
    """Numbers, formulas, percentages; a leading apostrophe keeps text."""
    book.put([["=1+2", "'007", "007", "10%", "true"]])
    assert book.raw() == [[3, "007", 7, 0.1, True]]


def test_a_format_set_before_stays_when_something_is_typed(book):
    """Only an unformatted cell takes the format of what is typed."""
    cell = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0.0000"}}}
    fields = "userEnteredFormat.numberFormat"
    book.change({"repeatCell": {"range": {"endRowIndex": 1}, "cell": cell, "fields": fields}})
    book.put([["10%"]])
    assert book.values() == [["0.1000"]]


def test_a_write_wider_than_its_range_is_refused(book):
    """A single cell is an anchor and has no bounds but the grid's."""
    values = book.sheets.values()

    def write(at, cells):
        return values.update(spreadsheetId=book.id, range=at, valueInputOption="RAW", body={"values": cells})

    assert refusal(write("A2:B2", [[1, 2, 3]])).reason == (
        "Requested writing within range ['Sheet1'!A2:B2], but tried writing to column [C]"
    )
    assert refusal(write("A2:B2", [[1], [2]])).reason == (
        "Requested writing within range ['Sheet1'!A2:B2], but tried writing to row [3]"
    )
    assert write("A2", [[1, 2, 3], [4]]).execute()["updatedRange"] == "Sheet1!A2:C3"


def test_an_update_does_not_grow_the_grid(book):
    """It is refused instead."""
    call = book.sheets.values().update(
        spreadsheetId=book.id, range="A1000", valueInputOption="RAW", body={"values": [[1], [2]]}
    )
    assert "exceeds grid limits. Max rows: 1000, max columns: 26" in refusal(call).reason
    assert book.values() == []


def test_value_input_option_is_required(book, http):
    """Nothing is guessed."""
    answer = http.put(f"/v4/spreadsheets/{book.id}/values/A1", json={"values": [[1]]})
    assert answer.status_code == 400
    assert "valueInputOption" in answer.json()["error"]["message"]


def test_a_null_major_dimension_is_none_given(book, http):
    """As gspread sends it."""
    path = f"/v4/spreadsheets/{book.id}/values/A1?valueInputOption=RAW"
    assert http.put(path, json={"values": [["a"]], "majorDimension": None}).status_code == 200


def test_a_list_is_no_cell_value(book, http):
    """Nor is an object."""
    path = f"/v4/spreadsheets/{book.id}/values/A1?valueInputOption=RAW"
    for value, kind in (([1], "list_value"), ({"a": 1}, "struct_value")):
        answer = http.put(path, json={"values": [["x"], ["y", value]]})
        assert answer.json()["error"]["message"] == f"Invalid values[1][1]: {kind}"


def test_values_may_come_back_with_the_write(book):
    """Rendered as asked."""
    answer = book.put([["10%"]], includeValuesInResponse=True, responseValueRenderOption="UNFORMATTED_VALUE")
    assert answer["updatedData"] == {"range": "Sheet1!A1", "majorDimension": "ROWS", "values": [[0.1]]}


def test_all_of_a_range_comes_back_that_is_larger_than_what_was_written(book):
    """Also where null leaves everything as it is: a write that tells what stands there just then."""
    book.put([["a"], ["b"], ["c"]])
    data = [{"range": "A:A", "majorDimension": "COLUMNS", "values": [[None]]}]
    body = {"valueInputOption": "RAW", "includeValuesInResponse": True, "data": data}
    answer = book.sheets.values().batchUpdate(spreadsheetId=book.id, body=body).execute()
    assert answer["responses"][0]["updatedData"]["values"] == [["a", "b", "c"]]


def test_a_batch_write_tells_each_range_and_the_totals(book):
    """All or nothing."""
    data = [{"range": "A1:B1", "values": [["a", ""]]}, {"range": "Sheet1!C3", "values": [["=1+1"]]}]
    body = {"valueInputOption": "USER_ENTERED", "data": data}
    answer = book.sheets.values().batchUpdate(spreadsheetId=book.id, body=body).execute()
    assert [one["updatedRange"] for one in answer["responses"]] == ["Sheet1!A1:B1", "Sheet1!C3"]
    totals = {name: answer[name] for name in answer if name.startswith("total")}
    assert totals == {
        "totalUpdatedRows": 2, "totalUpdatedColumns": 3, "totalUpdatedCells": 3, "totalUpdatedSheets": 1,
    }  # fmt: skip
    body["data"].append({"range": "A1:B1", "values": [[1, 2, 3]]})
    body["data"][0]["values"] = [["changed"]]
    refused = refusal(book.sheets.values().batchUpdate(spreadsheetId=book.id, body=body))
    assert refused.reason == (
        "Invalid data[2]: Requested writing within range ['Sheet1'!A1:B1], but tried writing to column [C]"
    )
    assert book.values("A1") == [["a"]]
    body["data"][0]["range"] = "X!A1"
    refused = refusal(book.sheets.values().batchUpdate(spreadsheetId=book.id, body=body))
    assert refused.reason == "Invalid data[0]: Unable to parse range: X!A1"


def test_a_cell_holds_fifty_thousand_characters(book):
    """One more fails the whole batch."""
    book.put([["x" * 50_000]])
    call = book.sheets.values().update(
        spreadsheetId=book.id, range="B1", valueInputOption="RAW", body={"values": [["ok"], ["x" * 50_001]]}
    )
    assert refusal(call).reason == "Your input contains more than the maximum of 50000 characters in a single cell."
    assert book.values("B1:B2") == []


# -- appending (fact 6.6)


def test_an_append_to_an_empty_worksheet_finds_no_table(book):
    """No `tableRange` key."""
    answer = book.append([["a", "b"]])
    assert "tableRange" not in answer
    assert answer["updates"]["updatedRange"] == "Sheet1!A1:B1"


def test_a_blank_inner_cell_makes_the_next_append_drift(book):
    """As recorded: the last table is what stands behind the blank."""
    book.append([["a", "", "c"]])
    answer = book.append([["a", "", "c"]])
    assert answer["tableRange"] == "Sheet1!C1"
    assert answer["updates"]["updatedRange"] == "Sheet1!C2:E2"
    assert answer["updates"]["updatedCells"] == 3


@pytest.mark.parametrize(
    ("to", "lands"),
    [
        ("Sheet1", "Sheet1!B7"),
        ("B4", "Sheet1!B7"),
        ("C5:D5", "Sheet1!B7"),
        ("B2:D4", "Sheet1!B7"),
        ("A3:G10", "Sheet1!B7"),
        ("A1", "Sheet1!A3"),
        ("E4", "Sheet1!E4"),
        ("A4", "Sheet1!A4"),
    ],
)
def test_the_documented_example_of_append(book, to, lands):
    """Tables at A1:C2 and B4:D6; where a row goes depends on the range."""
    book.put([[1, 2, 3], [4, 5, 6]])
    book.put([[1, 2, 3]] * 3, "B4")
    assert book.append([["x"]], to)["updates"]["updatedRange"] == lands


def test_an_append_grows_the_grid(book):
    """Rows and columns, as far as it needs them."""
    book.put([["last"]], "A1000")
    book.append([list(range(30))])
    size = book.tab()["properties"]["gridProperties"]
    assert (size["rowCount"], size["columnCount"]) == (1001, 30)


def test_an_append_may_insert_rows(book):
    """What stands below moves down."""
    book.put([["a"], ["b"], [], ["below"]])
    book.append([["c"], ["d"]], "A1", insertDataOption="INSERT_ROWS")
    assert book.values() == [["a"], ["b"], ["c"], ["d"], [], ["below"]]


# -- clearing


def test_clear_tells_the_range_bounded_to_the_grid(book):
    """Values go, formats stay."""
    book.put([["10%", "x"]])
    answer = book.sheets.values().clear(spreadsheetId=book.id, range="Sheet1", body={}).execute()
    assert answer == {"spreadsheetId": book.id, "clearedRange": "Sheet1!A1:Z1000"}
    assert book.values() == []
    book.put([[0.5]])
    assert book.values() == [["50%"]]


def test_batch_clear(book):
    """Several ranges at once."""
    book.put([["a", "b", "c"]])
    body = {"ranges": ["A1", "Sheet1!C1:C5"]}
    answer = book.sheets.values().batchClear(spreadsheetId=book.id, body=body).execute()
    assert answer["clearedRanges"] == ["Sheet1!A1", "Sheet1!C1:C5"]
    assert book.values() == [["", "b"]]


# -- by data filter


def test_cells_are_found_by_grid_range_and_by_a1(book):
    """Whatever the worksheet is called."""
    book.put([["a", "b"], ["c", "d"]])
    body = {"dataFilters": [{"gridRange": {"sheetId": 0, "startColumnIndex": 1}}, {"a1Range": "A1"}]}
    answer = book.sheets.values().batchGetByDataFilter(spreadsheetId=book.id, body=body).execute()
    assert [one["valueRange"]["values"] for one in answer["valueRanges"]] == [[["b"], ["d"]], [["a"]]]
    assert answer["valueRanges"][1]["dataFilters"] == [{"a1Range": "A1"}]


def test_cells_are_written_and_cleared_by_data_filter(book):
    """The filter comes back with what was written."""
    where = {"gridRange": {"startRowIndex": 1, "endRowIndex": 2}}
    body = {"valueInputOption": "RAW", "data": [{"dataFilter": where, "values": [["x", "y"]]}]}
    answer = book.sheets.values().batchUpdateByDataFilter(spreadsheetId=book.id, body=body).execute()
    assert answer["responses"][0] == {
        "updatedRange": "Sheet1!A2:B2", "updatedRows": 1, "updatedColumns": 2, "updatedCells": 2, "dataFilter": where,
    }  # fmt: skip
    answer = book.sheets.values().batchClearByDataFilter(spreadsheetId=book.id, body={"dataFilters": [where]}).execute()
    assert answer["clearedRanges"] == ["Sheet1!A2:Z2"]
    assert book.values() == []
