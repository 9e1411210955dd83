"""What of a form is compared, and the update mask that changes just that.

A facet is one thing that can differ (title, description, options ...). Comparing facet by facet keeps masks narrow: ids
never stand in a mask, so Google never makes new ones and every answer stays with its question.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pipeline.form.designing import paragraphs
from pipeline.form.fields import Json

Facets = dict[str, Any]

MASKS: Mapping[str, str] = {
    "title": "title",
    "description": "description",
    "required": "questionItem.question.required",
    "options": "questionItem.question.choiceQuestion.options",
    "shuffle": "questionItem.question.choiceQuestion.shuffle",
    "paragraph": "questionItem.question.textQuestion.paragraph",
}
SHARED = ("title", "description", "required")  # those that make sense whatever the kind of the question

_CHOICES = {"RADIO": "radio", "DROP_DOWN": "drop-down", "CHECKBOX": "checkboxes"}


def of_item(item: Json) -> Facets:
    """What Google leaves out because it is false or empty is filled in, so that both sides read alike."""
    facets: Facets = {"title": item.get("title", "").strip(), "description": paragraphs(item.get("description", ""))}
    question = item.get("questionItem", {}).get("question")
    if question is None:
        return {"kind": next((name for name in item if name.endswith("Item")), "nothing"), **facets}
    facets["required"] = bool(question.get("required", False))
    if "choiceQuestion" in question:
        choice = question["choiceQuestion"]
        facets["kind"] = _CHOICES.get(choice.get("type", ""), "choice")
        facets["options"] = [_option(option) for option in choice.get("options", [])]
        facets["shuffle"] = bool(choice.get("shuffle", False))
    elif "textQuestion" in question:
        facets["kind"] = "text"
        facets["paragraph"] = bool(question["textQuestion"].get("paragraph", False))
    else:
        facets["kind"] = next((name for name in question if name.endswith("Question")), "nothing")
    return facets


def _option(option: Json) -> Any:
    """A plain option is its text; one that was given more in Google's editor is all that it has."""
    return option.get("value", "").strip() if set(option) <= {"value"} else dict(sorted(option.items()))


def text_of(option: Any) -> str:
    return option if isinstance(option, str) else str(option.get("value", ""))


def with_facet(item: Json, name: str, value: Any) -> Json:
    """A copy of the item that has this facet; everything else, ids above all, as it was."""
    changed = copy.deepcopy(item)
    if name == "options":
        value = [{"value": option} if isinstance(option, str) else option for option in value]
    *path, last = MASKS[name].split(".")
    place = changed
    for step in path:
        place = place[step]
    place[last] = value
    return changed


def of_form(form: Json) -> dict[str, Facets]:
    """What is compared of the form besides its items."""
    info, settings = form.get("info", {}), form.get("settings", {})
    return {
        "form:info": {
            "title": info.get("title", "").strip(),
            "description": paragraphs(info.get("description", "")),
        },
        "form:settings": {"collection": settings.get("emailCollectionType", "DO_NOT_COLLECT")},
    }


def fingerprint(facets: Facets) -> str:
    """All facets in one short text, each with a hash of its own: "title=1a2b3c kind=...".

    Of a drop-down each option has its own, so that one added by hand can be told from one taken away.
    """
    texts = {name: digest(value) for name, value in facets.items()}
    if facets.get("kind") == "drop-down":
        texts["options"] = ".".join(digest(text_of(option)) for option in facets["options"])
    return " ".join(f"{name}={text}" for name, text in sorted(texts.items()))


def parse_fingerprint(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split() if "=" in part)


def digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def of_whole(form: Json) -> str:
    """12 hex digits over all that we compare, foreign items too: has the form moved since it was read?"""
    items = [[item.get("itemId", ""), of_item(item)] for item in form.get("items", [])]
    text = json.dumps([of_form(form), items], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
