"""What hangs on worksheets: protections, banding, rules, filters, charts, names and developer metadata."""

from __future__ import annotations

import pytest

from .conftest import refusal
from .sheets_maker import grid, lines

RED, WHITE = {"red": 1}, {"red": 1, "green": 1, "blue": 1}


def protect(**more):
    return {"addProtectedRange": {"protectedRange": {"range": grid(0, 2, 0, 2), "warningOnly": True, **more}}}


def test_a_protection_is_added_changed_and_taken_away(book):
    """A sheetId of 0 is left out of ranges; zero edges are told."""
    (reply,) = book.change(protect(protectedRangeId=7, description="ours"))
    assert reply["addProtectedRange"]["protectedRange"] == {
        "protectedRangeId": 7,
        "range": {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2},
        "warningOnly": True,
        "description": "ours",
        "requestingUserCanEdit": True,
    }
    changed = {"protectedRangeId": 7, "description": "changed"}
    book.change({"updateProtectedRange": {"protectedRange": changed, "fields": "description"}})
    assert book.tab()["protectedRanges"][0]["description"] == "changed"
    assert book.tab()["protectedRanges"][0]["range"] == grid(0, 2, 0, 2)
    book.change({"deleteProtectedRange": {"protectedRangeId": 7}})
    assert "protectedRanges" not in book.tab()


@pytest.mark.parametrize(
    ("add", "delete", "number"),
    [
        (protect(protectedRangeId=7), "deleteProtectedRange", {"protectedRangeId": 7}),
        (
            {"addBanding": {"bandedRange": {"bandedRangeId": 7, "range": grid(0, 2), "rowProperties": {}}}},
            "deleteBanding",
            {"bandedRangeId": 7},
        ),
        ({"addChart": {"chart": {"chartId": 7, "spec": {"title": "T"}}}}, "deleteEmbeddedObject", {"objectId": 7}),
        (
            {"addNamedRange": {"namedRange": {"namedRangeId": "n7", "name": "n", "range": grid(0, 2)}}},
            "deleteNamedRange",
            {"namedRangeId": "n7"},
        ),
    ],
)
def test_an_id_is_given_once_and_found_once(book, add, delete, number):
    """A second one under the same id is refused, as is deleting what is gone."""
    book.change(add)
    assert book.refused(add).startswith(f"Invalid requests[0].{next(iter(add))}: ")
    book.change({delete: number})
    assert "with id:" in book.refused({delete: number})


def test_banding_does_not_overlap_banding(book):
    """Google's words; colours come back in both spellings."""
    colors = {"headerColor": RED, "firstBandColor": WHITE}
    banding = {"addBanding": {"bandedRange": {"range": grid(0, 5, 0, 2), "rowProperties": colors}}}
    (reply,) = book.change(banding)
    told = reply["addBanding"]["bandedRange"]["rowProperties"]
    assert told["headerColorStyle"] == {"rgbColor": RED}
    banding["addBanding"]["bandedRange"]["range"] = grid(4, 6, 1, 3)
    assert book.refused(banding) == (
        "Invalid requests[0].addBanding: You cannot add alternating background colors to a range that already has "
        "alternating background colors."
    )
    wider = {"bandedRangeId": reply["addBanding"]["bandedRange"]["bandedRangeId"], "range": grid(0, 9, 0, 2)}
    book.change({"updateBanding": {"bandedRange": wider, "fields": "range"}})
    assert book.tab()["bandedRanges"][0]["range"] == grid(0, 9, 0, 2)


def rule(text, *ranges):
    condition = {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": text}]}
    boolean = {"condition": condition, "format": {"backgroundColor": RED}}
    return {"ranges": list(ranges) or [grid(0, 5, 0, 1)], "booleanRule": boolean}


def texts(book):
    rules = book.tab().get("conditionalFormats", [])
    return [one["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for one in rules]


def test_rules_are_addressed_by_index_and_pile_up(book):
    """Each run of an add adds one."""
    book.change(*({"addConditionalFormatRule": {"rule": rule(text), "index": 0}} for text in "cba"))
    assert texts(book) == ["a", "b", "c"]
    replies = book.change(
        {"updateConditionalFormatRule": {"index": 1, "rule": rule("B")}},
        {"updateConditionalFormatRule": {"index": 0, "sheetId": 0, "newIndex": 2}},
        {"deleteConditionalFormatRule": {"index": 0, "sheetId": 0}},
    )
    assert replies[0]["updateConditionalFormatRule"]["oldRule"]["ranges"] == [grid(0, 5, 0, 1)]
    assert replies[1]["updateConditionalFormatRule"]["newIndex"] == 2
    assert texts(book) == ["c", "a"]
    assert "at index: 5" in book.refused({"deleteConditionalFormatRule": {"index": 5, "sheetId": 0}})


def test_a_rule_needs_ranges_and_one_kind(book):
    """Both kinds, none, no range and ranges on two worksheets are refused."""
    ranges = [grid(0, 1)]
    no_values = {"ranges": ranges, "booleanRule": {"condition": {"type": "CUSTOM_FORMULA"}, "format": {}}}
    for wrong in ({"ranges": ranges}, {**rule("a"), "gradientRule": {}}, {**rule("a"), "ranges": []}, no_values):
        assert book.refused({"addConditionalFormatRule": {"rule": wrong, "index": 0}})


def test_a_rule_of_formats_reads_its_own_worksheet_only(book):
    """Google takes neither a reference to another one nor a name for cells there, nor a kind for validation alone."""
    book.change(
        {"addSheet": {"properties": {"title": "Other", "sheetId": 7}}},
        {"addNamedRange": {"namedRange": {"name": "there", "range": {"sheetId": 7, **grid(0, 1, 0, 1)}}}},
    )
    for kind, value, words in (
        ("CUSTOM_FORMULA", "=A1>Other!A1", "Invalid ConditionValue.userEnteredValue: =A1>Other!A1 for ConditionType: "),
        ("CUSTOM_FORMULA", "=A1>there", "Invalid ConditionValue.userEnteredValue: =A1>there for ConditionType: "),
        ("CUSTOM_FORMULA", "A1>1", "Invalid ConditionValue.userEnteredValue: A1>1 for ConditionType: CUSTOM_FORMULA"),
        ("ONE_OF_LIST", "a", "ConditionType 'ONE_OF_LIST' is not supported in conditional formats."),
    ):
        boolean = {"condition": {"type": kind, "values": [{"userEnteredValue": value}]}, "format": {}}
        asked = {"addConditionalFormatRule": {"rule": {"ranges": [grid(0, 5, 0, 1)], "booleanRule": boolean}}}
        assert book.refused(asked).startswith(f"Invalid requests[0].addConditionalFormatRule: {words}")


def test_a_filter_replaces_the_one_before(book):
    """And can be cleared."""
    for end in (5, 9):
        book.change({"setBasicFilter": {"filter": {"range": grid(0, end, 0, 2)}}})
    assert book.tab()["basicFilter"]["range"] == grid(0, 9, 0, 2)
    book.change({"clearBasicFilter": {"sheetId": 0}})
    assert "basicFilter" not in book.tab()


def hidden(book):
    rows = book.tab(ranges="Sheet1!A1:A6", includeGridData=True)["data"][0]["rowMetadata"]
    return [index for index, row in enumerate(rows) if row.get("hiddenByFilter")]


def test_a_filter_hides_what_it_says(book):
    """By value or by condition; the header never; told in both spellings; until it is cleared."""
    book.put([["Name", "Score"], ["Ana", 5], ["Ben", 3], ["Cleo", 4], ["Ana", 2], ["", 1]])
    above = {"type": "NUMBER_GREATER_THAN_EQ", "values": [{"userEnteredValue": "3"}]}
    specs = [
        {"columnIndex": 0, "filterCriteria": {"hiddenValues": ["Ben", "Score"]}},
        {"columnIndex": 1, "filterCriteria": {"condition": above}},
    ]
    book.change({"setBasicFilter": {"filter": {"range": grid(0, 6, 0, 2), "filterSpecs": specs}}})
    assert hidden(book) == [2, 4, 5]
    told = book.tab()["basicFilter"]
    assert told["filterSpecs"] == specs
    assert told["criteria"] == {str(spec["columnIndex"]): spec["filterCriteria"] for spec in specs}
    criteria = {"0": {"condition": {"type": "NOT_BLANK"}}}
    book.change({"setBasicFilter": {"filter": {"range": grid(0, 6, 0, 2), "criteria": criteria}}})
    assert hidden(book) == [5]
    book.change({"clearBasicFilter": {"sheetId": 0}})
    assert hidden(book) == []


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"filterSpecs": [{"columnIndex": 5, "filterCriteria": {}}]}, 400),
        ({"criteria": {"a": {}}}, 400),
        ({"criteria": {"0": {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}}}}, 400),
        ({"criteria": {"0": {"visibleBackgroundColor": RED}}}, 501),
        ({"sortSpecs": [{"dimensionIndex": 0}]}, 501),
    ],
)
def test_a_filter_that_cannot_be_or_is_not_claimed_is_refused(book, more, status):
    """In Google's words where a condition is none for filters."""
    refused = refusal(book.batch({"setBasicFilter": {"filter": {"range": grid(0, 5, 0, 2), **more}}}))
    assert refused.status_code == status
    if "condition" in str(more):
        assert refused.reason.endswith("ConditionType 'ONE_OF_LIST' is not supported in filters.")


def test_a_chart_is_stored_and_read_back_whole(book):
    """Its place and its spec can change; it is addressed by its id."""
    source = {"sourceRange": {"sources": [grid(0, 5, 1, 2)]}}
    spec = {
        "title": "Scores",
        "basicChart": {"chartType": "BAR", "legendPosition": "NO_LEGEND", "series": [{"series": source}]},
    }
    anchor = {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 1, "columnIndex": 4}}}
    (reply,) = book.change({"addChart": {"chart": {"chartId": 9, "spec": spec, "position": anchor}}})
    told = reply["addChart"]["chart"]
    assert told["spec"] == spec
    assert told["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 1, "columnIndex": 4}
    book.change({"updateChartSpec": {"chartId": 9, "spec": {**spec, "title": "New"}}})
    assert book.tab()["charts"][0]["spec"]["title"] == "New"
    two = {"updateChartSpec": {"chartId": 9, "spec": {**spec, "pieChart": {}}}}
    assert "oneof field 'chart' is already set" in book.refused(two)
    book.change({"deleteEmbeddedObject": {"objectId": 9}})
    assert "charts" not in book.tab()


def test_a_chart_sheet_is_not_claimed(book):
    """Said loudly."""
    refused = refusal(book.batch({"addChart": {"chart": {"spec": {"title": "T"}, "position": {"newSheet": True}}}}))
    assert refused.status_code == 501


def test_a_named_range_is_a_range(book):
    """In values and in formulas; its id is text; the name must be one."""
    book.put([[1, 2], [3, 4]])
    (reply,) = book.change({"addNamedRange": {"namedRange": {"name": "block", "range": grid(0, 2, 0, 2)}}})
    made = reply["addNamedRange"]["namedRange"]
    assert isinstance(made["namedRangeId"], str)
    assert book.raw("block") == [[1, 2], [3, 4]]
    book.put([["=SUM(block)"]], "D1")
    assert book.raw("D1") == [[10]]
    book.change({"updateNamedRange": {"namedRange": {**made, "name": "rest"}, "fields": "name"}})
    assert book.values("D1") == [["#NAME?"]]
    for name in ("A1", "two words", "rest", ""):
        assert book.refused({"addNamedRange": {"namedRange": {"name": name, "range": grid(0, 1)}}})


def test_formulas_of_rules_and_drop_downs_follow_the_cells(book):
    """Through inserted rows and renamed worksheets."""
    values = [{"userEnteredValue": "=Sheet1!$A$2:$A"}]
    rule = {"condition": {"type": "ONE_OF_RANGE", "values": values}}
    custom = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$A2>Sheet1!$B$2"}]}
    boolean = {"condition": custom, "format": {"textFormat": {"bold": False}}}
    book.change(
        {"setDataValidation": {"range": grid(9, 10, 0, 1), "rule": rule}},
        {"addConditionalFormatRule": {"rule": {"ranges": [grid(1, 9, 0, 1)], "booleanRule": boolean}, "index": 0}},
        {"insertDimension": {"range": lines(1, 2)}},
        {"updateSheetProperties": {"properties": {"title": "New name"}, "fields": "title"}},
    )
    told = book.cell("A11")["dataValidation"]["condition"]["values"]
    assert told == [{"userEnteredValue": "='New name'!$A$3:$A"}]
    (laid,) = book.tab()["conditionalFormats"]
    assert laid["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "=$A3>'New name'!$B$3"}]
    assert laid["booleanRule"]["format"] == {"textFormat": {"bold": False}}
    book.change({"insertDimension": {"range": lines(1, 2)}})
    assert "$A$4" in str(book.cell("A12")["dataValidation"])


# -- developer metadata


def tag(key, **where):
    return {"createDeveloperMetadata": {"developerMetadata": {
        "metadataKey": key, "metadataValue": "v", "visibility": "DOCUMENT", "location": where,
    }}}  # fmt: skip


def found(book, lookup):
    body = {"dataFilters": [{"developerMetadataLookup": lookup}]}
    answer = book.sheets.developerMetadata().search(spreadsheetId=book.id, body=body).execute()
    return [one["developerMetadata"]["metadataKey"] for one in answer.get("matchedDeveloperMetadata", [])]


@pytest.fixture
def tagged(book):
    book.change(
        tag("book", spreadsheet=True),
        tag("tab", sheetId=0),
        tag("row", dimensionRange=lines(2, 3)),
        tag("column", dimensionRange=lines(1, 2, "COLUMNS")),
    )
    return book


def test_metadata_is_told_where_it_hangs(tagged):
    """On the spreadsheet, on the worksheet, on rows and columns of the grid."""
    whole = tagged.get(includeGridData=True)
    assert [one["metadataKey"] for one in whole["developerMetadata"]] == ["book"]
    tab = whole["sheets"][0]
    assert [one["metadataKey"] for one in tab["developerMetadata"]] == ["tab"]
    data = tab["data"][0]
    assert data["rowMetadata"][2]["developerMetadata"][0]["location"] == {
        "locationType": "ROW", "dimensionRange": lines(2, 3),
    }  # fmt: skip
    assert data["columnMetadata"][1]["developerMetadata"][0]["metadataKey"] == "column"


def test_metadata_is_found_by_what_it_is_and_where(tagged):
    """By key, by kind of place, by exact and by intersecting place."""
    place = {"dimensionRange": lines(2, 3)}
    assert found(tagged, {"metadataKey": "row"}) == ["row"]
    assert found(tagged, {"locationType": "COLUMN"}) == ["column"]
    assert found(tagged, {"metadataLocation": place}) == ["tab", "row", "column"]
    exact = {"metadataLocation": place, "locationMatchingStrategy": "EXACT_LOCATION"}
    assert found(tagged, exact) == ["row"]
    mixed = {"dataFilter": {"developerMetadataLookup": exact | {"locationType": "ROW"}}}
    assert "must be left unspecified" in tagged.refused({"deleteDeveloperMetadata": mixed})
    assert found(tagged, {"metadataKey": "none"}) == []


def test_metadata_follows_its_row_and_goes_with_it(tagged):
    """Inserts push it, deleting its row ends it."""
    tagged.put([["a"], ["b"], ["c"]])
    lookup = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "row"}}]}

    def values():
        answer = tagged.sheets.values().batchGetByDataFilter(spreadsheetId=tagged.id, body=lookup).execute()
        return [one["valueRange"]["values"] for one in answer.get("valueRanges", [])]

    tagged.change({"insertDimension": {"range": lines(0, 1)}})
    assert values() == [[["c"]]]
    tagged.change({"moveDimension": {"source": lines(3, 4), "destinationIndex": 0}})
    assert values() == [[["c"]]]
    tagged.change({"deleteDimension": {"range": lines(0, 1)}})
    assert values() == []


def test_metadata_is_changed_got_and_deleted(tagged):
    """By data filter."""
    by_key = {"developerMetadataLookup": {"metadataKey": "tab"}}
    change = {"dataFilters": [by_key], "developerMetadata": {"metadataValue": "new"}, "fields": "metadataValue"}
    (reply,) = tagged.change({"updateDeveloperMetadata": change})
    (entry,) = reply["updateDeveloperMetadata"]["developerMetadata"]
    assert entry["metadataValue"] == "new"
    got = tagged.sheets.developerMetadata().get(spreadsheetId=tagged.id, metadataId=entry["metadataId"])
    assert got.execute() == entry
    for field in ("metadataKey", "visibility", "location"):
        cleared = {"dataFilters": [by_key], "developerMetadata": {}, "fields": field}
        assert "must" in tagged.refused({"updateDeveloperMetadata": cleared})
    (reply,) = tagged.change({"deleteDeveloperMetadata": {"dataFilter": by_key}})
    assert reply["deleteDeveloperMetadata"]["deletedDeveloperMetadata"] == [entry]
    assert refusal(got).status_code == 404


def test_an_id_of_metadata_is_free_again_once_it_was_deleted_and_no_sooner(book):
    """A batch that takes it away from one place, and makes it there anew, is refused if it stood at another."""

    def anew(place):
        made = tag("column", dimensionRange=lines(place, place + 1, "COLUMNS"))
        made["createDeveloperMetadata"]["developerMetadata"]["metadataId"] = 7
        there = {"metadataLocation": {"dimensionRange": lines(place, place + 1, "COLUMNS")}}
        lookup = there | {"metadataKey": "column", "locationMatchingStrategy": "EXACT_LOCATION"}
        return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}, made

    book.change(*anew(1))
    book.change(*anew(1))
    assert "requests[1].createDeveloperMetadata" in book.refused(*anew(2))
    book.change({"insertDimension": {"range": lines(0, 1, "COLUMNS")}})
    assert "already exists" in book.refused(*anew(1))
    book.change(*anew(2))


def test_metadata_needs_a_key_a_visibility_and_one_line(book):
    """Google refuses the rest."""
    for wrong in (
        tag("", sheetId=0),
        tag("k"),
        tag("k", sheetId=0, spreadsheet=True),
        tag("k", dimensionRange=lines(0, 2)),
        tag("k" * 30_001, sheetId=0),
    ):
        assert "developer metadata" in book.refused(wrong).lower()
