"""Reads of a spreadsheet what its page shows: one window of one worksheet, the sources of its charts and lists.

Reads the book itself, in the one transaction that the page holds; writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..a1 import Area, from_grid
from ..book import Book, Worksheet
from ..cells import Reader
from ..sheets_render import grid_data, spreadsheet
from ..validation import broken, offered
from .sheet_charts import Chart, chart
from .sheet_view import Source
from .sheet_view import Worksheet as View
from .sheet_view import worksheet as view_of

Json = dict[str, Any]

ROWS_A_PAGE = 200
MOST_COLUMNS = 200
CELLS: Json = {
    name: {}
    for name in (
        "userEnteredValue",
        "effectiveValue",
        "formattedValue",
        "userEnteredFormat",
        "effectiveFormat",
        "note",
        "hyperlink",
        "dataValidation",
    )
}
MASK: Json = {"rowData": {"values": CELLS}, "rowMetadata": {}, "columnMetadata": {}}


@dataclass(frozen=True)
class Shown:
    """One worksheet as its page shows it. `first` and `last` are row numbers as people count them."""

    sheet: Json
    view: View
    charts: Sequence[Chart]
    first: int
    last: int
    total: int


def shown(book: Book, sheet: Worksheet, start: int) -> Shown:
    """The window of rows from `start` on, under the frozen ones."""
    document = next(
        one
        for one in spreadsheet(book, "", [Area(sheet.id)], False, None)["sheets"]
        if one["properties"]["sheetId"] == sheet.id
    )
    reader = Reader(book, sheet)
    grid = document["properties"].get("gridProperties", {})
    frozen_rows = min(grid.get("frozenRowCount", 0), 20)
    total = min(sheet.row_count, max(_rows_used(sheet, reader) + 20, 40))
    top = max(min(start, total - 1), frozen_rows)
    bottom = min(top + ROWS_A_PAGE, total)
    widths = [width for part in ((0, frozen_rows), (top, bottom)) for _, _, width in reader.rows(*part)]
    right = min(sheet.column_count, max(max(widths, default=0) + 3, 14), MOST_COLUMNS)
    frozen = Area(sheet.id, 0, 0, min(frozen_rows, total), right)
    window = Area(sheet.id, top, 0, bottom, right)
    cells: dict[tuple[int, int], Json] = {}
    heights: dict[int, int] = {}
    hidden_rows: set[int] = set()
    columns: list[Json] = []
    for part in (frozen, window):
        data = grid_data(book, reader, part, MASK)
        for row, line in enumerate(data.get("rowData", []), part.top):
            cells.update(((row, column), cell) for column, cell in enumerate(line.get("values", [])) if cell)
        for row, line in enumerate(data.get("rowMetadata", []), part.top):
            heights[row] = line.get("pixelSize", 21)
            if line.get("hiddenByUser") or line.get("hiddenByFilter"):
                hidden_rows.add(row)
        columns = data.get("columnMetadata", columns)
    source = Source(
        document,
        frozen,
        window,
        cells,
        {column: line.get("pixelSize", 100) for column, line in enumerate(columns)},
        heights,
        frozenset(hidden_rows),
        frozenset(column for column, line in enumerate(columns) if line.get("hiddenByUser")),
        {place: asked(rule) for part in (frozen, window) for place, rule in broken(book, reader, part)},
        lambda condition: offered(book, sheet, condition),
    )
    charts = [chart(one, lambda where: _plain_values(book, from_grid(where))) for one in document.get("charts", [])]
    return Shown(document, view_of(source), charts, top + 1, bottom, total)


def asked(rule: Json) -> str:
    """What a data validation rule asks for, in the words that were left with it."""
    return str(rule.get("inputMessage") or "It is not what the rule of this cell asks for.")


def _plain_values(book: Book, area: Area) -> list[Any]:
    """A source range's values in reading order, None where a cell is empty."""
    sheet = book.find(area.sheet)
    if sheet is None or area.top >= sheet.row_count or area.left >= sheet.column_count:
        return []
    part = area.clip(sheet.row_count, sheet.column_count)
    reader = Reader(book, sheet)
    filled = {index: row for index, row, _ in reader.rows(part.top, part.bottom)}
    columns = range(part.left, part.right)
    values = []
    for index in range(part.top, max(filled, default=-1) + 1):
        row = filled.get(index)
        values += [reader.effective(index, column, row.value(column)) if row else None for column in columns]
    return values


def _rows_used(sheet: Worksheet, reader: Reader) -> int:
    """Rows up to the last one with a value; formats alone do not count."""
    spilled = max((row + 1 for row, _ in reader.results), default=0)
    start = sheet.grid.height
    for block in reversed(sheet.grid.blocks):
        start -= block.size
        filled = [place for place, row in enumerate(sheet.grid.rows_of(block)) if row and row.values]
        if filled:
            return max(start + filled[-1] + 1, spilled)
    return spilled
