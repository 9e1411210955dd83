"""A1 notation and grid ranges: which cells a request means. Knows a spreadsheet's worksheets and named ranges by
protocol only, and touches no cell.

Areas are half-open and zero-based; `FAR` as bottom or right means open-ended (to the end of the grid).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from .refusal import Refusal, invalid

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


class Sized(Protocol):
    """What the grammar asks of a worksheet."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def row_count(self) -> int: ...
    @property
    def column_count(self) -> int: ...


class Named(Protocol):
    """What the grammar asks of a spreadsheet."""

    @property
    def worksheets(self) -> Iterable[Sized]: ...
    @property
    def named_ranges(self) -> Iterable[dict[str, Any]]: ...


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


_CELLS = re.compile(r"\$?([A-Za-z]{1,3})?\$?([1-9]\d*)?(?::\$?([A-Za-z]{1,3})?\$?([1-9]\d*)?)?", re.ASCII)
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
        row, column = int(match[1]), int(match[2])
        rows, columns = sorted((row, int(match[3] or row))), sorted((column, int(match[4] or column)))
        return rows[0] - 1, columns[0] - 1, rows[1], columns[1]
    match = _CELLS.fullmatch(text_)
    if not match:
        return None
    column1, row1, column2, row2 = match.groups()
    if ":" not in text_:
        if not (column1 and row1):
            return None
        column2, row2 = column1, row1
    if bool(column1) != bool(column2) and not (row1 and row2):
        return None
    if not (column1 or row1) or not (column2 or row2):
        return None
    left, right = (column_index(name) if name else None for name in (column1, column2))
    top, bottom = (int(row) - 1 if row else None for row in (row1, row2))
    if left is not None and right is not None and left > right:
        left, right = right, left
    if top is not None and bottom is not None and top > bottom:
        top, bottom = bottom, top
    if max(left or 0, right or 0) >= MAX_COLUMN:
        return None
    if top is None and bottom is not None:  # `A:B5` is read as `A5:B`
        top, bottom = bottom, None
    if left is None and right is not None:
        left, right = right, None
    return top or 0, left or 0, FAR if bottom is None else bottom + 1, FAR if right is None else right + 1


def _by_title(book: Named, title: str) -> Sized | None:
    folded = title.casefold()
    return next((sheet for sheet in book.worksheets if sheet.title.casefold() == folded), None)


def parse(range_: str, book: Named) -> Area:
    """The area that a range names: `Sheet1!A1:B2`, `'My tab'!A:A`, `A1`, a worksheet's title or a named range.

    Unquoted, a cell reference wins over a named range and that over a title; quoted, it is a title.
    """
    range_ = range_.strip()
    match = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?|(?:([^'].*)!)?(.*)", range_, re.DOTALL)
    if not range_ or not match:
        raise unparsable(range_)
    quoted, quoted_cells, plain, rest = match.groups()
    if quoted is not None or plain is not None:
        title, cells = (quoted.replace("''", "'"), quoted_cells) if quoted is not None else (plain, rest)
        sheet = _by_title(book, title)
        if sheet is None:
            raise unparsable(range_)
        if cells is None:
            return Area(sheet.id)
        place = corners(cells)
        if place is None:
            raise unparsable(range_)
        return Area(sheet.id, *place)
    place = corners(rest)
    if place is not None:
        return Area(next(sheet.id for sheet in book.worksheets if not sheet.hidden), *place)
    for named in book.named_ranges:
        if named["name"].casefold() == rest.casefold():
            return from_grid(named["range"])
    sheet = _by_title(book, rest)
    if sheet is None:
        raise unparsable(range_)
    return Area(sheet.id)


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


def check(area: Area, sheet: Sized) -> Area:
    """The area clipped to the grid; refused when it is none, or starts outside, as Google refuses it."""
    for name, start, end in (("Row", area.top, area.bottom), ("Column", area.left, area.right)):
        if start < 0 or end <= start:
            shown = f"start{name}Index[{start}]" + (f", end{name}Index[{end}]" if end != FAR else "")
            raise invalid(f"Invalid range: {shown}")
    if area.top >= sheet.row_count or area.left >= sheet.column_count:
        raise exceeds(area, sheet)
    return area.clip(sheet.row_count, sheet.column_count)


def exceeds(area: Area, sheet: Sized) -> Refusal:
    return invalid(
        f"Range ({text(area, sheet.title)}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )
