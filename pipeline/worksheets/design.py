"""What every worksheet of ours is described by, and how that description becomes requests.

`sheetId`s are fixed, so that a worksheet which people renamed or moved is still found, and one that exists is never
made twice. Ids of protections, bandings and charts are derived from them for the same reason.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json, text

RANKINGS, WHAT_IF, COMPARE, SCORECARDS, PANEL, INTERVIEWERS, PROBLEMS, RUBRIC, ABOUT, RESULTS, RATINGS = range(101, 112)
MOST_ACROSS = 560  # pixels for the headers of all competencies side by side
COLUMN_KEY = "pipeline.column"  # developer metadata: which of our columns this is


def colour(code: str) -> Json:
    """ "#1f3a5f" as Google's ColorStyle; a channel of 0 is left out, as Google answers it."""
    channels = {name: int(code[i : i + 2], 16) / 255 for name, i in (("red", 1), ("green", 3), ("blue", 5))}
    return {"rgbColor": {name: round(value, 4) for name, value in channels.items() if value}}


INK, PAPER, HEADER, GREY = colour("#202124"), colour("#ffffff"), colour("#1f3a5f"), colour("#80868b")
BAND, LINE, YOURS = colour("#f6f8fb"), colour("#dadce0"), colour("#fff8e1")


@dataclass(frozen=True)
class Column:
    """One column: `key` is its identity, `header` its text in row 1, `note` what it means."""

    key: str
    header: str
    width: int = 100
    note: str = ""
    pattern: str = ""  # number format
    align: str = ""
    wrap: bool = False
    clip: bool = False  # long text ends at the cell's edge instead of running over its neighbours
    grey: bool = False
    hidden: bool = False
    upwards: int = 0  # the header is written from bottom to top, in a row so many pixels high; 0: as usual

    @property
    def format(self) -> Json:
        """CellFormat of the cells below the header."""
        made: Json = {}
        if self.pattern:
            kind = "PERCENT" if "%" in self.pattern else "DATE_TIME" if "yy" in self.pattern else "NUMBER"
            made["numberFormat"] = {"type": kind, "pattern": self.pattern}
        if self.align:
            made["horizontalAlignment"] = self.align
        if self.wrap:
            made["wrapStrategy"] = "WRAP"
        if self.clip:
            made["wrapStrategy"] = "CLIP"
        if self.grey:
            made["textFormat"] = {"foregroundColorStyle": GREY}
        return made


@dataclass(frozen=True)
class Worksheet:
    """One worksheet of ours: a table with its header in row `header`, or a page (no columns' header of its own)."""

    id: int
    title: str
    columns: tuple[Column, ...]
    header: int = 0
    frozen_columns: int = 0
    tab: str = "#1f3a5f"
    rows: int = 300
    spare: int = 6  # columns right of ours, for people and charts
    hidden: bool = False
    banded: bool = True
    filtered: bool = True
    protected: bool = True
    marked: bool = False  # people's too: columns are found by their key; those of the others stand at fixed places
    steady: int | None = None  # how many of the columns, from the left, are the same under every rubric; None: all
    labels: tuple[tuple[int, str], ...] = ()  # column and text by which the rows from the first on are known
    align: str = "TOP"  # of the cells below the header, from top to bottom
    open_ranges: tuple[Json, ...] = ()  # where people type, inside a protected worksheet

    @property
    def width(self) -> int:
        return len(self.columns)

    @property
    def fixed(self) -> tuple[Column, ...]:
        """The columns that are the same under every rubric."""
        return self.columns[: self.steady]

    def index(self, key: str) -> int:
        return next(i for i, column in enumerate(self.columns) if column.key == key)


def header_cells(columns: Iterable[Column]) -> list[Json]:
    return [text(column.header, note=column.note) for column in columns]


def make(sheet: Worksheet, index: int, title: str = "") -> Iterator[Json]:
    """Everything of a worksheet but its contents: the worksheet, its header, formats, widths, protection."""
    yield ask.add_sheet(
        sheet.id,
        title or sheet.title,
        index=index,
        hidden=sheet.hidden,
        tabColorStyle=colour(sheet.tab),
        gridProperties={
            "rowCount": sheet.rows,
            "columnCount": max(sheet.width + sheet.spare, 12) if not sheet.hidden else sheet.width,
            "frozenRowCount": sheet.header + 1,
            "frozenColumnCount": sheet.frozen_columns,
            "hideGridlines": not sheet.banded,
        },
    )
    yield from ask.write(sheet.id, sheet.header, 0, [header_cells(sheet.columns)], "userEnteredValue,note")
    yield header_format(sheet.id, sheet.header, 0, sheet.width)
    if any(column.wrap for column in sheet.columns):
        where = ask.grid(sheet.id, sheet.header + 1, None, 0, sheet.width)
        yield ask.repeat(
            where, "userEnteredFormat.verticalAlignment", userEnteredFormat={"verticalAlignment": sheet.align}
        )
    yield from header_height(sheet)
    for place, column in enumerate(sheet.columns):
        yield from column_format(sheet, place, column)
        if not sheet.marked:
            yield place_mark(sheet, place)
    if sheet.banded:
        yield {"addBanding": {"bandedRange": banding(sheet, sheet.rows)}}
    if sheet.filtered:
        yield filter_of(sheet)
    if sheet.protected:
        yield {"addProtectedRange": {"protectedRange": protection(sheet)}}


def header_format(sheet_id: int, row: int, left: int, right: int, fill: Json = HEADER, ink: Json = PAPER) -> Json:
    look = {
        "backgroundColorStyle": fill,
        "textFormat": {"bold": True, "foregroundColorStyle": ink},
        "wrapStrategy": "WRAP",
        "verticalAlignment": "MIDDLE",
        "horizontalAlignment": "CENTER",
    }
    fields = (
        "backgroundColorStyle,textFormat(bold,foregroundColorStyle),wrapStrategy,verticalAlignment,horizontalAlignment"
    )
    return ask.repeat(
        ask.grid(sheet_id, row, row + 1, left, right), f"userEnteredFormat({fields})", userEnteredFormat=look
    )


def column_format(sheet: Worksheet, place: int, column: Column, top: int | None = None) -> Iterator[Json]:
    """Width, visibility, cell format and mark of one column."""
    looks: dict[str, Any] = {"pixelSize": column.width}
    if column.hidden:
        looks["hiddenByUser"] = True
    yield ask.columns(sheet.id, place, place + 1, ",".join(looks), **looks)
    if column.format:
        yield cell_format(sheet, place, column, sheet.header + 1 if top is None else top)
    if column.upwards:
        yield ask.repeat(
            ask.grid(sheet.id, sheet.header, sheet.header + 1, place, place + 1),
            "userEnteredFormat.textRotation",
            userEnteredFormat={"textRotation": {"angle": 90}},
        )
    if sheet.marked:
        yield from put_mark(sheet.id, column.key, place)


def header_height(sheet: Worksheet) -> Iterator[Json]:
    """The height of a header row in which some headers are written upwards."""
    height = max(column.upwards for column in sheet.columns)
    if height:
        yield {
            "updateDimensionProperties": {
                "range": ask.dimension(sheet.id, "ROWS", sheet.header, sheet.header + 1),
                "properties": {"pixelSize": height},
                "fields": "pixelSize",
            }
        }


def mark(sheet_id: int, key: str) -> str:
    """The value of a column's mark: unique in the spreadsheet, so that one column can be looked up by it."""
    return f"{sheet_id}.{key}"


def put_mark(sheet_id: int, key: str, place: int) -> Iterator[Json]:
    """Mark this column as the one with this key, and no other any more."""
    yield {"deleteDeveloperMetadata": {"dataFilter": marked(sheet_id, key)}}
    yield own_mark(sheet_id, key, place)


def own_mark(sheet_id: int, key: str, place: int) -> Json:
    """The column's mark with an id that is always the same, so that there can never be two of it."""
    value = mark(sheet_id, key)
    id_ = int.from_bytes(hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")
    return ask.mark_column(sheet_id, place, COLUMN_KEY, value, max(1, id_ >> 1))


def place_mark(sheet: Worksheet, place: int) -> Json:
    """Says which of our columns this is, where they are read and written at fixed places: by its place."""
    return ask.mark_column(sheet.id, place, COLUMN_KEY, mark(sheet.id, str(place)))


def marked(sheet_id: int, key: str) -> Json:
    """The data filter that finds a column by its mark, wherever it stands when the request arrives; but not on a copy that
    people made of the worksheet, should marks be copied with it."""
    lookup = {"metadataKey": COLUMN_KEY, "metadataValue": mark(sheet_id, key), "locationType": "COLUMN"}
    return {"developerMetadataLookup": {**lookup, "metadataLocation": {"sheetId": sheet_id}}}


def marks_in(sheet_id: int, data: Mapping[str, Any]) -> dict[str, int]:
    """Where our columns of one worksheet stand, by key; of two with one mark (a copied column) the first."""
    marks: dict[str, int] = {}
    for place, told in enumerate(data.get("columnMetadata", [])):
        for mark in told.get("developerMetadata", []):
            owner, _, key = mark.get("metadataValue", "").partition(".")
            if mark.get("metadataKey") == COLUMN_KEY and owner == str(sheet_id):
                marks.setdefault(key, place)
    return marks


def column_values(sheet_id: int, key: str, column: Sequence[object]) -> Json:
    """One column's values from its top, for a body of values:batchUpdateByDataFilter; None leaves a cell as it is."""
    return {"dataFilter": marked(sheet_id, key), "majorDimension": "COLUMNS", "values": [list(column)]}


def fitting(header: str) -> int:
    """A column's width in pixels such that no word of its header is broken."""
    return max(96, 24 + 9 * max(map(len, header.split()), default=0))


def side_by_side(columns: Sequence[Column]) -> list[Column]:
    """Columns of numbers, narrow enough for what stands right of them to be on a laptop's screen too: where the headers
    would take too much of it, they are written upwards."""
    wide = [replace(column, width=fitting(column.header)) for column in columns]
    if sum(column.width for column in wide) <= MOST_ACROSS:
        return wide
    height = min(180, max(column.width for column in wide))
    lines = [math.ceil(8 * len(column.header) / (height - 12)) for column in wide]
    return [
        replace(column, width=14 + 18 * max(count, 2), upwards=height)
        for column, count in zip(wide, lines, strict=True)
    ]


def cell_format(sheet: Worksheet, place: int, column: Column, top: int) -> Json:
    where = ask.grid(sheet.id, top, None, place, place + 1)
    fields = "numberFormat,horizontalAlignment,wrapStrategy,textFormat.foregroundColorStyle"
    return ask.repeat(where, f"userEnteredFormat({fields})", userEnteredFormat=column.format)


def formats_below(sheet: Worksheet, top: int) -> Iterator[Json]:
    """Cell formats for rows that were added to the grid."""
    for place, column in enumerate(sheet.columns):
        if column.format:
            yield cell_format(sheet, place, column, top)


def banding(sheet: Worksheet, rows: int) -> Json:
    bands = {"headerColorStyle": HEADER, "firstBandColorStyle": PAPER, "secondBandColorStyle": BAND}
    return {
        "bandedRangeId": sheet.id * 10,
        "range": ask.grid(sheet.id, sheet.header, rows, 0, sheet.width),
        "rowProperties": bands,
    }


def filter_of(sheet: Worksheet) -> Json:
    return {"setBasicFilter": {"filter": {"range": ask.grid(sheet.id, sheet.header, None, 0, sheet.width)}}}


def protection(sheet: Worksheet, left: int = 0, right: int | None = None) -> Json:
    """A warning, never a lock: people can always write, after a question."""
    made: Json = {
        "protectedRangeId": sheet.id * 10 + 1,
        "description": f"{sheet.title}: written by the pipeline; what you type here is replaced",
        "warningOnly": True,
    }
    if sheet.open_ranges:
        return made | {"range": {"sheetId": sheet.id}, "unprotectedRanges": list(sheet.open_ranges)}
    return made | {"range": ask.grid(sheet.id, 0, None, left, sheet.width if right is None else right)}


def choice(values: Sequence[str], message: str, *, strict: bool = False) -> Json:
    """A drop-down of fixed values."""
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": value} for value in values]}
    return {"condition": condition, "showCustomUi": True, "strict": strict, "inputMessage": message}


def choice_from(reference: str, message: str, *, strict: bool = False) -> Json:
    """A drop-down of the cells that a reference names."""
    condition = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=" + reference}]}
    return {"condition": condition, "showCustomUi": True, "strict": strict, "inputMessage": message}


def validate(where: Json, rule: Json) -> Json:
    return {"setDataValidation": {"range": where, "rule": rule}}
