"""The .xlsx file: the worksheets of the spreadsheet, with values, live What-if formulas, notes and a chart.

What stands in a cell is decided by the worksheets room, as for the spreadsheet itself; here it is only dressed for
a file. Rankings holds plain values, since nobody sorts a file between two of our calls.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.export import xlsx_rankings, xlsx_what_if
from pipeline.export.about import about_lines
from pipeline.export.report import Report
from pipeline.export.xlsx_writer import Sheet, Workbook, rows_from
from pipeline.worksheets import cells, design, interviewers, problems, rubric, scorecards
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet


def xlsx(report: Report) -> bytes:
    """The file's bytes; the same report gives the same bytes."""
    book = Workbook(report.title, report.rubric.role, report.ranking.as_of)
    rankings, given = xlsx_rankings.add(book, report), _scorecards(report)
    if report.subject:
        _explanation(book, report)
    elif report.ranking.candidates:
        xlsx_what_if.add(book, report, rankings, given)
    book.fill(book.add(given.spec), given.spec, given.grid)
    if not report.subject:
        _interviewers(book, report)
    if report.problems:
        sheet = problems.worksheet()
        sheet = replace(sheet, columns=sheet.columns[:-1])  # without the seal
        book.fill(book.add(sheet), sheet, [row[:-1] for row in problems.grid(report.problems)])
    _rubric(book, report)
    _about(book, report)
    return book.bytes()


def _explanation(book: Workbook, report: Report) -> None:
    sheet = Worksheet(design.COMPARE, "Explanation", (Column("line", "How the score came about", 900, wrap=True),))
    sheet = replace(sheet, filtered=False, banded=False)
    told = report.explanation(report.subject).text() if report.ranking.candidates else "There is no scorecard yet."
    book.fill(book.add(sheet), sheet, rows_from(sheet, [[cells.text(line)] for line in told.splitlines()]))


def _scorecards(report: Report) -> Sheet:
    """Columns of the rubric, then those of questions that left it but were answered."""
    known = scorecards.columns(report.rubric)
    keys = {column.key for column in known}
    needed = scorecards.keys_needed(stored.card for stored in report.scorecards)
    rating = scorecards.RATING
    left = tuple(
        Column(key, key, 90, "No longer in the rubric", "0" if key.startswith(rating) else "")
        for key in needed
        if key not in keys
    )
    sheet = replace(scorecards.worksheet(report.rubric), columns=known + left)
    rows: list[list[Json | None]] = []
    for stored in report.scorecards:
        told = scorecards.cells_of(stored, report.zone)
        rows.append([told.get(column.key) for column in sheet.columns])
    return Sheet(sheet, rows_from(sheet, rows))


def _interviewers(book: Workbook, report: Report) -> None:
    sheet = interviewers.worksheet()
    book.fill(book.add(sheet), sheet, interviewers.grid(report.ranking, report.counted, report.panel))


def _rubric(book: Workbook, report: Report) -> None:
    sheet = rubric.worksheet(report.rubric)
    sheet = replace(sheet, columns=tuple(replace(column, hidden=column.key == "item") for column in sheet.columns))
    book.fill(book.add(sheet), sheet, rubric.grid(report.rubric, rubric.Recorded(versions=report.versions)))


def _about(book: Workbook, report: Report) -> None:
    columns = (Column("label", "About", 190, wrap=True), Column("text", report.title, 800, wrap=True))
    sheet = Worksheet(design.ABOUT, "About", columns, tab="#80868b", banded=False, filtered=False)
    rows = [[cells.text(label), cells.text(said)] for label, said in about_lines(report)]
    book.fill(book.add(sheet), sheet, rows_from(sheet, rows))
