"""The chart of scores on Rankings: a column a candidate, and two marks for the ends of the 90 % interval."""

from __future__ import annotations

from typing import Any

from pipeline.scorecard import Rubric
from pipeline.worksheets import design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.results import keys

CHART_ID = design.RANKINGS * 10 + 2
MOST = 30  # candidates; more would not be legible
SERIES = ("score", "low", "high")


def spec(ranked: int, rubric: Rubric) -> Json:
    """Its specification for so many ranked candidates; the rows are those of Results, which stay in order."""
    names = keys(rubric)
    end = 1 + rows_wanted(ranked)

    def data(key: str) -> Json:
        place = names.index(key)
        return {"sourceRange": {"sources": [ask.grid(design.RESULTS, 0, end, place, place + 1) | {"startRowIndex": 0}]}}

    looks: dict[str, Any] = {
        "score": {"type": "COLUMN", "colorStyle": design.colour("#5b8def")},
        "low": _mark("#9aa0a6", "TRIANGLE"),
        "high": _mark("#5f6368", "DIAMOND"),
    }
    return {
        "title": "Scores, best first; the marks are the ends of the 90 % interval of the adjusted score",
        "basicChart": {
            "chartType": "COMBO",
            "legendPosition": "BOTTOM_LEGEND",
            "headerCount": 1,
            "domains": [{"domain": {"sourceRange": data("candidate")["sourceRange"]}}],
            "series": [{"series": data(key), "targetAxis": "LEFT_AXIS"} | looks[key] for key in SERIES],
            "axis": [
                {
                    "position": "LEFT_AXIS",
                    "title": "Score",
                    "viewWindowOptions": {
                        "viewWindowMin": rubric.scale.low,
                        "viewWindowMax": rubric.scale.high,
                        "viewWindowMode": "EXPLICIT",
                    },
                }
            ],
        },
    }


def _mark(code: str, shape: str) -> Json:
    return {
        "type": "LINE",
        "colorStyle": design.colour(code),
        "lineStyle": {"type": "INVISIBLE"},
        "pointStyle": {"shape": shape, "size": 9},
    }


def add(column: int, ranked: int, rubric: Rubric) -> Json:
    """addChart, right of the managers' columns."""
    anchor = {"sheetId": design.RANKINGS, "rowIndex": 1, "columnIndex": column}
    position = {"overlayPosition": {"anchorCell": anchor, "widthPixels": 820, "heightPixels": 400}}
    return {"addChart": {"chart": {"chartId": CHART_ID, "spec": spec(ranked, rubric), "position": position}}}


def update(ranked: int, rubric: Rubric) -> Json:
    return {"updateChartSpec": {"chartId": CHART_ID, "spec": spec(ranked, rubric)}}


def rows_wanted(ranked: int) -> int:
    return max(1, min(ranked, MOST))


def cells_shown(of: Json) -> list[tuple[int | None, ...]]:
    """The column, and the rows' end, of everything that a chart's spec shows."""
    basic = of.get("basicChart", {})
    told = [*(each.get("domain", {}) for each in basic.get("domains", []))]
    told += [each.get("series", {}) for each in basic.get("series", [])]
    sources: list[Json] = [next(iter(each.get("sourceRange", {}).get("sources", [])), {}) for each in told]
    return [(each.get("startColumnIndex"), each.get("endRowIndex")) for each in sources]
