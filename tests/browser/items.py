"""Form items in Google's JSON, as short as a test wants them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def question(id_: str, title: str, kind: Json, *, required: bool = False, description: str = "") -> Json:
    asked = {"questionId": id_, "required": required, **kind}
    return {"itemId": id_, "title": title, "description": description, "questionItem": {"question": asked}}


def choice(id_: str, title: str, *options: str, kind: str = "RADIO", other: bool = False, **more: Any) -> Json:
    offered: list[Json] = [{"value": option} for option in options] + ([{"isOther": True}] if other else [])
    return question(id_, title, {"choiceQuestion": {"type": kind, "options": offered}}, **more)


def paragraph(id_: str, title: str, **more: Any) -> Json:
    return question(id_, title, {"textQuestion": {"paragraph": True}}, **more)


def page(id_: str, title: str, description: str = "") -> Json:
    return {"itemId": id_, "title": title, "description": description, "pageBreakItem": {}}


LEVELS = (
    "1 · Weak: Names a product and stops there.",
    "3 · Solid: Compares stores by what is read and written, and picks one with a reason.",
    "5 · Excellent: Starts from access patterns, gives numbers, and knows when the other choice wins.",
    "Not assessed",
)

SCORECARD = [
    choice("00000001", "Candidate", "Ana Lima", "Ben Okafor", kind="DROP_DOWN", required=True),
    page("0000000a", "Databases", "Thirty minutes"),
    choice("00000002", "How do you choose a database?", *LEVELS, required=True, description="Why: it decides much."),
    paragraph("00000003", "Evidence: databases"),
    page("0000000b", "Overall"),
    choice("00000004", "Would you hire this person?", "Strong no", "No", "Yes", "Strong yes", required=True),
    paragraph("00000005", "Summary"),
]
