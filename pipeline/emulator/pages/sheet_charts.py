"""Charts of a worksheet as shapes to draw: bars, columns, lines, points and candlesticks over one scale.

Pure but for `read`, which gives the values of a source range. A kind of chart that is not drawn says so by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .sheet_styles import css_color, rgb

Json = dict[str, Any]
Value = str | float | bool | None
Read = Callable[[Json], Sequence[Value]]  # a GridRange -> its values, in reading order

COLORS = ("#2f4fb5", "#c2571a", "#1d7a55", "#8a3f9e", "#a8860b", "#4a7c9b")
DRAWN = ("BAR", "COLUMN", "LINE", "AREA", "SCATTER", "COMBO", "STEPPED_AREA")
LETTER = 6.2  # width of a letter of the labels, about


@dataclass(frozen=True)
class Shape:
    kind: str  # rect line text circle path polygon
    x: float = 0
    y: float = 0
    width: float = 0  # of a rectangle; where a line ends, counted from its start
    height: float = 0
    color: str = ""
    text: str = ""  # of a text; else what a pointer resting on it reads
    anchor: str = "start"
    points: str = ""


@dataclass(frozen=True)
class Series:
    name: str
    values: tuple[float | None, ...]
    color: str
    kind: str
    joined: bool = True  # whether a line runs from point to point
    mark: str = "CIRCLE"
    mark_size: float = 7


@dataclass(frozen=True)
class Chart:
    title: str
    alt: str
    width: int
    height: int
    shapes: tuple[Shape, ...]
    legend: tuple[tuple[str, str], ...]
    row: int
    column: int
    dx: int = 0
    dy: int = 0
    note: str = ""


def chart(embedded: Json, read: Read) -> Chart:
    spec = embedded.get("spec", {})
    overlay = embedded.get("position", {}).get("overlayPosition", {})
    anchor = overlay.get("anchorCell", {})
    width, height = overlay.get("widthPixels", 600), overlay.get("heightPixels", 371)
    title = spec.get("title", "")
    shapes: Sequence[Shape] = ()
    series: Sequence[Series] = ()
    note = ""
    if "basicChart" in spec and spec["basicChart"].get("chartType") in DRAWN:
        basic = spec["basicChart"]
        labels, series = _series(basic, read)
        shapes = Drawing(width, height, labels, series, basic).shapes()
    elif "candlestickChart" in spec:
        shapes = _candles(spec["candlestickChart"], read, width, height)
    else:
        kind = spec.get("basicChart", {}).get("chartType") or next(
            (name for name in spec if name.endswith("Chart")), "chart"
        )
        note = f"A chart of the kind {kind} stands here; the local workspace does not draw that kind."
    no_legend = spec.get("basicChart", {}).get("legendPosition") == "NO_LEGEND" or len(series) < 2
    legend = () if no_legend else tuple((one.name, one.color) for one in series if one.name)
    return Chart(
        title,
        spec.get("altText") or title or "Chart",
        width,
        height,
        tuple(shapes),
        legend,
        anchor.get("rowIndex", 0),
        anchor.get("columnIndex", 0),
        overlay.get("offsetXPixels", 0),
        overlay.get("offsetYPixels", 0),
        note,
    )


def _values(data: Json, read: Read) -> list[Value]:
    return [value for source in data.get("sourceRange", {}).get("sources", []) for value in read(source)]


def _series(basic: Json, read: Read) -> tuple[list[str], list[Series]]:
    """Labels and series without their headers and without empty rows at the end."""
    heads = basic.get("headerCount", 0)
    domains = basic.get("domains", [])
    domain = _values(domains[0].get("domain", {}), read) if domains else []
    columns = [_values(one.get("series", {}), read) for one in basic.get("series", [])]
    if not heads and columns and all(column and isinstance(column[0], str) for column in columns):
        heads = 1  # Google looks for a header itself when the count is left out
    last = max((at for column in [domain, *columns] for at, value in enumerate(column) if _filled(value)), default=-1)
    labels = ["" if value is None else str(value) for value in domain[heads : last + 1]]
    series = []
    for number, (one, column) in enumerate(zip(basic.get("series", []), columns, strict=True)):
        color = rgb(one, "color")
        name = str(column[0]) if heads and column and column[0] is not None else f"Series {number + 1}"
        values = tuple(_number(value) for value in column[heads : last + 1])
        kind = one.get("type") or basic["chartType"]
        drawn = css_color(color) if color else COLORS[number % len(COLORS)]
        line, point = one.get("lineStyle", {}), one.get("pointStyle", {})
        joined = kind != "SCATTER" and line.get("type") != "INVISIBLE" and line.get("width", 1) != 0
        mark, size = point.get("shape", "CIRCLE"), min(max(float(point.get("size", 7)), 2), 30)
        series.append(Series(name, values, drawn, kind, joined, mark, size))
    return labels, series


def _filled(value: Value) -> bool:
    return value is not None and value != ""


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers that cover low..high."""
    span = max(high - low, abs(high) * 1e-9, 1e-99)
    step = 10.0 ** math.floor(math.log10(span / about))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= about)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [number * step for number in range(first, last + 1)]


class Drawing:
    """A basic chart laid out. `along` is where labels stand, `up` where values go; bars swap the two."""

    def __init__(self, width: int, height: int, labels: Sequence[str], series: Sequence[Series], basic: Json) -> None:
        self.labels, self.series = labels, series
        self.lying = basic["chartType"] == "BAR"
        self.stacked = basic.get("stackedType") in ("STACKED", "PERCENT_STACKED")
        self.percent = basic.get("stackedType") == "PERCENT_STACKED"
        self.axis_titles = {axis.get("position"): axis.get("title", "") for axis in basic.get("axis", [])}
        windows = [axis["viewWindowOptions"] for axis in basic.get("axis", []) if axis.get("viewWindowOptions")]
        low, high = self._span()
        for window in windows:
            start, end = window.get("viewWindowMin", low), window.get("viewWindowMax", high)
            if start < end:  # a window in which nothing could show is none
                low, high = start, end
        self.ticks = ticks(low, high)
        if windows:
            self.ticks = [tick for tick in self.ticks if low <= tick <= high] or [low, high]
        self.low, self.high = (low, high) if windows else (self.ticks[0], self.ticks[-1])
        longest = max((len(label) for label in labels), default=0) * LETTER + 12
        self.left = min(longest, width * 0.35) if self.lying else 44.0
        self.right, self.top = width - 18.0, 26.0 if self.axis_titles.get("LEFT_AXIS") else 10.0
        self.bottom = height - (44.0 if self.axis_titles.get("BOTTOM_AXIS") else 28.0)

    def _span(self) -> tuple[float, float]:
        numbers = [value for one in self.series for value in one.values if value is not None]
        if self.stacked:
            rows = range(len(self.labels))
            sums = [sum(one.values[row] or 0 for one in self.series if row < len(one.values)) for row in rows]
            numbers = [100.0] if self.percent else sums
        bars = any(one.kind in ("BAR", "COLUMN", "AREA", "STEPPED_AREA") for one in self.series)
        numbers = numbers or [1.0]
        return (min(0.0, *numbers) if bars else min(numbers)), (max(0.0, *numbers) if bars else max(numbers))

    def up(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1)
        if self.lying:
            return self.left + share * (self.right - self.left)
        return self.bottom - share * (self.bottom - self.top)

    def band(self, number: int) -> tuple[float, float]:
        """Where label `number` has its room: start and length."""
        start, end = (self.top, self.bottom) if self.lying else (self.left, self.right)
        length = (end - start) / max(len(self.labels), 1)
        return start + number * length, length

    def shapes(self) -> list[Shape]:
        return [*self._scale(), *self._labels(), *self._bars(), *self._lines()]

    def _scale(self) -> list[Shape]:
        made = []
        for tick in self.ticks:
            at, text = self.up(tick), f"{tick:.10g}"
            if self.lying:
                made.append(Shape("line", at, self.top, 0, self.bottom - self.top))
                made.append(Shape("text", at, self.bottom + 16, text=text, anchor="middle"))
            else:
                made.append(Shape("line", self.left, at, self.right - self.left, 0))
                made.append(Shape("text", self.left - 6, at + 4, text=text, anchor="end"))
        bottom = self.axis_titles.get("BOTTOM_AXIS", "")
        if bottom:
            made.append(Shape("text", (self.left + self.right) / 2, self.bottom + 34, text=bottom, anchor="middle"))
        if self.axis_titles.get("LEFT_AXIS"):
            made.append(Shape("text", 4, 12, text=self.axis_titles["LEFT_AXIS"]))
        return made

    def _labels(self) -> list[Shape]:
        made = []
        for number, label in enumerate(self.labels):
            start, length = self.band(number)
            if self.lying:
                text = _shortened(label, self.left - 10)
                made.append(Shape("text", self.left - 8, start + length / 2 + 4, text=text, anchor="end"))
            else:
                text = _shortened(label, length)
                made.append(Shape("text", start + length / 2, self.bottom + 16, text=text, anchor="middle"))
        return made

    def _bars(self) -> list[Shape]:
        bars = [one for one in self.series if one.kind in ("BAR", "COLUMN")]
        made: list[Shape] = []
        for number, label in enumerate(self.labels):
            start, length = self.band(number)
            thick = min(length * 0.7, 46.0) / (1 if self.stacked else max(len(bars), 1))
            offset = start + (length - thick * (1 if self.stacked else len(bars))) / 2
            total = sum(abs(one.values[number] or 0) for one in bars if number < len(one.values)) or 1.0
            reached = 0.0
            for order, one in enumerate(bars):
                value = one.values[number] if number < len(one.values) else None
                if value is None:
                    continue
                size = 100 * value / total if self.percent else value
                first = self.up(reached if self.stacked else max(0.0, self.low))
                last = self.up(reached + size if self.stacked else size)
                reached += size
                across = offset + (0 if self.stacked else order * thick)
                words = f"{label}: {value:.4g}" + (f" ({one.name})" if len(bars) > 1 else "")
                place = (min(first, last), across, abs(last - first), thick)
                if not self.lying:
                    place = (across, min(first, last), thick, abs(last - first))
                made.append(Shape("rect", *place, color=one.color, text=words))
                if len(bars) == 1 and self.lying:
                    made.append(Shape("text", last + 5, across + thick / 2 + 4, text=f"{value:.3g}"))
        return made

    def _lines(self) -> list[Shape]:
        made = []
        for one in self.series:
            if one.kind in ("BAR", "COLUMN"):
                continue
            places = []
            for number, value in enumerate(one.values[: len(self.labels)]):
                if value is None:
                    continue
                start, length = self.band(number)
                x, y = start + length / 2, self.up(value)
                places.append((x, y))
                label = f"{self.labels[number]}: {value:.4g} ({one.name})"
                made.append(_mark(one, x, y, label))
            if one.joined and len(places) > 1:
                path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
                made.append(Shape("path", color=one.color, points=path))
        return made


def _mark(series: Series, x: float, y: float, text: str) -> Shape:
    """One point in the series' shape; shapes with more corners than a diamond are drawn as circles."""
    half = series.mark_size / 2
    corners = {
        "TRIANGLE": ((0, -half), (half, half), (-half, half)),
        "DIAMOND": ((0, -half), (half, 0), (0, half), (-half, 0)),
        "SQUARE": ((-half, -half), (half, -half), (half, half), (-half, half)),
    }.get(series.mark)
    if corners is None:
        return Shape("circle", x, y, half, color=series.color, text=text)
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return Shape("polygon", color=series.color, text=text, points=points)


def _candles(spec: Json, read: Read, width: int, height: int) -> list[Shape]:
    """Each domain value with its range as a line and open..close as a box."""
    domain = _values(spec.get("domain", {}).get("data", {}), read)
    data = (spec.get("data") or [{}])[0]
    names = ("lowSeries", "openSeries", "closeSeries", "highSeries")
    columns = [[_number(value) for value in _values(data.get(name, {}).get("data", {}), read)] for name in names]
    rows = [row for row in zip(domain, *columns, strict=False) if all(part is not None for part in row[1:])]
    numbers = [float(part) for row in rows for part in row[1:] if isinstance(part, int | float)]
    if not numbers:
        return []
    basic = {"chartType": "COLUMN"}
    ends = Series("", (min(numbers), max(numbers)), COLORS[0], "LINE")
    drawing = Drawing(width, height, [str(row[0]) for row in rows], [ends], basic)
    made = [*drawing._scale(), *drawing._labels()]
    for number, (label, *parts) in enumerate(rows):
        low, first, last, high = (float(part or 0) for part in parts)
        start, length = drawing.band(number)
        middle, thick = start + length / 2, min(length * 0.5, 24.0)
        words = f"{label}: {low:.4g} to {high:.4g}"
        made.append(Shape("path", color=COLORS[0], points=f"{middle},{drawing.up(low)} {middle},{drawing.up(high)}"))
        top, bottom = sorted((drawing.up(first), drawing.up(last)))
        made.append(Shape("rect", middle - thick / 2, top, thick, max(bottom - top, 2.0), COLORS[0], words))
    return made


def _shortened(label: str, room: float) -> str:
    letters = max(int(room / LETTER), 1)
    return label if len(label) <= letters else label[: max(letters - 1, 1)] + "…"
