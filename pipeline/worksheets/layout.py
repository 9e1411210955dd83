"""A spreadsheet made complete in one batch, and mended when people removed a worksheet or edited a header of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.scorecard import Rubric
from pipeline.worksheets import (
    about,
    chart,
    compare,
    design,
    interviewers,
    panel,
    problems,
    rankings,
    ratings,
    reading,
    results,
    rubric,
    scorecards,
    straight,
    whatif,
)
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Columns, Json
from pipeline.worksheets.design import Worksheet, marks_in
from pipeline.worksheets.diff import entered_rows, rewrite
from pipeline.worksheets.pull import strip_notes
from pipeline.worksheets.reading import Book, Table
from pipeline.worksheets.rubric import Recorded
from pipeline.worksheets.snapshot import Snapshot

OUR_SHEETS = frozenset(range(design.RANKINGS, design.RATINGS + 1))


def worksheets(of: Rubric) -> tuple[Worksheet, ...]:
    """All worksheets of ours, in the order of their tabs."""
    return (
        rankings.worksheet(of),
        whatif.worksheet(of),
        compare.worksheet(),
        scorecards.worksheet(of),
        panel.worksheet(),
        interviewers.worksheet(),
        problems.worksheet(),
        rubric.worksheet(of),
        about.worksheet(),
        ratings.worksheet(of),
        results.worksheet(of),
    )


def layout_requests(
    of: Rubric,
    *,
    recorded: Recorded | None = None,
    time_zone: str = "",
    locale: str = "",
    empty_sheet: int | None = 0,
) -> list[Json]:
    """One batch that makes a new spreadsheet complete.

    Args:
        recorded: what Rubric says to programs: joins, versions.
        time_zone: IANA name that times are shown in; "" keeps the spreadsheet's.
        locale: such as en_GB; "" keeps the spreadsheet's.
        empty_sheet: the worksheet that a new spreadsheet is born with, removed; None when there is none.
    """
    settings = {name: value for name, value in (("timeZone", time_zone), ("locale", locale)) if value}
    made: list[Json] = []
    if settings:
        made.append({"updateSpreadsheetProperties": {"properties": settings, "fields": ",".join(settings)}})
    titles = {sheet.id: sheet.title for sheet in worksheets(of)}
    # Results is made first, because formulas and drop-downs of the others name it
    for index, sheet in sorted(enumerate(worksheets(of)), key=lambda item: item[1].id != design.RESULTS):
        made += design.make(sheet, 0 if sheet.id == design.RESULTS else index)
    made.append(ask.update_sheet(design.RESULTS, "index", index=len(titles) + 1))
    for sheet in worksheets(of):
        made += _contents(sheet, of, titles)
    record, page = rubric.grid(of, recorded or Recorded()), rubric.worksheet(of)
    if len(record) > page.rows:
        made.append(ask.more(design.RUBRIC, "ROWS", len(record) - page.rows + 100))
    made += rewrite(design.RUBRIC, [design.header_cells(page.columns)], record)
    if empty_sheet is not None:
        made.append({"deleteSheet": {"sheetId": empty_sheet}})
    return made


def _contents(sheet: Worksheet, of: Rubric, titles: Mapping[int, str]) -> Iterator[Json]:
    """What a worksheet holds before the first scorecard, and what only it has."""
    found = results.Reference(titles[design.RESULTS], results.CAPACITY, results.keys(of))
    if sheet.id == design.RANKINGS:
        yield from rankings.extras(sheet, of)
        yield chart.add(sheet.width + len(rankings.YOURS) + 1, 0, of)
    elif sheet.id == design.WHAT_IF:
        nobody = whatif.Sources(found.title, (), ratings.Reference("", (), ratings.block((), {})), Columns("", {}))
        yield from rewrite(sheet.id, [], whatif.grid(of, nobody, whatif.Limits()))
        yield from whatif.extras(sheet)
    elif sheet.id == design.COMPARE:
        yield from rewrite(sheet.id, [], compare.grid(of, found))
        yield from compare.extras(sheet, of, found)
    elif sheet.id == design.PANEL:
        yield panel.validation(of)


SURVEY_FIELDS = (
    "properties(title,timeZone),sheets(properties(sheetId,title,index,hidden,gridProperties),basicFilter(range),"
    "bandedRanges(bandedRangeId),protectedRanges(protectedRangeId),"
    "data(columnMetadata(developerMetadata(metadataKey,metadataValue))))"
)


def whole(survey: Mapping[str, Any]) -> Json:
    """The read, as `READ`, of all that `plan_repair` looks at in the worksheets that are there."""
    have = (sheet["properties"].get("sheetId", 0) for sheet in survey.get("sheets", []))
    return reading.body({"sheetId": id_} for id_ in have if id_ in OUR_SHEETS - {design.RANKINGS})


def crooked(book: Book, of: Rubric) -> tuple[str, ...]:
    """Worksheets of ours in which rows and columns do not stand where they are read and written."""
    return tuple(
        table.title or sheet.title
        for sheet in worksheets(of)
        if (table := book.tables.get(sheet.id)) is not None and not _stands(sheet, table)
    )


def _stands(sheet: Worksheet, table: Table) -> bool:
    if sheet.id == design.SCORECARDS:
        return straight.header_row(scorecards.FIXED, table.rows[:1]) == 0
    if sheet.id == design.PANEL:
        return panel.is_headed(table.header)
    if sheet.id == design.RUBRIC and rubric.levels_in(table.header) is None:
        return False
    return sheet.marked or straight.stands(sheet, table.rows)


def astray(snapshot: Snapshot, of: Rubric) -> bool:
    """The same of a snapshot, which knows the marks of the columns."""
    return any(
        straight.straighten(sheet, held.values, held.marks, held.raw).requests
        for sheet in worksheets(of)
        if not sheet.marked and (held := snapshot.sheets.get(sheet.id)) is not None
    )


@dataclass(frozen=True)
class Repair:
    """What brings back what is ours: requests for a batch, a body for values:batchUpdateByDataFilter; and what to tell."""

    requests: tuple[Json, ...]
    headers: Json | None
    notices: tuple[str, ...]


def plan_repair(survey: Mapping[str, Any], tables: Mapping[int, Table], of: Rubric) -> Repair:
    """Make worksheets of ours again that are gone, bring rows and columns of ours back to their places, and put back
    headers that were edited.

    `survey` is the answer of spreadsheets.get with `SURVEY_FIELDS` and no ranges, `tables` what `whole` reads then.
    Contents come back with the next `pull-responses --full` and `write-rankings`; the panel is the team's, and gone
    with its worksheet.
    """
    have = {sheet["properties"].get("sheetId", 0): sheet for sheet in survey.get("sheets", [])}
    taken = {sheet["properties"].get("title", "").casefold() for sheet in have.values()}
    titles = {id_: sheet["properties"].get("title", "") for id_, sheet in have.items()}
    made: list[Json] = []
    notices: list[str] = []
    gone = [sheet for sheet in worksheets(of) if sheet.id not in have]
    for sheet in sorted(gone, key=lambda sheet: sheet.id != design.RESULTS):
        title = sheet.title if sheet.title.casefold() not in taken else f"{sheet.title} (pipeline)"
        taken.add(title.casefold())
        titles[sheet.id] = title
        made += design.make(sheet, min(sheet.id - design.RANKINGS, len(taken) - 1), title)
        notices.append(f"The worksheet {title} was missing and has been made again" + _lost(sheet.id))
    for sheet in gone:
        made += _contents(sheet, of, titles)
    headers: list[Json] = []
    for sheet in worksheets(of):
        if sheet.id not in have or sheet.id == design.RANKINGS:
            continue
        held, there = tables.get(sheet.id), have[sheet.id]
        if held is None:
            continue
        marks = marks_in(sheet.id, next(iter(there.get("data", [])), {}))
        if sheet.marked:
            made += _headed(sheet, held, marks, notices)
            if missing := [*_headers(sheet, marks, held)]:
                headers += missing
                notices.append(f"Headers of {sheet.title} had been edited and have been put back")
            continue
        done = straight.straighten(sheet, held.rows, marks, there)
        made += done.requests
        notices += done.told
        if done.requests and sheet.id == design.WHAT_IF:
            made += whatif.extras(sheet)
        elif done.requests and sheet.id == design.COMPARE:
            made += compare.extras(
                sheet, of, results.Reference(titles[design.RESULTS], _capacity(have), results.keys(of))
            )
    body = {"valueInputOption": "RAW", "data": headers} if headers else None
    return Repair(tuple(made), body, tuple(dict.fromkeys(notices)))


def _capacity(have: Mapping[int, Mapping[str, Any]]) -> int:
    """How many rows of Results formulas name."""
    size = have.get(design.RESULTS, {}).get("properties", {}).get("gridProperties", {})
    return int(size.get("rowCount", results.CAPACITY + 1)) - 1


def _headed(sheet: Worksheet, held: Table, marks: Mapping[str, int], notices: list[str]) -> Iterator[Json]:
    """The header of Scorecards or Panel in the first row, and the columns of Panel that were deleted."""
    known = scorecards.FIXED if sheet.id == design.SCORECARDS else panel.COLUMNS
    row = straight.header_row(known, held.rows)
    if row is None:
        yield ask.insert(sheet.id, "ROWS", 0, 1, like_before=False)
        yield design.header_format(sheet.id, 0, 0, sheet.width)
        notices.append(f"The header of {sheet.title} was missing and has been put in again")
    elif row:
        yield ask.move(sheet.id, "ROWS", row, 0)
        notices.append(f"The header of {sheet.title} was not in the first row and has been moved back")
    if sheet.id == design.PANEL:
        names = held.rows[row] if row is not None else ()
        places = {key: place for key, place in marks.items() if key != panel.LINK.key} | panel.named(names)
        before = -1
        for column in panel.COLUMNS:
            if column.key not in places:
                at = before + 1
                places = {key: place + (place >= at) for key, place in places.items()} | {column.key: at}
                yield ask.insert(sheet.id, "COLUMNS", at, at + 1, like_before=False)
                yield from ask.write(sheet.id, 0, at, [design.header_cells([column])], "userEnteredValue,note")
                yield design.header_format(sheet.id, 0, at, at + 1)
                yield from design.column_format(sheet, at, column)
                notices.append(f"Panel had no column {column.header}; it has been put in")
            before = places[column.key]


def _lost(sheet_id: int) -> str:
    if sheet_id in (design.SCORECARDS, design.PROBLEMS):
        return "; run `pipeline pull-responses --full` to fill it"
    if sheet_id == design.PANEL:
        return "; run `pipeline panel import FILE`, or restore it from the spreadsheet's version history"
    return ""


def _headers(sheet: Worksheet, marks: Mapping[str, int], held: Table) -> Iterator[Json]:
    """The header texts that are missing, over our marked columns, wherever these stand when it is written."""
    row = straight.header_row(sheet.columns, held.rows)
    there = held.rows[row] if row is not None else ()
    for column in sheet.columns:
        if column.key in marks and column.header not in there:
            yield design.column_values(sheet.id, column.key, [column.header])


def plan_rubric(of: Rubric, book: Book, recorded: Recorded) -> list[Json]:
    """Rubric brought up to date where it differs: rows below the last one are emptied, the grid grows when it has to."""
    table = book.tables.get(design.RUBRIC, Table())
    want = [strip_notes(row) for row in rubric.grid(of, recorded)]
    levels = rubric.levels_in(table.header)
    width = len(rubric.HEAD) + (levels or 0)
    room, held = straight.fitted(rubric.worksheet(of), width, entered_rows(table.rows), table.column_count)
    made = [*room, *rewrite(design.RUBRIC, held, want)]
    if made and len(want) > table.row_count:
        made.insert(0, ask.more(design.RUBRIC, "ROWS", len(want) - table.row_count + 100))
    return made
