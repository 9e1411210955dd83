"""`spreadsheets.values`: get, update, append and clear, by A1 range and by data filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from . import a1, sheets_metadata
from .a1 import Area
from .book import Book, Worksheet
from .calls import Call, Json, Transaction
from .cells import Reader, check_text, typed_format
from .displays import show
from .grid import Row, trim
from .refusal import blaming, invalid
from .typed import Formula, Value, from_json

Options = dict[str, Any]


# -- reading


def _options(given: Any, prefix: str = "") -> Options:
    def named(name: str) -> str:
        return prefix + name[0].upper() + name[1:] if prefix else name

    return {
        "render": given.get(named("valueRenderOption")) or "FORMATTED_VALUE",
        "dates": given.get(named("dateTimeRenderOption")) or "SERIAL_NUMBER",
    }


def read(book: Book, area: Area, options: Options, dimension: str | None) -> Json:
    """A ValueRange: the area clipped to the grid, without trailing blanks."""
    sheet = book.worksheet(area.sheet)
    area = a1.check(area, sheet)
    by_columns = dimension == "COLUMNS"
    answer: Json = {"range": a1.text(area, sheet.title), "majorDimension": "COLUMNS" if by_columns else "ROWS"}
    values = _trimmed(_values(book, sheet, area, options))
    if by_columns:
        width = max(map(len, values), default=0)
        values = _trimmed([[row[c] if c < len(row) else "" for row in values] for c in range(width)])
    return {**answer, "values": values} if values else answer


def _values(book: Book, sheet: Worksheet, area: Area, options: Options) -> Iterator[list[Any]]:
    reader = Reader(book, sheet)
    render, moments = options["render"], options["dates"] == "FORMATTED_STRING" and options["render"] != "FORMULA"
    at = area.top
    for index, row, width in reader.rows(area.top, area.bottom):
        yield from ([] for _ in range(index - at))
        at = index + 1
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


def _trimmed(rows: Any) -> list[list[Any]]:
    kept = []
    for row in rows:
        end = len(row)
        while end and isinstance(row[end - 1], str) and not row[end - 1]:
            end -= 1
        kept.append(row[:end] if end < len(row) else row)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def get(book: Book, _: Transaction, call: Call) -> Json:
    area = a1.parse(call.params["range"], book)
    return read(book, area, _options(call.params), call.params.get("majorDimension"))


def batch_get(book: Book, _: Transaction, call: Call) -> Json:
    dimension = call.params.get("majorDimension")
    areas = [a1.parse(text, book) for text in call.params.get("ranges") or []]
    found = [read(book, area, _options(call.params), dimension) for area in areas]
    return {"spreadsheetId": book.id, **({"valueRanges": found} if found else {})}


def batch_get_by_data_filter(book: Book, _: Transaction, call: Call) -> Json:
    dimension, options = call.body.get("majorDimension"), _options(call.body)
    matched: dict[Area, list[Json]] = {}
    for data_filter in call.body.get("dataFilters", []):
        for area in sheets_metadata.areas(book, data_filter):
            matched.setdefault(area, []).append(data_filter)
    found = [
        {"valueRange": read(book, area, options, dimension), "dataFilters": filters}
        for area, filters in matched.items()
    ]
    return {"spreadsheetId": book.id, **({"valueRanges": found} if found else {})}


# -- writing


def _parses(option: str | None) -> bool:
    if option not in ("RAW", "USER_ENTERED"):
        raise invalid("'valueInputOption' is required but not specified")
    return option == "USER_ENTERED"


def _rows_of(value_range: Json) -> list[list[Any]]:
    """The values by row, whichever dimension they came in; missing members of a column are skipped (null)."""
    values: list[list[Any]] = value_range.get("values") or []
    if value_range.get("majorDimension") != "COLUMNS":
        return values
    height = max(map(len, values), default=0)
    return [[column[r] if r < len(column) else None for column in values] for r in range(height)]


def write(book: Book, area: Area, rows: Sequence[Sequence[Any]], parse: bool, *, bounded: bool = True) -> Area | None:
    """Enter values from the area's top left corner; the area written, or None when there was nothing to write.

    `bounded`: an area of more than one cell must hold them all. Null skips a cell, "" clears it.
    """
    sheet = book.worksheet(area.sheet)
    height, width = len(rows), max(map(len, rows), default=0)
    if not width:
        return None
    clipped = a1.check(area, sheet)
    limits = clipped if bounded and not area.is_cell else Area(sheet.id, 0, 0, sheet.row_count, sheet.column_count)
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
    sheet = book.worksheet(area.sheet)
    touched = [(r, c) for r, row in enumerate(rows) for c, member in enumerate(row) if member is not None]
    counts = {
        "updatedRows": len({row for row, _ in touched}),
        "updatedColumns": len({column for _, column in touched}),
        "updatedCells": len(touched),
    }
    return {
        "updatedRange": a1.text(area, sheet.title),
        **{name: count for name, count in counts.items() if count},
    }


def _update(book: Book, area: Area, value_range: Json, settings: Any) -> Json:
    rows = _rows_of(value_range)
    written = write(book, area, rows, _parses(settings.get("valueInputOption")))
    report = _report(book, written or a1.check(area, book.worksheet(area.sheet)), rows)
    if settings.get("includeValuesInResponse"):
        options, dimension = _options(settings, "response"), value_range.get("majorDimension")
        report["updatedData"] = read(book, written or area, options, dimension)
    return report


def _same_range(text: str, value_range: Json, book: Book) -> Area:
    area = a1.parse(text, book)
    inner = value_range.get("range")
    if inner and a1.parse(inner, book) != area:
        raise invalid(f"Requested writing within range [{inner}], but the range of the request is [{text}]")
    return area


def update(book: Book, _: Transaction, call: Call) -> Json:
    area = _same_range(call.params["range"], call.body, book)
    return {"spreadsheetId": book.id, **_update(book, area, call.body, call.params)}


def _totals(book: Book, responses: list[Json], areas: Sequence[Area]) -> Json:
    def cells(name: str) -> int:
        return sum(response.get(name, 0) for response in responses)

    totals = {
        "totalUpdatedRows": cells("updatedRows"),
        "totalUpdatedColumns": cells("updatedColumns"),
        "totalUpdatedCells": cells("updatedCells"),
        "totalUpdatedSheets": len({area.sheet for area in areas}),
    }
    return {
        "spreadsheetId": book.id,
        **{name: total for name, total in totals.items() if total},
        **({"responses": responses} if responses else {}),
    }


def batch_update(book: Book, _: Transaction, call: Call) -> Json:
    _parses(call.body.get("valueInputOption"))
    responses, areas = [], []
    for number, value_range in enumerate(call.body.get("data") or []):
        with blaming(f"data[{number}]"):
            areas.append(a1.parse(value_range.get("range", ""), book))
            responses.append({"spreadsheetId": book.id, **_update(book, areas[-1], value_range, call.body)})
    return _totals(book, responses, areas)


def batch_update_by_data_filter(book: Book, _: Transaction, call: Call) -> Json:
    _parses(call.body.get("valueInputOption"))
    responses, areas = [], []
    for number, item in enumerate(call.body.get("data") or []):
        with blaming(f"data[{number}]"):
            for area in sheets_metadata.areas(book, item.get("dataFilter", {})):
                areas.append(area)
                responses.append({**_update(book, area, item, call.body), "dataFilter": item["dataFilter"]})
    return _totals(book, responses, areas)


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
    top, bottom, left, right = last[0], last[0], last[1], last[1]
    while True:
        width = left, right
        for step in (-1, 1):
            edge = (top if step < 0 else bottom) + step
            while edge >= 0 and (row := sheet.grid.row(edge)) and row.any(left - 1, right + 1):
                top, bottom = min(top, edge), max(bottom, edge)
                while left and row.value(left - 1) is not None:
                    left -= 1
                while row.value(right + 1) is not None:
                    right += 1
                edge += step
        if left and _any(sheet, top - 1, bottom + 1, left - 1, left - 1):
            left -= 1
        if _any(sheet, top - 1, bottom + 1, right + 1, right + 1):
            right += 1
        if (left, right) == width:
            return Area(sheet.id, top, left, bottom + 1, right + 1)


def _any(sheet: Worksheet, top: int, bottom: int, left: int, right: int) -> bool:
    return any(row.any(left, right) for _, row in sheet.grid.rows(max(top, 0), bottom + 1))


def append(book: Book, _: Transaction, call: Call) -> Json:
    parse = _parses(call.params.get("valueInputOption"))
    area = _same_range(call.params["range"], call.body, book)
    sheet = book.worksheet(area.sheet)
    clipped = a1.check(area, sheet)
    table = table_at(sheet, clipped)
    rows = _rows_of(call.body)
    at = Area(sheet.id, table.bottom, table.left) if table else Area(sheet.id, clipped.top, clipped.left)
    width = max(map(len, rows), default=0)
    if call.params.get("insertDataOption") == "INSERT_ROWS" and at.top < sheet.row_count:
        from .sheets_dimensions import insert_lines

        insert_lines(book, sheet, at.top, len(rows), rows=True)
    sheet.resize(max(sheet.row_count, at.top + len(rows)), max(sheet.column_count, at.left + width))
    book.check_size()
    answer: Json = {"spreadsheetId": book.id}
    if table:
        answer["tableRange"] = a1.text(table, sheet.title)
    written = write(book, at, rows, parse, bounded=False)
    updates: Json = {"spreadsheetId": book.id}
    if written:
        updates |= _report(book, written, rows)
        if call.params.get("includeValuesInResponse"):
            options = _options(call.params, "response")
            updates["updatedData"] = read(book, written, options, call.body.get("majorDimension"))
    return {**answer, "updates": updates}


# -- clearing


def _clear(book: Book, area: Area) -> str:
    sheet = book.worksheet(area.sheet)
    area = a1.check(area, sheet)
    places = [
        index
        for index, row in sheet.grid.rows(area.top, area.bottom)
        if any(value is not None for value in row.values[area.left : area.right])
    ]
    for index in places:
        row = sheet.grid.edit(index)
        rest: list[Value] = [None] * (area.right - area.left) + row.values[area.right :]
        row.values = trim(row.values[: area.left] + rest, None)
    return a1.text(area, sheet.title)


def clear(book: Book, _: Transaction, call: Call) -> Json:
    return {"spreadsheetId": book.id, "clearedRange": _clear(book, a1.parse(call.params["range"], book))}


def batch_clear(book: Book, _: Transaction, call: Call) -> Json:
    areas = [a1.parse(text, book) for text in call.body.get("ranges") or []]
    return _cleared(book, areas)


def batch_clear_by_data_filter(book: Book, _: Transaction, call: Call) -> Json:
    filters = call.body.get("dataFilters") or []
    return _cleared(book, [area for data_filter in filters for area in sheets_metadata.areas(book, data_filter)])


def _cleared(book: Book, areas: Sequence[Area]) -> Json:
    cleared = [_clear(book, area) for area in areas]
    return {"spreadsheetId": book.id, **({"clearedRanges": cleared} if cleared else {})}
