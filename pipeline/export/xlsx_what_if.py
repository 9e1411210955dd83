"""The What-if and Compare worksheets of the .xlsx file: the spreadsheet's own formulas, with what they come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.export.calculated import Grid, calculated
from pipeline.export.report import Report
from pipeline.export.xlsx_writer import YOURS, Sheet, Workbook, fitting, rows_from
from pipeline.worksheets import compare, ratings, results, whatif
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Worksheet
from pipeline.worksheets.results import SCORE, Reference

_PALE, _GOOD, _BAD = "#E8EAED", "#CEEAD6", "#FAD2CF"


def add(book: Workbook, report: Report, rankings: Sheet, scorecards: Sheet) -> None:
    """Both worksheets, and hidden behind them what their formulas look up.

    Args:
        rankings, scorecards: as they stand in the same file.
    """
    names = [result.candidate for result in report.ranking.candidates]
    source = results.worksheet(report.rubric, len(names))
    where = Reference(source.title, len(names), results.keys(report.rubric))
    block = ratings.block(report.counted, {stored.id: row for row, stored in enumerate(report.scorecards, start=2)})
    rated = ratings.worksheet(report.rubric)
    sources = whatif.Sources(
        source.title, names, ratings.Reference(rated.title, ratings.keys(report.rubric), block), rankings.columns
    )
    sheet, side = _with_decimals(whatif.worksheet(report.rubric)), compare.worksheet()
    by_scorecard = [
        [*row, *ratings.formulas(report.rubric, scorecards.columns, number)]
        for number, row in enumerate(block.rows, start=2)
    ]
    grids: dict[str, Grid] = {
        rankings.spec.title: _fit(rankings.grid),
        scorecards.spec.title: _fit(scorecards.grid),
        rated.title: rows_from(rated, by_scorecard),
        source.title: _fit(results.rows(report.ranking, report.rubric, report.counted, report.panel, {})),
        sheet.title: _fit(whatif.grid(report.rubric, sources, report.limits)),
        side.title: _fit(compare.grid(report.rubric, where)),
    }
    values = calculated(grids)
    made = book.add(sheet)
    book.fill(made, sheet, grids[sheet.title], values[sheet.title])
    _dress_what_if(book, made, sheet, grids[sheet.title], values[sheet.title])
    beside = book.add(side)
    book.fill(beside, side, grids[side.title], values[side.title])
    _dress_compare(book, beside, side, report, grids[side.title], values[side.title])
    for hidden in (rated, source):
        book.fill(book.add(hidden), hidden, grids[hidden.title], values[hidden.title])


def _with_decimals(sheet: Worksheet) -> Worksheet:
    shown = (replace(column, pattern="0.00") if column.key == "Score" else column for column in sheet.columns)
    return replace(sheet, columns=tuple(shown))


def _fit(grid: Any) -> list[list[Json | None]]:
    """Texts as the file will hold them, so that formulas are calculated from the same."""
    return [[_fitted(cell) if cell else cell for cell in row] for row in grid]


def _fitted(cell: Json) -> Json:
    value = cell.get("userEnteredValue", {})
    if "stringValue" not in value:
        return cell
    return cell | {"userEnteredValue": {"stringValue": fitting(value["stringValue"])}}


def _dress_what_if(book: Workbook, made: Any, sheet: Worksheet, grid: Grid, values: Any) -> None:
    """The part above the table: what may be typed stands out, and the check says whether all is well."""
    competencies = [place for place, column in enumerate(sheet.columns) if column.key.startswith(SCORE)]
    left, right = whatif.LABEL, competencies[-1]
    looks = {
        whatif.NAMES: {"bold": True, "bg_color": _PALE, "text_wrap": True},
        whatif.YOUR_W: {"bg_color": YOURS, "bold": True, "border": 1, "border_color": "#F2C94C"},
        whatif.YOUR_T: {"bg_color": YOURS, "bold": True, "border": 1, "border_color": "#F2C94C"},
    }
    for row in range(sheet.header):
        for place, cell in enumerate(grid[row]):
            look = dict(looks.get(row, {})) if left <= place <= right else {}
            if place in competencies or (row, place) == (whatif.CHECK, 1):
                look |= {"align": "center"}
            if row in (0, whatif.CHECK) and place < 2:
                look |= {"bold": True}
            book.cell(made, row, place, cell or {}, book.format(**look), values.get((row, place), ""))
    made.set_row_pixels(whatif.NAMES, 56)
    at_least = {"validate": "decimal", "criteria": ">=", "value": 0, "input_title": "Your weight"}
    said = {"input_message": "A number from 0 up; empty: as in the rubric", "error_message": "A number from 0 up."}
    made.data_validation(whatif.YOUR_W, competencies[0], whatif.YOUR_W, right, at_least | said)
    # on the label beside the check: LibreOffice 7.4 cannot draw a conditional format over a stored truth value
    check = f"$B${whatif.CHECK + 1}"
    for condition, fill in ((f"=IF({check},1,0)=1", _GOOD), (f"=IF({check},0,1)=1", _BAD)):
        rule = {"type": "formula", "criteria": condition, "format": book.file.add_format({"bg_color": fill})}
        made.conditional_format(whatif.CHECK, 0, whatif.CHECK, 0, rule)


def _dress_compare(book: Workbook, made: Any, sheet: Worksheet, report: Report, grid: Grid, values: Any) -> None:
    """Drop-downs of the candidates, and number formats by row."""
    many = len(report.ranking.candidates)
    letter = "B"  # Results holds the name in its second column
    for place in compare.CHOICES:
        look = book.format(bg_color=YOURS, bold=True, border=1, border_color="#F2C94C")
        book.cell(made, compare.CHOICE, place, {}, look)
    made.data_validation(
        compare.CHOICE,
        compare.CHOICES[0],
        compare.CHOICE,
        compare.CHOICES[-1],
        {"validate": "list", "source": f"=Results!${letter}$2:${letter}${many + 1}", "error_type": "warning"},
    )
    made.set_row(compare.PLACE, None, None, {"hidden": True})
    for offset, (key, _, pattern) in enumerate(compare.lines(report.rubric)):
        row = compare.FIRST + offset
        look = {"num_format": pattern, "align": "left", "text_wrap": True, "bold": key.startswith(SCORE)}
        for place, cell in enumerate(grid[row]):
            book.cell(made, row, place, cell or {}, book.format(**look), values.get((row, place), ""))
