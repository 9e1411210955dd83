"""A spreadsheet as CSV (the first worksheet, as it shows) and as XLSX (all of them, values, formulas and formats)."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from .a1 import from_grid
from .book import Book
from .calc import CellError
from .calls import Json
from .cells import Reader
from .displays import DEFAULT_PATTERNS
from .grid import trim
from .typed import Formula


def as_csv(book: Book) -> bytes:
    reader = Reader(book, book.worksheets[0])
    rows = []
    for index, row, width in reader.lines(0, reader.sheet.row_count):
        shown = [reader.shown(index, column, row.value(column), row.attr(column)) for column in range(width)]
        rows.append(trim(shown, ""))
    rows = trim(rows, [])
    width = max(map(len, rows), default=0)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(row + [""] * (width - len(row)) for row in rows)
    return out.getvalue().removesuffix("\r\n").encode()


def as_xlsx(book: Book) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        formats: dict[int, Any] = {}
        for sheet in book.worksheets:
            _write_sheet(workbook, book, Reader(book, sheet), formats)
    return out.getvalue()


def _write_sheet(workbook: Any, book: Book, reader: Reader, formats: dict[int, Any]) -> None:
    sheet = reader.sheet
    target = workbook.add_worksheet(_title(workbook, sheet.title))
    if sheet.hidden:
        target.hide()
    size = sheet.properties["gridProperties"]
    target.freeze_panes(size.get("frozenRowCount", 0), size.get("frozenColumnCount", 0))
    for place, own in sheet.lines(rows=False).items():
        hidden = {"hidden": own.get("hiddenByUser")}
        target.set_column_pixels(int(place), int(place), own.get("pixelSize"), None, hidden)
    for index, row, width in reader.rows(0, sheet.row_count):
        for column in range(width):
            value, attr = row.value(column), row.attr(column)
            if attr not in formats:
                style = _format(book.attributes[attr].get("userEnteredFormat", {}))
                formats[attr] = workbook.add_format(style) if style else None
            effective = reader.effective(index, column, value)
            if type(value) is Formula:
                shown = "" if effective is None else effective
                target.write_formula(index, column, _in_a_file(str(value)), formats[attr], shown)
            elif isinstance(effective, CellError | str):
                target.write_string(index, column, str(effective), formats[attr])
            elif effective is not None or formats[attr]:
                target.write(index, column, effective, formats[attr])
    for merge in map(from_grid, sheet.doc.get("merges", [])):
        value = reader.effective(merge.top, merge.left, sheet.value(merge.top, merge.left))
        target.merge_range(merge.top, merge.left, merge.bottom - 1, merge.right - 1, "" if value is None else value)


def _title(workbook: Any, title: str) -> str:
    """The title in Excel's bounds: 31 characters, none of `[]:*?/\\`, unlike the others."""
    plain = "".join("_" if letter in "[]:*?/\\" else letter for letter in title)[:31].strip("'") or "_"
    taken = {sheet.name.casefold() for sheet in workbook.worksheets()}
    number = 1
    name = plain
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: 31 - len(str(number)) - 1]}_{number}"
    return name


_LATER = re.compile(r"(?<![.\w])(?=ENCODEURL\()", re.IGNORECASE)


def _in_a_file(formula: str) -> str:
    """The formula as files hold it, where functions younger than the format carry a prefix."""
    pieces = formula.split('"')
    pieces[::2] = [_LATER.sub("_xlfn.", piece) for piece in pieces[::2]]
    return '"'.join(pieces)


def _format(given: Json) -> Json:
    text = given.get("textFormat", {})
    number = given.get("numberFormat", {})
    style = {
        "bold": text.get("bold"),
        "italic": text.get("italic"),
        "font_color": _hex(text.get("foregroundColor")),
        "bg_color": _hex(given.get("backgroundColor")),
        "num_format": number.get("pattern") or DEFAULT_PATTERNS.get(number.get("type", "")),
        "align": {"LEFT": "left", "CENTER": "center", "RIGHT": "right"}.get(given.get("horizontalAlignment", "")),
        "text_wrap": given.get("wrapStrategy") == "WRAP",
    }
    return {name: value for name, value in style.items() if value}


def _hex(color: Json | None) -> str:
    if color is None:
        return ""
    return "#" + "".join(f"{round(color.get(name, 0) * 255):02x}" for name in ("red", "green", "blue"))
