"""Forms' batch requests carried out on a form in memory, by Google's written rules: no server, many examples a second.

Written from the reference of forms.batchUpdate, not from our planner and not from the local workspace, so that a
mistake of one is not a mistake of all. It refuses what Google is known to refuse.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

Json = dict[str, Any]


class BadRequestError(Exception):
    """Google's 400: nothing of the batch was done."""


def batch_update(
    form: Json, requests: Sequence[Json], *, new_ids: Iterator[int] | None = None
) -> tuple[Json, list[Json]]:
    """The form after all requests, and one reply a request; the form given is left as it was."""
    form = copy.deepcopy(form)
    numbers = new_ids or itertools.count(0x70000000)
    replies = []
    for request in copy.deepcopy(list(requests)):
        (kind,) = request
        replies.append(_HANDLERS[kind](form, request[kind], numbers))
    form["revisionId"] = f"{int(form.get('revisionId', '0')) + 1:08d}"
    return form, replies


def _index(location: Json, count: int) -> int:
    if "index" not in location:
        raise BadRequestError("location.index is required")
    if not 0 <= location["index"] < count:
        raise BadRequestError(f"index {location['index']} is not in [0..{count})")
    return int(location["index"])


def _create(form: Json, request: Json, numbers: Iterator[int]) -> Json:
    items = form.setdefault("items", [])
    index = _index(request["location"], len(items) + 1)
    item = request["item"]
    taken = {id_ for other in items for id_ in _ids(other)}
    for id_ in _ids(item):
        if not re.fullmatch(r"[0-7][0-9a-f]{7}", id_) or id_ in taken:
            raise BadRequestError(f"id {id_} cannot be used")
    if len(set(_ids(item))) != len(_ids(item)):
        raise BadRequestError("one id twice")
    item.setdefault("itemId", f"{next(numbers):08x}")
    reply: Json = {"itemId": item["itemId"]}
    if "questionItem" in item:
        question = item["questionItem"]["question"]
        question.setdefault("questionId", f"{next(numbers):08x}")
        reply["questionId"] = [question["questionId"]]
    _check(item)
    items.insert(index, as_read(item))
    return {"createItem": reply}


def _update(form: Json, request: Json, numbers: Iterator[int]) -> Json:
    items = form.get("items", [])
    index = _index(request["location"], len(items))
    masks = [path for path in request.get("updateMask", "").split(",") if path]
    if not masks:
        raise BadRequestError("updateMask is required")
    held = items[index]
    if [name for name in held if name.endswith("Item")] != [name for name in request["item"] if name.endswith("Item")]:
        raise BadRequestError("the item is of another kind")
    for mask in masks:
        *path, last = mask.split(".")
        source, target = request["item"], held
        for step in path:
            source, target = source.get(step, {}), target.setdefault(step, {})
        if last in source:
            target[last] = source[last]
        else:
            target.pop(last, None)
    held.setdefault("itemId", f"{next(numbers):08x}")  # blank and in the mask: a new one is made
    if "questionItem" in held:
        held["questionItem"]["question"].setdefault("questionId", f"{next(numbers):08x}")
    _check(held)
    items[index] = as_read(held)
    return {}


def _move(form: Json, request: Json, _: Iterator[int]) -> Json:
    items = form.get("items", [])
    origin, place = _index(request["originalLocation"], len(items)), _index(request["newLocation"], len(items))
    items.insert(place, items.pop(origin))
    return {}


def _delete(form: Json, request: Json, _: Iterator[int]) -> Json:
    items = form.get("items", [])
    del items[_index(request["location"], len(items))]
    return {}


def _update_info(form: Json, request: Json, _: Iterator[int]) -> Json:
    for name in request["updateMask"].split(","):
        if name not in ("title", "description"):
            raise BadRequestError(f"{name} cannot be changed")
        form["info"][name] = request["info"].get(name, "")
    if not form["info"].get("title") or "\n" in form["info"]["title"]:
        raise BadRequestError("info.title was not provided")
    return {}


def _update_settings(form: Json, request: Json, _: Iterator[int]) -> Json:
    for name in request["updateMask"].split(","):
        form.setdefault("settings", {})[name] = request["settings"][name]
    return {}


_HANDLERS = {
    "createItem": _create,
    "updateItem": _update,
    "moveItem": _move,
    "deleteItem": _delete,
    "updateFormInfo": _update_info,
    "updateSettings": _update_settings,
}


def _ids(item: Json) -> list[str]:
    ids = [item.get("itemId"), item.get("questionItem", {}).get("question", {}).get("questionId")]
    return [id_ for id_ in ids if id_]


def _check(item: Json) -> None:
    shown = [item.get("title", "")]
    question = item.get("questionItem", {}).get("question", {})
    if "choiceQuestion" in question:
        options = question["choiceQuestion"].get("options")
        if not options:
            raise BadRequestError("ChoiceQuestion.options is required")
        values = [option.get("value") for option in options]
        if not all(values):
            raise BadRequestError("option.value was not provided")
        if len(set(values)) != len(values):
            raise BadRequestError("duplicate options")
        shown += values
    if any("\n" in text or "\r" in text for text in shown):
        raise BadRequestError("Displayed text cannot contain newlines")


def as_read(value: Any) -> Any:
    """As Google gives it back: what is false, zero or empty text is left out; empty messages stay."""
    if isinstance(value, dict):
        return {name: as_read(v) for name, v in value.items() if v not in (False, "", 0, [])}
    return [as_read(v) for v in value] if isinstance(value, list) else value
