"""Intervals as places on a line, for drawing: numbers only, the template makes the picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

WIDTH, MARGIN = 240.0, 12.0


@dataclass(frozen=True)
class Axis:
    """A line from `low` to `high` in a picture `WIDTH` wide, with marks at whole numbers."""

    low: float
    high: float

    def at(self, value: float | Fraction) -> float:
        """Where a value lies; what is beyond an end lies on it."""
        inside = min(max(float(value), self.low), self.high)
        return round(MARGIN + (inside - self.low) / ((self.high - self.low) or 1) * (WIDTH - 2 * MARGIN), 2)

    @property
    def marks(self) -> list[tuple[float, str]]:
        """Place and text of each whole number, at most eleven."""
        whole = range(int(self.low), int(self.high) + 1, max(1, round((self.high - self.low) / 10)))
        return [(self.at(value), str(value)) for value in whole]


@dataclass(frozen=True)
class Drawing:
    """One line of a picture: its marks, the interval from `left` to `right`, a mark for the score and one beside it."""

    axis: Axis
    said: str  # the same in words, for who cannot see it
    point: float | None = None
    interval: tuple[float, float] | None = None
    beside: float | None = None


def of_score(
    axis: Axis,
    said: str,
    score: Fraction | float | None,
    interval: tuple[float, float] | None = None,
    adjusted: float | None = None,
) -> Drawing:
    return Drawing(
        axis,
        said,
        None if score is None else axis.at(score),
        None if interval is None else (axis.at(interval[0]), axis.at(interval[1])),
        None if adjusted is None else axis.at(adjusted),
    )


def around_zero(intervals: Iterable[tuple[float, float] | None]) -> Axis:
    """An axis for severities, as far to the left as to the right."""
    widest = max((max(abs(end) for end in each) for each in intervals if each), default=1.0)
    reach = float(max(1, int(widest) + (widest > int(widest))))
    return Axis(-reach, reach)
