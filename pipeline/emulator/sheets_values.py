"""`spreadsheets.values`: get, update, append and clear, by A1 range and by data filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from . import a1
from .a1 import Area
from .book import Book, Worksheet
from .calls import Call, Json, Transaction
from .cells import Reader, check_text, typed_format
from .displays import show
from .grid import Row, trim
from .patches import filled
from .refusal import blaming, invalid
from .sheets_dimensions import insert_lines
from .sheets_metadata import areas, chosen
from .typed import Formula, from_json

Options = dict[str, Any]


# -- reading


def _options(given: Mapping[str, Any], *, response: bool = False) -> Options:
    """How values are to be read: as a read asks for it, or as a write asks for the values in its response."""

    def asked(name: str, otherwise: str) -> str:
        return given.get(f"response{name}" if response else name[0].lower() + name[1:]) or otherwise

    return {
        "render": asked("ValueRenderOption", "FORMATTED_VALUE"),
        "dates": asked("DateTimeRenderOption", "SERIAL_NUMBER"),
    }


def read(book: Book, area: Area, options: Options, dimension: str | None) -> Json:
    """A ValueRange: the area clipped to the grid, without trailing blanks."""
    sheet = book.worksheet(area.sheet)
    area = a1.check(area, sheet)
    values = _trimmed(_values(book, sheet, area, options))
    if dimension == "COLUMNS":
        values = _trimmed(map(list, zip_longest(*values, fillvalue="")))
    return filled(
        {
            "range": a1.text(area, sheet.title),
            "majorDimension": "COLUMNS" if dimension == "COLUMNS" else "ROWS",
            "values": values,
        }
    )


def _values(book: Book, sheet: Worksheet, area: Area, options: Options) -> Iterator[list[Any]]:
    reader = Reader(book, sheet)
    render, moments = options["render"], options["dates"] == "FORMATTED_STRING" and options["render"] != "FORMULA"
    for index, row, width in reader.lines(area.top, area.bottom):
        cells: list[Any] = []
        for column in range(area.left, min(area.right, width)):
            value, attr = row.value(column), row.attr(column)
            if render == "FORMATTED_VALUE":
                cells.append(reader.shown(index, column, value, attr))
            elif render == "FORMULA" and type(value) is Formula:
                cells.append(str(value))
            else:
                effective = reader.effective(index, column, value)
                if moments and isinstance(effective, int | float) and reader.is_moment(attr, value):
                    effective = show(effective, reader.number_format(attr, value))
                cells.append("" if effective is None else effective)
        yield cells


def _trimmed(rows: Iterable[list[Any]]) -> list[list[Any]]:
    return trim([trim(row, "") for row in rows], [])


def get(book: Book, _: Transaction, call: Call) -> Json:
    area = a1.parse(call.params["range"], book)
    return read(book, area, _options(call.params), call.params.get("majorDimension"))


def batch_get(book: Book, _: Transaction, call: Call) -> Json:
    given = call.given
    options, dimension = _options(given), given.get("majorDimension")
    if "dataFilters" not in given:
        found = [read(book, area, options, dimension) for area in chosen(book, given)]
    else:
        matched: dict[Area, list[Json]] = {}
        for data_filter in given["dataFilters"]:
            for area in areas(book, data_filter):
                matched.setdefault(area, []).append(data_filter)
        found = [
            {"valueRange": read(book, area, options, dimension), "dataFilters": filters}
            for area, filters in matched.items()
        ]
    return filled({"spreadsheetId": book.id, "valueRanges": found})


# -- writing


def _parses(option: str | None) -> bool:
    if option not in ("RAW", "USER_ENTERED"):
        raise invalid("'valueInputOption' is required but not specified")
    return option == "USER_ENTERED"


def _rows_of(value_range: Json) -> list[list[Any]]:
    """The values by row, whichever dimension they came in; missing members of a column are skipped (null)."""
    values: list[list[Any]] = value_range.get("values") or []
    return list(map(list, zip_longest(*values))) if value_range.get("majorDimension") == "COLUMNS" else values


def _write(book: Book, area: Area, rows: Sequence[Sequence[Any]], parse: bool) -> Area | None:
    """Enter values from the area's top left corner; the area written, or None when there was nothing to write.

    An area of more than one cell must hold them all. Null skips a cell, "" clears it.
    """
    sheet = book.worksheet(area.sheet)
    height, width = len(rows), max(map(len, rows), default=0)
    if not width:
        return None
    clipped = a1.check(area, sheet)
    limits = Area(sheet.id).clip(sheet.row_count, sheet.column_count) if area.is_cell else clipped
    if area.top + height > limits.bottom:
        raise _outside(clipped, area, sheet, f"row [{limits.bottom + 1}]")
    if area.left + width > limits.right:
        raise _outside(clipped, area, sheet, f"column [{a1.column_name(limits.right)}]")
    for number, members in enumerate(rows):
        if members:
            row = sheet.grid.edit(area.top + number)
            for place, member in enumerate(members):
                if isinstance(member, list | dict):
                    kind = "struct_value" if isinstance(member, dict) else "list_value"
                    raise invalid(f"Invalid values[{number}][{place}]: {kind}")
                if member is not None:
                    _enter(book, row, area.left + place, member, parse)
    return Area(sheet.id, area.top, area.left, area.top + height, area.left + width)


def _enter(book: Book, row: Row, column: int, member: Any, parse: bool) -> None:
    value, number_format = from_json(member, parse=parse)
    row.set_value(column, check_text(value))
    if number_format:
        row.set_attr(column, typed_format(book, row.attr(column), number_format))


def _outside(clipped: Area, area: Area, sheet: Worksheet, where: str) -> Exception:
    if area.is_cell:
        return a1.exceeds(clipped, sheet)
    quoted = "'" + sheet.title.replace("'", "''") + "'"
    return invalid(f"Requested writing within range [{quoted}!{a1.cells_text(clipped)}], but tried writing to {where}")


def _report(book: Book, area: Area, rows: Sequence[Sequence[Any]]) -> Json:
    """The counts of an UpdateValuesResponse; a skipped cell does not count, a cleared one does."""
    touched = [(r, c) for r, row in enumerate(rows) for c, member in enumerate(row) if member is not None]
    return {
        "updatedRange": a1.text(area, book.worksheet(area.sheet).title),
        "updatedRows": len({row for row, _ in touched}),
        "updatedColumns": len({column for _, column in touched}),
        "updatedCells": len(touched),
    }


def _update(book: Book, area: Area, value_range: Json, settings: Mapping[str, Any]) -> Json:
    rows = _rows_of(value_range)
    written = _write(book, area, rows, _parses(settings.get("valueInputOption")))
    report = _report(book, written or a1.check(area, book.worksheet(area.sheet)), rows)
    if settings.get("includeValuesInResponse"):
        options, dimension = _options(settings, response=True), value_range.get("majorDimension")
        whole = area if written is None or area.holds(written) else written  # of a larger range all is answered
        report["updatedData"] = read(book, whole, options, dimension)
    return filled(report)


def _same_range(text: str, value_range: Json, book: Book) -> Area:
    area = a1.parse(text, book)
    inner = value_range.get("range")
    if inner and a1.parse(inner, book) != area:
        raise invalid(f"Requested writing within range [{inner}], but the range of the request is [{text}]")
    return area


def update(book: Book, _: Transaction, call: Call) -> Json:
    area = _same_range(call.params["range"], call.body, book)
    return {"spreadsheetId": book.id, **_update(book, area, call.body, call.params)}


def batch_update(book: Book, _: Transaction, call: Call) -> Json:
    """Each item of `data` names its place by a range or, in the call made for that, by a data filter."""
    _parses(call.body.get("valueInputOption"))
    by_filter = call.method.endswith("ByDataFilter")
    responses, written = [], []
    for number, item in enumerate(call.body.get("data") or []):
        with blaming(f"data[{number}]"):
            data_filter = item.get("dataFilter", {})
            places = areas(book, data_filter) if by_filter else [a1.parse(item.get("range", ""), book)]
            told = {"dataFilter": data_filter} if by_filter else {"spreadsheetId": book.id}
            responses += [{**told, **_update(book, area, item, call.body)} for area in places]
            written += places
    totals = {
        f"total{name}": sum(response.get(name[0].lower() + name[1:], 0) for response in responses)
        for name in ("UpdatedRows", "UpdatedColumns", "UpdatedCells")
    }
    sheets = len({area.sheet for area in written})
    return filled({"spreadsheetId": book.id, **totals, "totalUpdatedSheets": sheets, "responses": responses})


# -- appending


def table_at(sheet: Worksheet, area: Area) -> Area | None:
    """The table that an append goes below: the last block of cells, joined side to side or corner to corner, that
    meets the range; None where there is none."""
    last = next(
        (
            (index, column)
            for index, row in sheet.grid.backwards(area.top, area.bottom)
            for column in range(min(area.right, len(row.values)) - 1, area.left - 1, -1)
            if row.values[column] is not None
        ),
        None,
    )
    if last is None:
        return None
    (top, left), (bottom, right) = last, last

    def has_any(first: int, final: int, left: int, right: int) -> bool:
        return any(row.any(left, right) for _, row in sheet.grid.rows(max(first, 0), final + 1))

    def is_joined(index: int) -> bool:
        row = sheet.grid.row(index)
        return row is not None and row.any(left - 1, right + 1)

    while True:
        while top and is_joined(top - 1):
            top -= 1
        while is_joined(bottom + 1):
            bottom += 1
        if left and has_any(top - 1, bottom + 1, left - 1, left - 1):
            left -= 1
        elif has_any(top - 1, bottom + 1, right + 1, right + 1):
            right += 1
        else:
            return Area(sheet.id, top, left, bottom + 1, right + 1)


def append(book: Book, _: Transaction, call: Call) -> Json:
    _parses(call.params.get("valueInputOption"))
    area = _same_range(call.params["range"], call.body, book)
    sheet = book.worksheet(area.sheet)
    clipped = a1.check(area, sheet)
    table = table_at(sheet, clipped)
    rows = _rows_of(call.body)
    at = Area(sheet.id, table.bottom, table.left) if table else Area(sheet.id, clipped.top, clipped.left)
    width = max(map(len, rows), default=0)
    if call.params.get("insertDataOption") == "INSERT_ROWS" and at.top < sheet.row_count:
        insert_lines(book, sheet, at.top, len(rows), rows=True)
    book.make_room(sheet, at.top + len(rows), at.left + width)
    updates = _update(book, at, call.body, call.params) if width else {}
    found = {"tableRange": a1.text(table, sheet.title)} if table else {}
    return {"spreadsheetId": book.id, **found, "updates": {"spreadsheetId": book.id, **updates}}


# -- clearing


def _clear(book: Book, area: Area) -> str:
    sheet = book.worksheet(area.sheet)
    area = a1.check(area, sheet)
    sheet.grid.clear(area.top, area.left, area.bottom, area.right)
    return a1.text(area, sheet.title)


def clear(book: Book, _: Transaction, call: Call) -> Json:
    return {"spreadsheetId": book.id, "clearedRange": _clear(book, a1.parse(call.params["range"], book))}


def batch_clear(book: Book, _: Transaction, call: Call) -> Json:
    cleared = [_clear(book, area) for area in chosen(book, call.given)]
    return filled({"spreadsheetId": book.id, "clearedRanges": cleared})
