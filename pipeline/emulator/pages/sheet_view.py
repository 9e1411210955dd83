"""The visible part of one worksheet as rows of cells to draw, made from Google's JSON of it.

Pure. What conditional formats do stands in the cells' effective formats already; banding is laid under them here. A
window is the frozen rows and one run of rows below them; 100,000 rows are never drawn at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..a1 import Area, column_name, from_grid
from ..typed import entered
from .sheet_styles import Rgb, Styles, look, rgb

Json = dict[str, Any]

ROW_NUMBERS_WIDTH = 46
DEFAULT_WIDTH = 100
WHITE: Rgb = (1.0, 1.0, 1.0)
MOMENTS = ("DATE", "TIME", "DATE_TIME")


@dataclass(frozen=True)
class Cell:
    row: int
    column: int
    text: str = ""
    style: str = ""
    kind: str = ""  # number, bool, error, text or nothing
    source: str = ""  # what the editor opens with
    note: str = ""
    invalid: str = ""  # what its rule asks for, when it holds something else
    link: str = ""
    options: str = ""  # id of the list of values that its validation offers
    lock: str = ""  # number of the protected range it stands in
    width: int = 1
    height: int = 1
    room: str = ""  # class with the width that long text may take, over its empty neighbours
    filtered: bool = False  # head of a filtered column

    @property
    def name(self) -> str:
        return f"{column_name(self.column)}{self.row + 1}"

    @property
    def checked(self) -> bool | None:
        return self.source == "TRUE" if self.options == "boolean" else None


@dataclass(frozen=True)
class Row:
    number: int
    cells: tuple[Cell, ...]
    height: int


@dataclass(frozen=True)
class Column:
    number: int
    width: int
    pinned: int | None  # how far from the left edge it stays, if frozen

    @property
    def name(self) -> str:
        return column_name(self.number)


@dataclass(frozen=True)
class Lock:
    description: str
    warning_only: bool


@dataclass(frozen=True)
class Worksheet:
    columns: tuple[Column, ...]
    head: tuple[Row, ...]  # frozen rows
    body: tuple[Row, ...]
    css: str
    lists: Mapping[str, Sequence[str]]
    locks: Sequence[Lock]

    @property
    def width(self) -> int:
        return ROW_NUMBERS_WIDTH + sum(column.width for column in self.columns)


@dataclass
class Source:
    """What the view is made from; `cells` holds the CellData of the window."""

    sheet: Json
    frozen: Area
    window: Area
    cells: Mapping[tuple[int, int], Json]
    widths: Mapping[int, int]
    heights: Mapping[int, int]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    forbidden: Mapping[tuple[int, int], str]  # cells that hold what their rule forbids, and what it asks for
    list_of: Callable[[Json], Sequence[str]]  # a validation's condition -> the values it offers
    lists: dict[str, Sequence[str]] = field(default_factory=dict)


def kind_of(value: Json) -> str:
    kinds = {"numberValue": "number", "boolValue": "bool", "errorValue": "error", "stringValue": "text"}
    return next((kinds[name] for name in kinds if name in value), "")


def worksheet(source: Source) -> Worksheet:
    visible = [part for part in (source.frozen, source.window) if list(rows_of(part))]
    bands = [(from_grid(band["range"]), band) for band in source.sheet.get("bandedRanges", []) if "range" in band]
    merged = _merges(source.sheet, visible)
    locks = [(from_grid(lock["range"]), lock) for lock in source.sheet.get("protectedRanges", []) if "range" in lock]
    filtered = source.sheet.get("basicFilter", {})
    filter_box = from_grid(filtered["range"]) if "range" in filtered else None
    columns = _columns(source)
    styles = Styles()

    def cell_at(row: int, column: int) -> Cell | None:
        span = merged.get((row, column), (1, 1))
        if span is None:
            return None
        data = source.cells.get((row, column), {})
        style = data.get("effectiveFormat", {})
        background = rgb(style, "backgroundColor")
        if background in (None, WHITE) and "backgroundColor" not in data.get("userEnteredFormat", {}):
            background = _band(bands, row, column) or background
        options = _options(source, data.get("dataValidation"))
        kind = "bool" if options == "boolean" else kind_of(data.get("effectiveValue", {}))
        text = data.get("formattedValue", "")
        return Cell(
            row,
            column,
            text=text,
            style=styles.name(look(style, background=background, value_kind=kind)),
            kind=kind,
            source=typed(data),
            note=data.get("note", ""),
            invalid=source.forbidden.get((row, column), ""),
            link=_link(data),
            options=options,
            lock=_lock(locks, row, column),
            height=span[0],
            width=span[1],
            room="?" if kind == "text" and style.get("wrapStrategy", "OVERFLOW_CELL") == "OVERFLOW_CELL" else "",
            filtered=bool(filter_box and row == filter_box.top and contains(filter_box, row, column)),
        )

    def rows(part: Area) -> tuple[Row, ...]:
        made = []
        for row in rows_of(part):
            if row in source.hidden_rows:
                continue
            cells = [cell for column in columns if (cell := cell_at(row, column.number))]
            made.append(Row(row, tuple(_with_room(cells, columns, styles)), source.heights.get(row, 21)))
        return tuple(made)

    head, body = rows(source.frozen), rows(source.window)
    widths = "\n".join(
        f".sheet .c{column.number}{{width:{column.width}px}}"
        + (f".sheet .p{column.number}{{left:{column.pinned}px}}" if column.pinned is not None else "")
        for column in columns
    )
    heights = "\n".join(f".sheet .h{height}{{height:{height}px}}" for height in {row.height for row in head + body})
    total = ROW_NUMBERS_WIDTH + sum(column.width for column in columns)
    css = f"{widths}\n{heights}\n.sheet table{{width:{total}px}}\n{styles.css()}"
    described = [Lock(lock.get("description", ""), bool(lock.get("warningOnly"))) for _, lock in locks]
    return Worksheet(columns, head, body, css, source.lists, described)


def typed(data: Json) -> str:
    """What a person would type to get this cell; unchanged, it is never sent back."""
    value = data.get("userEnteredValue", {})
    if "formulaValue" in value:
        return str(value["formulaValue"])
    if "boolValue" in value:
        return "TRUE" if value["boolValue"] else "FALSE"
    if "stringValue" in value:
        text = str(value["stringValue"])
        kept, _ = entered(text)
        return text if type(kept) is str and kept == text else f"'{text}"
    if "numberValue" in value:
        style: Json = data.get("effectiveFormat") or data.get("userEnteredFormat") or {}
        kind = style.get("numberFormat", {}).get("type", "")
        number = float(value["numberValue"])
        if kind in MOMENTS:
            return str(data.get("formattedValue", ""))
        return f"{number * 100:.12g}%" if kind == "PERCENT" else f"{number:.15g}"
    return ""


def _with_room(cells: Sequence[Cell], columns: Sequence[Column], styles: Styles) -> list[Cell]:
    """Long text runs over the cells after it as far as these are empty; a frozen column ends it."""
    widths = {column.number: column.width for column in columns}
    pinned = {column.number for column in columns if column.pinned is not None}
    done: list[Cell] = []
    free = 0  # pixels of empty cells after this one
    after = -1
    for cell in reversed(cells):
        if (cell.column in pinned) != (after in pinned):
            free = 0
        width = widths[cell.column]
        if cell.room:
            fits = cell.width > 1 or len(cell.text) * 6 < width
            cell = replace(cell, room="" if fits or not free else styles.name(f"max-width:{width + free - 8}px"))
        free = 0 if cell.text or cell.width > 1 or cell.options else free + width
        after = cell.column
        done.append(cell)
    return done[::-1]


def _columns(source: Source) -> tuple[Column, ...]:
    frozen = source.sheet["properties"].get("gridProperties", {}).get("frozenColumnCount", 0)
    made: list[Column] = []
    left = ROW_NUMBERS_WIDTH
    for number in columns_of(source.window):
        if number in source.hidden_columns:
            continue
        width = source.widths.get(number, DEFAULT_WIDTH)
        made.append(Column(number, width, left if number < frozen else None))
        left += width
    return tuple(made)


def _merges(sheet: Json, visible: Sequence[Area]) -> dict[tuple[int, int], tuple[int, int] | None]:
    """Height and width at a merge's first visible cell, None at the cells it covers."""
    spans: dict[tuple[int, int], tuple[int, int] | None] = {}
    for merge in map(from_grid, sheet.get("merges", [])):
        for seen in visible:
            rows = [row for row in rows_of(seen) if contains(merge, row, merge.left)]
            columns = [column for column in columns_of(seen) if contains(merge, merge.top, column)]
            if rows and columns:
                spans.update(dict.fromkeys((row, column) for row in rows for column in columns))
                spans[(rows[0], columns[0])] = (len(rows), len(columns))
    return spans


def _band(bands: Sequence[tuple[Area, Json]], row: int, column: int) -> Rgb | None:
    for where, band in bands:
        if not contains(where, row, column):
            continue
        for properties, at, last in (
            (band.get("rowProperties"), row - where.top, where.bottom - 1 - row),
            (band.get("columnProperties"), column - where.left, where.right - 1 - column),
        ):
            if not properties:
                continue
            header = rgb(properties, "headerColor")
            footer = rgb(properties, "footerColor")
            if header and at == 0:
                return header
            if footer and last == 0:
                return footer
            order = at - (1 if header else 0)
            return rgb(properties, "secondBandColor" if order % 2 else "firstBandColor")
    return None


def _lock(locks: Sequence[tuple[Area, Json]], row: int, column: int) -> str:
    for number, (where, lock) in enumerate(locks):
        free = map(from_grid, lock.get("unprotectedRanges", []))
        if contains(where, row, column) and not any(contains(part, row, column) for part in free):
            return str(number)
    return ""


def _options(source: Source, validation: Json | None) -> str:
    if not validation:
        return ""
    condition = validation.get("condition", {})
    if condition.get("type") == "BOOLEAN":
        return "boolean"
    if condition.get("type") not in ("ONE_OF_LIST", "ONE_OF_RANGE") or validation.get("showCustomUi") is False:
        return ""
    values = tuple(source.list_of(condition))
    for name, known in source.lists.items():
        if known == values:
            return name
    name = f"list{len(source.lists)}"
    source.lists[name] = values
    return name


def _link(data: Json) -> str:
    address = str(data.get("hyperlink", ""))
    return address if address.startswith(("https://", "http://", "mailto:")) else ""


def contains(area: Area, row: int, column: int) -> bool:
    return area.top <= row < area.bottom and area.left <= column < area.right


def rows_of(area: Area) -> range:
    """The rows of a clipped area."""
    return range(area.top, area.bottom)


def columns_of(area: Area) -> range:
    return range(area.left, area.right)
