"""The form's page without a browser: what programs post, and how its pages and answers are read. Plain HTTP."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from pipeline.emulator.pages import form_answers, form_model, sheet_charts, sheet_view

from .conftest import Api, form_link
from .items import LEVELS, SCORECARD, choice, page, paragraph, question

SECONDS = 10


def post(workspace: Any, form_id: str, *fields: tuple[str, str]) -> requests.Response:
    link = form_link(workspace, form_id).replace("viewform", "formResponse")
    return requests.post(link, data=fields, timeout=SECONDS)


def test_a_program_posts_googles_field_names(workspace: Any, api: Api) -> None:
    """`entry.<decimal>`, with `_sentinel` and `pageHistory` ignored, makes a response."""
    form_id = api.create_form("Scorecard", [choice("0000abcd", "Hire?", "No", "Yes"), paragraph("00000002", "Why?")])

    answer = post(
        workspace,
        form_id,
        ("entry.43981", "Yes"),
        ("entry.43981_sentinel", ""),
        ("entry.2", ""),
        ("pageHistory", "0,1"),
    )

    assert answer.status_code == 200
    assert "Your response has been recorded" in answer.text
    assert api.answers(form_id) == {"0000abcd": ["Yes"]}


def test_what_is_missing_is_said_and_nothing_is_stored(workspace: Any, api: Api) -> None:
    """A 400 whose page names the question, keeps the text typed elsewhere, and asks for the e-mail too."""
    form_id = api.create_form("Scorecard", SCORECARD, email="RESPONDER_INPUT")

    answer = post(workspace, form_id, ("entry.1", "Ana Lima"), ("entry.3", "Long & careful notes"))

    assert answer.status_code == 400
    assert '<a href="#q-00000002">How do you choose a database?</a>' in answer.text
    assert '<a href="#q-email">Your e-mail</a>' in answer.text
    assert "Long &amp; careful notes</textarea>" in answer.text
    assert api.responses(form_id) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ([("entry.1", "Maybe")], "not among them"),
        ([("entry.1", "Yes"), ("entry.1", "No")], "one answer only"),
        ([("entry.1", "Yes"), ("entry.99", "x")], "no question entry.99"),
        ([("entry.1", "Yes"), ("entry.x", "x")], "no question entry.x"),
    ],
)
def test_answers_that_the_form_does_not_offer_are_refused(
    workspace: Any, api: Api, fields: list[tuple[str, str]], said: str
) -> None:
    """Unknown options, two answers to one question and fields of no question are each refused in words."""
    form_id = api.create_form("Scorecard", [choice("00000001", "Hire?", "No", "Yes")])

    answer = post(workspace, form_id, *fields)

    assert answer.status_code == 400
    assert said in answer.text
    assert api.responses(form_id) == []


def test_a_closed_form_takes_nothing(workspace: Any, api: Api) -> None:
    """Posting to a form that was closed meanwhile is refused and says so."""
    form_id = api.create_form("Scorecard", [choice("00000001", "Hire?", "No", "Yes")])
    api.publish(form_id, accepting=False)

    answer = post(workspace, form_id, ("entry.1", "Yes"))

    assert answer.status_code == 403
    assert "This form is closed" in answer.text


def test_a_link_to_no_form_says_so(workspace: Any) -> None:
    """404, in words, without telling what other forms there are."""
    answer = requests.get(form_link(workspace, "nothing"), timeout=SECONDS)

    assert answer.status_code == 404
    assert "There is no such form" in answer.text


def test_a_form_shared_with_some_takes_their_answers_only(workspace: Any, api: Api) -> None:
    """A stranger's answers are refused, an invited interviewer's are taken, however the address is written."""
    form_id = api.create_form("Scorecard", [choice("00000001", "Hire?", "No", "Yes")], email="VERIFIED", shared=False)
    lee = {"type": "user", "role": "reader", "view": "published", "emailAddress": "lee@example.com"}
    api.call("POST", f"/drive/v3/files/{form_id}/permissions?sendNotificationEmail=false", lee)

    stranger = post(workspace, form_id, ("entry.1", "Yes"), ("emailAddress", "eve@example.com"))
    invited = post(workspace, form_id, ("entry.1", "Yes"), ("emailAddress", "Lee@example.com"))

    assert (stranger.status_code, invited.status_code) == (403, 200)
    assert "not shared with you" in stranger.text
    assert len(api.responses(form_id)) == 1


def test_a_published_form_that_was_shared_with_nobody_says_so(workspace: Any, api: Api) -> None:
    """Publishing alone lets nobody in, as at Google."""
    form_id = api.create_form("Scorecard", [choice("00000001", "Hire?", "No", "Yes")], shared=False)

    answer = requests.get(form_link(workspace, form_id), timeout=SECONDS)

    assert answer.status_code == 403
    assert "not shared with you" in answer.text


# --- how pages and answers are read ------------------------------------------------------------------------------------


def read(items: list[dict[str, Any]], **posted: list[str]) -> form_answers.Reading:
    fields = {name.replace("entry_", "entry.", 1): values for name, values in posted.items()}
    return form_answers.read({"items": items}, fields, asks_email=False)


@pytest.mark.parametrize(
    ("value", "level", "name", "anchor"),
    [
        (
            LEVELS[2],
            "5",
            "Excellent",
            "Starts from access patterns, gives numbers, and knows when the other choice wins.",
        ),
        ("4 · Strong", "4", "Strong", ""),
        ("10 - Ten: all: of it", "10", "Ten", "all: of it"),
        ("Not assessed", "", "", ""),
        ("3", "", "", ""),
        ("2.5 years", "", "", ""),
    ],
)
def test_an_option_with_a_level_is_taken_apart_for_the_eye(value: str, level: str, name: str, anchor: str) -> None:
    """Only options that begin with a number and a sign are; the value that is sent stays whole."""
    shown = form_model.choice_of({"value": value})

    assert (shown.value, shown.level, shown.name, shown.anchor) == (value, level, name, anchor)


def test_an_option_that_leads_on_skips_the_pages_between() -> None:
    """Questions on skipped pages are neither required nor kept."""
    items = [
        choice("00000001", "Interviewed?", "No", "Yes"),
        page("0000000a", "Details"),
        paragraph("00000002", "Details", required=True),
        page("0000000b", "End"),
        paragraph("00000003", "Words"),
    ]
    items[0]["questionItem"]["question"]["choiceQuestion"]["options"][0]["goToSectionId"] = "0000000b"

    skipped = read(items, entry_1=["No"], entry_2=["typed before"], entry_3=["bye"])
    walked = read(items, entry_1=["Yes"])

    assert (skipped.faults, skipped.answers) == ({}, {"00000001": ["No"], "00000003": ["bye"]})
    assert list(walked.faults) == ["00000002"]


@pytest.mark.parametrize(
    ("kind", "posted", "value"),
    [
        ({"dateQuestion": {"includeYear": True}}, {"_year": "2026", "_month": "1", "_day": "9"}, "2026-01-09"),
        ({"dateQuestion": {}}, {"_month": "12", "_day": "24"}, "12-24"),
        ({"dateQuestion": {"includeYear": True, "includeTime": True}}, {"": "2026-01-09T07:05"}, "2026-01-09 07:05"),
        ({"timeQuestion": {}}, {"_hour": "7", "_minute": "5"}, "07:05"),
        ({"timeQuestion": {"duration": True}}, {"_hour": "1", "_minute": "5", "_second": "9"}, "01:05:09"),
    ],
)
def test_dates_and_times_come_in_parts_or_whole(kind: dict[str, Any], posted: dict[str, str], value: str) -> None:
    """Google's page posts parts, ours whole values; both give the documented text."""
    fields = {f"entry_1{part}": [text] for part, text in posted.items()}

    assert read([question("00000001", "When?", kind)], **fields).answers == {"00000001": [value]}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ({"dateQuestion": {"includeYear": True}}, "2026-02-30"),
        ({"dateQuestion": {}}, "2026-01-01"),
        ({"timeQuestion": {}}, "25:00"),
        ({"scaleQuestion": {"low": 1, "high": 5}}, "6"),
        ({"ratingQuestion": {"ratingScaleLevel": 5}}, "0"),
    ],
)
def test_what_does_not_exist_is_a_fault_at_its_question(kind: dict[str, Any], value: str) -> None:
    """A 30th of February, a 25th hour, a sixth level of five."""
    assert list(read([question("00000001", "When?", kind)], entry_1=[value]).faults) == ["00000001"]


def test_a_prefilled_value_that_is_no_option_is_left_out() -> None:
    """A link made for an older form does not choose what is no longer offered."""
    pages = form_model.pages({"items": SCORECARD})

    given = form_answers.prefilled(pages, {"entry.1": ["Nobody"], "entry.3": ["Notes"], "entry.77": ["x"]})

    assert given == {"00000003": ["Notes"]}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 5, [0, 1, 2, 3, 4, 5]), (0, 100, [0, 20, 40, 60, 80, 100]), (0, 0, [0]), (-1, 1, [-1, -0.5, 0, 0.5, 1])],
)
def test_ticks_are_round_numbers_around_the_values(low: float, high: float, expected: list[float]) -> None:
    """A chart's scale begins at or below the lowest value and ends at or above the highest."""
    assert sheet_charts.ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize("window", [{"viewWindowMin": 9, "viewWindowMax": 1}, {"viewWindowMax": 0}])
def test_a_window_in_which_nothing_could_show_is_none(window: dict[str, float]) -> None:
    """The chart is drawn over its values instead."""
    source = {"sourceRange": {"sources": [{}]}}
    basic = {"chartType": "COLUMN", "domains": [{"domain": source}], "series": [{"series": source}]}
    cut = {**basic, "axis": [{"viewWindowOptions": window}]}

    whole, drawn = (sheet_charts.chart({"spec": {"basicChart": one}}, lambda _: [1, 2]) for one in (basic, cut))

    assert drawn.shapes == whole.shapes


# --- how cells and charts are read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        ({"userEnteredValue": {"formulaValue": "=A1+1"}, "formattedValue": "2"}, "=A1+1"),
        ({"userEnteredValue": {"stringValue": "Ana"}}, "Ana"),
        ({"userEnteredValue": {"stringValue": "=HYPERLINK()"}}, "'=HYPERLINK()"),
        ({"userEnteredValue": {"stringValue": "007"}}, "'007"),
        ({"userEnteredValue": {"stringValue": "true"}}, "'true"),
        ({"userEnteredValue": {"stringValue": "1/2"}}, "'1/2"),
        ({"userEnteredValue": {"numberValue": 4.123456789}, "formattedValue": "4.12"}, "4.123456789"),
        ({"userEnteredValue": {"boolValue": True}}, "TRUE"),
        (
            {
                "userEnteredValue": {"numberValue": 0.125},
                "formattedValue": "13%",
                "effectiveFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0%"}},
            },
            "12.5%",
        ),
        (
            {
                "userEnteredValue": {"numberValue": 46349},
                "formattedValue": "2026-11-23",
                "effectiveFormat": {"numberFormat": {"type": "DATE"}},
            },
            "2026-11-23",
        ),
        ({}, ""),
    ],
)
def test_the_editor_opens_with_what_a_person_would_type(cell: dict[str, Any], source: str) -> None:
    """Typed again unchanged, it gives the same cell: text that looks like something else keeps its apostrophe."""
    assert sheet_view.typed(cell) == source


def test_marks_without_a_line_stand_alone() -> None:
    """The ends of an interval: a line series whose line is invisible is drawn as its marks only."""
    columns = {0: ["Candidate", "Ana", "Ben"], 1: ["low", 3, 2]}

    def data(column: int) -> dict[str, Any]:
        return {"sourceRange": {"sources": [{"startColumnIndex": column}]}}

    low = {"type": "LINE", "lineStyle": {"type": "INVISIBLE"}, "pointStyle": {"shape": "DIAMOND"}, "series": data(1)}
    spec = {"basicChart": {"chartType": "COMBO", "headerCount": 1, "domains": [{"domain": data(0)}], "series": [low]}}

    drawn = sheet_charts.chart({"spec": spec}, lambda where: columns[where["startColumnIndex"]])

    assert [shape.text for shape in drawn.shapes if shape.kind == "polygon"] == ["Ana: 3 (low)", "Ben: 2 (low)"]
    assert not [shape for shape in drawn.shapes if shape.kind == "path"]
