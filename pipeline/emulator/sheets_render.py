"""A spreadsheet in Google's words: properties, what hangs on the worksheets and, where asked for, their cells."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

from . import a1, conditional
from .a1 import Area
from .book import LISTS, Book, Worksheet
from .calls import Json
from .cells import Reader
from .grid import trim
from .masks import Tree
from .patches import filled, wants
from .sheets_metadata import home

ROW_HEIGHT, COLUMN_WIDTH = 21, 100


def sheet_properties(book: Book, sheet: Worksheet) -> Json:
    kept = copy.deepcopy(sheet.properties)
    hidden = {"hidden": True} if kept.pop("hidden", False) else {}
    return {
        "sheetId": sheet.id,
        "title": kept.pop("title"),
        "index": book.worksheets.index(sheet),
        "sheetType": kept.pop("sheetType"),
        **{name: value for name, value in kept.items() if value is not False},
        "gridProperties": {
            name: value for name, value in kept["gridProperties"].items() if value or name.endswith("Count")
        },
        **hidden,
    }


def spreadsheet(book: Book, base_url: str, areas: Sequence[Area] | None, grid_data: bool, mask: Tree | None) -> Json:
    """A Spreadsheet; `areas` limits worksheets and cells, `mask` (or `grid_data` without one) decides on cells."""
    with_data = grid_data if mask is None else _asks_for_data(mask)
    answer: Json = {
        "spreadsheetId": book.id,
        "properties": {"title": book.title, **book.doc["properties"]},
        "sheets": [
            _sheet(book, sheet, areas, with_data, wants(wants(mask, "sheets"), "data"))
            for sheet in book.worksheets
            if areas is None or any(area.sheet == sheet.id for area in areas)
        ],
        "spreadsheetUrl": f"{base_url}/spreadsheets/d/{book.id}/edit",
    }
    entries = [entry for entry in book.metadata if home(entry) is None]
    return {**answer, **filled({"namedRanges": book.named_ranges, "developerMetadata": entries})}


def _asks_for_data(mask: Tree) -> bool:
    sheets = wants(mask, "sheets")
    return sheets is not None and (not sheets or "data" in sheets)


def _sheet(book: Book, sheet: Worksheet, areas: Sequence[Area] | None, with_data: bool, mask: Tree | None) -> Json:
    answer: Json = {"properties": sheet_properties(book, sheet)}
    if with_data:
        chosen = [Area(sheet.id)] if areas is None else [area for area in areas if area.sheet == sheet.id]
        reader = Reader(book, sheet)
        answer["data"] = [grid_data(book, reader, a1.check(area, sheet), mask or {}) for area in chosen]
    entries = [entry for entry in book.metadata if entry["location"].get("sheetId") == sheet.id]
    things = {name: sheet.doc.get(name) for name in (*LISTS, "basicFilter")}
    return {**answer, **filled({**things, "developerMetadata": entries})}


def grid_data(book: Book, reader: Reader, area: Area, mask: Tree) -> Json:
    """The GridData of one clipped area."""
    answer = filled({"startRow": area.top, "startColumn": area.left})
    rows_mask = wants(mask, "rowData")
    if rows_mask is not None:
        cell_mask = wants(rows_mask, "values") or {}
        formatted = wants(cell_mask, "effectiveFormat") is not None
        effects = conditional.effects(book, reader, area) if formatted else {}
        answer |= filled({"rowData": _rows(reader, area, cell_mask, effects)})
    for name, is_rows in (("rowMetadata", True), ("columnMetadata", False)):
        if wants(mask, name) is not None:
            answer[name] = list(_lines(book, reader.sheet, area, rows=is_rows))
    return answer


def _rows(reader: Reader, area: Area, mask: Tree, effects: dict[tuple[int, int], Json]) -> list[Json]:
    rows = []
    for index, row, width in reader.lines(area.top, area.bottom):
        cells = [
            reader.cell(index, column, row.value(column), row.attr(column), mask, effects.get((index, column), {}))
            for column in range(area.left, min(area.right, width))
        ]
        rows.append(filled({"values": trim(cells, {})}))
    return trim(rows, {})


def _lines(book: Book, sheet: Worksheet, area: Area, *, rows: bool) -> Iterable[Json]:
    dimension, size = ("ROWS", ROW_HEIGHT) if rows else ("COLUMNS", COLUMN_WIDTH)
    entries: dict[int, list[Json]] = {}
    for entry in book.metadata:
        line = entry["location"].get("dimensionRange")
        if line and line.get("sheetId", 0) == sheet.id and line["dimension"] == dimension:
            entries.setdefault(line["startIndex"], []).append(entry)
    lines = sheet.lines(rows=rows)
    for index in range(area.top, area.bottom) if rows else range(area.left, area.right):
        own = lines.get(str(index), {})
        found = {"pixelSize": size, **own} if own else {"pixelSize": size}
        yield {**found, "developerMetadata": entries[index]} if index in entries else found
