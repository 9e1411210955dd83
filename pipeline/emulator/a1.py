"""A1 notation and grid ranges: which cells a request means. Touches no cell.

Areas are half-open and zero-based; `FAR` as bottom or right means open-ended (to the end of the grid).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .refusal import Refusal, invalid

if TYPE_CHECKING:
    from .book import Book, Worksheet

MAX_COLUMN = 18278  # ZZZ
FAR = 1 << 40


@dataclass(frozen=True)
class Area:
    """A rectangle of one worksheet."""

    sheet: int
    top: int = 0
    left: int = 0
    bottom: int = FAR
    right: int = FAR

    def clip(self, rows: int, columns: int) -> Area:
        """The same rectangle inside a grid of that size."""
        return replace(self, bottom=min(self.bottom, rows), right=min(self.right, columns))

    def meets(self, other: Area) -> bool:
        """Whether they have a cell in common."""
        return (
            self.sheet == other.sheet
            and self.top < other.bottom
            and other.top < self.bottom
            and self.left < other.right
            and other.left < self.right
        )

    def holds(self, other: Area) -> bool:
        """Whether the other lies inside this one."""
        return (
            self.top <= other.top
            and self.left <= other.left
            and other.bottom <= self.bottom
            and other.right <= self.right
        )

    @property
    def is_cell(self) -> bool:
        return self.bottom == self.top + 1 and self.right == self.left + 1


def column_name(index: int) -> str:
    """`0` -> `A`, `26` -> `AA`."""
    name = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        name = chr(65 + digit) + name
    return name


def column_index(name: str) -> int:
    """`A` -> `0`; the inverse of `column_name`, in either case."""
    index = 0
    for letter in name.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


_CORNER = r"\$?([A-Za-z]{1,3})?\$?([1-9]\d*)?"
_CELLS = re.compile(rf"{_CORNER}(?::{_CORNER})?", re.ASCII)
_R1C1 = re.compile(r"[Rr]([1-9]\d*)[Cc]([1-9]\d*)(?::[Rr]([1-9]\d*)[Cc]([1-9]\d*))?", re.ASCII)
_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*", re.ASCII)
_PLAIN_TITLE = re.compile(r"[^\W\d]\w*")


def quote(title: str) -> str:
    """A worksheet's title as it stands in an A1 reference: quoted only when it must be."""
    if _PLAIN_TITLE.fullmatch(title) and not _CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def cells_text(area: Area) -> str:
    """`A1:B2`, without the worksheet; one cell is `A1`, an open end has no number or letter."""
    start = f"{column_name(area.left)}{area.top + 1}"
    if area.is_cell:
        return start
    end = "" if area.right == FAR else column_name(area.right - 1)
    end += "" if area.bottom == FAR else str(area.bottom)
    return f"{start}:{end}" if end else start


def text(area: Area, title: str) -> str:
    return f"{quote(title)}!{cells_text(area)}"


def unparsable(range_: str) -> Refusal:
    return invalid(f"Unable to parse range: {range_}")


def corners(text_: str) -> tuple[int, int, int, int] | None:
    """Top, left, bottom, right of `A1`, `A1:B2`, `B:C`, `2:3`, `A5:A`, `R1C1`; None when it is none of these."""
    if match := _R1C1.fullmatch(text_):
        rows = [int(match[1]) - 1, int(match[3] or match[1]) - 1]
        columns = [int(match[2]) - 1, int(match[4] or match[2]) - 1]
    elif match := _CELLS.fullmatch(text_):
        first = match.group(1, 2)
        ends = [first, match.group(3, 4) if ":" in text_ else first]
        columns = [column_index(name) for name, _ in ends if name]
        rows = [int(number) - 1 for _, number in ends if number]
        closed = len(rows) == 2 and len(columns) == 2
        open_ended = ":" in text_ and all(map(any, ends)) and (len(rows) == 2 or len(columns) == 2)
        if not (closed or open_ended) or max(columns, default=0) >= MAX_COLUMN:
            return None
    else:
        return None
    (top, bottom), (left, right) = span(rows), span(columns)
    return top, left, bottom, right


def span(ends: Iterable[int | None]) -> tuple[int, int]:
    """From the first to behind the last of two ends, in whichever order; with one alone it is open (`A:B5` is `A5:B`)."""
    told = [end for end in ends if end is not None]
    return min(told, default=0), max(told) + 1 if len(told) == 2 else FAR


def parse(range_: str, book: Book) -> Area:
    """The area that a range names: `Sheet1!A1:B2`, `'My tab'!A:A`, `A1`, a worksheet's title or a named range.

    Unquoted, a cell reference wins over a named range and that over a title; quoted, it is a title.
    """
    range_ = range_.strip()
    match = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?|(?:([^'].*)!)?(.*)", range_, re.DOTALL)
    if not range_ or not match:
        raise unparsable(range_)
    quoted, quoted_cells, title, cells = match.groups()
    if quoted is not None:
        title, cells = quoted.replace("''", "'"), quoted_cells
    elif title is None:
        if place := corners(cells):
            return Area(next(sheet.id for sheet in book.worksheets if not sheet.hidden), *place)
        for named in book.named_ranges:
            if named["name"].casefold() == cells.casefold():
                return from_grid(named["range"])
        title, cells = cells, None
    sheet = book.by_title(title)
    place = (0, 0, FAR, FAR) if cells is None else corners(cells)
    if sheet is None or place is None:
        raise unparsable(range_)
    return Area(sheet.id, *place)


def from_grid(grid: dict[str, Any]) -> Area:
    """Google's GridRange as an area; a missing index is an open edge."""
    return Area(
        grid.get("sheetId", 0),
        grid.get("startRowIndex", 0),
        grid.get("startColumnIndex", 0),
        grid.get("endRowIndex", FAR),
        grid.get("endColumnIndex", FAR),
    )


def to_grid(area: Area) -> dict[str, Any]:
    """An area as Google answers it: a sheetId of 0 and open edges are left out."""
    grid: dict[str, Any] = {"sheetId": area.sheet} if area.sheet else {}
    if area.top or area.bottom != FAR:
        grid["startRowIndex"] = area.top
    if area.bottom != FAR:
        grid["endRowIndex"] = area.bottom
    if area.left or area.right != FAR:
        grid["startColumnIndex"] = area.left
    if area.right != FAR:
        grid["endColumnIndex"] = area.right
    return grid


def check(area: Area, sheet: Worksheet) -> Area:
    """The area clipped to the grid; refused when it is none, or starts outside, as Google refuses it."""
    for name, start, end in (("Row", area.top, area.bottom), ("Column", area.left, area.right)):
        if start < 0 or end <= start:
            shown = f"start{name}Index[{start}]" + (f", end{name}Index[{end}]" if end != FAR else "")
            raise invalid(f"Invalid range: {shown}")
    if area.top >= sheet.row_count or area.left >= sheet.column_count:
        raise exceeds(area, sheet)
    return area.clip(sheet.row_count, sheet.column_count)


def exceeds(area: Area, sheet: Worksheet) -> Refusal:
    return invalid(
        f"Range ({text(area, sheet.title)}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )
