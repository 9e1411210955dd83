"""Worksheets of ours are read and written at fixed places: whether rows and columns stand there, and how they get back.

People put in, move, delete and rename rows and columns there too. Columns carry marks that say which of ours they are;
what a mark does not tell, the text of the header does, as after cutting a column and pasting it elsewhere. Columns of
people's own come to stand right of ours, where nothing of ours is written. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.worksheets import cells, design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet, marks_in
from pipeline.worksheets.scorecards import Value

Rows = Sequence[Sequence[Value]]


def says(column: Column, text: Value) -> bool:
    """Whether a header is the column's; the first one of Results has words of its own behind it."""
    return text == column.header or (bool(column.header) and str(text).startswith(f"{column.header}; "))


def stands(sheet: Worksheet, rows: Rows) -> bool:
    """Whether headers and labels stand where they should, as far as texts can tell."""
    return all(says(column, _at(rows, sheet.header, place)) for place, column in enumerate(sheet.fixed)) and all(
        _at(rows, row, place) == text for row, (place, text) in enumerate(sheet.labels)
    )


@dataclass
class Straightened:
    """Requests that bring our rows and columns back to their places, and what to tell."""

    requests: list[Json] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def straighten(sheet: Worksheet, rows: Rows, marks: Mapping[str, int], survey: Mapping[str, Any]) -> Straightened:
    """What to do about a worksheet whose columns carry the marks of their places; no requests: it is straight.

    Args:
        survey: the worksheet as spreadsheets.get tells it, for what hangs on its cells.
    """
    header = header_row(sheet.fixed, rows)
    columns = _columns(sheet, rows[header] if header is not None else (), marks)
    made = _rows(sheet, rows, header, columns)
    made.requests += _put_back(sheet, columns, marks, made.told)
    made.requests += _texts(sheet, rows, header, columns, made.told)
    if made.requests:
        made.requests += _looks(sheet, survey)
    return made


def header_row(columns: Sequence[Column], rows: Rows) -> int | None:
    """The row that names most of the columns; None when there is none."""
    best, most = None, 0
    for index, row in enumerate(rows):
        texts = [value for value in row if isinstance(value, str)]
        count = sum(any(says(column, text) for text in texts) for column in columns if column.header)
        if count > most:
            best, most = index, count
        if most == sum(bool(column.header) for column in columns):
            break
    return best


def _columns(sheet: Worksheet, names: Sequence[Value], marks: Mapping[str, int]) -> list[int | None]:
    """Where each of our columns stands, None for one that is gone: where mark and header agree, else where the header
    stands, else where the mark is."""
    told = {int(key): place for key, place in marks.items() if key.isdecimal()}
    found: list[int | None] = [None] * max(len(sheet.fixed), max(told, default=-1) + 1)
    headers = [column for column in sheet.fixed if column.header]
    for place, index in told.items():
        named = place < len(sheet.fixed) and sheet.columns[place] in headers
        if not named or (index < len(names) and says(sheet.columns[place], names[index])):
            found[place] = index
    for place, column in enumerate(sheet.fixed):
        if found[place] is None and column in headers:
            there = (index for index, text in enumerate(names) if says(column, text) and index not in found)
            found[place] = next(there, None)
    for place, index in told.items():
        if found[place] is None and index not in found:
            found[place] = index
    if not told and found[0] is not None:  # laid out before columns were marked: those without a header follow
        found = [found[0] + place if at is None else at for place, at in enumerate(found)]
    return found


def _rows(sheet: Worksheet, rows: Rows, header: int | None, columns: Sequence[int | None]) -> Straightened:
    """The rows whose places are fixed, from the first one on: each by its label, else below the one before it."""
    wanted = [_labelled(rows, columns[place], text) for place, text in sheet.labels]
    wanted += [None] * (sheet.header - len(wanted) + 1)
    wanted[sheet.header] = header
    order = list(range(max(len(rows), len(wanted))))
    made = Straightened()
    for row in range(len(wanted)):
        at = wanted[row]
        if at is None and row < len(order) and row != sheet.header and order[row] not in wanted:
            at = order[row]
        if at is None:
            made.requests.append(ask.insert(sheet.id, "ROWS", row, row + 1, like_before=False))
            what = "The header" if row == sheet.header else "A row of ours"
            made.told.append(f"{what} in {sheet.title} was missing and has been put in again")
            order.insert(row, -1 - row)
        elif (now := order.index(at)) != row:
            made.requests.append(ask.move(sheet.id, "ROWS", now, row))
            made.told.append(f"Rows of {sheet.title} were not in their places and have been moved back")
            order.insert(row, order.pop(now))
    return made


def _labelled(rows: Rows, column: int | None, text: str) -> int | None:
    if column is None:
        return None
    return next((index for index, row in enumerate(rows) if column < len(row) and row[column] == text), None)


def _put_back(
    sheet: Worksheet, columns: Sequence[int | None], marks: Mapping[str, int], told: list[str]
) -> Iterator[Json]:
    """Each column to its place, from the left; those that are gone put in again; each with the mark of its place."""
    order = list(range(max([*(place for place in columns if place is not None), *marks.values()], default=0) + 1))
    astray = [place for place, index in enumerate(columns) if index is None or marks.get(str(place)) != index]
    if not marks and all(index == place for place, index in enumerate(columns)):
        astray = []
    for place in astray:
        if str(place) in marks:
            yield {"deleteDeveloperMetadata": {"dataFilter": design.marked(sheet.id, str(place))}}
    for place, index in enumerate(columns):
        if index is None:
            end = place > 0 and place >= len(order)  # nothing can be put in behind the last one but as its like
            yield ask.insert(sheet.id, "COLUMNS", place, place + 1, like_before=end)
            order.insert(place, -1 - place)
            if place < sheet.width:
                yield from dressed(sheet, place)
                name = sheet.columns[place].header or cells.letters(place)
                told.append(f"{sheet.title} had no column {name}; it has been put in")
        elif (now := order.index(index)) != place:
            yield ask.move(sheet.id, "COLUMNS", now, place)
            order.insert(place, order.pop(now))
            told.append(
                f"Columns of {sheet.title} were not in their places and have been moved back; others stand right of them"
            )
    for place in astray:
        yield design.place_mark(sheet, place)


def header_range(sheet: Worksheet, title: str) -> str:
    """What an answer has to show so that `stood` can tell."""
    return f"{cells.quoted(title)}!{sheet.header + 1}:{sheet.header + 1}"


def stood(sheet: Worksheet, reply: Mapping[str, Any]) -> bool:
    """Whether a batch found our columns and the header in their places, as its answer tells."""
    sheets = reply.get("updatedSpreadsheet", {}).get("sheets", [])
    ours: Mapping[str, Any] = next((one for one in sheets if one.get("properties", {}).get("sheetId") == sheet.id), {})
    data: Mapping[str, Any] = next(iter(ours.get("data", [])), {})
    rows = [[cells.shown(cell) for cell in row.get("values", [])] for row in data.get("rowData", [])]
    names = rows[0] if rows else []
    return all(str(place) == key for key, place in marks_in(sheet.id, data).items()) and all(
        says(column, _at([names], 0, place)) for place, column in enumerate(sheet.fixed)
    )


def fitted(
    sheet: Worksheet, width: int, rows: Sequence[Sequence[Json]], column_count: int
) -> tuple[list[Json], list[Sequence[Json]]]:
    """Requests that make a worksheet as wide as it shall be, of as many columns of ours as it has; its rows after them.

    What stands right of ours moves along.
    """
    more = sheet.width - width
    if more < 0:
        gone = ask.delete(sheet.id, "COLUMNS", sheet.width, width)
        return [gone], [[*row[: sheet.width], *row[width:]] for row in rows]
    if more == 0:
        return [], list(rows)
    made = [ask.insert(sheet.id, "COLUMNS", width, sheet.width, like_before=width >= column_count)]
    for place in range(width, sheet.width):
        made += [*dressed(sheet, place), design.place_mark(sheet, place)]
    blank: list[Json] = [{}] * more
    return made, [[*row[:width], *blank, *row[width:]] if len(row) > width else row for row in rows]


def dressed(sheet: Worksheet, place: int) -> Iterator[Json]:
    """Header and looks of a column that was put in."""
    column = sheet.columns[place]
    yield from ask.write(sheet.id, sheet.header, place, [design.header_cells([column])], "userEnteredValue,note")
    yield design.header_format(sheet.id, sheet.header, place, place + 1)
    yield from design.column_format(sheet, place, column)


def _texts(
    sheet: Worksheet, rows: Rows, header: int | None, columns: Sequence[int | None], told: list[str]
) -> Iterator[Json]:
    """Headers and labels that were edited, once everything stands in its place."""
    edited = []
    for place, column in enumerate(sheet.fixed):
        index = columns[place]
        if index is not None and not (header is not None and says(column, _at(rows, header, index))):
            yield from ask.write(
                sheet.id, sheet.header, place, [design.header_cells([column])], "userEnteredValue,note"
            )
            edited.append(column.header)
    for row, (place, text) in enumerate(sheet.labels):
        if row != sheet.header and _labelled(rows, columns[place], text) is None:
            yield from ask.write(sheet.id, row, place, [[cells.text(text)]], "userEnteredValue")
            edited.append(text)
    if edited and header is not None:
        names = ", ".join(filter(None, edited)) or "a cell without text"
        told.append(f"Headers of {sheet.title} had been edited, and have been put back: {names}")


def _looks(sheet: Worksheet, survey: Mapping[str, Any]) -> Iterator[Json]:
    """Filter, bands and protection grow with what is put in between their cells."""
    size = survey.get("properties", {}).get("gridProperties", {}).get("rowCount", sheet.rows)
    if sheet.filtered and "basicFilter" in survey:
        yield design.filter_of(sheet)
    if any(band.get("bandedRangeId") == sheet.id * 10 for band in survey.get("bandedRanges", [])):
        yield {"updateBanding": {"bandedRange": design.banding(sheet, size), "fields": "range"}}
    kept = design.protection(sheet)
    if any(one.get("protectedRangeId") == kept["protectedRangeId"] for one in survey.get("protectedRanges", [])):
        fields = "range,unprotectedRanges" if sheet.open_ranges else "range"
        yield {"updateProtectedRange": {"protectedRange": kept, "fields": fields}}


def _at(rows: Rows, row: int, column: int) -> Value:
    held = rows[row] if row < len(rows) else ()
    value = held[column] if column < len(held) else ""
    return "" if value is None else value
