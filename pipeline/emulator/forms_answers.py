"""What may be answered: the questions that a responder meets, and what is wrong with an answer, in words for people. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from . import forms_items
from .calls import Json

NEEDS_ANSWER = "This question needs an answer."
Answers = Mapping[str, Sequence[str]]

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(:[0-5]\d)?")
_DURATION = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")


def judged(items: Sequence[Json], answers: Answers) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The answers to the questions met, and what is wrong with some, by question id.

    What was answered on a page that these answers lead past is dropped.
    """
    kept, faults = {}, {}
    for question in _met(items, answers):
        question_id = question["questionId"]
        kept[question_id] = values = [value for value in answers.get(question_id, ()) if value.strip()]
        if said := _fault(question, values):
            faults[question_id] = said
    return kept, faults


def asked(items: Sequence[Json]) -> Iterator[Json]:
    """Every question; the row of a grid with the grid's columns as its choices."""
    for item in items:
        columns = item.get("questionGroupItem", {}).get("grid", {}).get("columns")
        for question in forms_items.questions(item):
            yield {**question, "choiceQuestion": columns} if columns else question


def _met(items: Sequence[Json], answers: Answers) -> list[Json]:
    """The questions on the pages that these answers lead through, following the options that lead elsewhere."""
    pages: list[list[Json]] = [[]]
    ways = {"RESTART_FORM": 0}
    for item in items:
        if "pageBreakItem" in item:
            ways[item["itemId"]] = len(pages)
            pages.append([])
        else:
            pages[-1].append(item)
    ways["SUBMIT_FORM"] = len(pages)
    met: list[Json] = []
    seen: set[int] = set()
    at = 0
    while at < len(pages) and at not in seen:
        seen.add(at)
        onward = at + 1
        for question in asked(pages[at]):
            met.append(question)
            for option in question.get("choiceQuestion", {}).get("options", ()):
                if option.get("value") in answers.get(question["questionId"], ()):
                    way = option.get("goToSectionId") or option.get("goToAction", "")
                    onward = ways.get(way, onward)
        at = onward
    return met


def _fault(question: Json, values: Sequence[str]) -> str:
    choice = question.get("choiceQuestion", {})
    if not values:
        return NEEDS_ANSWER if question.get("required") else ""
    if len(values) > 1 and choice.get("type") != "CHECKBOX":
        return "Give one answer only."
    for name, rule in _RULES.items():
        if name in question:
            return rule(question[name], values)
    return ""


def _choice(choice: Json, values: Sequence[str]) -> str:
    options = choice["options"]
    if any(option.get("isOther") for option in options) or set(values) <= {option["value"] for option in options}:
        return ""
    return "Choose one of the options shown; the one that was sent is not among them."


def _level(first: int, last: int, values: Sequence[str]) -> str:
    return "" if values[0] in map(str, range(first, last + 1)) else f"Choose a number from {first} to {last}."


def _date(asked_for: Json, values: Sequence[str]) -> str:
    year, time = asked_for.get("includeYear"), asked_for.get("includeTime")
    day, _, clock = values[0].partition(" ")
    try:
        date.fromisoformat(day if year else f"2024-{day}")  # a leap year, so that 02-29 is a date
        if _CLOCK.fullmatch(clock) if time else not clock:
            return ""
    except ValueError:
        pass
    return f"Give a date that exists, as {'YYYY-' if year else ''}MM-DD{' HH:MM' if time else ''}."


def _time(asked_for: Json, values: Sequence[str]) -> str:
    if asked_for.get("duration"):
        return "" if _DURATION.fullmatch(values[0]) else "Give a duration as hours and minutes, HH:MM."
    return "" if _CLOCK.fullmatch(values[0]) else "Give a time as HH:MM, from 00:00 to 23:59."


_RULES: dict[str, Callable[[Json, Sequence[str]], str]] = {
    "choiceQuestion": _choice,
    "scaleQuestion": lambda scale, values: _level(scale.get("low", 0), scale.get("high", 5), values),
    "ratingQuestion": lambda rating, values: _level(1, rating["ratingScaleLevel"], values),
    "dateQuestion": _date,
    "timeQuestion": _time,
}
