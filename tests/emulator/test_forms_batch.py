"""`forms.batchUpdate`: all or nothing, in order, with Google's rules of places, ids, masks and revisions."""

from __future__ import annotations

import pytest

from .conftest import create, refusal

TEXT = {"questionItem": {"question": {"textQuestion": {}}}}
RADIO = {
    "title": "Rating",
    "questionItem": {
        "question": {
            "questionId": "0000000b",
            "required": True,
            "choiceQuestion": {"type": "RADIO", "options": [{"value": "1"}, {"value": "2"}]},
        }
    },
}


def text(title: str, **more: object) -> dict:
    return {"title": title, **TEXT, **more}


# --- atomic, in order ---------------------------------------------------------------------------------------------


def test_one_bad_request_undoes_the_batch_and_is_named(form):
    """The index and kind of the request stand before Google's words."""
    bad = {"title": "Q", "questionItem": {"question": {"choiceQuestion": {"type": "RADIO", "options": []}}}}
    refused = refusal(form.batch(create(text("Fine"), 0), create(bad, 1)))
    assert refused.reason == "Invalid requests[1].createItem: ChoiceQuestion.options is required"
    assert "items" not in form.get()
    assert form.get()["revisionId"] == "00000001"


def test_replies_stand_beside_their_requests(form):
    """Empty for all but createItem."""
    answer = form.change(
        create(RADIO, 0),
        {"updateFormInfo": {"info": {"description": "How to rate"}, "updateMask": "description"}},
        create({"title": "Page", "pageBreakItem": {}}, 1),
    )
    first, second, third = answer["replies"]
    assert first["createItem"]["questionId"] == ["0000000b"]
    assert second == {}
    assert set(third["createItem"]) == {"itemId"}


def test_the_form_comes_back_when_asked_for(form):
    """With everything applied."""
    answer = form.change(create(text("Q"), 0), includeFormInResponse=True)
    assert answer["form"] == form.get()


def test_an_empty_batch_is_refused(form):
    """There is nothing to do in it."""
    assert refusal(form.batch()).status_code == 400
    assert "Invalid requests[0]" in refusal(form.batch({})).reason


def test_two_kinds_in_one_request_are_refused(form):
    """The documents call it a union; the words are those of Google's parser."""
    both = {**create(text("Q"), 0), "deleteItem": {"location": {"index": 0}}}
    assert "oneof field 'kind' is already set. Cannot set 'deleteItem'" in refusal(form.batch(both)).reason


# --- places -----------------------------------------------------------------------------------------------------------


def test_each_request_sees_the_form_as_the_one_before_left_it(form):
    """Created at 0 and then at 1 is in order; at 1 first is outside the form."""
    form.change(create(text("A"), 0), create(text("B"), 1))
    assert form.titles() == ["A", "B"]
    refused = refusal(form.batch(create(text("D"), 3), create(text("C"), 2)))
    assert refused.reason.startswith("Invalid requests[0].createItem: location.index")


def test_always_at_zero_reverses(form):
    """What the naive writer gets."""
    form.change(*(create(text(title), 0) for title in "ABC"))
    assert form.titles() == ["C", "B", "A"]


def test_deletes_and_moves_shift_what_follows(form):
    """Within the batch, too."""
    form.add(*map(text, "ABCDE"))
    form.change(
        {"deleteItem": {"location": {"index": 0}}},
        {"deleteItem": {"location": {"index": 0}}},
        {"moveItem": {"originalLocation": {"index": 0}, "newLocation": {"index": 2}}},
    )
    assert form.titles() == ["D", "E", "C"]


@pytest.mark.parametrize(
    "request_",
    [
        {"createItem": {"item": text("Q")}},
        {"createItem": {"item": text("Q"), "location": {}}},
        {"createItem": {"item": text("Q"), "location": {"index": -1}}},
        {"createItem": {"item": text("Q"), "location": {"index": 2}}},
        {"createItem": {"location": {"index": 0}}},
        {"deleteItem": {"location": {"index": 1}}},
        {"deleteItem": {}},
        {"moveItem": {"originalLocation": {"index": 0}, "newLocation": {"index": 1}}},
        {"updateItem": {"item": text("Q"), "location": {"index": 1}, "updateMask": "title"}},
    ],
)
def test_places_outside_the_form_are_refused(form, request_):
    """createItem alone may name the place after the last item."""
    form.add(text("Only"))
    assert refusal(form.batch(request_)).status_code == 400
    assert form.titles() == ["Only"]


# --- ids ----------------------------------------------------------------------------------------------------------------


def test_given_ids_are_kept(form):
    """Eight hex digits below 80000000."""
    made = form.add({**RADIO, "itemId": "7fffffff"})
    assert made == [{"itemId": "7fffffff", "questionId": ["0000000b"]}]


def test_ids_not_given_are_eight_hex_digits(form):
    """As all that Google gives."""
    (made,) = form.add(text("Q"))
    assert int(made["itemId"], 16) < 0x80000000
    assert len(made["itemId"]) == len(made["questionId"][0]) == 8


@pytest.mark.parametrize("wrong", ["section-1", "80000000", "1", "0000000G", "000000001"])
def test_ids_of_another_form_are_refused(form, wrong):
    """For items and for questions."""
    assert "ID" in refusal(form.batch(create(text("Q", itemId=wrong), 0))).reason
    question = {"questionItem": {"question": {"questionId": wrong, "textQuestion": {}}}}
    assert "ID" in refusal(form.batch(create({"title": "Q", **question}, 0))).reason


def test_an_id_in_use_is_refused_so_a_repeated_create_doubles_nothing(form):
    """Which makes a create with our own ids safe to try again."""
    form.add({**RADIO, "itemId": "0000000a"})
    assert "already in use" in refusal(form.batch(create({**RADIO, "itemId": "0000000a"}, 1))).reason
    assert "already in use" in refusal(form.batch(create(RADIO, 1))).reason
    assert form.titles() == ["Rating"]


def test_each_row_of_a_grid_has_a_question_id(form):
    """Told in the reply in order."""
    rows = [{"questionId": f"0000001{n}", "rowQuestion": {"title": f"Row {n}"}} for n in range(3)]
    columns = {"type": "RADIO", "options": [{"value": "yes"}, {"value": "no"}]}
    (made,) = form.add({"title": "Grid", "questionGroupItem": {"questions": rows, "grid": {"columns": columns}}})
    assert made["questionId"] == ["00000010", "00000011", "00000012"]


# --- masks --------------------------------------------------------------------------------------------------------------


def update(item: dict, mask: str, index: int = 0) -> dict:
    return {"updateItem": {"item": item, "location": {"index": index}, "updateMask": mask}}


def test_a_narrow_mask_changes_what_it_names_and_keeps_the_ids(form):
    """Whatever else the item sent says."""
    form.add({**RADIO, "itemId": "0000000a"})
    changed = {**RADIO, "itemId": "00000fff", "title": "Reworded", "description": "not in the mask"}
    form.change(update(changed, "title"))
    (item,) = form.get()["items"]
    assert (item["title"], item["itemId"]) == ("Reworded", "0000000a")
    assert "description" not in item


def test_a_mask_may_be_in_snake_case(form):
    """proto3 JSON reads both."""
    form.add(RADIO)
    form.change(update({"questionItem": {"question": {"required": False}}}, "question_item.question.required"))
    assert "required" not in form.get()["items"][0]["questionItem"]["question"]


def test_options_change_under_their_own_mask(form):
    """And the question keeps its id."""
    form.add(RADIO)
    options = [{"value": "1"}, {"value": "2"}, {"value": "3"}]
    item = {"questionItem": {"question": {"choiceQuestion": {"type": "RADIO", "options": options}}}}
    form.change(update(item, "questionItem.question.choiceQuestion.options"))
    question = form.get()["items"][0]["questionItem"]["question"]
    assert question["choiceQuestion"]["options"] == options
    assert question["questionId"] == "0000000b"


@pytest.mark.parametrize("mask", ["*", "questionItem", "questionItem.question", "questionItem.question.questionId"])
def test_a_blank_question_id_under_the_mask_is_given_anew(form, mask):
    """Google documents it; it orphans every answer given so far."""
    form.add({**RADIO, "itemId": "0000000a"})
    choice = RADIO["questionItem"]["question"]["choiceQuestion"]
    form.change(update({"title": "Rating", "questionItem": {"question": {"choiceQuestion": choice}}}, mask))
    (item,) = form.get()["items"]
    assert item["questionItem"]["question"]["questionId"] != "0000000b"
    assert (item["itemId"] == "0000000a") == (mask != "*")


def test_the_whole_item_sent_back_keeps_its_ids(form):
    """As Google advises: get, change, update."""
    form.add({**RADIO, "itemId": "0000000a"})
    (item,) = form.get()["items"]
    form.change(update({**item, "title": "Changed"}, "*"))
    assert form.get()["items"] == [{**item, "title": "Changed"}]


@pytest.mark.parametrize("mask", ["", "colour", "title.deeper", "questionItem.question.choiceQuestion.options.value"])
def test_masks_that_lead_nowhere_are_refused(form, mask):
    """A mask is required, and cannot reach into a list."""
    form.add(RADIO)
    assert "update_mask" in refusal(form.batch(update(RADIO, mask))).reason


def test_the_kind_of_an_item_stays(form):
    """Delete and create instead."""
    form.add(text("Q"))
    assert refusal(form.batch(update({"title": "Q", "pageBreakItem": {}}, "*"))).status_code == 400


@pytest.mark.parametrize("mask", ["questionItem.question.textQuestion", "questionItem.question.textQuestion.paragraph"])
def test_a_question_has_one_kind_whatever_the_mask(form, mask):
    """The kind that comes in takes the place of the old one; the id stays."""
    form.add(RADIO)
    new = {"questionItem": {"question": {"textQuestion": {"paragraph": True}}}}
    form.batch(update(new, mask)).execute()
    question = form.get()["items"][0]["questionItem"]["question"]
    assert question == {"questionId": "0000000b", "required": True, "textQuestion": {"paragraph": True}}


def test_what_an_update_leaves_must_stand_by_itself(form):
    """A mask that takes the options away takes too much."""
    form.add(RADIO)
    refused = refusal(form.batch(update(RADIO | {"questionItem": {}}, "questionItem.question.choiceQuestion.options")))
    assert "ChoiceQuestion.options is required" in refused.reason


# --- form info and settings ---------------------------------------------------------------------------------------------


def test_the_star_resets_what_is_not_sent(form):
    """As in every mask of Google's."""
    form.change({"updateFormInfo": {"info": {"title": "A", "description": "B"}, "updateMask": "title,description"}})
    form.change({"updateFormInfo": {"info": {"title": "C"}, "updateMask": "*"}})
    assert form.get()["info"] == {"title": "C", "documentTitle": "Untitled form"}


def test_a_title_cannot_become_empty_and_the_document_title_is_drives(form):
    """The latter can be given at creation only."""
    empty = {"updateFormInfo": {"info": {"title": ""}, "updateMask": "title"}}
    assert refusal(form.batch(empty)).reason == "Invalid requests[0].updateFormInfo: info.title was not provided"
    renamed = {"updateFormInfo": {"info": {"documentTitle": "D"}, "updateMask": "documentTitle"}}
    assert refusal(form.batch(renamed)).status_code == 400


@pytest.mark.parametrize("kind", ["VERIFIED", "RESPONDER_INPUT", "DO_NOT_COLLECT"])
def test_email_collection_is_set_by_update_settings(form, kind):
    """Under a narrow mask."""
    settings = {"settings": {"emailCollectionType": kind}, "updateMask": "emailCollectionType"}
    form.change({"updateSettings": settings})
    assert form.get()["settings"]["emailCollectionType"] == kind


def test_a_wrong_enum_is_told_as_recorded_from_google(form):
    """Word for word, with the path in snake_case."""
    settings = {"settings": {"emailCollectionType": "responderInput"}, "updateMask": "emailCollectionType"}
    refused = refusal(form.batch({"updateSettings": settings}))
    assert refused.reason == (
        "Invalid value at 'requests[0].update_settings.settings.email_collection_type' "
        '(type.googleapis.com/google.apps.forms.v1.FormSettings.EmailCollectionType), "responderInput"'
    )
    assert refused.error_details[0]["fieldViolations"][0]["field"] == (
        "requests[0].update_settings.settings.email_collection_type"
    )


def test_grading_belongs_to_quizzes_and_goes_with_them(form):
    """A form that stops being a quiz forgets its answer keys."""
    graded = {
        "title": "Q",
        "questionItem": {
            "question": {
                "grading": {"pointValue": 2, "correctAnswers": {"answers": [{"value": "1"}]}},
                "choiceQuestion": {"type": "RADIO", "options": [{"value": "1"}]},
            }
        },
    }
    assert refusal(form.batch(create(graded, 0))).status_code == 400
    quiz = {"updateSettings": {"settings": {"quizSettings": {"isQuiz": True}}, "updateMask": "quizSettings.isQuiz"}}
    form.change(quiz, create(graded, 0))
    assert form.get()["items"][0]["questionItem"]["question"]["grading"]["pointValue"] == 2
    form.change({"updateSettings": {"settings": {}, "updateMask": "quizSettings"}})
    assert "grading" not in form.get()["items"][0]["questionItem"]["question"]


# --- revisions ----------------------------------------------------------------------------------------------------------


def test_a_required_revision_that_is_not_the_latest_refuses_the_write(form):
    """The guard against writing over somebody else's edit."""
    seen = form.get()["revisionId"]
    form.add(text("Somebody else's"))
    guard = {"requiredRevisionId": seen}
    assert refusal(form.batch(create(text("Mine"), 0), writeControl=guard)).status_code == 400
    answer = form.change(create(text("Mine"), 0), writeControl={"requiredRevisionId": form.get()["revisionId"]})
    assert answer["writeControl"] == {"requiredRevisionId": form.get()["revisionId"]}


def test_sharing_and_publishing_leave_the_revision(form):
    """It speaks of content only."""
    before = form.get()["revisionId"]
    form.publish()
    assert form.get()["revisionId"] == before


def test_a_target_revision_carries_the_change_over_what_came_between(form):
    """Indexes mean the form as its writer saw it."""
    form.add(*map(text, "ABC"))
    seen = form.get()["revisionId"]
    form.change(create(text("New"), 0), {"deleteItem": {"location": {"index": 1}}})
    form.change(
        update({"title": "B!"}, "title", index=1),
        create(text("before C"), 2),
        create(text("last"), 4),
        writeControl={"targetRevisionId": seen},
    )
    assert form.titles() == ["New", "B!", "before C", "C", "last"]


def test_a_target_revision_cannot_bring_back_what_was_deleted(form):
    """Nor can it be one that never was, or one older than a day."""
    form.add(text("A"))
    seen = form.get()["revisionId"]
    form.change({"deleteItem": {"location": {"index": 0}}})
    refused = refusal(form.batch(update({"title": "A!"}, "title"), writeControl={"targetRevisionId": seen}))
    assert refused.status_code == 400
    assert refusal(form.batch(create(text("X"), 0), writeControl={"targetRevisionId": "zz"})).status_code == 400


def test_a_target_revision_is_good_for_a_day(form, control):
    """Google's guarantee, and no more."""
    form.add(text("A"))
    seen = form.get()["revisionId"]
    control("clock", advance=25 * 3600)
    form.add(text("B"))
    refused = refusal(form.batch(update({"title": "A!"}, "title"), writeControl={"targetRevisionId": seen}))
    assert "too old" in refused.reason


def test_only_one_of_the_two_revisions_may_be_given(form):
    """They are a union."""
    both = {"targetRevisionId": "00000001", "requiredRevisionId": "00000001"}
    assert "oneof" in refusal(form.batch(create(text("X"), 0), writeControl=both)).reason
