"""What we take for granted about Google, asked of the workspace itself: the local one always, Google when told to.

    PIPELINE_LIVE=1 PIPELINE_LIVE_CLIENT_FILE=client.json pytest -m live -rP tests/contract/test_live.py

runs the same tests against Google (LIVE.md says how to prepare, and which assumption each test settles). Everything
that they make is deleted again. What nobody could verify yet is printed, so that the answer can be written down.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from pipeline import emulator
from pipeline.errors import Moved, PipelineError
from pipeline.google import auth, drive, forms, sheets
from pipeline.google.refusals import Invalid
from pipeline.google.retry import NotFound
from pipeline.google.session import Session, bearer, connect
from pipeline.worksheets.guard import Guard

LIVE = os.environ.get("PIPELINE_LIVE") == "1"
NOT_RUN = "not run against Google: set PIPELINE_LIVE=1 and name credentials (tests/contract/LIVE.md)"
GOOGLE = pytest.param("google", marks=[pytest.mark.live, pytest.mark.skipif(not LIVE, reason=NOT_RUN)])


@dataclass(frozen=True)
class LiveSettings:
    """Which account the live run uses, from the environment: a person's client, a service account, or the default."""

    client_file: str = os.environ.get("PIPELINE_LIVE_CLIENT_FILE", "")
    key_file: str = os.environ.get("PIPELINE_LIVE_KEY_FILE", "")
    subject: str = os.environ.get("PIPELINE_LIVE_SUBJECT", "")
    quota_project: str = os.environ.get("PIPELINE_LIVE_QUOTA_PROJECT", "")

    @property
    def credentials(self) -> str:
        return "service-account" if self.key_file else "user" if self.client_file else "adc"


@dataclass
class Bench:
    """A session, and the files made with it, which are deleted at the end."""

    session: Session
    made: list[str] = field(default_factory=list)

    def form(self, *items: dict[str, Any], published: bool = False) -> dict[str, Any]:
        name = f"interview-pipeline contract test {uuid.uuid4().hex[:8]}"
        form = forms.create(self.session, {"info": {"title": name, "documentTitle": name}})
        self.made.append(form["formId"])
        settings = {
            "updateSettings": {
                "settings": {"emailCollectionType": "DO_NOT_COLLECT"},
                "updateMask": "emailCollectionType",
            }
        }
        requests_ = [create(item, index) for index, item in enumerate(items)]
        forms.batch_update(self.session, form["formId"], {"requests": [*requests_, settings]})
        if published:
            forms.set_publish_settings(self.session, form["formId"], publishing(True))
            anyone = {"type": "anyone", "role": "reader", "view": "published"}
            drive.permissions_create(self.session, form["formId"], anyone)
        return forms.get(self.session, form["formId"])

    def spreadsheet(self, **more: Any) -> str:
        name = f"interview-pipeline contract test {uuid.uuid4().hex[:8]}"
        file = drive.files_create(self.session, {"name": name, "mimeType": drive.SPREADSHEET, **more})
        self.made.append(file["id"])
        return str(file["id"])

    def refused(self, call: Callable[[], object]) -> PipelineError:
        with pytest.raises(PipelineError) as told:
            call()
        print(f"the workspace says: {told.value.what}")
        return told.value


@pytest.fixture(scope="module", params=["local", GOOGLE])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    if request.param == "local":
        with emulator.start(tmp_path_factory.mktemp("workspace")) as workspace:
            with connect(bearer(workspace.token), base_url=workspace.url) as session:
                yield from emptied(Bench(session))
    else:
        with connect(auth.credentials(LiveSettings(), Path()), on_wait=print) as session:
            yield from emptied(Bench(session))


def emptied(bench: Bench) -> Iterator[Bench]:
    try:
        yield bench
    finally:
        for file_id in bench.made:
            drive.files_delete(bench.session, file_id)


def create(item: dict[str, Any], index: int) -> dict[str, Any]:
    return {"createItem": {"item": item, "location": {"index": index}}}


def text(title: str, *, item_id: str = "", question_id: str = "") -> dict[str, Any]:
    question: dict[str, Any] = {"textQuestion": {}}
    if question_id:
        question["questionId"] = question_id
    item: dict[str, Any] = {"title": title, "questionItem": {"question": question}}
    return {**item, "itemId": item_id} if item_id else item


def radio(title: str, *options: str, question_id: str = "") -> dict[str, Any]:
    question: dict[str, Any] = {"choiceQuestion": {"type": "RADIO", "options": [{"value": one} for one in options]}}
    if question_id:
        question["questionId"] = question_id
    return {"title": title, "questionItem": {"question": question}}


def publishing(on: bool) -> dict[str, Any]:
    state = {"isPublished": on, "isAcceptingResponses": on}
    return {"publishSettings": {"publishState": state}, "updateMask": "publishState"}


def question_ids(form: dict[str, Any]) -> list[str]:
    return [item["questionItem"]["question"]["questionId"] for item in form.get("items", [])]


def submit(form: dict[str, Any], **answers: str) -> None:
    """Fill the form in as its page does; `q1a2b3c4d="yes"` answers the question 1a2b3c4d."""
    page = form["responderUri"]
    data = {f"entry.{int(key[1:], 16)}": value for key, value in answers.items()}
    answer = requests.post(page.replace("/viewform", "/formResponse"), data=data, timeout=60)
    assert answer.ok, f"the form's page answered {answer.status_code}"


# --- ids -------------------------------------------------------------------------------------------------------


def test_ids_that_we_give_are_kept(bench: Bench) -> None:
    """L1: item and question ids of 8 hex digits below 80000000 are taken as given."""
    form = bench.form(text("Why?", item_id="0abcdef1", question_id="7fffffff"))
    assert form["items"][0]["itemId"] == "0abcdef1"
    assert question_ids(form) == ["7fffffff"]


def test_an_id_in_use_is_refused_and_nothing_is_doubled(bench: Bench) -> None:
    """L2: creating the same item again is refused, which is what makes a repeated create safe."""
    form = bench.form(text("Why?", item_id="0000abcd", question_id="0000abce"))
    again = {"requests": [create(text("Why?", item_id="0000abcd", question_id="0000abce"), 1)]}
    assert isinstance(bench.refused(lambda: forms.batch_update(bench.session, form["formId"], again)), Invalid)
    assert question_ids(forms.get(bench.session, form["formId"])) == ["0000abce"]


@pytest.mark.parametrize("bad", ["80000000", "section-1", "zz"])
def test_an_id_of_another_form_is_refused(bench: Bench, bad: str) -> None:
    """L3: beyond 7fffffff, or not hexadecimal."""
    form = bench.form(text("First"))
    body = {"requests": [create(text("Why?", question_id=bad), 1)]}
    bench.refused(lambda: forms.batch_update(bench.session, form["formId"], body))


def test_a_narrow_mask_keeps_the_ids(bench: Bench) -> None:
    """L4: changing options by the mask `questionItem.question.choiceQuestion.options` keeps the question's id."""
    form = bench.form(radio("Level", "1", "2", question_id="00001111"))
    item = form["items"][0]
    item["questionItem"]["question"]["choiceQuestion"]["options"] = [{"value": "1"}, {"value": "2"}, {"value": "3"}]
    mask = "questionItem.question.choiceQuestion.options"
    update = {"updateItem": {"item": item, "location": {"index": 0}, "updateMask": mask}}
    forms.batch_update(bench.session, form["formId"], {"requests": [update]})
    assert question_ids(forms.get(bench.session, form["formId"])) == ["00001111"]


def test_the_pages_field_is_the_question_id_in_decimal(bench: Bench) -> None:
    """L5: `entry.<int(questionId, 16)>` is what personal links are built on."""
    form = bench.form(text("Candidate", question_id="34e3b90e"), published=True)
    prefilled = {"usp": "pp_url", f"entry.{0x34E3B90E}": "Ana Santos"}
    page = requests.get(form["responderUri"], params=prefilled, timeout=60)
    assert str(0x34E3B90E) in page.text
    assert "Ana Santos" in page.text


# --- creating and changing -------------------------------------------------------------------------------------


def test_a_form_is_born_unpublished_and_its_state_reads_back(bench: Bench) -> None:
    """L6: `unpublished=true` holds; false booleans are left out of the answer."""
    form = bench.form(text("Why?"))
    state = form.get("publishSettings", {}).get("publishState", {})
    assert not state.get("isPublished", False)
    forms.set_publish_settings(bench.session, form["formId"], publishing(True))
    forms.set_publish_settings(bench.session, form["formId"], publishing(True))  # twice is once
    state = forms.get(bench.session, form["formId"])["publishSettings"]["publishState"]
    assert state == {"isPublished": True, "isAcceptingResponses": True}


def test_only_the_title_may_be_given_at_birth(bench: Bench) -> None:
    """L7: anything else is a 400, so the description comes with the batch."""
    body = {"info": {"title": "x", "documentTitle": "x", "description": "y"}}
    assert "Only info.title can be set" in bench.refused(lambda: forms.create(bench.session, body)).what


def test_a_stale_revision_is_refused_and_recognised(bench: Bench) -> None:
    """L8: the words for a stale requiredRevisionId hold "revision"; nothing is written, exit 6."""
    form = bench.form(text("First"))
    stale = {"writeControl": {"requiredRevisionId": form["revisionId"]}, "requests": [create(text("Second"), 1)]}
    forms.batch_update(bench.session, form["formId"], stale)
    assert isinstance(bench.refused(lambda: forms.batch_update(bench.session, form["formId"], stale)), Moved)
    assert len(forms.get(bench.session, form["formId"])["items"]) == 2


def test_a_large_form_goes_in_one_batch(bench: Bench) -> None:
    """L9: 200 items, options of 500 characters, descriptions of 4,000, in one batchUpdate."""
    options = [f"{level} · " + "x" * 500 for level in range(1, 6)]
    items = [{**radio(f"Question {number}", *options), "description": "y" * 4000} for number in range(200)]
    assert len(bench.form(*items)["items"]) == 200


@pytest.mark.parametrize(
    "item",
    [radio("Level", "1", "1"), radio("Level", ""), radio("Level"), text("two\nlines")],
    ids=["duplicate-option", "empty-option", "no-option", "newline"],
)
def test_what_check_catches_is_refused(bench: Bench, item: dict[str, Any]) -> None:
    """L10: the faults that we refuse offline are ones that the workspace refuses."""
    form = bench.form(text("First"))
    body = {"requests": [create(item, 1)]}
    assert isinstance(bench.refused(lambda: forms.batch_update(bench.session, form["formId"], body)), Invalid)


# --- responses -------------------------------------------------------------------------------------------------


def test_an_answer_to_a_deleted_question_is_still_listed(bench: Bench) -> None:
    """L11: its question id is one that the form no longer has, and is kept as an orphan."""
    form = bench.form(text("Stay", question_id="00000a01"), text("Go", question_id="00000a02"), published=True)
    submit(form, q00000a01="kept", q00000a02="orphaned")
    forms.batch_update(bench.session, form["formId"], {"requests": [{"deleteItem": {"location": {"index": 1}}}]})
    (response,) = [one for page in forms.responses_list(bench.session, form["formId"]) for one in page]
    print(f"question ids of the answers: {sorted(response['answers'])}")
    assert "00000a01" in response["answers"]


def test_the_filter_takes_a_time_with_z(bench: Bench) -> None:
    """L12: `timestamp >= ...Z` with the submission's own time finds it again."""
    form = bench.form(text("Why?", question_id="00000b01"), published=True)
    submit(form, q00000b01="because")
    (response,) = [one for page in forms.responses_list(bench.session, form["formId"]) for one in page]
    since = f"timestamp >= {response['lastSubmittedTime']}"
    found = [
        one["responseId"] for page in forms.responses_list(bench.session, form["formId"], filter=since) for one in page
    ]
    print(f"createTime {response['createTime']}, lastSubmittedTime {response['lastSubmittedTime']}")
    assert found == [response["responseId"]]
    later = "timestamp > 2099-01-01T00:00:00Z"
    assert [page for page in forms.responses_list(bench.session, form["formId"], filter=later) if page] == []


def test_an_unpublished_form_takes_no_response(bench: Bench) -> None:
    """L13: publishing is what opens it."""
    form = bench.form(text("Why?", question_id="00000c01"))
    requests.post(form["responderUri"].replace("/viewform", "/formResponse"), data={"entry.3073": "x"}, timeout=60)
    assert [page for page in forms.responses_list(bench.session, form["formId"]) if page] == []


# --- Drive -----------------------------------------------------------------------------------------------------


def test_sharing_twice_is_sharing_once(bench: Bench) -> None:
    """L14: what lets us repeat permissions.create after a lost answer."""
    form = bench.form(text("Why?"), published=True)
    anyone = {"type": "anyone", "role": "reader", "view": "published"}
    drive.permissions_create(bench.session, form["formId"], anyone)
    published = [one for one in drive.permissions_list(bench.session, form["formId"]) if one.get("view") == "published"]
    assert [one["type"] for one in published] == ["anyone"]


def test_files_are_found_by_their_properties(bench: Bench) -> None:
    """L15: form and spreadsheet carry appProperties and are found by them, responders included."""
    mark = uuid.uuid4().hex
    form = bench.form(text("Why?"), published=True)
    drive.files_update(bench.session, form["formId"], {"appProperties": {"pipelineTest": mark}})
    spreadsheet = bench.spreadsheet(appProperties={"pipelineTest": mark})
    found = drive.files_list(
        bench.session,
        f"appProperties has {{ key='pipelineTest' and value='{mark}' }} and trashed = false",
        fields="nextPageToken,files(id,permissions(view))",
        include_permissions_for_view="published",
    )
    assert {file["id"] for file in found} == {form["formId"], spreadsheet}
    by_id = {file["id"]: file for file in found}
    assert "published" in {one.get("view") for one in by_id[form["formId"]].get("permissions", [])}


def test_a_deleted_file_is_not_found(bench: Bench) -> None:
    """L16: 404 from all three APIs."""
    form = bench.form(text("Why?"))
    drive.files_delete(bench.session, bench.made.pop())
    assert isinstance(bench.refused(lambda: forms.get(bench.session, form["formId"])), NotFound)
    assert isinstance(bench.refused(lambda: drive.files_get(bench.session, form["formId"])), NotFound)


@pytest.mark.skipif(
    "PIPELINE_LIVE_FOREIGN_FORM" not in os.environ, reason="not run: PIPELINE_LIVE_FOREIGN_FORM is not set"
)
def test_a_form_made_by_hand_is_out_of_sight(bench: Bench) -> None:
    """L17: with drive.file alone; whether it is 403 or 404 is printed."""
    foreign = os.environ["PIPELINE_LIVE_FOREIGN_FORM"]
    bench.refused(lambda: forms.get(bench.session, foreign))
    bench.refused(lambda: drive.files_get(bench.session, foreign))


# --- Sheets ----------------------------------------------------------------------------------------------------


def cells(sheet: int, row: int, *values: str) -> dict[str, Any]:
    rows = [{"values": [{"userEnteredValue": {"stringValue": value}} for value in values]}]
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def test_typed_text_never_becomes_a_formula(bench: Bench) -> None:
    """L18: a stringValue that looks like a formula stays text."""
    spreadsheet = bench.spreadsheet()
    sheets.batch_update(bench.session, spreadsheet, {"requests": [cells(0, 0, '=IMPORTDATA("https://x.example")')]})
    mask = "sheets(data(rowData(values(userEnteredValue,effectiveValue))))"
    found = sheets.get(bench.session, spreadsheet, fields=mask, ranges=["A1"])
    (cell,) = found["sheets"][0]["data"][0]["rowData"][0]["values"]
    assert cell["userEnteredValue"] == {"stringValue": '=IMPORTDATA("https://x.example")'}


def test_worksheet_ids_are_ours_and_ranges_go_by_them(bench: Bench) -> None:
    """L19: a sheetId that we choose can be used in the same batch, and read by whatever the worksheet is called."""
    spreadsheet = bench.spreadsheet()
    add = {"addSheet": {"properties": {"sheetId": 101, "title": "Rankings"}}}
    rename = {"updateSheetProperties": {"properties": {"sheetId": 101, "title": "Mine"}, "fields": "title"}}
    sheets.batch_update(bench.session, spreadsheet, {"requests": [add, cells(101, 0, "Ana"), rename]})
    body = {"dataFilters": [{"gridRange": {"sheetId": 101}}]}
    found = sheets.values_batch_get_by_data_filter(bench.session, spreadsheet, body)
    assert found["valueRanges"][0]["valueRange"]["values"] == [["Ana"]]


def test_the_answer_of_a_batch_can_hold_cells(bench: Bench) -> None:
    """L20: includeSpreadsheetInResponse with responseRanges shows what the batch left, in the same call."""
    spreadsheet = bench.spreadsheet()
    body = {
        "requests": [cells(0, 0, "b"), cells(0, 1, "a"), sort(0, 2)],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Sheet1!A1:A2"],
        "responseIncludeGridData": True,
    }
    reply = sheets.batch_update(bench.session, spreadsheet, body)
    rows = reply["updatedSpreadsheet"]["sheets"][0]["data"][0]["rowData"]
    assert [row["values"][0]["userEnteredValue"]["stringValue"] for row in rows] == ["a", "b"]


def sort(sheet: int, rows: int) -> dict[str, Any]:
    grid = {"sheetId": sheet, "startRowIndex": 0, "endRowIndex": rows, "startColumnIndex": 0, "endColumnIndex": 2}
    return {"sortRange": {"range": grid, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}}


def test_sorting_moves_whole_rows_of_cells(bench: Bench) -> None:
    """L21: a cell to the right, inside the sorted range, goes with its row: notes stay with their candidate."""
    spreadsheet = bench.spreadsheet()
    requests_ = [cells(0, 0, "b", "note of b"), cells(0, 1, "a", "note of a"), sort(0, 2)]
    sheets.batch_update(bench.session, spreadsheet, {"requests": requests_})
    body = {"dataFilters": [{"a1Range": "Sheet1!A1:B2"}]}
    found = sheets.values_batch_get_by_data_filter(bench.session, spreadsheet, body)
    assert found["valueRanges"][0]["valueRange"]["values"] == [["a", "note of a"], ["b", "note of b"]]


def test_a_batch_is_all_or_nothing(bench: Bench) -> None:
    """L22: a refused request at the end undoes the ones before it."""
    spreadsheet = bench.spreadsheet()
    bad = {"deleteSheet": {"sheetId": 999}}
    bench.refused(lambda: sheets.batch_update(bench.session, spreadsheet, {"requests": [cells(0, 0, "x"), bad]}))
    body = {"dataFilters": [{"a1Range": "Sheet1!A1"}]}
    found = sheets.values_batch_get_by_data_filter(bench.session, spreadsheet, body)
    assert "values" not in found["valueRanges"][0]["valueRange"]


def entered(row: int, *values: dict[str, Any]) -> dict[str, Any]:
    start = {"sheetId": 0, "rowIndex": row, "columnIndex": 0}
    line = {"values": [{"userEnteredValue": value} for value in values]}
    return {"updateCells": {"start": start, "rows": [line], "fields": "userEnteredValue"}}


def shown(bench: Bench, spreadsheet: str, place: str) -> list[list[Any]]:
    body = {"dataFilters": [{"a1Range": place}], "valueRenderOption": "UNFORMATTED_VALUE"}
    found = sheets.values_batch_get_by_data_filter(bench.session, spreadsheet, body)
    rows: list[list[Any]] = found["valueRanges"][0]["valueRange"].get("values", [])
    return rows


def test_a_sort_sees_the_formulas_of_its_own_batch(bench: Bench) -> None:
    """L23: rows are sorted by what a formula comes to that was entered just before, in the same batch."""
    spreadsheet = bench.spreadsheet()
    requests_ = [
        entered(0, {"formulaValue": "=2*ROW()+3*(ROW()=1)"}, {"stringValue": "first"}),
        entered(1, {"formulaValue": "=2*ROW()+3*(ROW()=1)"}, {"stringValue": "second"}),
        sort(0, 2),
    ]
    sheets.batch_update(bench.session, spreadsheet, {"requests": requests_})
    assert shown(bench, spreadsheet, "Sheet1!B1:B2") == [["second"], ["first"]]


def test_a_search_for_whole_cells_finds_numbers_and_formulas(bench: Bench) -> None:
    """L24: a number by its digits, whole or not, and a formula by its text; neither by what only looks like it."""
    spreadsheet = bench.spreadsheet()
    values = [{"numberValue": 4}, {"numberValue": 46085.37938657407}, {"formulaValue": "=2+2"}, {"stringValue": "44"}]
    said = {"matchCase": True, "matchEntireCell": True, "includeFormulas": True, "sheetId": 0, "replacement": ""}
    finds = [{"findReplace": said | {"find": find}} for find in ("4", "46085.37938657407", "=2+2")]
    sheets.batch_update(bench.session, spreadsheet, {"requests": [entered(0, *values), *finds]})
    assert shown(bench, spreadsheet, "Sheet1!A1:D1") == [["", "", "", "44"]]


def test_a_batch_is_refused_by_a_mark_that_stands_elsewhere(bench: Bench) -> None:
    """L25: metadata taken away from one place and made there anew, with its id; refused if it did not stand there."""
    spreadsheet = bench.spreadsheet()

    def write(place: int, said: str) -> None:
        guard = Guard(0, {"title": place}, width=26).requests()
        body = {"requests": [*guard, entered(0, {"stringValue": said})]}
        sheets.batch_update(bench.session, spreadsheet, body)

    write(1, "first")
    write(1, "second")
    with pytest.raises(Invalid):
        write(2, "third")
    assert shown(bench, spreadsheet, "Sheet1!A1") == [["second"]]
