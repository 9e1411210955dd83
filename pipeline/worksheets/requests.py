"""Sheets' requests that this room sends, one small function each. Rows and columns count from 0; ends are excluded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline.worksheets.cells import Json

RECOMMENDED_BYTES = 2_000_000  # Google's advice for one request body
_PIECE_BYTES = 400_000  # one updateCells is kept below this, so that batches fill up evenly


def grid(
    sheet_id: int,
    top: int = 0,
    bottom: int | None = None,
    left: int | None = None,
    right: int | None = None,
) -> Json:
    """A GridRange; an end that is left out goes to the end of the worksheet."""
    edges = {"startRowIndex": top or None, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right}
    return {"sheetId": sheet_id} | {name: edge for name, edge in edges.items() if edge is not None}


def dimension(sheet_id: int, which: str, start: int, end: int) -> Json:
    return {"sheetId": sheet_id, "dimension": which, "startIndex": start, "endIndex": end}


def write(sheet_id: int, row: int, column: int, rows: Sequence[Sequence[Json]], fields: str) -> Iterator[Json]:
    """updateCells from one corner, in pieces of whole rows that stay small."""
    for start, piece in _pieces(rows):
        yield {
            "updateCells": {
                "start": {"sheetId": sheet_id, "rowIndex": row + start, "columnIndex": column},
                "rows": [{"values": list(cells)} for cells in piece],
                "fields": fields,
            }
        }


def append(sheet_id: int, rows: Sequence[Sequence[Json]], fields: str = "userEnteredValue") -> Iterator[Json]:
    """appendCells: always new rows below everything on the worksheet, wherever that is by then."""
    for _, piece in _pieces(rows):
        values = [{"values": list(cells)} for cells in piece]
        yield {"appendCells": {"sheetId": sheet_id, "rows": values, "fields": fields}}


def _pieces(rows: Sequence[Sequence[Json]]) -> Iterator[tuple[int, Sequence[Sequence[Json]]]]:
    start = size = 0
    for index, row in enumerate(rows):
        more = length(row)
        if size + more > _PIECE_BYTES and index > start:
            yield start, rows[start:index]
            start, size = index, 0
        size += more
    if start < len(rows):
        yield start, rows[start:]


def add_sheet(sheet_id: int, title: str, **properties: Any) -> Json:
    return {"addSheet": {"properties": {"sheetId": sheet_id, "title": title} | properties}}


def update_sheet(sheet_id: int, fields: str, **properties: Any) -> Json:
    return {"updateSheetProperties": {"properties": {"sheetId": sheet_id} | properties, "fields": fields}}


def repeat(where: Json, fields: str, **cell: Any) -> Json:
    return {"repeatCell": {"range": where, "cell": cell, "fields": fields}}


def columns(sheet_id: int, start: int, end: int, fields: str, **properties: Any) -> Json:
    where = dimension(sheet_id, "COLUMNS", start, end)
    return {"updateDimensionProperties": {"range": where, "properties": properties, "fields": fields}}


def insert(sheet_id: int, which: str, start: int, end: int, *, like_before: bool) -> Json:
    where = dimension(sheet_id, which, start, end)
    return {"insertDimension": {"range": where, "inheritFromBefore": like_before}}


def move(sheet_id: int, which: str, start: int, to: int) -> Json:
    """One row or column to where another stands, left of or above it."""
    return {"moveDimension": {"source": dimension(sheet_id, which, start, start + 1), "destinationIndex": to}}


def delete(sheet_id: int, which: str, start: int, end: int) -> Json:
    return {"deleteDimension": {"range": dimension(sheet_id, which, start, end)}}


def more(sheet_id: int, which: str, count: int) -> Json:
    return {"appendDimension": {"sheetId": sheet_id, "dimension": which, "length": count}}


def sort(where: Json, *columns: int) -> Json:
    specs = [{"dimensionIndex": column, "sortOrder": "ASCENDING"} for column in columns]
    return {"sortRange": {"range": where, "sortSpecs": specs}}


def clear(where: Json, content: str, *, leaving: str = "") -> Json:
    """Empty the cells that hold just this text or formula, wherever in the range they are by then; or leave a text."""
    found = {
        "find": content,
        "replacement": leaving,
        "matchCase": True,
        "matchEntireCell": True,
        "includeFormulas": True,
    }
    return {"findReplace": found | {"range": where}}


def mark_column(sheet_id: int, column: int, key: str, value: str, id_: int | None = None) -> Json:
    """Developer metadata on one column: it follows the column wherever people move it. `id_`: refused if it is taken."""
    location = {"dimensionRange": dimension(sheet_id, "COLUMNS", column, column + 1)}
    metadata = {"metadataKey": key, "metadataValue": value, "location": location, "visibility": "DOCUMENT"}
    given = {} if id_ is None else {"metadataId": id_}
    return {"createDeveloperMetadata": {"developerMetadata": given | metadata}}


def length(value: object) -> int:
    """How many bytes the value takes in a request body."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def packed(groups: Iterable[Sequence[Json]], *, beside: Sequence[Json] = ()) -> Iterator[list[Json]]:
    """The requests in order, in as few batches as stay below the recommended size; no group of them is torn apart.

    `beside`: what each batch has to have room for, too.
    """
    batch: list[Json] = []
    full = RECOMMENDED_BYTES - 100 - sum(length(request) + 1 for request in beside)
    room = full
    for group in groups:
        size = sum(length(request) + 1 for request in group)
        if batch and size > room:
            yield batch
            batch, room = [], full
        batch += group
        room -= size
    if batch:
        yield batch
