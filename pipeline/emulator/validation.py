"""What data validation rules say to cells: which values a drop-down offers, and which cells hold what theirs forbids.

An empty cell is always allowed. The API writes past the rules, as Google's does; a person at the page may not. Not
claimed: `CUSTOM_FORMULA`, which forbids nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from . import conditional
from .a1 import Area
from .book import Book, Worksheet
from .calls import Json
from .cells import Reader
from .conditions import listed

Place = tuple[int, int]
_TEXTS: dict[str, Callable[[str], object]] = {
    "TEXT_IS_EMAIL": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+").fullmatch,
    "TEXT_IS_URL": re.compile(r"(?:(?:https?|ftp)://|mailto:|www\.)\S+", re.IGNORECASE).fullmatch,
}


def offered(book: Book, home: Worksheet, condition: Json) -> list[str]:
    """The values that a drop-down offers, once each, in their order."""
    given = [str(value.get("userEnteredValue", "")) for value in condition.get("values", [])]
    if condition.get("type") != "ONE_OF_RANGE":
        return given
    part = listed(book, home, given[0]) if given else None
    if part is None:
        return []
    reader = Reader(book, book.worksheet(part.sheet))
    found: dict[str, None] = {}
    for index, row, _ in reader.rows(part.top, part.bottom):
        for column in range(part.left, part.right):
            if text := reader.shown(index, column, row.value(column), row.attr(column)):
                found[text] = None
    return list(found)


def broken(book: Book, reader: Reader, area: Area) -> Iterator[tuple[Place, Json]]:
    """The cells of a clipped area that hold what their rule forbids, each with the rule."""
    ruled: dict[int, list[Place]] = {}
    for index, row, width in reader.rows(area.top, area.bottom):
        for column in range(area.left, min(area.right, width)):
            if "dataValidation" in book.attributes[row.attr(column)] and reader.effective(
                index, column, row.value(column)
            ) not in (None, ""):
                ruled.setdefault(row.attr(column), []).append((index, column))
    for attr, places in ruled.items():
        rule: Json = book.attributes[attr]["dataValidation"]
        allowed = set(_allowed(book, reader, rule.get("condition", {}), places, attr))
        yield from ((place, rule) for place in places if place not in allowed)


def _allowed(book: Book, reader: Reader, condition: Json, places: Sequence[Place], attr: int) -> Iterator[Place]:
    kind = condition.get("type", "")
    values = {place: reader.sheet.value(*place) for place in places}
    shown = {place: reader.shown(*place, value, attr) for place, value in values.items()}
    if kind == "CUSTOM_FORMULA":
        yield from places
    elif kind == "BOOLEAN" and not condition.get("values"):
        yield from (place for place, value in values.items() if isinstance(reader.effective(*place, value), bool))
    elif kind in ("ONE_OF_LIST", "ONE_OF_RANGE", "BOOLEAN"):
        choices = offered(book, reader.sheet, condition)
        yield from (place for place, text in shown.items() if text in choices)
    elif kind in _TEXTS:
        yield from (place for place, text in shown.items() if _TEXTS[kind](text))
    else:
        cells = [(place, reader.effective(*place, value)) for place, value in values.items()]
        yield from conditional.holds(book, reader, condition, cells, places[0])
