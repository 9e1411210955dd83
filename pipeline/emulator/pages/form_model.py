"""A form as a responder meets it: pages of blocks, blocks with fields, made from a form in Forms v1 JSON.

Pure: dict in, frozen values out. Knows no HTTP, no store, and nothing of what the form is used for.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from typing import Any

Json = dict[str, Any]

OTHER = "__other_option__"  # what Google's page posts for the option "Other"; its text travels beside it
LEVEL = re.compile(r"(?P<level>\d{1,2})\s*[·.):–-]\s+(?P<rest>\S.*)", re.DOTALL)


@dataclass(frozen=True)
class Choice:
    """One option. `level`, `name` and `anchor` are `value` taken apart for the eye when it reads `4 · Strong: ...`."""

    value: str
    level: str = ""
    name: str = ""
    anchor: str = ""
    go_to: str = ""  # item id of a page, or NEXT_SECTION, RESTART_FORM, SUBMIT_FORM


@dataclass(frozen=True)
class Field:
    """One question that takes one answer; the row of a grid is a field too."""

    question_id: str
    title: str
    kind: str  # radio checkbox dropdown text paragraph scale rating date time duration unsupported
    required: bool = False
    choices: tuple[Choice, ...] = ()
    has_other: bool = False
    low_label: str = ""
    high_label: str = ""
    icon: str = ""
    with_year: bool = True
    with_time: bool = False

    @property
    def entry(self) -> str:
        """The name that Google's page posts it under: the question id as a decimal number."""
        return f"entry.{int(self.question_id, 16)}"

    @property
    def values(self) -> frozenset[str]:
        return frozenset(choice.value for choice in self.choices)

    @property
    def levelled(self) -> bool:
        return any(choice.level for choice in self.choices)

    @property
    def pattern(self) -> str:
        """The shape of a date that browsers have no control for."""
        return "MM-DD HH:MM" if self.with_time else "MM-DD"


@dataclass(frozen=True)
class Block:
    kind: str  # question grid text image video
    item_id: str
    title: str = ""
    description: str = ""
    fields: tuple[Field, ...] = ()
    link: str = ""  # of an image or video: shown as a link, since pages load nothing from elsewhere
    caption: str = ""

    @property
    def required(self) -> bool:
        return any(field.required for field in self.fields)


@dataclass(frozen=True)
class Page:
    item_id: str
    title: str
    description: str
    blocks: tuple[Block, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for block in self.blocks for field in block.fields)


def pages(form: Json) -> tuple[Page, ...]:
    """The form's pages in order; the first one carries the form's own title and description."""
    info = form.get("info", {})
    done: list[Page] = []
    page = Page("", info.get("title", ""), info.get("description", ""))
    blocks: list[Block] = []
    for item in form.get("items", []):
        if "pageBreakItem" in item:
            done.append(replace(page, blocks=tuple(blocks)))
            page = Page(item.get("itemId", ""), item.get("title", ""), item.get("description", ""))
            blocks = []
        else:
            blocks.append(block_of(item))
    return (*done, replace(page, blocks=tuple(blocks)))


def block_of(item: Json) -> Block:
    words = {
        "item_id": item.get("itemId", ""),
        "title": item.get("title", ""),
        "description": item.get("description", ""),
    }
    if "questionItem" in item:
        question = item["questionItem"].get("question", {})
        return Block("question", fields=(field_of(question, words["title"]),), **words)
    if "questionGroupItem" in item:
        group = item["questionGroupItem"]
        columns = group.get("grid", {}).get("columns", {})
        rows = tuple(
            field_of(
                {**question, "choiceQuestion": columns},
                question.get("rowQuestion", {}).get("title", ""),
            )
            for question in group.get("questions", [])
        )
        return Block("grid", fields=rows, **words)
    if "imageItem" in item:
        image = item["imageItem"].get("image", {})
        link = image.get("contentUri") or image.get("sourceUri", "")
        return Block("image", link=_web_link(link), caption=image.get("altText", ""), **words)
    if "videoItem" in item:
        video = item["videoItem"]
        link = video.get("video", {}).get("youtubeUri", "")
        return Block("video", link=_web_link(link), caption=video.get("caption", ""), **words)
    return Block("text", **words)


def field_of(question: Json, title: str) -> Field:
    base = Field(question.get("questionId", "0"), title, "unsupported", bool(question.get("required")))
    if "choiceQuestion" in question:
        choice = question["choiceQuestion"]
        kind = {"RADIO": "radio", "CHECKBOX": "checkbox", "DROP_DOWN": "dropdown"}.get(choice.get("type", ""))
        options = choice.get("options", [])
        choices = [choice_of(option) for option in options if not option.get("isOther")]
        if choice.get("shuffle"):
            random.shuffle(choices)
        has_other = any(option.get("isOther") for option in options)
        return replace(base, kind=kind or "radio", choices=tuple(choices), has_other=has_other)
    if "textQuestion" in question:
        return replace(base, kind="paragraph" if question["textQuestion"].get("paragraph") else "text")
    if "scaleQuestion" in question:
        scale = question["scaleQuestion"]
        levels = range(scale.get("low", 0), scale.get("high", 5) + 1)
        return replace(
            base,
            kind="scale",
            choices=tuple(Choice(str(level)) for level in levels),
            low_label=scale.get("lowLabel", ""),
            high_label=scale.get("highLabel", ""),
        )
    if "ratingQuestion" in question:
        rating = question["ratingQuestion"]
        icons = {"STAR": "★", "HEART": "♥", "THUMB_UP": "👍"}
        return replace(
            base,
            kind="rating",
            choices=tuple(Choice(str(n)) for n in range(1, rating.get("ratingScaleLevel", 5) + 1)),
            icon=icons.get(rating.get("iconType", ""), "★"),
        )
    if "dateQuestion" in question:
        date = question["dateQuestion"]
        return replace(
            base,
            kind="date",
            with_year=bool(date.get("includeYear")),
            with_time=bool(date.get("includeTime")),
        )
    if "timeQuestion" in question:
        return replace(base, kind="duration" if question["timeQuestion"].get("duration") else "time")
    return base


def choice_of(option: Json) -> Choice:
    value = option.get("value", "")
    go_to = option.get("goToSectionId") or option.get("goToAction", "")
    shape = LEVEL.fullmatch(value)
    if not shape:
        return Choice(value, go_to=go_to)
    name, _, anchor = shape["rest"].partition(": ")
    return Choice(value, shape["level"], name.strip(), anchor.strip(), go_to)


def _web_link(address: str) -> str:
    """The address if a browser may follow it; anything else (`javascript:` above all) is dropped."""
    return address if address.startswith(("https://", "http://")) else ""
