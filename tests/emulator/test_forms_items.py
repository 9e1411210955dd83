"""Every kind of item that Google lets one create, and what it refuses in each."""

from __future__ import annotations

import pytest

from .conftest import create, refusal


def question(**kind: object) -> dict:
    return {"title": "Q", "questionItem": {"question": {"questionId": "0000000b", **kind}}}


def choice(type_: str, *options: object, **more: object) -> dict:
    told = [{"value": option} if isinstance(option, str) else option for option in options]
    return question(choiceQuestion={"type": type_, "options": told, **more})


def grid(columns: dict, *rows: str) -> dict:
    questions = [{"questionId": f"0000001{n}", "rowQuestion": {"title": row}} for n, row in enumerate(rows)]
    return {"title": "G", "questionGroupItem": {"questions": questions, "grid": {"columns": columns}}}


YES_NO = {"type": "RADIO", "options": [{"value": "yes"}, {"value": "no"}]}
EVERY_KIND = [
    choice("RADIO", "a", "b", {"isOther": True}, shuffle=True),
    choice("CHECKBOX", "a", "b", {"isOther": True}),
    choice("DROP_DOWN", "a", "b"),
    choice("RADIO", {"value": "stop", "goToAction": "SUBMIT_FORM"}, "go on"),
    question(textQuestion={}),
    question(textQuestion={"paragraph": True}),
    question(scaleQuestion={"low": 1, "high": 5, "lowLabel": "poor", "highLabel": "strong"}),
    question(scaleQuestion={"low": 1, "high": 2}),
    question(scaleQuestion={"low": 1, "high": 10}),
    question(dateQuestion={"includeTime": True, "includeYear": True}),
    question(dateQuestion={}),
    question(timeQuestion={}),
    question(timeQuestion={"duration": True}),
    question(ratingQuestion={"iconType": "STAR", "ratingScaleLevel": 3}),
    question(ratingQuestion={"iconType": "THUMB_UP", "ratingScaleLevel": 10}),
    grid(YES_NO, "first", "second"),
    grid({"type": "CHECKBOX", "options": [{"value": "yes"}]}, "first"),
    {"title": "Page", "description": "two\nlines", "pageBreakItem": {}},
    {"title": "Text", "description": "How to rate", "textItem": {}},
    {"title": "Video", "videoItem": {"caption": "c", "video": {"youtubeUri": "https://www.youtube.com/watch?v=x"}}},
]


@pytest.mark.parametrize("item", EVERY_KIND)
def test_each_kind_comes_back_as_it_was_given(form, item):
    """With an item id added."""
    form.add(item)
    (told,) = form.get()["items"]
    assert told.pop("itemId")
    assert told == item


def test_an_image_is_told_by_where_it_is_shown_from(form):
    """The source is input only."""
    form.add({"title": "I", "imageItem": {"image": {"sourceUri": "https://example.com/a.png", "altText": "a"}}})
    (item,) = form.get()["items"]
    assert item["imageItem"]["image"] == {"contentUri": "https://example.com/a.png", "altText": "a"}


def test_false_zero_and_empty_are_not_told(form):
    """proto3: a scale from 0 has no `low`, an optional question no `required`."""
    item = question(scaleQuestion={"low": 0, "high": 5, "lowLabel": ""})
    item["questionItem"]["question"]["required"] = False
    form.add({**item, "description": ""})
    (told,) = form.get()["items"]
    assert "description" not in told
    assert told["questionItem"]["question"] == {"questionId": "0000000b", "scaleQuestion": {"high": 5}}


NEWLINES = "Displayed text cannot contain newlines"
REFUSED = [
    ({"title": "a\nb", "textItem": {}}, NEWLINES),
    ({"title": "a\rb", "textItem": {}}, NEWLINES),
    (choice("RADIO", "a\nb"), NEWLINES),
    (grid(YES_NO, "a\nb"), NEWLINES),
    (choice("RADIO"), "ChoiceQuestion.options is required"),
    (question(choiceQuestion={"type": "RADIO"}), "ChoiceQuestion.options is required"),
    (question(choiceQuestion={"options": [{"value": "a"}]}), "ChoiceQuestion.type is required"),
    (
        question(choiceQuestion={"type": "CHOICE_TYPE_UNSPECIFIED", "options": [{"value": "a"}]}),
        "ChoiceQuestion.type is required",
    ),
    (choice("RADIO", ""), "option.value was not provided"),
    (choice("RADIO", {}), "option.value was not provided"),
    (choice("RADIO", "a", "a"), "Questions cannot have duplicate choice values"),
    (choice("RADIO", "a", " a "), "Questions cannot have duplicate choice values"),
    (choice("RADIO", "a", {"isOther": True}, {"isOther": True}), "Questions cannot have duplicate choice values"),
    (choice("RADIO", {"isOther": True, "value": "Other"}), "Cannot set option.value when isOther is true"),
    (choice("DROP_DOWN", "a", {"isOther": True}), "Other option is not supported"),
    (choice("CHECKBOX", {"value": "a", "goToAction": "SUBMIT_FORM"}), "only supported for RADIO and DROP_DOWN"),
    (choice("RADIO", {"value": "a", "goToAction": "SUBMIT_FORM", "goToSectionId": "0000000a"}), "oneof"),
    (choice("RADIO", {"value": "a", "goToSectionId": "0000000a"}), "was not found"),
    (question(scaleQuestion={"low": 2, "high": 5}), "ScaleQuestion.low"),
    (question(scaleQuestion={"low": 1, "high": 11}), "ScaleQuestion.high"),
    (question(scaleQuestion={"low": 1, "high": 1}), "ScaleQuestion.high"),
    (question(scaleQuestion={"low": -1, "high": 5}), "ScaleQuestion.low"),
    (question(ratingQuestion={"iconType": "STAR", "ratingScaleLevel": 2}), "ratingScaleLevel"),
    (question(ratingQuestion={"iconType": "STAR", "ratingScaleLevel": 11}), "ratingScaleLevel"),
    (question(ratingQuestion={"ratingScaleLevel": 5}), "iconType"),
    (question(fileUploadQuestion={"folderId": "x"}), "file upload"),
    (question(rowQuestion={"title": "row"}), "rowQuestion"),
    (question(), "question.kind was not provided"),
    ({"title": "Q", "questionItem": {}}, "question was not provided"),
    ({"title": "Q"}, "kind was not provided"),
    (question(textQuestion={}, dateQuestion={}), "oneof"),
    ({"title": "Q", "textItem": {}, "pageBreakItem": {}}, "oneof"),
    (grid({"type": "DROP_DOWN", "options": [{"value": "a"}]}, "row"), "RADIO and CHECKBOX"),
    (grid({"type": "RADIO", "options": [{"value": "a"}, {"isOther": True}]}, "row"), "Other option"),
    (grid(YES_NO), "questions is required"),
    (grid(YES_NO, ""), "title is required"),
    ({"title": "G", "questionGroupItem": {"questions": [{"textQuestion": {}}], "grid": {"columns": YES_NO}}}, "row"),
    ({"title": "G", "questionGroupItem": {"questions": [{"rowQuestion": {"title": "r"}}]}}, "kind was not provided"),
    ({"title": "I", "imageItem": {"image": {}}}, "source_uri was not provided"),
    ({"title": "I", "imageItem": {"image": {"sourceUri": "a.png"}}}, "source_uri must be a URL"),
    ({"title": "V", "videoItem": {"video": {"youtubeUri": "https://example.com"}}}, "YouTube"),
]


@pytest.mark.parametrize(("item", "said"), REFUSED)
def test_what_google_refuses_is_refused(form, item, said):
    """And leaves the form empty."""
    assert said in refusal(form.batch(create(item, 0))).reason
    assert "items" not in form.get()


def test_an_option_may_lead_to_a_section_that_stands_already(form):
    """In the same batch: the section first."""
    page = {"itemId": "00000099", "title": "Page", "pageBreakItem": {}}
    leads = choice("RADIO", {"value": "a", "goToSectionId": "00000099"}, "b")
    assert "was not found" in refusal(form.batch(create(leads, 0), create(page, 1))).reason
    form.change(create(page, 0), create(leads, 0))
    assert form.titles() == ["Q", "Page"]


@pytest.mark.parametrize(
    "gone",
    [
        {"deleteItem": {"location": {"index": 1}}},
        {"updateItem": {"location": {"index": 1}, "item": {"title": "Page", "pageBreakItem": {}}, "updateMask": "*"}},
    ],
)
def test_options_forget_a_section_that_is_gone(form, gone):
    """Deleted, or given another id: they lead to the next one again."""
    page = {"itemId": "00000099", "title": "Page", "pageBreakItem": {}}
    form.change(create(page, 0), create(choice("RADIO", {"value": "a", "goToSectionId": "00000099"}), 0))
    form.change(gone)
    item = form.get()["items"][0]
    assert item["questionItem"]["question"]["choiceQuestion"]["options"] == [{"value": "a"}]


def test_a_hundred_items_go_in_one_batch(form):
    """No limit is documented."""
    form.change(*(create({"title": f"T{n}", "textItem": {}}, n) for n in range(100)))
    assert len(form.get()["items"]) == 100
