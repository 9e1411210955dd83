"""References inside the text of a formula: found, moved with rows and columns, renamed with worksheets.

Pure text work, so that a formula that the engine does not know survives every change of the grid too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from .a1 import column_index, column_name, quote, span

_SHEET = r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!"
_CELL = r"(?:\$?[A-Za-z]{1,3}\$?[1-9]\d*)"
_COLUMN = r"\$?[A-Za-z]{1,3}"
_AREA = rf"(?:{_CELL}:{_CELL}|{_CELL}:{_COLUMN}|{_CELL}:\$?\d+|{_COLUMN}:{_COLUMN}|\$?\d+:\$?\d+|{_CELL})"
TOKEN = re.compile(
    rf'(?P<string>"(?:[^"]|"")*"?)|(?P<ref>(?:{_SHEET})?(?P<area>{_AREA})(?![\w(.!]))|(?:{_SHEET})?(?P<error>\#[A-Z/0]+[!?A])'
    r"|(?P<name>[^\W\d][\w.]*|'(?:[^']|'')+'!)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<other>.)",
    re.DOTALL,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]{1,3})?(\$?)(\d+)?")
REF = "#REF!"


@dataclass(frozen=True)
class Corner:
    """One end of a reference, zero-based; None where the reference is open (`A:A` has no rows)."""

    column: int | None
    row: int | None
    fixed_column: bool = False
    fixed_row: bool = False

    def __str__(self) -> str:
        column = "" if self.column is None else "$" * self.fixed_column + column_name(self.column)
        row = "" if self.row is None else "$" * self.fixed_row + str(self.row + 1)
        return column + row


@dataclass(frozen=True)
class Reference:
    """`Sheet1!A1:B$2`; `end` is None for a single cell."""

    sheet: str | None
    start: Corner
    end: Corner | None

    @property
    def rows(self) -> tuple[int, int]:
        return span((self.start.row, (self.end or self.start).row))

    @property
    def columns(self) -> tuple[int, int]:
        return span((self.start.column, (self.end or self.start).column))

    def __str__(self) -> str:
        prefix = "" if self.sheet is None else quote(self.sheet) + "!"
        return prefix + str(self.start) + ("" if self.end is None else f":{self.end}")


@lru_cache(maxsize=1 << 16)
def _corner(text: str) -> Corner:
    dollar, letters, dollar2, digits = _CORNER.findall(text)[0]
    if not letters:  # the one `$` of a row alone
        return Corner(None, int(digits) - 1, fixed_row=bool(dollar or dollar2))
    return Corner(column_index(letters), int(digits) - 1 if digits else None, bool(dollar), bool(dollar2))


def title_of(prefix: str) -> str:
    return prefix[1:-1].replace("''", "'") if prefix.startswith("'") else prefix


def reference(match: re.Match[str]) -> Reference:
    """The reference that a `ref` token is."""
    start, _, end = match["area"].partition(":")
    sheet = match["ref"].rpartition("!")[0]
    return Reference(title_of(sheet) if sheet else None, _corner(start), _corner(end) if end else None)


def each(formula: str, change: Callable[[Reference], str | Reference]) -> str:
    """The formula with every reference replaced; strings, names and numbers stay as they are."""

    def replaced(match: re.Match[str]) -> str:
        return str(change(reference(match))) if match["ref"] else match[0]

    return TOKEN.sub(replaced, formula)


def fixed(formula: str) -> str:
    """The formula with every reference absolute: `=A2:B` is `=$A$2:$B`."""

    def fix(corner: Corner) -> Corner:
        return replace(corner, fixed_column=True, fixed_row=True)

    return each(formula, lambda ref: replace(ref, start=fix(ref.start), end=ref.end and fix(ref.end)))


Move = Callable[[int, int], tuple[int, int] | None]
"""From the first and last index of a run to where they are afterwards; None when nothing of it is left."""


def inserted(at: int, count: int) -> Move:
    return lambda first, last: (first + count * (first >= at), last + count * (last >= at))


def deleted(at: int, count: int) -> Move:
    def move(first: int, last: int) -> tuple[int, int] | None:
        first = first if first < at else max(at, first - count)
        last = last if last < at else at - 1 if last < at + count else last - count
        return (first, last) if first <= last else None

    return move


def moved(start: int, end: int, to: int) -> Move:
    """Rows or columns start..end go in front of `to`; both indexes as before the move."""

    def place(index: int) -> int:
        count = end - start
        if start <= index < end:
            return index - start + (to if to < start else to - count)
        if to <= index < start:
            return index + count
        return index - count if end <= index < to else index

    def move(first: int, last: int) -> tuple[int, int]:
        a, b = place(first), place(last)
        return min(a, b), max(a, b)

    return move


@lru_cache(maxsize=1 << 17)
def _named(formula: str, rows: bool) -> frozenset[str]:
    """The worksheets of which a formula names rows (or columns) by their number, "" being its own."""
    refs = (reference(match) for match in TOKEN.finditer(formula) if match["ref"])
    return frozenset(
        (ref.sheet or "").casefold() for ref in refs if (ref.start.row if rows else ref.start.column) is not None
    )


def shifted(formula: str, home: str, sheet: str, move: Move, *, rows: bool) -> str:
    """The formula of worksheet `home` after rows (or columns) of `sheet` moved."""
    named = _named(formula, rows)  # known from the time before, for nearly all formulas
    if sheet.casefold() not in named and not ("" in named and home.casefold() == sheet.casefold()):
        return formula

    def change(ref: Reference) -> str | Reference:
        if (ref.sheet or home).casefold() != sheet.casefold():
            return ref
        end = ref.end or ref.start
        first, last = (ref.start.row, end.row) if rows else (ref.start.column, end.column)
        if first is None:
            return ref
        place = move(first, first if last is None else max(first, last))
        if place is None:
            return REF
        start = replace(ref.start, row=place[0]) if rows else replace(ref.start, column=place[0])
        if last is not None:
            end = replace(end, row=place[1]) if rows else replace(end, column=place[1])
        return Reference(ref.sheet, start, end if ref.end else None)

    return each(formula, change)


def carried(formula: str, rows: int, columns: int) -> str:
    """The formula copied that many rows down and columns right: relative references go along."""

    def corner(old: Corner) -> Corner | None:
        row = old.row if old.row is None or old.fixed_row else old.row + rows
        column = old.column if old.column is None or old.fixed_column else old.column + columns
        if (row is not None and row < 0) or (column is not None and column < 0):
            return None
        return replace(old, row=row, column=column)

    def change(ref: Reference) -> str | Reference:
        start, end = corner(ref.start), ref.end and corner(ref.end)
        if start is None or (ref.end and end is None):
            return REF
        return Reference(ref.sheet, start, end)

    return each(formula, change) if rows or columns else formula


def renamed(formula: str, old: str, new: str | None) -> str:
    """The formula after a worksheet got another title, or (`new` None) was deleted."""

    def change(ref: Reference) -> str | Reference:
        if ref.sheet is None or ref.sheet.casefold() != old.casefold():
            return ref
        return REF if new is None else replace(ref, sheet=new)

    return each(formula, change)
