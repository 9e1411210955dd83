"""Conditions as data validation, conditional formats and filters take them: which kinds, with how many values of what.

What holds where stands in Google's own document, in the words that describe each kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from . import a1, references, schema
from .a1 import Area
from .book import Book, Worksheet
from .calls import Json
from .refusal import Refusal, invalid
from .typed import entered

VALIDATION, FORMAT, FILTER = "data validation", "conditional formats", "filters"
_TOLD_AS = {VALIDATION: "data validation", FORMAT: "conditional formatting", FILTER: "filters"}
_COUNTS = {
    "Requires a single ConditionValue": ("exactly one ConditionValue", range(1, 2)),
    "Requires exactly two ConditionValues": ("exactly two ConditionValues", range(2, 3)),
    "Requires no ConditionValues": ("no ConditionValues", range(1)),
    "Supports zero, one or two ConditionValues": ("at most two ConditionValues", range(3)),
    "Supports any number of condition values": ("at least one ConditionValue", range(1, 1_000_000)),
}
_MAY_BE_RELATIVE = "may be a relative date"


@cache
def _told() -> Mapping[str, str]:
    kinds = schema.document("sheets")["schemas"]["BooleanCondition"]["properties"]["type"]
    return dict(zip(kinds["enum"], kinds["enumDescriptions"], strict=True))


def check(book: Book, home: Worksheet, condition: Json, use: str) -> None:
    """Refuse a condition that Google does not allow for this use, or allows with other values only."""
    kind = condition.get("type", "CONDITION_TYPE_UNSPECIFIED")
    told = _told()[kind]
    uses = re.search(r"Supported by ([^.]*)\.", told.replace("filters on data source objects", ""))
    if not uses or _TOLD_AS[use] not in uses[1]:
        raise invalid(f"ConditionType '{kind}' is not supported in {use}.")
    values = condition.get("values", [])
    words, counts = next(rule for text, rule in _COUNTS.items() if text in told)
    if len(values) not in counts:
        raise invalid(f"ConditionType '{kind}' requires {words}, but {len(values)} values were supplied.")
    for value in values:
        if "relativeDate" in value and "userEnteredValue" not in value:
            if use == VALIDATION or _MAY_BE_RELATIVE not in told:
                raise invalid(f"Invalid ConditionValue.relativeDate: {value['relativeDate']} for ConditionType: {kind}")
        elif "relativeDate" in value or not _fits(book, home, kind, value.get("userEnteredValue", ""), use):
            text = value.get("userEnteredValue", "")
            raise invalid(f"Invalid ConditionValue.userEnteredValue: {text} for ConditionType: {kind}")


def validation(book: Book, home: Worksheet, rule: Json) -> Json:
    """A data validation rule as a cell keeps it: checked, its range absolute."""
    condition = rule.get("condition", {})
    check(book, home, condition, VALIDATION)
    if condition["type"] != "ONE_OF_RANGE":
        return rule
    values = [{"userEnteredValue": references.fixed(condition["values"][0]["userEnteredValue"])}]
    return {**rule, "condition": {**condition, "values": values}}


def _fits(book: Book, home: Worksheet, kind: str, text: str, use: str) -> bool:
    formula = len(text) > 1 and text[0] in "=+"
    if kind == "ONE_OF_RANGE":
        return formula and listed(book, home, text) is not None
    if formula and kind != "ONE_OF_LIST":
        return use != FORMAT or all(sheet is home for sheet in _read(book, home, text))
    if kind.startswith(("NUMBER_", "DATE_")):
        return type(entered(text)[0]) in (int, float)
    return kind != "CUSTOM_FORMULA"


def _read(book: Book, home: Worksheet, formula: str) -> Iterator[Worksheet | None]:
    """The worksheets that a formula reads: a conditional format may read its own only."""
    named = {name["name"].casefold(): book.find(a1.from_grid(name["range"]).sheet) for name in book.named_ranges}
    for match in references.TOKEN.finditer(formula):
        if match["ref"] and (title := references.reference(match).sheet) is not None:
            yield book.by_title(title)
        elif match["name"] and match[0].casefold() in named:
            yield named[match[0].casefold()]


def listed(book: Book, home: Worksheet, text: str) -> Area | None:
    """The cells that `ONE_OF_RANGE` names, clipped to their worksheet; None when there are none such."""
    text = text[1:]
    try:
        area = a1.parse(text, book)
        if "!" not in text and a1.corners(text):
            area = Area(home.id, area.top, area.left, area.bottom, area.right)  # of the worksheet it stands on
        return a1.check(area, book.worksheet(area.sheet))
    except Refusal:
        return None
