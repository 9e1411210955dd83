"""Ranges and cell names for the spreadsheet page: Google's half-open GridRange, open where an end is absent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FAR = 1 << 30


@dataclass(frozen=True)
class Box:
    """Rows top..bottom and columns left..right, the last ones excluded."""

    top: int
    bottom: int
    left: int
    right: int

    def __contains__(self, cell: tuple[int, int]) -> bool:
        row, column = cell
        return self.top <= row < self.bottom and self.left <= column < self.right

    def meet(self, other: Box) -> Box | None:
        box = Box(
            max(self.top, other.top),
            min(self.bottom, other.bottom),
            max(self.left, other.left),
            min(self.right, other.right),
        )
        return box if box.top < box.bottom and box.left < box.right else None

    def cells(self) -> Iterator[tuple[int, int]]:
        return ((row, column) for row in range(self.top, self.bottom) for column in range(self.left, self.right))


def box(grid_range: dict[str, Any]) -> Box:
    return Box(
        grid_range.get("startRowIndex", 0),
        grid_range.get("endRowIndex", FAR),
        grid_range.get("startColumnIndex", 0),
        grid_range.get("endColumnIndex", FAR),
    )


def column_name(column: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


def cell_name(row: int, column: int) -> str:
    return f"{column_name(column)}{row + 1}"


def quoted(title: str) -> str:
    """A worksheet's title as it stands in an A1 range."""
    return "'" + title.replace("'", "''") + "'"
