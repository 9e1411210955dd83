"""What Google Forms lets an item be: kinds, texts, options, scales, ids, and what an update mask does to it.

Pure: items as JSON in and out. Messages are Google's where one is on record, else ours in Google's manner.
"""

from __future__ import annotations

import copy
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from . import masks, schema
from .calls import Json
from .refusal import invalid

_ID = re.compile(r"[0-7][0-9a-f]{7}")
_YOUTUBE = re.compile(r"https?://(www\.|m\.)?(youtube\.com/|youtu\.be/)\S+")


def kind(message: Json, ending: str) -> str:
    """Which kind of "Item" or "Question" a message is: the name of the one field that ends so."""
    return next((name for name in message if name.endswith(ending)), "")


def questions(item: Json) -> list[Json]:
    """The questions that an item asks, a grid's rows included."""
    if "questionItem" in item:
        return [item["questionItem"]["question"]] if "question" in item["questionItem"] else []
    return list(item.get("questionGroupItem", {}).get("questions", []))


# --- rules of one item --------------------------------------------------------------------------------------------


def check(item: Json, items: Sequence[Json], *, is_quiz: bool) -> None:
    """Raises for what Google refuses in an item that stands, or is about to stand, among `items`."""
    _hold("item", item)
    pages = {one["itemId"] for one in items if "pageBreakItem" in one and one.get("itemId") != item.get("itemId")}
    for option in _choices([item]):
        if "goToSectionId" in option and option["goToSectionId"] not in pages:
            raise invalid(f"Section with ID {option['goToSectionId']} was not found")
    if not is_quiz and any("grading" in question for question in questions(item)):
        raise invalid("Grading can only be set on questions of a quiz")


def _hold(name: str, value: Any) -> None:
    """Raises for the first rule that the value of a field breaks, or anything below it."""
    for member in value if isinstance(value, list) else [value]:
        for said, broken in _RULES.get(name, ()):
            if broken(member):
                raise invalid(said)
        if isinstance(member, dict):
            for below, part in member.items():
                _hold(below, part)


def _options(choice: Json) -> list[Json]:
    return list(choice.get("options", ()))


def _choices(items: Sequence[Json]) -> list[Json]:
    """The options of every choice question."""
    choices = [question.get("choiceQuestion", {}) for item in items for question in questions(item)]
    return [option for choice in choices for option in _options(choice)]


def _doubled(choice: Json) -> bool:
    values = ["\0other" if one.get("isOther") else one.get("value", "").strip() for one in _options(choice)]
    return any(value and values.count(value) > 1 for value in set(values))


def _leads(option: Json) -> bool:
    return "goToAction" in option or "goToSectionId" in option


def _picture(image: Json) -> str:
    return image.get("sourceUri") or image.get("contentUri") or ""


def _columns(group: Json) -> Json:
    return dict(group["grid"].get("columns", {}))


def _wrong_key(question: Json) -> bool:
    """Whether an answer key of a choice question names what is no option."""
    values = [option.get("value") for option in _options(question.get("choiceQuestion", {}))]
    key = question.get("grading", {}).get("correctAnswers", {}).get("answers", ())
    return bool(values) and any(answer.get("value") not in values for answer in key)


def _breaks_line(text: str) -> bool:
    return "\n" in text or "\r" in text


Rules = tuple[tuple[str, Callable[[Any], bool]], ...]

_LINE: Rules = (("Displayed text cannot contain newlines", _breaks_line),)
_NO_OTHER = "Other option is not supported for this question type"
_NO_WAY = "Section navigation is only supported for RADIO and DROP_DOWN questions"
_QUESTION: Rules = (
    ("question.kind was not provided", lambda one: not kind(one, "Question")),
    ("grading.correct_answers must be options of the question", _wrong_key),
    (
        "grading.when_right and grading.when_wrong are only supported for choice questions",
        lambda one: "choiceQuestion" not in one and not {"whenRight", "whenWrong"}.isdisjoint(one.get("grading", {})),
    ),
    (
        "grading.general_feedback is not supported for this question",
        lambda one: {"choiceQuestion", "textQuestion"}.isdisjoint(one) and "generalFeedback" in one.get("grading", {}),
    ),
)
_CHOICE: Rules = (
    ("ChoiceQuestion.type is required", lambda one: not one.get("type")),
    ("ChoiceQuestion.options is required", lambda one: not one.get("options")),
    (_NO_OTHER, lambda one: one["type"] == "DROP_DOWN" and any(option.get("isOther") for option in one["options"])),
    (_NO_WAY, lambda one: one["type"] == "CHECKBOX" and any(map(_leads, one["options"]))),
    ("Questions cannot have duplicate choice values", _doubled),
)
# By the name of the field that a rule is about, wherever in an item it stands: what is said, and of what.
_RULES: dict[str, Rules] = {
    "item": (("item.kind was not provided", lambda one: not kind(one, "Item")),),
    "questionItem": (
        ("question_item.question was not provided", lambda one: "question" not in one),
        ("rowQuestion can only be used in a questionGroupItem", lambda one: "rowQuestion" in one["question"]),
    ),
    "questionGroupItem": (
        ("QuestionGroupItem.questions is required", lambda one: not one.get("questions")),
        ("question_group_item.kind was not provided", lambda one: "grid" not in one),
        (
            "All questions in a grid must be of kind rowQuestion",
            lambda one: any("rowQuestion" not in row for row in one["questions"]),
        ),
        (
            "Only RADIO and CHECKBOX choices are allowed in a grid",
            lambda one: _columns(one).get("type") == "DROP_DOWN",
        ),
        ("ChoiceQuestion.type is required", lambda one: "columns" not in one["grid"]),
        (_NO_OTHER, lambda one: any(option.get("isOther") for option in _options(_columns(one)))),
        (_NO_WAY, lambda one: any(map(_leads, _options(_columns(one))))),
    ),
    "imageItem": (("image_item.image was not provided", lambda one: "image" not in one),),
    "videoItem": (
        (
            "video.youtube_uri must be the URI of a YouTube video",
            lambda one: not _YOUTUBE.fullmatch(one.get("video", {}).get("youtubeUri", "")),
        ),
    ),
    "question": _QUESTION,
    "questions": _QUESTION,
    "choiceQuestion": _CHOICE,
    "columns": _CHOICE,
    "options": (
        ("Cannot set option.value when isOther is true", lambda one: one.get("isOther") and one.get("value")),
        ("option.value was not provided", lambda one: not (one.get("isOther") or one.get("value"))),
        (_LINE[0][0], lambda one: _breaks_line(one.get("value", ""))),
    ),
    "scaleQuestion": (
        ("ScaleQuestion.low must be 0 or 1", lambda one: one.get("low", 0) not in (0, 1)),
        ("ScaleQuestion.high must be between 2 and 10", lambda one: not 2 <= one.get("high", 0) <= 10),
    ),
    "ratingQuestion": (
        ("RatingQuestion.iconType is required", lambda one: not one.get("iconType")),
        (
            "RatingQuestion.ratingScaleLevel must be between 3 and 10",
            lambda one: not 3 <= one.get("ratingScaleLevel", 0) <= 10,
        ),
    ),
    "fileUploadQuestion": (("Creating file upload questions is not supported", lambda _: True),),
    "rowQuestion": (("RowQuestion.title is required", lambda one: not one.get("title")),),
    "grading": (("grading.point_value must not be negative", lambda one: one.get("pointValue", 0) < 0),),
    "image": (
        ("image.source_uri was not provided", lambda one: not _picture(one)),
        ("image.source_uri must be a URL", lambda one: not _picture(one).startswith(("https://", "http://"))),
    ),
    "title": _LINE,
    "lowLabel": _LINE,
    "highLabel": _LINE,
}


# --- ids ------------------------------------------------------------------------------------------------------------


def give_ids(item: Json, others: Sequence[Json]) -> None:
    """Fills blank ids in; refuses those that have another form, or that another item or question already has."""
    taken = {one["itemId"] for one in others}
    item["itemId"] = _given(item.get("itemId", ""), taken, "Item")
    taken = {question["questionId"] for one in others for question in questions(one)}
    for question in questions(item):
        question["questionId"] = _given(question.get("questionId", ""), taken, "Question")
        taken.add(question["questionId"])


def _given(wanted: str, taken: set[str], what: str) -> str:
    if wanted:
        if not _ID.fullmatch(wanted):
            raise invalid(f"{what} ID {wanted[:40]} is invalid")
        if wanted in taken:
            raise invalid(f"{what} ID {wanted} is already in use")
        return wanted
    while True:
        made = f"{secrets.randbelow(0x7FFFFFFF) + 1:08x}"
        if made not in taken:
            return made


# --- updating under a mask ----------------------------------------------------------------------------------------


def updated(old: Json, new: Json, mask: str) -> Json:
    """The item with the masked fields taken from `new`. An id that the mask covers and `new` leaves blank is gone."""
    wanted = masks.paths(mask)
    if not wanted:
        raise invalid("update_mask was not provided")
    if kind(new, "Item") not in ("", kind(old, "Item")):
        raise invalid("The kind of an item cannot be changed")
    if wanted == [["*"]]:
        return copy.deepcopy(new)
    result = copy.deepcopy(old)
    for path in wanted:
        if not known_path("Item", path):
            raise invalid(f"update_mask contains an invalid path: {'.'.join(path)}")
        _take(result, new, path)
    return result


def known_path(name: str, path: Sequence[str]) -> bool:
    """Whether a mask's path leads to a field of the message; a mask cannot reach into a list."""
    schemas = schema.document("forms")["schemas"]
    for place, step in enumerate(path):
        field = schemas[name].get("properties", {}).get(step)
        if field is None:
            return False
        if "$ref" not in field:
            return place == len(path) - 1
        name = field["$ref"]
    return True


def _take(target: Json, source: Json, path: Sequence[str]) -> None:
    *way, last = path
    for step in way:
        source = source.get(step, {})
    for step in way:
        if last not in source and step not in target:
            return
        _oust(target, step)
        target = target.setdefault(step, {})
    target.pop(last, None)
    if last in source:
        _oust(target, last)
        target[last] = copy.deepcopy(source[last])


def _oust(message: Json, name: str) -> None:
    """A question has one kind: another that comes in under a mask takes the old one's place."""
    if name.endswith("Question") and (old := kind(message, "Question")) not in ("", name):
        del message[old]


# --- storing ----------------------------------------------------------------------------------------------------------


def stored(item: Json) -> Json:
    """As Google keeps and tells it: no false, zero or empty fields; images by the address they are shown from."""
    kept = schema.omit_defaults("forms", "Item", item)
    _show_images(kept)
    return kept


def _show_images(value: Any) -> None:
    if isinstance(value, list):
        for member in value:
            _show_images(member)
    elif isinstance(value, dict):
        if "sourceUri" in value:
            value["contentUri"] = value.pop("sourceUri")
        for member in value.values():
            _show_images(member)


def forget_section(items: Sequence[Json], section_id: str) -> None:
    """Options that led to a section that is gone lead to the next one again."""
    for option in _choices(items):
        if option.get("goToSectionId") == section_id:
            del option["goToSectionId"]
