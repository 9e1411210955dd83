"""A form as a document: what it tells of itself, and the six kinds of request that change it. Pure.

Messages are Google's where one is on record, else ours in Google's manner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from . import forms_items, masks, schema
from .calls import Json
from .refusal import Refusal, invalid


@dataclass
class Form:
    """A form as stored; `document_title` is the name of its file in Drive."""

    id: str
    revision: int
    title: str
    description: str
    settings: Json
    items: list[Json]
    published: bool
    accepting: bool
    legacy: bool  # older than publish settings: always open to answers
    document_title: str = ""
    # The item ids as the writer last saw them, kept in step with the batch: a target revision may be behind `items`.
    seen: list[str] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.seen = self.item_ids

    @property
    def item_ids(self) -> list[str]:
        return [item["itemId"] for item in self.items]

    @property
    def revision_id(self) -> str:
        return f"{self.revision:08x}"

    def as_json(self, base_url: str) -> Json:
        told: Json = {
            "formId": self.id,
            "info": {"title": self.title, "description": self.description, "documentTitle": self.document_title},
            "settings": self.settings,
            "revisionId": self.revision_id,
            "responderUri": f"{base_url}/forms/d/e/{self.id}/viewform",
            "items": self.items,
        }
        if not self.legacy:
            state = {"isPublished": self.published, "isAcceptingResponses": self.accepting}
            told["publishSettings"] = {"publishState": state}
        return schema.omit_defaults("forms", "Form", told)


def apply(form: Form, requests: list[Json]) -> list[Json]:
    """Changes the form as the requests say, in order, and gives the replies; raises for the first that cannot be."""
    replies = []
    for index, request in enumerate(requests):
        name = next(iter(request), "")
        if not name:
            raise invalid(f"Invalid requests[{index}]: No request set.")
        try:
            replies.append(_REQUESTS[name](form, request[name]))
        except Refusal as refusal:
            raise invalid(f"Invalid requests[{index}].{name}: {refusal.message}") from None
    return replies


def _place(form: Form, location: Json | None, name: str, *, end: bool = False) -> tuple[int, int]:
    """An index as it stands now and as the writer saw it; `end` admits the place after the last item."""
    index = (location or {}).get("index")
    if index is None:
        raise invalid(f"{name}.index was not provided")
    if not 0 <= index < len(form.seen) + end:
        raise invalid(f"{name}.index {index} is out of range; the form has {len(form.seen)} items")
    now = form.item_ids
    if index == len(form.seen):
        return len(now), index
    if form.seen[index] not in now:
        raise invalid(f"The item at {name}.index {index} was deleted after the target revision")
    return now.index(form.seen[index]), index


def _create_item(form: Form, request: Json) -> Json:
    item = request.get("item")
    if item is None:
        raise invalid("item was not provided")
    now, seen = _place(form, request.get("location"), "location", end=True)
    forms_items.give_ids(item, form.items)
    forms_items.check(item, form.items, is_quiz=_is_quiz(form))
    item = forms_items.stored(item)
    form.items.insert(now, item)
    form.seen.insert(seen, item["itemId"])
    ids = [question["questionId"] for question in forms_items.questions(item)]
    return {"createItem": {"itemId": item["itemId"], **({"questionId": ids} if ids else {})}}


def _update_item(form: Form, request: Json) -> Json:
    now, seen = _place(form, request.get("location"), "location")
    old = form.items[now]
    others = form.items[:now] + form.items[now + 1 :]
    new = request.get("item")
    if new is None:
        raise invalid("item was not provided")
    if not request.get("updateMask"):
        raise invalid("update_mask was not provided")
    item = forms_items.updated(old, new, request["updateMask"])
    forms_items.give_ids(item, others)
    forms_items.check(item, others, is_quiz=_is_quiz(form))
    form.items[now] = forms_items.stored(item)
    if item["itemId"] != old["itemId"]:
        forms_items.forget_section(form.items, old["itemId"])
    form.seen[seen] = item["itemId"]
    return {}


def _delete_item(form: Form, request: Json) -> Json:
    now, seen = _place(form, request.get("location"), "location")
    item = form.items.pop(now)
    del form.seen[seen]
    forms_items.forget_section(form.items, item["itemId"])
    return {}


def _move_item(form: Form, request: Json) -> Json:
    now, seen = _place(form, request.get("originalLocation"), "original_location")
    new_now, new_seen = _place(form, request.get("newLocation"), "new_location")
    form.items.insert(new_now, form.items.pop(now))
    form.seen.insert(new_seen, form.seen.pop(seen))
    return {}


def _update_form_info(form: Form, request: Json) -> Json:
    info = request.get("info", {})
    for path in _mask(request, "Info"):
        if path in (["*"], ["title"]):
            form.title = checked_title(info.get("title", ""))
        if path in (["*"], ["description"]):
            form.description = info.get("description", "")
        if path == ["documentTitle"]:
            raise invalid("document_title cannot be updated; rename the file with the Drive API")
    return {}


def _update_settings(form: Form, request: Json) -> Json:
    settings = request.get("settings", {})
    for path in _mask(request, "FormSettings"):
        if path[0] in ("*", "emailCollectionType") and "emailCollectionType" in settings:
            form.settings["emailCollectionType"] = settings["emailCollectionType"]
        if path[0] in ("*", "quizSettings"):
            form.settings.pop("quizSettings", None)
            if settings.get("quizSettings", {}).get("isQuiz"):
                form.settings["quizSettings"] = {"isQuiz": True}
            else:  # a form that stops being a quiz loses its answer keys
                for question in [one for item in form.items for one in forms_items.questions(item)]:
                    question.pop("grading", None)
    return {}


def _mask(request: Json, message: str) -> list[list[str]]:
    wanted = masks.paths(request.get("updateMask", ""))
    if not wanted:
        raise invalid("update_mask was not provided")
    for path in wanted:
        if path != ["*"] and not forms_items.known_path(message, path):
            raise invalid(f"update_mask contains an invalid path: {'.'.join(path)}")
    return wanted


def _is_quiz(form: Form) -> bool:
    return bool(form.settings.get("quizSettings", {}).get("isQuiz"))


_REQUESTS: dict[str, Callable[[Form, Json], Json]] = {
    "createItem": _create_item,
    "updateItem": _update_item,
    "deleteItem": _delete_item,
    "moveItem": _move_item,
    "updateFormInfo": _update_form_info,
    "updateSettings": _update_settings,
}


def checked_title(text: str) -> str:
    if not text.strip():
        raise invalid("info.title was not provided")
    if "\n" in text or "\r" in text:
        raise invalid("Displayed text cannot contain newlines")
    return text
