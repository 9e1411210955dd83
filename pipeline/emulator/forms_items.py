"""What Google Forms lets an item be: kinds, texts, options, scales, ids, and what an update mask does to it.

Pure: items as JSON in and out. Messages are Google's where one is on record, else ours in Google's manner.
"""

from __future__ import annotations

import copy
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import masks, schema
from .calls import Json
from .refusal import invalid

_, ITEM_KINDS = schema.UNIONS["forms", "Item"]
_, QUESTION_KINDS = schema.UNIONS["forms", "Question"]
_ID = re.compile(r"[0-7][0-9a-f]{7}")
_YOUTUBE = re.compile(r"https?://(www\.|m\.)?(youtube\.com/|youtu\.be/)\S+")


def kind(message: Json, kinds: Sequence[str]) -> str:
    return next((name for name in kinds if name in message), "")


def questions(item: Json) -> list[Json]:
    """The questions that an item asks, a grid's rows included."""
    if "questionItem" in item:
        return [item["questionItem"]["question"]] if "question" in item["questionItem"] else []
    return list(item.get("questionGroupItem", {}).get("questions", []))


# --- rules of one item --------------------------------------------------------------------------------------------


def check(item: Json, items: Sequence[Json], *, is_quiz: bool) -> None:
    """Raises for what Google refuses in an item that stands, or is about to stand, among `items`."""
    _one_line(item.get("title", ""))
    kind_ = kind(item, ITEM_KINDS)
    if not kind_:
        raise invalid("item.kind was not provided")
    if kind_ == "questionItem":
        question = item["questionItem"].get("question")
        if question is None:
            raise invalid("question_item.question was not provided")
        if "rowQuestion" in question:
            raise invalid("rowQuestion can only be used in a questionGroupItem")
        _check_question(question, _pages(item, items), is_quiz=is_quiz)
        _check_image(item["questionItem"])
    elif kind_ == "questionGroupItem":
        _check_group(item["questionGroupItem"])
    elif kind_ == "imageItem":
        if "image" not in item["imageItem"]:
            raise invalid("image_item.image was not provided")
        _check_image(item["imageItem"])
    elif kind_ == "videoItem":
        uri = item["videoItem"].get("video", {}).get("youtubeUri", "")
        if not _YOUTUBE.fullmatch(uri):
            raise invalid("video.youtube_uri must be the URI of a YouTube video")


def _pages(item: Json, items: Sequence[Json]) -> set[str]:
    return {one["itemId"] for one in items if "pageBreakItem" in one and one.get("itemId") != item.get("itemId")}


def _one_line(text: str) -> None:
    if "\n" in text or "\r" in text:
        raise invalid("Displayed text cannot contain newlines")


def _check_question(question: Json, pages: set[str], *, is_quiz: bool) -> None:
    kind_ = kind(question, QUESTION_KINDS)
    if not kind_:
        raise invalid("question.kind was not provided")
    if rule := _QUESTION_RULES.get(kind_):
        rule(question[kind_])
    for option in question.get("choiceQuestion", {}).get("options", []):
        if "goToSectionId" in option and option["goToSectionId"] not in pages:
            raise invalid(f"Section with ID {option['goToSectionId']} was not found")
    if grading := question.get("grading"):
        _check_grading(question, grading, is_quiz=is_quiz)


def _check_choice(choice: Json, *, in_grid: bool = False) -> None:
    shape = choice.get("type")
    if not shape:
        raise invalid("ChoiceQuestion.type is required")
    options = choice.get("options")
    if not options:
        raise invalid("ChoiceQuestion.options is required")
    seen: set[str] = set()
    for option in options:
        if option.get("isOther"):
            if in_grid or shape == "DROP_DOWN":
                raise invalid("Other option is not supported for this question type")
            if option.get("value"):
                raise invalid("Cannot set option.value when isOther is true")
        elif not option.get("value"):
            raise invalid("option.value was not provided")
        _one_line(option.get("value", ""))
        value = "\0other" if option.get("isOther") else option["value"].strip()
        if value in seen:
            raise invalid("Questions cannot have duplicate choice values")
        seen.add(value)
        leads = "goToAction" in option or "goToSectionId" in option
        if leads and (in_grid or shape == "CHECKBOX"):
            raise invalid("Section navigation is only supported for RADIO and DROP_DOWN questions")
        if "image" in option:
            _check_image(option)


def _check_scale(scale: Json) -> None:
    low, high = scale.get("low", 0), scale.get("high", 0)
    if low not in (0, 1):
        raise invalid("ScaleQuestion.low must be 0 or 1")
    if not 2 <= high <= 10:
        raise invalid("ScaleQuestion.high must be between 2 and 10")
    _one_line(scale.get("lowLabel", ""))
    _one_line(scale.get("highLabel", ""))


def _check_rating(rating: Json) -> None:
    if not rating.get("iconType"):
        raise invalid("RatingQuestion.iconType is required")
    if not 3 <= rating.get("ratingScaleLevel", 0) <= 10:
        raise invalid("RatingQuestion.ratingScaleLevel must be between 3 and 10")


def _check_file_upload(_: Json) -> None:
    raise invalid("Creating file upload questions is not supported")


def _check_row(row: Json) -> None:
    if not row.get("title"):
        raise invalid("RowQuestion.title is required")
    _one_line(row["title"])


_QUESTION_RULES: dict[str, Callable[[Json], None]] = {
    "choiceQuestion": _check_choice,
    "scaleQuestion": _check_scale,
    "ratingQuestion": _check_rating,
    "fileUploadQuestion": _check_file_upload,
    "rowQuestion": _check_row,
}


def _check_group(group: Json) -> None:
    rows = group.get("questions")
    if not rows:
        raise invalid("QuestionGroupItem.questions is required")
    if "grid" not in group:
        raise invalid("question_group_item.kind was not provided")
    if any("rowQuestion" not in row for row in rows):
        raise invalid("All questions in a grid must be of kind rowQuestion")
    columns = group["grid"].get("columns", {})
    if columns.get("type") == "DROP_DOWN":
        raise invalid("Only RADIO and CHECKBOX choices are allowed in a grid")
    _check_choice(columns, in_grid=True)
    for row in rows:
        _check_row(row["rowQuestion"])
    _check_image(group)


def _check_image(holder: Json) -> None:
    image = holder.get("image")
    if image is not None and not (image.get("sourceUri") or image.get("contentUri")):
        raise invalid("image.source_uri was not provided")


def _check_grading(question: Json, grading: Json, *, is_quiz: bool) -> None:
    if not is_quiz:
        raise invalid("Grading can only be set on questions of a quiz")
    if grading.get("pointValue", 0) < 0:
        raise invalid("grading.point_value must not be negative")
    options = question.get("choiceQuestion", {}).get("options")
    if options:
        values = {option.get("value") for option in options}
        for answer in grading.get("correctAnswers", {}).get("answers", []):
            if answer.get("value") not in values:
                raise invalid("grading.correct_answers must be options of the question")
    elif "whenRight" in grading or "whenWrong" in grading:
        raise invalid("grading.when_right and grading.when_wrong are only supported for choice questions")
    elif "generalFeedback" in grading and "textQuestion" not in question:
        raise invalid("grading.general_feedback is not supported for this question")


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
    if kind(new, ITEM_KINDS) not in ("", kind(old, ITEM_KINDS)):
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
    value: Any = source
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        for step in way:
            if step not in target:
                return
            target = target[step]
        target.pop(last, None)
        return
    for step in way:
        _oust(target, step)
        target = target.setdefault(step, {})
    _oust(target, last)
    target[last] = copy.deepcopy(value)


def _oust(message: Json, name: str) -> None:
    """A question has one kind: another that comes in under a mask takes the old one's place."""
    if name in QUESTION_KINDS:
        for other in QUESTION_KINDS:
            if other != name:
                message.pop(other, None)


# --- storing ----------------------------------------------------------------------------------------------------------


def stored(item: Json) -> Json:
    """As Google keeps and tells it: no false, zero or empty fields; images by the address they are shown from."""
    kept = schema.omit_defaults("forms", "Item", item)
    for holder in _image_holders(kept):
        image = holder["image"]
        if source := image.pop("sourceUri", ""):
            image["contentUri"] = source
    return kept


def _image_holders(item: Json) -> Iterator[Json]:
    for name in ("questionItem", "questionGroupItem", "imageItem"):
        holder = item.get(name, {})
        if "image" in holder:
            yield holder
    for question in questions(item):
        yield from (option for option in question.get("choiceQuestion", {}).get("options", []) if "image" in option)
    grid = item.get("questionGroupItem", {}).get("grid", {})
    yield from (option for option in grid.get("columns", {}).get("options", []) if "image" in option)


def forget_section(items: Sequence[Json], section_id: str) -> None:
    """Options that led to a section that is gone lead to the next one again."""
    for item in items:
        for question in questions(item):
            for option in question.get("choiceQuestion", {}).get("options", []):
                if option.get("goToSectionId") == section_id:
                    del option["goToSectionId"]
