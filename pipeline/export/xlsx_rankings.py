"""The Rankings worksheet of the .xlsx file: values, tiers as bands of colour, notes that explain, and the chart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.export.report import Report
from pipeline.export.xlsx_writer import GREY, Sheet, Workbook, rows_from
from pipeline.ranking import CandidateResult
from pipeline.ranking.words import score_texts
from pipeline.worksheets import cells, rankings, results
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet

TITLE = "Rankings"
TIERS = ("#E8F0FE", "#FEF7E0")  # odd, even
KNOCKED_OUT, INCOMPLETE = "#FCE8E6", "#F1F3F4"
MOST_CHARTED = 30  # candidates; more would not be legible
_LIVING = {"order"}  # of use in the living spreadsheet only
_REACH = (Column("above", "Interval above", hidden=True), Column("under", "Interval below", hidden=True))  # error bars


def add(book: Workbook, report: Report) -> Sheet:
    """One row a candidate, best first; who is not ranked below, with the reason."""
    sheet = _sheet(report)
    values = results.rows(report.ranking, report.rubric, report.counted, report.panel, {})
    names = results.keys(report.rubric)
    rows: list[list[Json | None]] = []
    looks: dict[int, dict[str, Any]] = {}
    for row, (result, told) in enumerate(zip(report.ranking.candidates, values[1:], strict=True), start=1):
        by_key: dict[str, Json | None] = dict(zip(names, told, strict=True))
        by_key |= _reach(result)
        by_key["candidate"] = cells.text(result.candidate, report.explanation(result.candidate).text())
        rows.append([by_key.get(column.key) for column in sheet.columns])
        looks[row] = _look(result)
    made = book.add(sheet)
    grid = rows_from(sheet, rows)
    book.fill(made, sheet, grid, looks=looks)
    ranked = len(report.ranked)
    if ranked:
        _colour_scores(made, sheet, ranked, report)
    if ranked > 1 or (ranked and not report.subject):
        _chart(book, made, sheet, report)
    return Sheet(sheet, grid)


def _sheet(report: Report) -> Worksheet:
    texts = score_texts([result.score for result in report.ranked])
    places = max((len(text.partition(".")[2]) for text in texts), default=2)
    shown = [
        replace(column, pattern=f"0.{'0' * places}") if column.key == "score" else column
        for column in rankings.columns(report.rubric)
        if column.key not in _LIVING
    ]
    return replace(rankings.worksheet(report.rubric), columns=(*shown, *_REACH), filtered=True)


def _reach(result: CandidateResult) -> dict[str, Json | None]:
    """How far the interval reaches above and below the adjusted score."""
    if result.adjusted is None or result.interval is None:
        return {}
    low, high = result.interval
    above, under = max(0.0, high - result.adjusted), max(0.0, result.adjusted - low)
    return {"above": cells.number(above), "under": cells.number(under)}


def _look(result: CandidateResult) -> dict[str, Any]:
    if result.status == "knocked-out":
        return {"bg_color": KNOCKED_OUT, "font_color": GREY, "italic": True}
    if result.status == "incomplete" or result.tier is None:
        return {"bg_color": INCOMPLETE, "font_color": GREY, "italic": True}
    return {"bg_color": TIERS[(result.tier + 1) % 2]}


def _colour_scores(made: Any, sheet: Worksheet, ranked: int, report: Report) -> None:
    """A bar in the cell for the score, a colour scale for each competency, both between the scale's fixed ends."""
    scale = report.rubric.scale
    place = sheet.index("score")
    ends = {"min_type": "num", "min_value": scale.low, "max_type": "num", "max_value": scale.high}
    bar = {"type": "data_bar", "bar_color": "#9DBBF2"}
    made.conditional_format(1, place, ranked, place, bar | ends)
    for at, column in enumerate(sheet.columns):
        if column.key.startswith(results.SCORE):
            colours = {"min_color": "#F8BBB0", "mid_color": "#FFF6D6", "max_color": "#8FD0A5"}
            middle = {"mid_type": "num", "mid_value": (scale.low + scale.high) / 2}
            made.conditional_format(1, at, ranked, at, {"type": "3_color_scale"} | colours | ends | middle)


def _chart(book: Workbook, made: Any, sheet: Worksheet, report: Report) -> None:
    """Scores as columns; the adjusted score as a mark, with its 90 % interval as error bars. Below the table."""
    shown = report.ranked[:MOST_CHARTED]
    last = len(shown)
    names = [TITLE, 1, sheet.index("candidate"), last, sheet.index("candidate")]
    chart = book.file.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": "Score",
            "categories": names,
            "values": [TITLE, 1, sheet.index("score"), last, sheet.index("score")],
            "fill": {"color": "#9DBBF2"},
            "border": {"color": "#5B8DEF"},
            "gap": 60,
        }
    )
    if all(result.adjusted is not None and result.interval is not None for result in shown):
        chart.combine(_adjusted(book, sheet, names, shown))
    scale = report.rubric.scale
    chart.set_title(
        {
            "name": "Scores, best first, and the 90 % interval of the adjusted score",
            "name_font": {"size": 12, "bold": True, "color": "#202124"},
            "overlay": False,
        }
    )
    chart.set_y_axis(
        {
            "min": scale.low,
            "max": scale.high,
            "major_unit": 1,
            "major_gridlines": {"visible": True, "line": {"color": "#DADCE0"}},
            "num_format": "0",
        }
    )
    chart.set_x_axis({"num_font": {"size": 9, "rotation": -45 if last > 6 else 0}})
    chart.show_hidden_data()
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": max(560, 150 + 70 * last), "height": 360})
    below = len(report.ranking.candidates) + 2
    made.insert_chart(below, sheet.index("candidate"), chart, {"object_position": 3})


def _adjusted(book: Workbook, sheet: Worksheet, names: list[Any], shown: list[CandidateResult]) -> Any:
    from xlsxwriter.utility import xl_range_abs

    at = sheet.index("adjusted")
    reach = {
        f"{name}_values": f"={TITLE}!{xl_range_abs(1, at_end, len(shown), at_end)}"
        for name, at_end in (("plus", sheet.index("above")), ("minus", sheet.index("under")))
    }
    marks = book.file.add_chart({"type": "line"})
    marks.add_series(
        {
            "name": "Adjusted score, 90 % interval",
            "categories": names,
            "values": [TITLE, 1, at, len(shown), at],
            "line": {"none": True},
            "marker": {"type": "diamond", "size": 7, "fill": {"color": "#5F6368"}, "border": {"color": "#202124"}},
            "y_error_bars": {
                "type": "custom",
                **reach,
                "end_style": 1,
                "line": {"color": "#202124", "width": 1.25},
            },
        }
    )
    marks.show_hidden_data()
    return marks
