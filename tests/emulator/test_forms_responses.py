"""Publishing, answering, and reading what was answered."""

from __future__ import annotations

import re

import pytest

from .conftest import refusal

RATING = {
    "title": "Rating",
    "itemId": "0000000a",
    "questionItem": {
        "question": {
            "questionId": "0000000b",
            "required": True,
            "choiceQuestion": {"type": "RADIO", "options": [{"value": "1"}, {"value": "2"}]},
        }
    },
}
NOTES = {"title": "Notes", "questionItem": {"question": {"questionId": "0000000c", "textQuestion": {}}}}
ALL = {
    "title": "All",
    "questionItem": {
        "question": {
            "questionId": "0000000d",
            "choiceQuestion": {"type": "CHECKBOX", "options": [{"value": "x"}, {"value": "y"}]},
        }
    },
}


@pytest.fixture
def open_form(form):
    form.add(RATING, NOTES, ALL)
    form.publish()
    return form


@pytest.fixture
def answer(open_form, control):
    """Takes submissions as the form's page does; gives their ids."""

    def send(*answers: dict, **more: object) -> list[str]:
        responses = [{"answers": one, **more} for one in answers]
        return control("responses", formId=open_form.id, responses=responses)["responseIds"]

    return send


def all_of(forms, form_id: str, **params: object) -> list[dict]:
    told, request = [], forms.responses().list(formId=form_id, **params)
    while request is not None:
        page = request.execute()
        told += page.get("responses", [])
        request = forms.responses().list_next(request, page)
    return told


# --- publishing -----------------------------------------------------------------------------------------------------------


def settings(published: object, accepting: object) -> dict:
    state = {"isPublished": published, "isAcceptingResponses": accepting}
    return {"publishSettings": {"publishState": {k: v for k, v in state.items() if v is not None}}}


def test_publish_settings_tell_true_only(forms, form):
    """False is left out, as everywhere in proto3."""
    told = forms.setPublishSettings(formId=form.id, body=settings(True, False)).execute()
    assert told == {"formId": form.id, "publishSettings": {"publishState": {"isPublished": True}}}
    assert form.get()["publishSettings"] == told["publishSettings"]


@pytest.mark.parametrize(
    "body",
    [
        settings(False, True),
        settings(True, None),
        settings(None, True),
        {},
        {"publishSettings": {}},
        {**settings(True, True), "updateMask": "publishState.isPublished"},
        {**settings(True, True), "updateMask": ""},
    ],
)
def test_publish_settings_want_both_booleans_and_no_more_than_google_allows(forms, form, body):
    """A form cannot accept responses without being published."""
    assert refusal(forms.setPublishSettings(formId=form.id, body=body)).status_code == 400


def test_the_wrong_nesting_of_googles_own_sample_is_refused(forms, form):
    """The guide puts the booleans directly under publishSettings."""
    body = {"publishSettings": {"isPublished": True, "isAcceptingResponses": True}}
    assert refusal(forms.setPublishSettings(formId=form.id, body=body)).reason.startswith(
        "Invalid JSON payload received. Unknown name \"isPublished\" at 'publish_settings': Cannot find field."
    )


def test_a_legacy_form_has_no_publish_settings_and_is_open(forms, form, control):
    """One from before 2026; it cannot be given any."""
    control("legacy", formId=form.id)
    assert "publishSettings" not in form.get()
    assert refusal(forms.setPublishSettings(formId=form.id, body=settings(True, True))).status_code == 400
    assert control("responses", formId=form.id, responses=[{"answers": {}}])["responseIds"]


# --- who may answer ---------------------------------------------------------------------------------------------------


def submit(http, form_id: str, answers: dict, **more: object) -> tuple[int, str]:
    body = {"formId": form_id, "responses": [{"answers": answers, **more}]}
    told = http.post("/_emulator/responses", json=body)
    return told.status_code, told.text


@pytest.mark.parametrize(("published", "accepting"), [(False, False), (True, False)])
def test_a_form_that_is_closed_takes_nothing(http, form, published, accepting):
    """Unpublished, or published and no longer accepting."""
    form.add(NOTES)
    form.publish(published, accepting)
    assert submit(http, form.id, {})[0] == 403


def test_publishing_alone_lets_nobody_in(http, forms, form):
    """Responder access is a Drive permission with view=published."""
    form.add(NOTES)
    forms.setPublishSettings(formId=form.id, body=settings(True, True)).execute()
    assert "You need permission" in submit(http, form.id, {})[1]


def test_giving_anyone_the_editors_role_lets_no_responder_in(http, forms, drive, form):
    """The mistake seen in the wild: public edit, and still no responders."""
    form.add(NOTES)
    forms.setPublishSettings(formId=form.id, body=settings(True, True)).execute()
    drive.permissions().create(fileId=form.id, body={"type": "anyone", "role": "writer"}).execute()
    assert submit(http, form.id, {})[0] == 403


@pytest.mark.parametrize(
    ("grant", "welcome"),
    [
        ({"type": "user", "emailAddress": "ana@example.com"}, {"ana@example.com"}),
        ({"type": "domain", "domain": "example.com"}, {"ana@example.com", "ben@example.com"}),
        ({"type": "anyone"}, {"ana@example.com", "ben@example.com", "cy@elsewhere.org"}),
    ],
)
def test_responders_are_those_of_the_published_view(http, form, grant, welcome):
    """By address, domain or link; the local workspace takes their word for who they are."""
    verified = {"settings": {"emailCollectionType": "VERIFIED"}, "updateMask": "emailCollectionType"}
    form.change({"updateSettings": verified})
    form.add(NOTES)
    form.publish(to=grant)
    for email in ("ana@example.com", "ben@example.com", "cy@elsewhere.org"):
        assert (submit(http, form.id, {}, email=email)[0] == 200) == (email in welcome)
    assert submit(http, form.id, {})[0] == 400  # an address is asked for


@pytest.mark.parametrize(
    "answers",
    [{}, {"0000000b": ["3"]}, {"0000000b": ["1", "2"]}, {"0000000b": ["1"], "0000ffff": ["x"]}, {"0000000b": [" "]}],
)
def test_answers_that_the_form_does_not_ask_for_are_refused(http, open_form, answers):
    """Left out, no option, two for one, a question that is not there."""
    assert submit(http, open_form.id, answers)[0] == 400


def test_a_required_question_on_a_page_not_met_needs_no_answer(http, form):
    """When an option leads past it."""
    page = {"itemId": "00000099", "title": "End", "pageBreakItem": {}}
    way = {
        "title": "Way",
        "questionItem": {
            "question": {
                "questionId": "00000001",
                "choiceQuestion": {
                    "type": "RADIO",
                    "options": [{"value": "skip", "goToSectionId": "00000099"}, {"value": "stay"}],
                },
            }
        },
    }
    form.add(page)
    form.change(
        *(
            {"createItem": {"item": item, "location": {"index": index}}}
            for index, item in enumerate([way, {"title": "Second", "pageBreakItem": {}}, RATING])
        )
    )
    form.publish()
    assert submit(http, form.id, {"00000001": ["skip"]})[0] == 200
    assert submit(http, form.id, {"00000001": ["stay"]})[0] == 400


# --- reading ----------------------------------------------------------------------------------------------------------------


def test_no_responses_is_no_key(forms, open_form):
    """Not an empty list."""
    assert forms.responses().list(formId=open_form.id).execute() == {}


def test_a_response_tells_what_was_answered(forms, open_form, answer):
    """By question id; what was left open is absent; `formId` is told by get alone."""
    (response_id,) = answer({"0000000b": ["2"], "0000000c": [""], "0000000d": ["x", "y"]})
    (told,) = all_of(forms, open_form.id)
    assert told["responseId"] == response_id
    assert told["answers"] == {
        "0000000b": {"questionId": "0000000b", "textAnswers": {"answers": [{"value": "2"}]}},
        "0000000d": {"questionId": "0000000d", "textAnswers": {"answers": [{"value": "x"}, {"value": "y"}]}},
    }
    assert "respondentEmail" not in told
    whole = forms.responses().get(formId=open_form.id, responseId=response_id).execute()
    assert whole == {"formId": open_form.id, **told}


def test_nothing_answered_is_no_answers_key(forms, form, control):
    """A form without required questions can be sent empty."""
    form.add(NOTES)
    form.publish()
    control("responses", formId=form.id, responses=[{"answers": {}}])
    assert set(all_of(forms, form.id)[0]) == {"responseId", "createTime", "lastSubmittedTime"}


def test_an_untouched_response_has_two_times_that_are_not_equal(forms, open_form, answer):
    """Milliseconds and microseconds, as seen live."""
    answer({"0000000b": ["1"]})
    (told,) = all_of(forms, open_form.id)
    assert re.fullmatch(r"[\d-]+T[\d:]+\.\d{3}Z", told["createTime"])
    assert re.fullmatch(r"[\d-]+T[\d:]+\.\d{6}Z", told["lastSubmittedTime"])
    assert told["lastSubmittedTime"].startswith(told["createTime"][:-1])


def test_an_edit_is_later_even_while_the_clock_stands_still(forms, open_form, answer, control):
    """As at Google, where no two moments are one: whoever asks by time would never see it."""
    control("clock", now="2026-03-05T10:00:00Z", stopped=True)
    (one,) = answer({"0000000b": ["1"]})
    answer({"0000000b": ["2"]}, responseId=one)
    (told,) = all_of(forms, open_form.id, filter="timestamp > 2026-03-05T10:00:00Z")
    assert told["lastSubmittedTime"] == "2026-03-05T10:00:00.000001Z"


def test_an_edit_keeps_id_and_first_time(forms, open_form, answer, control):
    """Only lastSubmittedTime moves."""
    (response_id,) = answer({"0000000b": ["1"]})
    (before,) = all_of(forms, open_form.id)
    control("clock", advance=60)
    answer({"0000000b": ["2"]}, responseId=response_id)
    (after,) = all_of(forms, open_form.id)
    assert (after["responseId"], after["createTime"]) == (response_id, before["createTime"])
    assert after["lastSubmittedTime"] > before["lastSubmittedTime"]
    assert after["answers"]["0000000b"]["textAnswers"]["answers"] == [{"value": "2"}]


def test_a_deleted_response_leaves_no_trace(forms, open_form, answer, control):
    """Google keeps no tombstone."""
    (response_id,) = answer({"0000000b": ["1"]})
    control("responses", "DELETE", formId=open_form.id, responseId=response_id)
    assert all_of(forms, open_form.id) == []
    assert refusal(forms.responses().get(formId=open_form.id, responseId=response_id)).status_code == 404


def test_answers_outlive_their_question(forms, open_form, answer):
    """Under a question id that the form no longer has."""
    answer({"0000000b": ["1"], "0000000c": ["kept"]})
    open_form.change({"deleteItem": {"location": {"index": 1}}})
    (told,) = all_of(forms, open_form.id)
    assert told["answers"]["0000000c"]["textAnswers"]["answers"] == [{"value": "kept"}]


def test_an_answer_is_the_options_text_at_the_time(forms, open_form, answer):
    """Rewording an option does not reword what was answered."""
    answer({"0000000b": ["1"]})
    item = {"questionItem": {"question": {"choiceQuestion": {"type": "RADIO", "options": [{"value": "one"}]}}}}
    mask = "questionItem.question.choiceQuestion.options"
    open_form.change({"updateItem": {"item": item, "location": {"index": 0}, "updateMask": mask}})
    assert all_of(forms, open_form.id)[0]["answers"]["0000000b"]["textAnswers"]["answers"] == [{"value": "1"}]


# --- pages and filters ---------------------------------------------------------------------------------------------------


def test_pages_hold_every_response_once_in_no_order_that_means_anything(forms, open_form, answer, control):
    """Whoever takes the last one for the newest is wrong here."""
    sent = []
    for _ in range(20):
        sent += answer({"0000000b": ["1"]})
        control("clock", advance=1)
    told = [one["responseId"] for one in all_of(forms, open_form.id, pageSize=7)]
    assert sorted(told) == sorted(sent)
    assert told != sent


def test_a_page_may_hold_fewer_than_asked_for(forms, open_form, answer, control):
    """Only the absence of nextPageToken means the end."""
    answer(*[{"0000000b": ["1"]}] * 10)
    control("settings", page_size_cap=3)
    first = forms.responses().list(formId=open_form.id, pageSize=5).execute()
    assert len(first["responses"]) == 3
    assert len(all_of(forms, open_form.id, pageSize=5)) == 10


def test_more_than_five_thousand_a_page_is_five_thousand(forms, open_form, answer):
    """The default and the maximum."""
    answer(*[{"0000000b": ["1"]}] * 5001)
    page = forms.responses().list(formId=open_form.id, pageSize=9000).execute()
    assert len(page["responses"]) == 5000
    assert page["nextPageToken"]


def test_a_token_is_bound_to_its_filter_and_form(forms, open_form, answer):
    """All other parameters must be those of the first page."""
    answer(*[{"0000000b": ["1"]}] * 3)
    token = forms.responses().list(formId=open_form.id, pageSize=1).execute()["nextPageToken"]
    other = forms.responses().list(formId=open_form.id, pageToken=token, filter="timestamp > 2020-01-01T00:00:00Z")
    assert refusal(other).status_code == 400
    for wrong in ("x", "é", token[:-4]):
        assert refusal(forms.responses().list(formId=open_form.id, pageToken=wrong)).status_code == 400


def test_the_filter_compares_the_last_submission(forms, open_form, answer, control):
    """`>` leaves out the very moment, `>=` holds it; an edit brings an old response back."""
    control("clock", now="2026-11-23T10:00:00Z", stopped=True)
    (first,) = answer({"0000000b": ["1"]})
    control("clock", now="2026-11-23T11:00:00.250Z", stopped=True)
    (second,) = answer({"0000000b": ["1"]})

    def since(text: str) -> set[str]:
        return {one["responseId"] for one in all_of(forms, open_form.id, filter=f"timestamp {text}", pageSize=1)}

    assert since("> 2026-11-23T10:00:00Z") == {second}
    assert since(">= 2026-11-23T10:00:00Z") == {first, second}
    assert since(">= 2026-11-23T11:00:00.250Z") == {second}
    assert since(">= 2026-11-23T11:00:00.250000001Z") == set()
    assert since("> 2026-11-23T11:00:00.25Z") == set()
    control("clock", now="2026-11-23T12:00:00Z", stopped=True)
    answer({"0000000b": ["2"]}, responseId=first)
    assert since("> 2026-11-23T11:30:00Z") == {first}


@pytest.mark.parametrize(
    "wrong",
    [
        "timestamp < 2026-11-23T10:00:00Z",
        "timestamp = 2026-11-23T10:00:00Z",
        "timestamp > 2026-11-23T10:00:00+00:00",
        "timestamp > 2026-11-23",
        "timestamp > 2026-13-23T10:00:00Z",
        "createTime > 2026-11-23T10:00:00Z",
        "timestamp > 2026-11-23T10:00:00Z AND timestamp > 2026-11-24T10:00:00Z",
        "x",
    ],
)
def test_any_other_filter_is_refused(forms, open_form, wrong):
    """The grammar is one comparison with one shape of time."""
    assert refusal(forms.responses().list(formId=open_form.id, filter=wrong)).status_code == 400


@pytest.mark.parametrize("size", [-1])
def test_a_negative_page_size_is_refused(forms, open_form, size):
    """Zero means the default."""
    assert refusal(forms.responses().list(formId=open_form.id, pageSize=size)).status_code == 400
    assert forms.responses().list(formId=open_form.id, pageSize=0).execute() == {}
