"""What conditional format rules do to cells: gradients, comparisons, texts, blanks and custom formulas.

Of several rules that hold for a cell, an earlier one wins each property. Not claimed: dates that are told from today
(`relativeDate`), for which a condition never holds.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from . import calc, references
from .a1 import Area, from_grid
from .book import Book
from .calc import CellError
from .calls import Json
from .cells import Reader, laid_over
from .typed import Formula, Value, entered

Effects = dict[tuple[int, int], Json]
_NUMBERS: dict[str, Callable[[float, Sequence[float]], bool]] = {
    "NUMBER_GREATER": lambda x, v: x > v[0],
    "NUMBER_GREATER_THAN_EQ": lambda x, v: x >= v[0],
    "NUMBER_LESS": lambda x, v: x < v[0],
    "NUMBER_LESS_THAN_EQ": lambda x, v: x <= v[0],
    "NUMBER_EQ": lambda x, v: x == v[0],
    "NUMBER_NOT_EQ": lambda x, v: x != v[0],
    "NUMBER_BETWEEN": lambda x, v: v[0] <= x <= v[1],
    "NUMBER_NOT_BETWEEN": lambda x, v: not v[0] <= x <= v[1],
    "NUMBER_IS_VALID": lambda x, v: True,
}
_DATES = {  # days are compared as numbers
    "DATE_EQ": "NUMBER_EQ",
    "DATE_BEFORE": "NUMBER_LESS",
    "DATE_AFTER": "NUMBER_GREATER",
    "DATE_ON_OR_BEFORE": "NUMBER_LESS_THAN_EQ",
    "DATE_ON_OR_AFTER": "NUMBER_GREATER_THAN_EQ",
    "DATE_BETWEEN": "NUMBER_BETWEEN",
    "DATE_NOT_BETWEEN": "NUMBER_NOT_BETWEEN",
    "DATE_IS_VALID": "NUMBER_IS_VALID",
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "TEXT_CONTAINS": lambda x, v: v in x,
    "TEXT_NOT_CONTAINS": lambda x, v: v not in x,
    "TEXT_STARTS_WITH": lambda x, v: x.startswith(v),
    "TEXT_ENDS_WITH": lambda x, v: x.endswith(v),
    "TEXT_EQ": lambda x, v: x == v,
}


def effects(book: Book, reader: Reader, area: Area) -> Effects:
    """The formats that the worksheet's rules lay over the cells of a clipped area."""
    found: Effects = {}
    for rule in reader.sheet.doc.get("conditionalFormats", []):
        for place, layer in _effects(book, reader, rule, area):
            found[place] = laid_over(layer, found.get(place, {}))
    return found


def _effects(book: Book, reader: Reader, rule: Json, area: Area) -> Iterator[tuple[tuple[int, int], Json]]:
    sheet = reader.sheet
    ranges = [from_grid(grid).clip(sheet.row_count, sheet.column_count) for grid in rule.get("ranges", [])]
    cells = [cell for part in ranges for cell in _cells(reader, part, area)]
    if "gradientRule" in rule:
        points = [
            rule["gradientRule"][name] for name in ("minpoint", "midpoint", "maxpoint") if name in rule["gradientRule"]
        ]
        everything = [v for part in ranges for _, v in _cells(reader, part, part) if _is_number(v)]
        if not everything:
            return
        stops = [(_stop(point, everything), point.get("color", {})) for point in points]
        for place, value in cells:
            if _is_number(value):
                color = _blend(float(value), stops)
                yield place, {"backgroundColor": color, "backgroundColorStyle": {"rgbColor": color}}
    elif "booleanRule" in rule and ranges:
        boolean = rule["booleanRule"]
        origin = (min(part.top for part in ranges), min(part.left for part in ranges))
        for place in holds(book, reader, boolean.get("condition", {}), cells, origin):
            yield place, boolean.get("format", {})


def _cells(reader: Reader, part: Area, area: Area) -> Iterator[tuple[tuple[int, int], Any]]:
    """Every cell, empty ones too, that lies in both."""
    top, bottom = max(part.top, area.top), min(part.bottom, area.bottom)
    left, right = max(part.left, area.left), min(part.right, area.right)
    for index, row, _ in reader.rows(top, bottom):
        for column in range(left, right):
            yield (index, column), reader.effective(index, column, row.value(column))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _stop(point: Json, values: Sequence[float]) -> float:
    kind, low, high = point.get("type"), min(values), max(values)
    if kind == "MIN":
        return low
    if kind == "MAX":
        return high
    given, _ = entered(str(point.get("value", "0")))
    number = float(given) if isinstance(given, int | float) else 0.0
    if kind == "PERCENT":
        return low + (high - low) * number / 100
    if kind == "PERCENTILE" and len(values) > 1:
        place = (len(values) - 1) * min(max(number, 0), 100) / 100
        ordered = sorted(values)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return statistics.fmean([ordered[below], ordered[above]], [1 - (place - below), place - below])
    return number


def _blend(value: float, stops: Sequence[tuple[float, Json]]) -> Json:
    if value <= stops[0][0]:
        return dict(stops[0][1])
    for (low, start), (high, end) in pairwise(stops):
        if value <= high and high > low:
            share = (value - low) / (high - low)
            mixed = {n: start.get(n, 0) + (end.get(n, 0) - start.get(n, 0)) * share for n in ("red", "green", "blue")}
            return {name: channel for name, channel in mixed.items() if channel}
    return dict(stops[-1][1])


def holds(
    book: Book,
    reader: Reader,
    condition: Json,
    cells: Sequence[tuple[tuple[int, int], Value | CellError]],
    origin: tuple[int, int],
) -> Iterator[tuple[int, int]]:
    """The places, among these cells, for which a condition is true; a formula in it is meant for `origin`."""
    kind = str(condition.get("type", ""))
    texts = [value.get("userEnteredValue", "") for value in condition.get("values", [])]
    typed = [entered(text)[0] for text in texts]
    if kind == "CUSTOM_FORMULA":
        formulas = [
            references.carried(str(typed[0]), row - origin[0], column - origin[1]) for (row, column), _ in cells
        ]
        verdicts = calc.answers(book, reader.sheet, formulas)
        yield from (
            place for (place, _), verdict in zip(cells, verdicts, strict=True) if verdict is True or _truthy(verdict)
        )
        return
    formulas = [value for value in typed if type(value) is Formula]
    answers = dict(zip(formulas, calc.answers(book, reader.sheet, formulas), strict=True)) if formulas else {}
    given = [answers[value] if type(value) is Formula else value for value in typed]
    compare = _NUMBERS.get(_DATES.get(kind) or kind)
    for place, value in cells:
        if (kind == "BLANK" and value in (None, "")) or (kind == "NOT_BLANK" and value not in (None, "")):
            yield place
        elif compare and _is_number(value) and all(map(_is_number, given)):
            if kind not in _DATES:
                holds_here = compare(value, given)  # type: ignore[arg-type]
            else:
                holds_here = _is_moment(reader, place) and compare(int(value), given)  # type: ignore[arg-type]
            if holds_here:
                yield place
        elif kind in _TEXTS and texts and not isinstance(value, CellError):
            text = "" if value is None else str(value)
            if _TEXTS[kind](text.casefold(), str(given[0] if answers else texts[0]).casefold()):
                yield place


def _is_moment(reader: Reader, place: tuple[int, int]) -> bool:
    row = reader.sheet.grid.row(place[0])
    return row is not None and reader.is_moment(row.attr(place[1]), row.value(place[1]))


def _truthy(answer: Any) -> bool:
    return _is_number(answer) and bool(answer)
