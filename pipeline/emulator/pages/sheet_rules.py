"""Conditional formats of one worksheet: which background, colour and weight each visible cell gets from them.

Pure but for what it is handed: `numbers` reads a whole range (a scale needs its ends even if they are scrolled away)
and `holds` asks the calculator about a custom formula. Text, number and blank conditions are judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .sheet_ranges import Box, box
from .sheet_styles import Rgb, mix, rgb

Json = dict[str, Any]
Value = str | float | bool | None
Numbers = Callable[[Json], Sequence[float]]  # a GridRange -> the numbers in it
Holds = Callable[
    [str, Box, Box], Iterable[tuple[int, int]]
]  # formula, its range, visible part -> cells where it is true


@dataclass(frozen=True)
class Paint:
    background: Rgb | None
    text: Json  # the part of a TextFormat that the rule sets


def paints(
    rules: Sequence[Json], visible: Sequence[Box], value: Callable[[int, int], Value], numbers: Numbers, holds: Holds
) -> dict[tuple[int, int], Paint]:
    """What the rules do to visible cells; the first rule that applies to a cell wins, as in Google's editor."""
    done: dict[tuple[int, int], Paint] = {}
    for rule in rules:
        for grid_range in rule.get("ranges", []):
            parts = [part for seen in visible if (part := box(grid_range).meet(seen))]
            if "gradientRule" in rule:
                scale = Scale(rule["gradientRule"], numbers, rule["ranges"]) if parts else None
                for cell in (cell for part in parts for cell in part.cells()):
                    number = value(*cell)
                    color = scale.color(number) if scale and _is_number(number) else None
                    if color:
                        done.setdefault(cell, Paint(color, {}))
            else:
                boolean = rule.get("booleanRule", {})
                style = boolean.get("format", {})
                paint = Paint(rgb(style, "backgroundColor"), style.get("textFormat", {}))
                for part in parts:
                    for cell in cells_that_meet(boolean.get("condition", {}), box(grid_range), part, value, holds):
                        done.setdefault(cell, paint)
    return done


class Scale:
    """A colour scale of two or three points over all numbers of its ranges."""

    def __init__(self, gradient: Json, numbers: Numbers, ranges: Sequence[Json]) -> None:
        values = sorted(number for grid_range in ranges for number in numbers(grid_range))
        self.points: list[tuple[float, Rgb]] = []
        for name in ("minpoint", "midpoint", "maxpoint"):
            point = gradient.get(name)
            color = rgb(point, "color") if point else None
            if point and color and values:
                self.points.append((_place(point, values), color))

    def color(self, number: Value) -> Rgb | None:
        if not self.points:
            return None
        at = float(number)  # type: ignore[arg-type]  # the caller passes numbers only
        if at <= self.points[0][0]:
            return self.points[0][1]
        for (low, first), (high, second) in zip(self.points, self.points[1:], strict=False):
            if at <= high:
                return mix(first, second, (at - low) / (high - low) if high > low else 1.0)
        return self.points[-1][1]


def _place(point: Json, values: Sequence[float]) -> float:
    low, high = values[0], values[-1]
    kind = point.get("type", "")
    try:
        given = float(str(point.get("value", "0")).removeprefix("=") or 0)
    except ValueError:
        given = 0.0
    if kind == "MIN":
        return low
    if kind == "MAX":
        return high
    if kind == "PERCENT":
        return low + (high - low) * given / 100
    if kind == "PERCENTILE":
        at = (len(values) - 1) * given / 100
        lower = min(int(at), len(values) - 1)
        upper = min(lower + 1, len(values) - 1)
        return values[lower] + (values[upper] - values[lower]) * (at - lower)
    return given


def cells_that_meet(
    condition: Json, whole: Box, part: Box, value: Callable[[int, int], Value], holds: Holds
) -> Iterable[tuple[int, int]]:
    wanted = [str(given.get("userEnteredValue", "")) for given in condition.get("values", [])]
    kind = condition.get("type", "")
    if kind == "CUSTOM_FORMULA":
        return holds(wanted[0] if wanted else "", whole, part)
    return [cell for cell in part.cells() if meets(kind, wanted, value(*cell))]


def meets(kind: str, wanted: Sequence[str], value: Value) -> bool:
    """Whether a value meets one of Google's conditions; kinds that are about dates are not judged here."""
    blank = value is None or value == ""
    if kind in ("BLANK", "NOT_BLANK"):
        return blank == (kind == "BLANK")
    text = "" if value is None else str(value).casefold()
    if kind.startswith("TEXT_") and wanted:
        word = wanted[0].casefold()
        return {
            "TEXT_CONTAINS": word in text,
            "TEXT_NOT_CONTAINS": word not in text,
            "TEXT_STARTS_WITH": text.startswith(word),
            "TEXT_ENDS_WITH": text.endswith(word),
            "TEXT_EQ": text == word,
            "TEXT_NOT_EQ": text != word,
        }.get(kind, False)
    if not kind.startswith("NUMBER_") or blank or not _is_number(value):
        return False
    try:
        low, high = float(wanted[0]), float(wanted[-1])
    except (ValueError, IndexError):
        return False
    number = float(value)  # type: ignore[arg-type]  # a number, as just seen
    return {
        "NUMBER_GREATER": number > low,
        "NUMBER_GREATER_THAN_EQ": number >= low,
        "NUMBER_LESS": number < low,
        "NUMBER_LESS_THAN_EQ": number <= low,
        "NUMBER_EQ": number == low,
        "NUMBER_NOT_EQ": number != low,
        "NUMBER_BETWEEN": low <= number <= high,
        "NUMBER_NOT_BETWEEN": not low <= number <= high,
    }.get(kind, False)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
