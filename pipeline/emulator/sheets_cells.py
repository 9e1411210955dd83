"""Requests about cells: written, repeated, sorted, merged, bordered, validated, copied, replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from . import a1, patches
from .a1 import Area
from .book import Book, Worksheet
from .calc import CellError
from .calls import Json
from .cells import Reader, Writer, check_text, copied
from .grid import Row
from .refusal import Refusal, invalid
from .typed import Formula, Value, entered


def update_cells(book: Book, request: Json) -> None:
    mask = patches.required(request.get("fields"))
    rows, fill = request.get("rows", []), "range" in request
    if fill == ("start" in request):
        raise invalid("Exactly one of range and start must be set.")
    if fill:
        sheet, area = book.area(request["range"])
    else:
        start = request["start"]
        sheet = book.worksheet(start.get("sheetId", 0))
        area = a1.check(Area(sheet.id, start.get("rowIndex", 0), start.get("columnIndex", 0)), sheet)
    if area.left + _width(rows) > area.right:
        raise invalid(
            f"Attempting to write column: {area.right}, beyond the last requested column of: {area.right - 1}"
        )
    if area.top + len(rows) > area.bottom:
        raise invalid(f"Attempting to write row: {area.bottom}, beyond the last requested row of: {area.bottom - 1}")
    writer = Writer(book, sheet, mask)
    _write(writer, rows, area.top, area.left)
    if fill:  # what the rows do not cover is cleared
        for index, row in sheet.grid.rows(area.top, area.bottom):
            written = len(rows[index - area.top].get("values", [])) if index - area.top < len(rows) else 0
            if area.left + written < min(area.right, row.width):
                writer.repeat(sheet.grid.edit(index), area.left + written, min(area.right, row.width), {})


def _width(rows: Sequence[Json]) -> int:
    return max((len(row.get("values", [])) for row in rows), default=0)


def _write(writer: Writer, rows: Sequence[Json], top: int, left: int) -> None:
    for index, data in enumerate(rows, top):
        if cells := data.get("values"):
            row = writer.sheet.grid.edit(index)
            for column, cell in enumerate(cells, left):
                writer.write(row, column, cell)


def append_cells(book: Book, request: Json) -> None:
    if "tableId" in request:
        raise Refusal(501, "The local workspace does not claim tables.")
    sheet = book.worksheet(request.get("sheetId", 0))
    mask = patches.required(request.get("fields"))
    rows = request.get("rows", [])
    top = next((index + 1 for index, row in sheet.grid.backwards(0, sheet.grid.height) if row.values), 0)
    book.make_room(sheet, top + len(rows), _width(rows))
    _write(Writer(book, sheet, mask), rows, top, 0)


def repeat_cell(book: Book, request: Json) -> None:
    sheet, area = book.area(request.get("range", {}))
    cell = request.get("cell", {})
    writer = Writer(book, sheet, patches.required(request.get("fields")))
    for index in range(area.top, area.bottom):
        if cell or sheet.grid.row(index) is not None:
            writer.repeat(sheet.grid.edit(index), area.left, area.right, cell, down=index - area.top)


def set_data_validation(book: Book, request: Json) -> None:
    cell = {"dataValidation": request["rule"]} if request.get("rule") else {}
    repeat_cell(book, {"range": request.get("range", {}), "cell": cell, "fields": "dataValidation"})


# -- sorting


def _rank(value: Value | CellError) -> tuple[int, Any]:
    """Numbers, then texts whatever their case, then booleans, then errors."""
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, int | float):
        return 0, value
    if isinstance(value, CellError):
        return 3, ""
    return 1, str(value).casefold()


def sort_range(book: Book, request: Json) -> None:
    sheet, area = book.area(request.get("range", {}))
    if any(area.meets(a1.from_grid(merge)) for merge in sheet.doc.get("merges", [])):
        raise invalid("You can't sort a range with vertical merges.")
    specs = request.get("sortSpecs", [])
    if not specs:
        raise invalid("Must specify at least one sort spec.")
    order = list(range(area.top, area.bottom))
    reader = Reader(book, sheet, alone=True)
    for spec in reversed(specs):
        if {"foregroundColor", "foregroundColorStyle", "backgroundColor", "backgroundColorStyle"} & spec.keys():
            raise Refusal(501, "The local workspace does not claim sorting by colour.")
        column = spec.get("dimensionIndex", 0)
        if not area.left <= column < area.right:
            raise invalid(f"The sort column {column} is not in the range.")
        values = {index: reader.effective(index, column, sheet.value(index, column)) for index in order}
        ranks = {index: _rank(value) for index, value in values.items() if value not in (None, "")}
        filled = sorted(ranks, key=ranks.__getitem__, reverse=spec.get("sortOrder") == "DESCENDING")
        order = filled + [index for index in order if index not in ranks]
    _permute(sheet, area, order)


def _permute(sheet: Worksheet, area: Area, order: list[int]) -> None:
    """Put the cells of the rows `order` into the area from its top; formulas go along as copies would."""
    right = area.right
    rows = {index: sheet.grid.row(index) for index in order}
    whole = not area.left and right >= sheet.column_count
    parts = {index: row if whole or row is None else row.part(area.left, right) for index, row in rows.items()}
    for target, source in enumerate(order, area.top):
        part = parts[source]
        if target == source or (part is None and rows[target] is None):
            continue
        if part:
            part.values = [copied(value, target - source, 0) for value in part.values]
        if whole:
            sheet.grid.put(target, part)
        else:
            sheet.grid.edit(target).paste(area.left, right, part)


# -- merges and borders


def merge_cells(book: Book, request: Json) -> None:
    sheet, area = book.area(request.get("range", {}))
    kind = request.get("mergeType", "MERGE_ALL")
    merges = sheet.things("merges")
    if kind == "MERGE_ROWS":
        parts = [Area(sheet.id, row, area.left, row + 1, area.right) for row in range(area.top, area.bottom)]
    elif kind == "MERGE_COLUMNS":
        parts = [Area(sheet.id, area.top, column, area.bottom, column + 1) for column in range(area.left, area.right)]
    else:
        parts = [area]
    _unmerge(merges, area)
    for part in parts:
        if part.is_cell:
            continue
        merges.append(a1.to_grid(part))
        _keep_first(sheet, part)


def _keep_first(sheet: Worksheet, part: Area) -> None:
    """Of the cells merged the first value stays, at the top left."""
    rows = sheet.grid.rows(part.top, part.bottom)
    values = [value for _, row in rows for value in row.values[part.left : part.right] if value is not None]
    if values:
        sheet.grid.clear(part.top, part.left, part.bottom, part.right)
        sheet.grid.edit(part.top).set_value(part.left, values[0])


def _unmerge(merges: list[Json], area: Area) -> None:
    for old in [merge for merge in merges if area.meets(a1.from_grid(merge))]:
        if not area.holds(a1.from_grid(old)):
            raise invalid("You must select all cells in a merged range to merge or unmerge them.")
        merges.remove(old)


def unmerge_cells(book: Book, request: Json) -> None:
    sheet, area = book.area(request.get("range", {}))
    _unmerge(sheet.things("merges"), area)


def update_borders(book: Book, request: Json) -> None:
    sheet, area = book.area(request.get("range", {}))
    for index in range(area.top, area.bottom):
        row = sheet.grid.edit(index)
        for column in range(area.left, area.right):
            sides = {
                "top": request.get("top") if index == area.top else request.get("innerHorizontal"),
                "bottom": request.get("bottom") if index == area.bottom - 1 else request.get("innerHorizontal"),
                "left": request.get("left") if column == area.left else request.get("innerVertical"),
                "right": request.get("right") if column == area.right - 1 else request.get("innerVertical"),
            }
            given = {name: border for name, border in sides.items() if border is not None}
            if not given:
                continue
            shown = {name: border for name, border in given.items() if border.get("style", "NONE") != "NONE"}
            writer = Writer(book, sheet, {"userEnteredFormat": {"borders": {name: {} for name in given}}})
            row.set_attr(column, writer.attribute(row.attr(column), {"userEnteredFormat": {"borders": shown}}))


# -- copying and replacing

_PASTES = {
    "PASTE_NORMAL": (True, ("userEnteredFormat", "dataValidation", "note", "textFormatRuns")),
    "PASTE_VALUES": (True, ()),
    "PASTE_FORMAT": (False, ("userEnteredFormat",)),
    "PASTE_FORMULA": (True, ()),
    "PASTE_DATA_VALIDATION": (False, ("dataValidation",)),
}


def copy_paste(book: Book, request: Json) -> None:
    kind = request.get("pasteType", "PASTE_NORMAL")
    if kind not in _PASTES or request.get("pasteOrientation", "NORMAL") != "NORMAL":
        raise Refusal(501, f"The local workspace does not claim copyPaste with {kind} or a transposed orientation.")
    values, attributes = _PASTES[kind]
    source_sheet, source = book.area(request.get("source", {}))
    sheet, target = book.area(request.get("destination", {}))
    height, width = source.bottom - source.top, source.right - source.left
    down = max((target.bottom - target.top) // height, 1) * height
    across = max((target.right - target.left) // width, 1) * width
    if target.top + down > sheet.row_count or target.left + across > sheet.column_count:
        raise invalid("The destination of the paste is outside of the grid.")
    reader = Reader(book, source_sheet)
    rows = [source_sheet.grid.row(index) for index in range(source.top, source.bottom)]
    copies = [row.part() if row else Row([], []) for row in rows]
    for row_offset in range(down):
        place = row_offset % height
        row = sheet.grid.edit(target.top + row_offset)
        for column, column_offset in enumerate(range(across), target.left):
            from_column = source.left + column_offset % width
            value = copies[place].value(from_column)
            if kind == "PASTE_VALUES":
                value = reader.effective(source.top + place, from_column, value) if type(value) is Formula else value
                value = str(value) if isinstance(value, CellError) else value
            if values:
                shift = (target.top + row_offset - source.top - place, column - from_column)
                row.set_value(column, copied(value, *shift))
            if attributes:
                given, own = book.attributes[copies[place].attr(from_column)], book.attributes[row.attr(column)]
                kept = {name: item for name, item in own.items() if name not in attributes}
                pasted = {name: given[name] for name in attributes if name in given}
                row.set_attr(column, book.attribute({**kept, **pasted}))


def _scope(book: Book, request: Json) -> Iterable[tuple[Worksheet, Area]]:
    kinds = [name for name in ("range", "sheetId", "allSheets") if name in request and request[name] is not False]
    if len(kinds) != 1:
        raise invalid("Exactly one of range, sheetId and allSheets must be set.")
    if kinds == ["range"]:
        return [book.area(request["range"])]
    sheets = book.worksheets if kinds == ["allSheets"] else [book.worksheet(request["sheetId"])]
    return [(sheet, Area(sheet.id).clip(sheet.row_count, sheet.column_count)) for sheet in sheets]


def find_replace(book: Book, request: Json) -> Json:
    """Replaces in what was typed; cells with formulas only when asked to."""
    pattern = request.get("find", "")
    if not pattern:
        raise invalid("The find string must not be empty.")
    if request.get("searchByRegex"):
        raise Refusal(501, "The local workspace does not claim findReplace by regular expression.")
    pattern = re.escape(pattern)
    if request.get("matchEntireCell"):
        pattern = rf"\A(?:{pattern})\Z"
    search = re.compile(pattern, 0 if request.get("matchCase") else re.IGNORECASE)
    new = request.get("replacement", "").replace("\\", "\\\\")
    counts = dict.fromkeys(("valuesChanged", "formulasChanged", "occurrencesChanged"), 0)
    rows, sheets = set(), set()
    for sheet, area in _scope(book, request):
        for index, row in list(sheet.grid.rows(area.top, area.bottom)):
            for column in range(area.left, min(area.right, len(row.values))):
                value = row.values[column]
                is_formula = type(value) is Formula
                if value is None or isinstance(value, bool) or (is_formula and not request.get("includeFormulas")):
                    continue
                text, count = search.subn(new, str(value))
                if count:
                    replaced = entered(text)[0] if is_formula or not isinstance(value, str) else text or None
                    sheet.grid.edit(index).set_value(column, check_text(replaced))
                    counts["formulasChanged" if is_formula else "valuesChanged"] += 1
                    counts["occurrencesChanged"] += count
                    rows.add((sheet.id, index))
                    sheets.add(sheet.id)
    return patches.filled({**counts, "rowsChanged": len(rows), "sheetsChanged": len(sheets)})


REQUESTS = {
    "updateCells": update_cells,
    "appendCells": append_cells,
    "repeatCell": repeat_cell,
    "setDataValidation": set_data_validation,
    "sortRange": sort_range,
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
    "updateBorders": update_borders,
    "copyPaste": copy_paste,
    "findReplace": find_replace,
}
