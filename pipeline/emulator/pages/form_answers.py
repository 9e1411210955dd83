"""What a responder sent, read by Google's field names: answers by question id, and a fault at its own question.

Pure. Refuses nothing itself: the caller shows the faults beside the questions, with everything that was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .. import forms_answers
from ..calls import Json
from .form_model import OTHER, Field, Page
from .form_model import pages as pages_of

Posted = Mapping[str, Sequence[str]]

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
ENTRY = re.compile(r"entry\.(\d+)(?P<part>_sentinel|_year|_month|_day|_hour|_minute|_second|\.other_option_response)?")


@dataclass(frozen=True)
class Reading:
    """`given` is all that was understood, faulty or not: it fills the page again."""

    given: dict[str, list[str]]
    email: str
    faults: dict[str, str]  # by question id; "email" for the address
    unknown: tuple[str, ...] = ()  # names of posted fields that are no question of this form

    @property
    def answers(self) -> dict[str, list[str]]:
        return {question: values for question, values in self.given.items() if values}


def read(form: Json, posted: Posted, *, asks_email: bool) -> Reading:
    """Answers to the questions on the pages met; `unknown` must be empty for the answers to be taken."""
    fields = {field.entry: field for page in pages_of(form) for field in page.fields}
    given = {field.question_id: _values(field, posted) for field in fields.values()}
    kept, faults = forms_answers.judged(form.get("items", []), given)
    email = _first(posted, "emailAddress").strip()
    if asks_email and not EMAIL.fullmatch(email):
        faults["email"] = "Type your e-mail address, such as ana@example.com." if email else forms_answers.NEEDS_ANSWER
    return Reading(kept, email, faults, tuple(_unknown(posted, fields)))


def prefilled(pages: Sequence[Page], query: Posted) -> dict[str, list[str]]:
    """Answers of a link with `usp=pp_url`; what is no option of its question is left out."""
    given = {}
    for page in pages:
        for field in page.fields:
            values = _values(field, query)
            if field.kind in ("radio", "checkbox", "dropdown", "scale", "rating") and not field.has_other:
                values = [value for value in values if value in field.values]
            if values:
                given[field.question_id] = values
    return given


def _values(field: Field, posted: Posted) -> list[str]:
    name = field.entry
    values = [value.replace("\r\n", "\n").replace("\r", "\n") for value in posted.get(name, ())]
    if field.kind in ("date", "time", "duration"):
        values = [_normal_moment(value) for value in values] or _from_parts(field, posted)
    if field.has_other:
        other = _first(posted, f"{name}.other_option_response").strip()
        values = [other if value == OTHER else value for value in values]
    return [value for value in values if value.strip()]


def _normal_moment(value: str) -> str:
    """A browser's `2026-11-23T09:30` as Forms keeps it: `2026-11-23 09:30`."""
    return value.strip().replace("T", " ")


def _from_parts(field: Field, posted: Posted) -> list[str]:
    """Google's page sends dates and times in parts: `entry.1_year`, `entry.1_month` and so on."""
    parts = {part: _first(posted, f"{field.entry}_{part}").strip() for part in PARTS}
    if not any(parts.values()):
        return []
    day = [parts["month"].zfill(2), parts["day"].zfill(2)]
    clock = f"{parts['hour'].zfill(2)}:{parts['minute'].zfill(2)}"
    if field.kind == "duration" and parts["second"]:
        clock += f":{parts['second'].zfill(2)}"
    if field.kind != "date":
        return [clock]
    text = "-".join([parts["year"].zfill(4), *day] if field.with_year else day)
    return [f"{text} {clock}" if field.with_time else text]


PARTS = ("year", "month", "day", "hour", "minute", "second")


def _unknown(posted: Posted, fields: Mapping[str, Field]) -> Iterable[str]:
    for name in posted:
        if name.startswith("entry."):
            shape = ENTRY.fullmatch(name)
            if not shape or f"entry.{shape[1]}" not in fields:
                yield name


def _first(posted: Posted, name: str) -> str:
    return next(iter(posted.get(name, ())), "")
