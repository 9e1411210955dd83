"""Sheets v4: the methods by discovery id, and spreadsheets as a kind of Drive file.

Each handler gets the open book; what a method means stands in the `sheets_*` modules. An unclaimed request kind is a
501, never a polite empty reply.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from . import book as books
from . import drive_files as drive
from . import (
    patches,
    sheets_cells,
    sheets_dimensions,
    sheets_export,
    sheets_filters,
    sheets_metadata,
    sheets_objects,
    sheets_render,
    sheets_tabs,
)
from . import sheets_values as values
from .book import TABLES, Book, new_worksheet
from .calls import Call, Handler, Json, Transaction
from .cells import DEFAULT_FORMAT
from .masks import Tree
from .patches import THEME
from .refusal import Refusal, blaming, invalid
from .sheets_metadata import chosen

MIME_TYPE = "application/vnd.google-apps.spreadsheet"
__all__ = ["HANDLERS", "MIME_TYPE", "TABLES", "opened"]

Reading = Callable[[Book, Transaction, Call], Json]
REQUESTS: dict[str, Callable[[Book, Json], Json | None]] = {
    **sheets_tabs.REQUESTS,
    **sheets_objects.REQUESTS,
    **sheets_filters.REQUESTS,
    **sheets_cells.REQUESTS,
    **sheets_dimensions.REQUESTS,
    **sheets_metadata.REQUESTS,
}


def opened(tx: Transaction, spreadsheet_id: str, *, write: bool = False) -> AbstractContextManager[Book]:
    """The book of a spreadsheet that the caller may see (or change), for a `with` statement."""
    row = drive.require_file(tx, spreadsheet_id, MIME_TYPE, write)
    return books.opened(tx.db, spreadsheet_id, row["name"], write=write)


def _reads(read: Reading) -> Handler:
    def handler(tx: Transaction, call: Call) -> Json:
        with opened(tx, call.params["spreadsheetId"]) as book:
            return read(book, tx, call)

    return handler


def _writes(write: Reading) -> Handler:
    def handler(tx: Transaction, call: Call) -> Json:
        with opened(tx, call.params["spreadsheetId"], write=True) as book:
            answer = write(book, tx, call)
            drive.touch(tx, book.id)
            return answer

    return handler


# -- spreadsheets


def _properties(given: Json) -> Json:
    theme = [{"colorType": kind, "color": {"rgbColor": color}} for kind, color in THEME.items()]
    properties = {
        "locale": "en_US",
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Etc/GMT",
        "spreadsheetTheme": {"primaryFontFamily": "Arial", "themeColors": theme},
        **given,
        "defaultFormat": DEFAULT_FORMAT,
    }
    properties.pop("title", None)
    sheets_tabs.check_settings(properties)
    return copy.deepcopy(properties)


def create(tx: Transaction, call: Call) -> Json:
    given = call.body
    for name in set(given) - {"properties", "sheets", "namedRanges", "spreadsheetId", "spreadsheetUrl"}:
        raise Refusal(501, f"The local workspace does not claim {name} on spreadsheets.create.")
    title = given.get("properties", {}).get("title") or "Untitled spreadsheet"
    spreadsheet_id = drive.make_file(tx, MIME_TYPE, title)
    _create_empty(tx, spreadsheet_id, title, given)
    with opened(tx, spreadsheet_id) as book:
        return sheets_render.spreadsheet(book, call.base_url, None, False, _mask(call))


def _create_empty(tx: Transaction, spreadsheet_id: str, title: str, given: Json | None = None) -> None:
    given = given or {}
    first = [] if given.get("sheets") else [new_worksheet(0, {"title": "Sheet1"})]
    books.create(tx.db, spreadsheet_id, {"properties": _properties(given.get("properties", {}))}, first)
    if given.get("sheets") or given.get("namedRanges"):
        with books.opened(tx.db, spreadsheet_id, title, write=True) as book:
            for sheet in given.get("sheets", []):
                _create_sheet(book, sheet)
            for named in given.get("namedRanges", []):
                REQUESTS["addNamedRange"](book, {"namedRange": named})


_ON_CREATE = {
    "conditionalFormats": ("addConditionalFormatRule", "rule"),
    "protectedRanges": ("addProtectedRange", "protectedRange"),
    "bandedRanges": ("addBanding", "bandedRange"),
    "charts": ("addChart", "chart"),
    "merges": ("mergeCells", "range"),
    "developerMetadata": ("createDeveloperMetadata", "developerMetadata"),
}


def _create_sheet(book: Book, given: Json) -> None:
    for name in set(given) - {"properties", "data", "basicFilter", *_ON_CREATE}:
        raise Refusal(501, f"The local workspace does not claim sheets.{name} on spreadsheets.create.")
    properties = given.get("properties", {})
    if "sheetId" not in properties and not book.find(0):
        properties = {"sheetId": 0, **properties}
    title = f"Sheet{len(book.worksheets) + 1}"
    sheet = sheets_tabs.add_worksheet(book, {"title": title, **properties})
    for data in given.get("data", []):
        start = {"sheetId": sheet.id, "rowIndex": data.get("startRow", 0), "columnIndex": data.get("startColumn", 0)}
        REQUESTS["updateCells"](book, {"start": start, "rows": data.get("rowData", []), "fields": "*"})
    for name, (kind, argument) in _ON_CREATE.items():
        for item in given.get(name, []):
            REQUESTS[kind](book, {argument: item})
    if "basicFilter" in given:
        REQUESTS["setBasicFilter"](book, {"filter": given["basicFilter"]})


def _mask(call: Call) -> Tree | None:
    """The mask of the answer, None without one: it alone decides about grid data where it is given."""
    fields = call.params.get("fields")
    return patches.tree(fields) if fields else None


def get(book: Book, _: Transaction, call: Call) -> Json:
    given = call.given
    areas = chosen(book, given) if given.get("ranges") or given.get("dataFilters") else None
    return sheets_render.spreadsheet(book, call.base_url, areas, given.get("includeGridData", False), _mask(call))


def batch_update(book: Book, tx: Transaction, call: Call) -> Json:
    requests = call.body.get("requests", [])
    if not requests:
        raise invalid("Must specify at least one request.")
    title = book.title
    answer: Json = {"spreadsheetId": book.id, "replies": [_reply(book, n, one) for n, one in enumerate(requests)]}
    if book.title != title:
        tx.db.execute("UPDATE files SET name = ? WHERE id = ?", (book.title, book.id))
    if call.body.get("includeSpreadsheetInResponse"):
        ranges = call.body.get("responseRanges")
        areas = chosen(book, {"ranges": ranges}) if ranges else None
        whole = _mask(call)
        mask = None if whole is None else patches.wants(whole, "updatedSpreadsheet") or {}
        answer["updatedSpreadsheet"] = sheets_render.spreadsheet(
            book, call.base_url, areas, call.body.get("responseIncludeGridData", False), mask
        )
    return answer


def _reply(book: Book, number: int, request: Json) -> Json:
    if len(request) != 1:
        raise invalid(f"Invalid requests[{number}]: Exactly one kind of request must be set.")
    ((kind, asked),) = request.items()
    run = REQUESTS.get(kind)
    if run is None:
        raise Refusal(501, f"The local workspace does not claim requests[{number}].{kind}.")
    with blaming(f"requests[{number}].{kind}"):
        reply = run(book, asked)
    return {} if reply is None else {kind: copy.deepcopy(reply)}


def copy_to(tx: Transaction, call: Call) -> Json:
    target_id = call.body.get("destinationSpreadsheetId", "")
    with opened(tx, call.params["spreadsheetId"]) as source:
        sheet = source.worksheet(call.params["sheetId"])
        with opened(tx, target_id, write=True) as target:
            number = sheets_tabs.new_sheet_id(target)
            answer = sheets_tabs.copy_sheet(target, source, sheet, number, None, len(target.worksheets))
    drive.touch(tx, target_id)
    return answer


HANDLERS: dict[str, Handler] = {
    "sheets.spreadsheets.create": create,
    "sheets.spreadsheets.get": _reads(get),
    "sheets.spreadsheets.getByDataFilter": _reads(get),
    "sheets.spreadsheets.batchUpdate": _writes(batch_update),
    "sheets.spreadsheets.sheets.copyTo": copy_to,
    "sheets.spreadsheets.developerMetadata.get": _reads(sheets_metadata.get),
    "sheets.spreadsheets.developerMetadata.search": _reads(sheets_metadata.search),
    "sheets.spreadsheets.values.get": _reads(values.get),
    "sheets.spreadsheets.values.batchGet": _reads(values.batch_get),
    "sheets.spreadsheets.values.batchGetByDataFilter": _reads(values.batch_get),
    "sheets.spreadsheets.values.update": _writes(values.update),
    "sheets.spreadsheets.values.batchUpdate": _writes(values.batch_update),
    "sheets.spreadsheets.values.batchUpdateByDataFilter": _writes(values.batch_update),
    "sheets.spreadsheets.values.append": _writes(values.append),
    "sheets.spreadsheets.values.clear": _writes(values.clear),
    "sheets.spreadsheets.values.batchClear": _writes(values.batch_clear),
    "sheets.spreadsheets.values.batchClearByDataFilter": _writes(values.batch_clear),
}


def _exported(write: Callable[[Book], bytes], tx: Transaction, spreadsheet_id: str) -> bytes:
    with books.opened(tx.db, spreadsheet_id) as book:
        return write(book)


drive.KINDS[MIME_TYPE] = drive.Kind(
    create=_create_empty,
    copy=lambda tx, source, target: books.duplicate(tx.db, source, target),
    delete=lambda tx, spreadsheet_id: books.delete(tx.db, spreadsheet_id),
    page="/spreadsheets/d/{id}/edit",
    export={
        "text/csv": partial(_exported, sheets_export.as_csv),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": partial(_exported, sheets_export.as_xlsx),
    },
)
