"""One cell in Google's words: a CellData written into the book, and read from it with what it shows."""

from __future__ import annotations

import copy
import heapq
import re
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from . import calc, conditions, patches, references
from .book import Book, Worksheet
from .calc import CellError, Results
from .calls import Json
from .displays import DEFAULT_PATTERNS, MOMENTS, show
from .grid import Row
from .masks import Tree
from .patches import wants
from .refusal import Refusal, invalid
from .typed import Formula, NumberFormat, Value, entered, plain

MAX_TEXT = 50_000
EMPTY = Row([], [])
_KEPT = ("userEnteredFormat", "dataValidation", "note", "textFormatRuns")
_COMPUTED = ("effectiveValue", "formattedValue", "effectiveFormat", "hyperlink")
_UNCLAIMED = ("pivotTable", "dataSourceTable", "dataSourceFormula", "chipRuns")
FIELDS = ("userEnteredValue", *_KEPT, *_COMPUTED, *_UNCLAIMED)
DEFAULT_FORMAT: Json = {
    "backgroundColor": {"red": 1, "green": 1, "blue": 1},
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
}


def check_text(value: Value) -> Value:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise invalid(f"Your input contains more than the maximum of {MAX_TEXT} characters in a single cell.")
    return value


def value_of(extended: Json | None) -> tuple[Value, NumberFormat | None]:
    """The value that an ExtendedValue enters; typed text stays text."""
    if not extended:
        return None, None
    if "formulaValue" in extended:
        text = extended["formulaValue"]
        return entered(text) if text.startswith("=") else (text or None, None)
    if "numberValue" in extended:
        return plain(float(extended["numberValue"])), None
    if "boolValue" in extended:
        return bool(extended["boolValue"]), None
    if "stringValue" in extended:
        return extended["stringValue"] or None, None
    raise invalid("Cannot set errorValue: it is read-only.")


def extended(value: Value | CellError) -> Json | None:
    """A value as Google's ExtendedValue."""
    if value is None:
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, CellError):
        message = calc.MESSAGES.get(value)
        return {"errorValue": {"type": value.type, **({"message": message} if message else {})}}
    if isinstance(value, Formula):
        return {"formulaValue": str(value)}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": value}


class Writer:
    """Writes CellData under one mask into a worksheet; remembers what a mask makes of each set of attributes."""

    def __init__(self, book: Book, sheet: Worksheet, mask: Tree) -> None:
        for name in mask:
            if name not in FIELDS:
                raise invalid(f"Invalid field: {name}")
        self.book = book
        self.sheet = sheet
        self.mask = mask
        self.unclaimed = {name for name in _UNCLAIMED if wants(mask, name) is not None}
        self.values = wants(mask, "userEnteredValue") is not None
        self.attrs = {name: beneath for name, beneath in mask.items() if name in _KEPT}
        self._seen: dict[tuple[int, str], int] = {}

    def write(self, row: Row, column: int, cell: Json) -> None:
        self.repeat(row, column, column + 1, cell)

    def repeat(self, row: Row, left: int, right: int, cell: Json, *, down: int = 0) -> None:
        """Write the same cell into columns left..right; a formula as it would be copied there, from `down` rows above."""
        for name in self.unclaimed & cell.keys():
            raise Refusal(501, f"The local workspace does not claim CellData.{name}.")
        if self.values:
            value = check_text(value_of(cell.get("userEnteredValue"))[0])
            for column in range(left, right):
                row.set_value(column, copied(value, down, column - left))
        if self.attrs or not self.mask:
            given = {name: cell[name] for name in _KEPT if name in cell}
            key = repr(given)
            for column in range(left, right):
                old = row.attr(column)
                if (old, key) not in self._seen:
                    self._seen[old, key] = self.attribute(old, given)
                row.set_attr(column, self._seen[old, key])

    def attribute(self, old: int, given: Json) -> int:
        """The number of the attributes that those numbered `old` become."""
        document: Json = copy.deepcopy(self.book.attributes[old] if self.mask else given)
        if self.mask:
            patches.patch(document, given, self.attrs)
        document = patches.settle(patches.filled(document))
        if "dataValidation" in given and "dataValidation" in document:
            document["dataValidation"] = conditions.validation(self.book, self.sheet, document["dataValidation"])
        return self.book.attribute(document)


def copied(value: Value, down: int, across: int) -> Value:
    """What a value is that many rows down and columns across: a formula's relative references go along."""
    return Formula(references.carried(value, down, across)) if type(value) is Formula else value


def typed_format(book: Book, attr: int, number_format: NumberFormat | None) -> int:
    """The attributes of a cell into which something with a format of its own was typed; a format set stays."""
    document = book.attributes[attr]
    if not number_format or document.get("userEnteredFormat", {}).get("numberFormat"):
        return attr
    return book.attribute(
        {**document, "userEnteredFormat": {**document.get("userEnteredFormat", {}), "numberFormat": number_format}}
    )


class Reader:
    """Reads the cells of one worksheet with what they show; `alone`: no other will be read before something changes."""

    def __init__(self, book: Book, sheet: Worksheet, *, alone: bool = False) -> None:
        self.book = book
        self.sheet = sheet
        self.results: Results = {}
        if sheet.grid.formulas:
            self.results = calc.calculate_one(book, sheet) if alone else calc.calculate(book).get(sheet.id, {})
        self._formats: dict[tuple[int, str, str], Json] = {}
        self._widths: dict[int, int] = {}
        for row, column in self.results:
            self._widths[row] = max(self._widths.get(row, 0), column + 1)

    def rows(self, top: int, bottom: int) -> Iterator[tuple[int, Row, int]]:
        """Index, row and width of every row that has anything, be it only what a formula above spills into it."""
        spilled = ((index, EMPTY) for index in sorted(self._widths) if top <= index < bottom)
        last = -1
        for index, row in heapq.merge(self.sheet.grid.rows(top, bottom), spilled, key=itemgetter(0)):
            if index != last:  # of two, the stored row comes first
                yield index, row, max(row.width, self._widths.get(index, 0))
            last = index

    def lines(self, top: int, bottom: int) -> Iterator[tuple[int, Row, int]]:
        """As `rows`, with the empty rows between them."""
        at = top
        for index, row, width in self.rows(top, bottom):
            yield from ((between, EMPTY, 0) for between in range(at, index))
            yield index, row, width
            at = index + 1

    def effective(self, row: int, column: int, value: Value) -> Value | CellError:
        """What a cell comes to: a formula's result, or what was entered."""
        if type(value) is Formula:
            return self.results.get((row, column))
        return self.results.get((row, column)) if value is None and self.results else value

    def number_format(self, attr: int, value: Value) -> NumberFormat | None:
        """The number format in force: the cell's own, or the one that a formula brings along."""
        own: NumberFormat | None = self.book.attributes[attr].get("userEnteredFormat", {}).get("numberFormat")
        return own or (computed_format(value) if type(value) is Formula else None)

    def shown(self, row: int, column: int, value: Value, attr: int) -> str:
        return show(self.effective(row, column, value), self.number_format(attr, value))

    def is_moment(self, attr: int, value: Value) -> bool:
        return (self.number_format(attr, value) or {}).get("type") in MOMENTS

    def cell(self, row: int, column: int, value: Value, attr: int, mask: Tree, rules: Mapping[str, Any]) -> Json:
        """A CellData, with the fields that the mask asks for."""
        document = self.book.attributes[attr]
        cell: Json = {}
        effective = self.effective(row, column, value)
        if value is not None and wants(mask, "userEnteredValue") is not None:
            cell["userEnteredValue"] = extended(value)
        if effective is not None:
            if wants(mask, "effectiveValue") is not None:
                cell["effectiveValue"] = extended(effective)
            if wants(mask, "formattedValue") is not None:
                cell["formattedValue"] = show(effective, self.number_format(attr, value))
        for name in _KEPT:
            if name in document and wants(mask, name) is not None:
                cell[name] = document[name]
        if (effective is not None or document.get("userEnteredFormat") or rules) and wants(
            mask, "effectiveFormat"
        ) is not None:
            cell["effectiveFormat"] = self.effective_format(effective, attr, self.number_format(attr, value), rules)
        if (link := _hyperlink(value, document)) and wants(mask, "hyperlink") is not None:
            cell["hyperlink"] = link
        return cell

    def effective_format(
        self, effective: Value | CellError, attr: int, number_format: NumberFormat | None, rules: Mapping[str, Any]
    ) -> Json:
        """The format in force: default, then the cell's own, then what conditional rules lay over it."""
        if isinstance(effective, bool | CellError):
            alignment = "CENTER"
        else:
            alignment = "LEFT" if isinstance(effective, str) else "" if effective is None else "RIGHT"
        key = (attr, alignment, repr(number_format))
        if key not in self._formats:
            base = copy.deepcopy(self.book.doc["properties"]["defaultFormat"])
            base |= {"numberFormat": dict(number_format)} if number_format else {}
            base |= {"horizontalAlignment": alignment} if alignment else {}
            base["hyperlinkDisplayType"] = "PLAIN_TEXT"
            self._formats[key] = laid_over(base, self.book.attributes[attr].get("userEnteredFormat", {}))
        return laid_over(self._formats[key], rules) if rules else self._formats[key]


def laid_over(base: Json, layer: Mapping[str, Any]) -> Json:
    """A format with another on top of it; text formats mix."""
    result = dict(base)
    for name, value in layer.items():
        result[name] = {**result.get(name, {}), **value} if name == "textFormat" else value
    return result


_OUTER = re.compile(r"=\s*\+?([A-Z]+)\(", re.IGNORECASE)
_BRINGS = {
    **dict.fromkeys(("TODAY", "DATE", "EDATE", "EOMONTH", "DATEVALUE", "WORKDAY"), "DATE"),
    **dict.fromkeys(("TIME", "TIMEVALUE"), "TIME"),
    "NOW": "DATE_TIME",
}


def computed_format(formula: Value) -> NumberFormat | None:
    """The format that a formula gives to an unformatted cell: known for functions that give a date or a time."""
    match = _OUTER.match(str(formula))
    kind = _BRINGS.get(match[1].upper()) if match else None
    return {"type": kind, "pattern": DEFAULT_PATTERNS[kind]} if kind else None


_LINK = re.compile(r'=\s*HYPERLINK\(\s*"([^"]*)"', re.IGNORECASE)


def _hyperlink(value: Value, document: Json) -> str | None:
    if type(value) is Formula:
        match = _LINK.match(value)
        return match[1] if match else None
    link: str | None = document.get("userEnteredFormat", {}).get("textFormat", {}).get("link", {}).get("uri")
    return link
