"""Requests about the spreadsheet itself and its worksheets: their properties, added, deleted, duplicated."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import cache
from zoneinfo import available_timezones

from . import patches, places, references, schema, sheets_metadata
from .book import IDS, Book, Worksheet, copied, free_id, new_worksheet
from .calls import Json
from .refusal import invalid
from .sheets_dimensions import resize_to, rewrite_formulas
from .sheets_render import sheet_properties


def check_settings(properties: Json) -> None:
    """A time zone is one of CLDR's names or, as Google's document has it, a custom one such as `GMT-07:00`."""
    if not properties.get("locale"):
        raise invalid("Invalid locale.")
    zone = properties.get("timeZone", "")
    if zone != "Etc/GMT" and not re.fullmatch(r"GMT[+-]\d{2}:\d{2}", zone) and zone not in available_timezones():
        raise invalid(f"Invalid timeZone: {zone}")


def update_spreadsheet_properties(book: Book, request: Json) -> None:
    mask = patches.required(request.get("fields"))
    properties = {"title": book.title, **book.doc["properties"]}
    fields = schema.fields("sheets", "SpreadsheetProperties")
    patches.patch(properties, request.get("properties", {}), mask, fields, fixed=("defaultFormat",))
    if not properties.get("title"):
        raise invalid("The title must not be empty.")
    check_settings(properties)
    book.title = properties.pop("title")
    book.doc["properties"] = patches.settle(properties)


def _check_title(book: Book, title: str, own: Worksheet | None = None) -> None:
    if not title:
        raise invalid("The sheet name cannot be empty.")
    if len(title) > 100:
        raise invalid("The sheet title must not be longer than 100 characters.")
    other = book.by_title(title)
    if other is not None and other is not own:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _check_frozen(sheet: Worksheet) -> None:
    grid = sheet.properties["gridProperties"]
    for name, size, word in (
        ("frozenRowCount", sheet.row_count, "rows"),
        ("frozenColumnCount", sheet.column_count, "columns"),
    ):
        if grid.get(name, 0) < 0:
            raise invalid(f"The number of frozen {word} must not be negative.")
        if grid.get(name, 0) >= size:
            raise invalid(f"You can't freeze all visible {word} on the sheet.")
        if not grid.get(name):
            grid.pop(name, None)


def new_sheet_id(book: Book, given: int | None = None) -> int:
    return int(free_id(given, {sheet.id for sheet in book.worksheets}, "Sheet with id"))


def add_worksheet(book: Book, properties: Json) -> Worksheet:
    """A new worksheet from the properties that are given; the others are Google's defaults."""
    number = new_sheet_id(book, properties.get("sheetId"))
    if number < 0:
        raise invalid(f"Invalid sheet id: {number}.")
    if properties.get("sheetType", "GRID") != "GRID":
        raise invalid("Only sheets of type GRID can be added.")
    title = properties.get("title")
    if title is None:
        title = next(name for n in range(1, 10_000) if not book.by_title(name := f"Sheet{n + len(book.worksheets)}"))
    _check_title(book, title)
    size = properties.get("gridProperties", {})
    if size.get("rowCount", 1) < 1 or size.get("columnCount", 1) < 1:
        raise invalid("The grid must have at least one row and one column.")
    sheet = new_worksheet(number, patches.settle({**properties, "title": title}))
    _check_frozen(sheet)
    _insert(book, sheet, properties.get("index", len(book.worksheets)))
    book.check_size()
    return sheet


def _insert(book: Book, sheet: Worksheet, index: int) -> None:
    if not 0 <= index <= len(book.worksheets):
        raise invalid(f"The sheet index {index} is out of bounds.")
    book.worksheets.insert(index, sheet)


def add_sheet(book: Book, request: Json) -> Json:
    return {"properties": sheet_properties(book, add_worksheet(book, request.get("properties", {})))}


def update_sheet_properties(book: Book, request: Json) -> None:
    given = request.get("properties", {})
    sheet = book.worksheet(given.get("sheetId", 0), called="sheet")
    mask = patches.required(request.get("fields"))
    wanted = copy.deepcopy(sheet.properties)
    rows, columns, old_title = sheet.row_count, sheet.column_count, sheet.title
    fixed = ("sheetId", "sheetType", "index", "dataSourceSheetProperties")
    patches.patch(wanted, given, mask, schema.fields("sheets", "SheetProperties"), fixed=fixed)
    _check_title(book, wanted.get("title", ""), sheet)
    if not wanted.get("hidden"):
        wanted.pop("hidden", None)
    elif all(other.hidden for other in book.worksheets if other is not sheet):
        raise invalid("You can't hide all the sheets in a document.")
    size = wanted.setdefault("gridProperties", {})
    new_rows, new_columns = size.get("rowCount", 0), size.get("columnCount", 0)
    size |= {"rowCount": rows, "columnCount": columns}
    sheet.doc["properties"] = patches.settle(wanted)
    frozen = {name: size.pop(name) for name in ("frozenRowCount", "frozenColumnCount") if name in size}
    resize_to(book, sheet, new_rows, new_columns)
    sheet.properties["gridProperties"] |= frozen
    _check_frozen(sheet)
    if sheet.title != old_title:
        rewrite_formulas(book, lambda formula, _: references.renamed(formula, old_title, sheet.title))
    if not mask or "index" in mask:
        _move_sheet(book, sheet, given.get("index", 0 if mask else len(book.worksheets)))


def _move_sheet(book: Book, sheet: Worksheet, index: int) -> None:
    """Indexes count as before the move: to its own place or the next one, nothing moves."""
    at = book.worksheets.index(sheet)
    if index in (at, at + 1):
        return
    _insert(book, sheet, index)
    del book.worksheets[at + (index < at)]


def delete_sheet(book: Book, request: Json) -> None:
    sheet = book.worksheet(request.get("sheetId", 0), called="sheet")
    if len(book.worksheets) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    if all(other.hidden for other in book.worksheets if other is not sheet):
        raise invalid("You can't remove all the visible sheets in a document.")
    book.worksheets.remove(sheet)
    book.named_ranges[:] = [named for named in book.named_ranges if not places.is_on(named["range"], sheet.id)]
    book.metadata[:] = [entry for entry in book.metadata if sheets_metadata.home(entry) != sheet.id]
    rewrite_formulas(book, lambda formula, _: references.renamed(formula, sheet.title, None))


def duplicate_sheet(book: Book, request: Json) -> Json:
    source = book.worksheet(request.get("sourceSheetId", 0), called="sheet")
    number, index = new_sheet_id(book, request.get("newSheetId")), request.get("insertSheetIndex", 0)
    return {"properties": copy_sheet(book, book, source, number, request.get("newSheetName"), index)}


def copy_sheet(book: Book, source_book: Book, source: Worksheet, number: int, title: str | None, index: int) -> Json:
    """Put a copy of a worksheet into a book, with new ids for what hangs on it; the properties of the copy."""
    title = title or _copy_title(book, source.title)
    _check_title(book, title)
    attribute = cache(lambda old: book.attribute(source_book.attributes[old]))
    sheet = copied(source, number, attribute)
    sheet.doc = places.changed(
        sheet.doc, lambda place: {**place, "sheetId": number} if places.is_on(place, source.id) else place
    )
    sheet.properties["title"] = title
    sheet.properties.pop("hidden", None)
    for kept, id_name in IDS.items():
        taken = {item[id_name] for other in book.worksheets for item in other.doc.get(kept, [])}
        for item in sheet.doc.get(kept, []):
            item[id_name] = free_id(None, taken, "")
            taken.add(item[id_name])
    _insert(book, sheet, index)
    book.check_size()
    return sheet_properties(book, sheet)


def _copy_title(book: Book, title: str) -> str:
    """The first free title for a copy."""
    names = (f"Copy of {title}" + (f" {n}" if n else "") for n in range(10_000))
    return next(name for name in names if not book.by_title(name))


REQUESTS: dict[str, Callable[[Book, Json], Json | None]] = {
    "updateSpreadsheetProperties": update_spreadsheet_properties,
    "updateSheetProperties": update_sheet_properties,
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
}
