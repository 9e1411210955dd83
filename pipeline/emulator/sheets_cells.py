"""Requests about cells: written, repeated, sorted, merged, bordered, validated, copied, replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from . import a1, patches, references
from .a1 import Area
from .book import Book, Worksheet
from .calc import CellError
from .calls import Json
from .cells import Reader, Writer, check_text
from .grid import Row
from .refusal import Refusal, invalid
from .typed import Formula, Value, entered


def update_cells(book: Book, request: Json) -> None:
    mask = patches.required(request.get("fields"))
    rows = request.get("rows", [])
    if ("range" in request) == ("start" in request):
        raise invalid("Exactly one of range and start must be set.")
    if "start" in request:
        start = request["start"]
        sheet = book.worksheet(start.get("sheetId", 0))
        top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
        a1.check(Area(sheet.id, top, left, top + 1, left + 1), sheet)
        bottom, right = sheet.row_count, sheet.column_count
        fill = False
    else:
        sheet, area = book.area(request["range"])
        top, left = area.top, area.left
        bottom, right = area.bottom, area.right
        fill = True
    width = max((len(row.get("values", [])) for row in rows), default=0)
    if left + width > right:
        raise invalid(f"Attempting to write column: {right}, beyond the last requested column of: {right - 1}")
    if top + len(rows) > bottom:
        raise invalid(f"Attempting to write row: {bottom}, beyond the last requested row of: {bottom - 1}")
    writer = Writer(book, sheet, mask)
    for offset in range(bottom - top if fill else len(rows)):
        cells = rows[offset].get("values", []) if offset < len(rows) else []
        if not cells and (not fill or sheet.grid.row(top + offset) is None):
            continue
        row = sheet.grid.edit(top + offset)
        for column, cell in enumerate(cells, left):
            writer.write(row, column, cell)
        if fill:  # what the rows do not cover is cleared
            for column in range(left + len(cells), min(right, row.width)):
                writer.write(row, column, {})


def append_cells(book: Book, request: Json) -> None:
    if "tableId" in request:
        raise Refusal(501, "The local workspace does not claim tables.")
    sheet = book.worksheet(request.get("sheetId", 0))
    mask = patches.required(request.get("fields"))
    rows = request.get("rows", [])
    last = next((i for i, row in sheet.grid.backwards(0, sheet.grid.height) if row.values), -1)
    width = max((len(row.get("values", [])) for row in rows), default=0)
    sheet.resize(max(sheet.row_count, last + 1 + len(rows)), max(sheet.column_count, width))
    book.check_size()
    writer = Writer(book, sheet, mask)
    for index, data in enumerate(rows, last + 1):
        row = sheet.grid.edit(index)
        for column, cell in enumerate(data.get("values", [])):
            writer.write(row, column, cell)


def repeat_cell(book: Book, request: Json) -> None:
    sheet, area = book.area(request.get("range", {}))
    cell = request.get("cell", {})
    writer = Writer(book, sheet, patches.required(request.get("fields")))
    formula = cell.get("userEnteredValue", {}).get("formulaValue") if writer.values else None
    for index in range(area.top, area.bottom):
        row = sheet.grid.edit(index)
        writer.repeat(row, area.left, area.right, cell)
        if formula and formula.startswith("="):
            for column in range(area.left, area.right):
                row.set_value(column, Formula(references.carried(formula, index - area.top, column - area.left)))


def set_data_validation(book: Book, request: Json) -> None:
    sheet, area = book.area(request.get("range", {}))
    rule = request.get("rule")
    writer = Writer(book, sheet, {"dataValidation": {}})
    for index in range(area.top, area.bottom):
        if rule is None and sheet.grid.row(index) is None:
            continue
        writer.repeat(sheet.grid.edit(index), area.left, area.right, {"dataValidation": rule} if rule else {})


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
    reader = Reader(book, sheet)
    for spec in reversed(specs):
        if {"foregroundColor", "foregroundColorStyle", "backgroundColor", "backgroundColorStyle"} & spec.keys():
            raise Refusal(501, "The local workspace does not claim sorting by colour.")
        column = spec.get("dimensionIndex", 0)
        if not area.left <= column < area.right:
            raise invalid(f"The sort column {column} is not in the range.")
        keys = {index: reader.effective(index, column, sheet.value(index, column)) for index in order}
        filled = [index for index in order if keys[index] not in (None, "")]
        filled.sort(key=lambda index, keys=keys: _rank(keys[index]), reverse=spec.get("sortOrder") == "DESCENDING")  # type: ignore[misc]
        present = set(filled)
        order = filled + [index for index in order if index not in present]
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
            part.values = [
                Formula(references.carried(v, target - source, 0)) if type(v) is Formula else v for v in part.values
            ]
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
    places = [
        (index, column)
        for index, row in sheet.grid.rows(part.top, part.bottom)
        for column in range(part.left, min(part.right, len(row.values)))
        if row.values[column] is not None
    ]
    if places:
        value = sheet.value(*places[0])
        for index, column in places:
            sheet.grid.edit(index).set_value(column, None)
        sheet.grid.edit(part.top).set_value(part.left, value)


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
    bottom, right, end, far = source.bottom, source.right, target.bottom, target.right
    height, width = bottom - source.top, right - source.left
    down, across = max((end - target.top) // height, 1), max((far - target.left) // width, 1)
    reader = Reader(book, source_sheet)
    rows = [source_sheet.grid.row(index) for index in range(source.top, bottom)]
    copies = [row.copy() if row else Row([], []) for row in rows]
    if target.top + down * height > sheet.row_count or target.left + across * width > sheet.column_count:
        raise invalid("The destination of the paste is outside of the grid.")
    for row_offset in range(down * height):
        copied = copies[row_offset % height]
        from_row = source.top + row_offset % height
        row = sheet.grid.edit(target.top + row_offset)
        for column_offset in range(across * width):
            from_column = source.left + column_offset % width
            column = target.left + column_offset
            value = copied.value(from_column)
            if type(value) is Formula:
                if kind == "PASTE_VALUES":
                    value = reader.effective(from_row, from_column, value)
                else:
                    shift = (target.top + row_offset - from_row, column - from_column)
                    value = Formula(references.carried(value, *shift))
            if values:
                row.set_value(column, str(value) if isinstance(value, CellError) else value)
            if attributes:
                given = book.attributes[copied.attr(from_column)]
                kept = {
                    name: item for name, item in book.attributes[row.attr(column)].items() if name not in attributes
                }
                row.set_attr(column, book.attribute({**kept, **{n: given[n] for n in attributes if n in given}}))


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
    counts |= {"rowsChanged": len(rows), "sheetsChanged": len(sheets)}
    return {name: count for name, count in counts.items() if count}


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
