"""Where things stand in Rankings, among what managers put there and moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.scorecard import Rubric
from pipeline.worksheets import cells, rankings
from pipeline.worksheets.snapshot import Sheet


@dataclass(frozen=True)
class Found:
    """Rankings as it was read: where our columns and the header stand, and the row of every key."""

    places: Mapping[str, int]
    header: int
    rows: Sequence[tuple[int, str]]  # row, key; top to bottom


def find(sheet: Sheet, of: Rubric) -> Found:
    """Our columns by their mark, else by the text of their header."""
    wanted = rankings.columns(of)
    header = _header(sheet, {column.header for column in wanted})
    names = [cells.entered(cell) for cell in (sheet.rows[header] if sheet.rows else ())]
    places = {}
    for column in wanted:
        if column.key in sheet.marks:
            places[column.key] = sheet.marks[column.key]
        elif column.header in names and names.index(column.header) not in sheet.marks.values():
            places[column.key] = names.index(column.header)
    rows = []
    if "key" in places:
        for row in range(len(sheet.rows)):
            key = cells.entered(sheet.cell(row, places["key"]))
            if row != header and isinstance(key, str) and is_key(key):
                rows.append((row, key))
    return Found(places, header, rows)


def _header(sheet: Sheet, titles: set[str]) -> int:
    """The row of the headers: the one with Key in its column, where no formula is ever put back; else the first of which
    a third are headers. People may sort it among the rows just before formulas are put back: those then land on it."""
    place = sheet.marks.get("key", -1)
    told = [cells.entered(sheet.cell(row, place)) if place >= 0 else None for row in range(len(sheet.rows))]
    alike = [sum(cells.entered(cell) in titles for cell in row) for row in sheet.rows]
    named = [row for row, value in enumerate(told) if value == rankings.KEY_HEADER]
    if named:
        return max(named, key=lambda row: alike[row])
    free = (row for row, value in enumerate(told) if not (isinstance(value, str) and is_key(value)))
    return next((row for row in free if alike[row] > len(titles) // 3), 0)


def is_key(value: str) -> bool:
    return len(value) == 16 and value[0] == "c" and all(letter in "0123456789abcdef" for letter in value[1:])
