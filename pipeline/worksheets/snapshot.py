"""What `write-rankings` reads before it writes: cells with their formulas and notes, marks, formats; one call.

The body is for `spreadsheets.getByDataFilter` together with `SNAPSHOT_FIELDS`; worksheets are named by their fixed ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.worksheets import cells, design, ratings, reading
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import marks_in
from pipeline.worksheets.reading import Book, Table
from pipeline.worksheets.scorecards import Value

_WRITTEN = (
    design.RANKINGS,
    design.WHAT_IF,
    design.COMPARE,
    design.INTERVIEWERS,
    design.RUBRIC,
    design.ABOUT,
    design.RESULTS,
)
_INPUTS = (design.SCORECARDS, design.PANEL, design.PROBLEMS)
# of the formulas in Ratings, which are alike in all rows, only those of the first
_RATINGS: tuple[Json, ...] = (
    ask.grid(design.RATINGS, 0, 2),
    ask.grid(design.RATINGS, 2, None, 0, len(ratings.CONSTANTS)),
)
SNAPSHOT_FIELDS = (
    "spreadsheetId,properties(title,timeZone),"
    "sheets(properties(sheetId,title,index,hidden,gridProperties),conditionalFormats,merges,"
    "charts(chartId,spec(basicChart(domains,series(series)))),"
    "data(startRow,startColumn,columnMetadata(developerMetadata(metadataKey,metadataValue)),"
    "rowData(values(userEnteredValue,effectiveValue,note))))"
)


def snapshot_body(*, with_inputs: bool = True) -> Json:
    """The body; of the inputs only where the columns of Scorecards stand, when the Book is at hand from a pull."""
    wanted = [ask.grid(sheet_id) for sheet_id in _WRITTEN + (_INPUTS if with_inputs else ())]
    wanted += _RATINGS if with_inputs else (*_RATINGS, ask.grid(design.SCORECARDS, 0, 1))
    return {"dataFilters": [{"gridRange": where} for where in wanted], "includeGridData": True}


@dataclass(frozen=True)
class Sheet:
    """One worksheet as it was read."""

    id: int
    title: str
    row_count: int
    column_count: int
    rows: Sequence[Sequence[Json]]
    marks: Mapping[str, int]  # our columns by key, from developer metadata
    raw: Mapping[str, Any]

    @property
    def cannot_be_sorted(self) -> bool:
        """Whether people merged cells below the first row: no spreadsheet sorts such a range, or not for sure."""
        return any(merge.get("endRowIndex", 0) > 1 for merge in self.raw.get("merges", []))

    @property
    def values(self) -> list[list[Value]]:
        """What its cells hold or come to."""
        return [[cells.shown(cell) for cell in row] for row in self.rows]

    def cell(self, row: int, column: int) -> Json:
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return {}


@dataclass(frozen=True)
class Snapshot:
    """The worksheets of ours that were read, by id."""

    sheets: Mapping[int, Sheet]
    time_zone: str

    def title(self, sheet_id: int, default: str) -> str:
        return self.sheets[sheet_id].title if sheet_id in self.sheets else default


def read_snapshot(reply: Mapping[str, Any]) -> Snapshot:
    sheets = {}
    for raw in reply.get("sheets", []):
        properties = raw.get("properties", {})
        size = properties.get("gridProperties", {})
        data: Sequence[Mapping[str, Any]] = raw.get("data", [])
        sheet_id = properties.get("sheetId", 0)
        sheets[sheet_id] = Sheet(
            sheet_id,
            properties.get("title", ""),
            size.get("rowCount", 1000),
            size.get("columnCount", 26),
            _rows(data),
            marks_in(sheet_id, next(iter(data), {})),
            raw,
        )
    return Snapshot(sheets, reply.get("properties", {}).get("timeZone", "Etc/GMT"))


def _rows(data: Sequence[Mapping[str, Any]]) -> list[Sequence[Json]]:
    """The rows of a worksheet that was read in parts, all from its first column, one below the other."""
    rows: list[Sequence[Json]] = []
    for part in sorted(data, key=lambda part: part.get("startRow", 0)):
        rows += [[]] * (part.get("startRow", 0) - len(rows))
        rows += [row.get("values", []) for row in part.get("rowData", [])]
    return rows


def book_of(snapshot: Snapshot, *, rounds: Sequence[str] = ()) -> Book:
    """The Book that a snapshot with inputs holds."""
    tables = {
        sheet_id: Table(
            _trimmed(sheet.values),
            sheet.row_count,
            sheet.column_count,
            sheet.title,
        )
        for sheet_id, sheet in snapshot.sheets.items()
        if sheet_id in reading.READ_SHEETS
    }
    return reading.of_tables(tables, rounds=rounds, time_zone=snapshot.time_zone)


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    while rows and not any(value not in (None, "") for value in rows[-1]):
        rows.pop()
    return rows
