"""The cells of one worksheet, kept in blocks of rows so that a small write stores a small block.

A row holds what was entered and, beside it, the number of each cell's attributes (format, note, validation ...; see
`book.py`). Rows behind the last block are empty. Knows nothing of Google's JSON.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from .typed import Formula, Value

BLOCK_ROWS = 128


class Row:
    """One row; both lists stop at the last cell that has anything."""

    __slots__ = ("attrs", "values")

    def __init__(self, values: list[Value], attrs: list[int]) -> None:
        self.values = values
        self.attrs = attrs

    def value(self, column: int) -> Value:
        return self.values[column] if column < len(self.values) else None

    def any(self, left: int, right: int) -> bool:
        """Whether one of the cells left..right, the last included, has a value."""
        part = self.values[max(left, 0) : right + 1]
        return part.count(None) < len(part)

    def attr(self, column: int) -> int:
        return self.attrs[column] if column < len(self.attrs) else 0

    def set_value(self, column: int, value: Value) -> None:
        _put(self.values, column, value, None)

    def set_attr(self, column: int, attr: int) -> None:
        _put(self.attrs, column, attr, 0)

    def clear(self, left: int, right: int) -> None:
        """Take the values of columns left..right away; their attributes stay."""
        self.values = trim(self.values[:left] + [None] * (right - left) + self.values[right:], None)

    @property
    def width(self) -> int:
        return max(len(self.values), len(self.attrs))

    def part(self, left: int = 0, right: int | None = None) -> Row:
        return Row(self.values[left:right], self.attrs[left:right])

    def paste(self, left: int, right: int, part: Row | None) -> None:
        """Replace the cells of columns left..right by those of `part`, which starts at `left`."""
        for column in range(left, right):
            self.set_value(column, part.value(column - left) if part else None)
            self.set_attr(column, part.attr(column - left) if part else 0)


def _put(cells: list[Any], column: int, item: Any, blank: Any) -> None:
    if column < len(cells):
        cells[column] = item
        while cells and cells[-1] == blank:
            cells.pop()
    elif item != blank:
        cells.extend([blank] * (column - len(cells)))
        cells.append(item)


def _dumped(values: list[Any]) -> list[Any]:
    """Cells as they are stored: a formula is marked, so that a text beginning with `=` stays a text."""
    return [{"f": value} if type(value) is Formula else value for value in values]


class Block:
    """A run of rows as it is stored; `rows` is None until it is read."""

    __slots__ = ("_formulas", "dirty", "id", "rows", "size")

    def __init__(self, id_: int | None, size: int, formulas: int | None, rows: list[Row | None] | None) -> None:
        self.id = id_
        self.size = size
        self._formulas = formulas
        self.rows = rows
        self.dirty = rows is not None

    @property
    def formulas(self) -> int:
        """How many formulas stand in it; counted again only after a change."""
        if self._formulas is None:
            self._formulas = sum(type(v) is Formula for row in self.rows or () if row for v in row.values)
        return self._formulas

    def changed(self) -> None:
        self.dirty, self._formulas = True, None

    def replace(self, rows: list[Row | None]) -> None:
        self.rows, self.size = rows, len(rows)
        self.changed()

    def dump(self) -> str:
        rows = [row and [_dumped(row.values) if self.formulas else row.values, row.attrs] for row in self.rows or ()]
        return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)

    def load(self, text: str) -> list[Row | None]:
        rows = self.rows = [row and Row(*row) for row in json.loads(text)]
        if self._formulas:
            for row in filter(None, rows):
                row.values = [Formula(v["f"]) if isinstance(v, dict) else v for v in row.values]
        return rows


class Grid:
    """All rows of a worksheet. `fetch` reads one stored block's text."""

    def __init__(self, blocks: list[Block], fetch: Callable[[int], str]) -> None:
        self.blocks = blocks
        self.removed: list[int] = []
        self.version = 0  # advances with every change, so that calculated values know when they are stale
        self._fetch = fetch
        self._index()

    def _index(self) -> None:
        self.starts = [0, *accumulate(block.size for block in self.blocks)]

    @property
    def height(self) -> int:
        """The rows that are stored; all below are empty."""
        return self.starts[-1]

    @property
    def formulas(self) -> int:
        return sum(block.formulas for block in self.blocks)

    def rows_of(self, block: Block) -> list[Row | None]:
        return block.load(self._fetch(block.id or 0)) if block.rows is None else block.rows

    def _find(self, row: int) -> tuple[int, int]:
        """The block's number and the row's place in it; the end of the last block for a row behind it."""
        number = bisect_right(self.starts, row) - 1
        return number, row - self.starts[number]

    def row(self, index: int) -> Row | None:
        if index >= self.height:
            return None
        number, place = self._find(index)
        return self.rows_of(self.blocks[number])[place]

    def rows(self, top: int, bottom: int, *, formulas_only: bool = False) -> Iterator[tuple[int, Row]]:
        """The rows of top..bottom that have anything, with their index; whole blocks without formulas are skipped
        when only formulas are asked for."""
        number, _ = self._find(top)
        while number < len(self.blocks) and self.starts[number] < bottom:
            block, start = self.blocks[number], self.starts[number]
            if not formulas_only or block.formulas:
                rows = self.rows_of(block)
                for place in range(max(top - start, 0), min(bottom - start, block.size)):
                    if (row := rows[place]) is not None:
                        yield start + place, row
            number += 1

    def backwards(self, top: int, bottom: int) -> Iterator[tuple[int, Row]]:
        """The rows of top..bottom that have anything, last first."""
        for index in range(min(bottom, self.height) - 1, top - 1, -1):
            if (row := self.row(index)) is not None:
                yield index, row

    def edit(self, index: int) -> Row:
        """The row to change in place; grows the grid's store when it is below it."""
        if index >= self.height:
            self._grow(index + 1)
        number, place = self._find(index)
        block = self.blocks[number]
        rows = self.rows_of(block)
        self.version += 1
        block.changed()
        row = rows[place]
        if row is None:
            row = rows[place] = Row([], [])
        return row

    def put(self, index: int, row: Row | None) -> None:
        """Replace a whole row."""
        if row is None and index >= self.height:
            return
        self.edit(index)
        number, place = self._find(index)
        self.rows_of(self.blocks[number])[place] = row

    def clear(self, top: int, left: int, bottom: int, right: int) -> None:
        """Take the values of an area away; attributes stay."""
        for index, row in self.rows(top, bottom):
            if row.any(left, right - 1):
                self.edit(index).clear(left, right)

    def _grow(self, height: int) -> None:
        """Store empty rows up to a height: the last block is filled up, then others follow."""
        missing = height - self.height
        while missing > 0:
            if not self.blocks or self.blocks[-1].size >= BLOCK_ROWS:
                self.blocks.append(Block(None, 0, 0, []))
            last = self.blocks[-1]
            more = min(BLOCK_ROWS - last.size, missing)
            last.replace(self.rows_of(last) + [None] * more)
            missing -= more
        self._index()

    def insert(self, at: int, rows: Sequence[Row | None]) -> None:
        """Put rows in front of row `at`; a block that becomes too large is parted."""
        if at >= self.height:
            for index, row in enumerate(rows, at):
                self.put(index, row)
            return
        number, place = self._find(at)
        block = self.blocks[number]
        both = self.rows_of(block)
        both[place:place] = rows
        size = BLOCK_ROWS if len(both) > 2 * BLOCK_ROWS else len(both)
        block.replace(both[:size])
        parts = [both[start : start + size] for start in range(size, len(both), size)]
        self.blocks[number + 1 : number + 1] = [Block(None, len(part), None, part) for part in parts]
        self._index()
        self.version += 1

    def delete(self, at: int, count: int) -> list[Row | None]:
        """Take out rows and give them back."""
        taken: list[Row | None] = []
        end = min(at + count, self.height)
        while at < end:
            number, place = self._find(at)
            block = self.blocks[number]
            rows = self.rows_of(block)
            here = min(block.size - place, end - at)
            taken += rows[place : place + here]
            block.replace(rows[:place] + rows[place + here :])
            if not block.size:
                del self.blocks[number]
                self.removed += [block.id] if block.id is not None else []
            self._index()
            end -= here
        self.version += 1
        return taken + [None] * (count - len(taken))

    def columns(self, change: Callable[[list[Any], Any], list[Any]]) -> None:
        """Rewrite every row's lists of values (blank None) and attributes (blank 0)."""
        for block in self.blocks:
            for row in self.rows_of(block):
                if row:
                    row.values = row.values and trim(change(row.values, None), None)
                    row.attrs = row.attrs and trim(change(row.attrs, 0), 0)
            block.changed()
        self.version += 1


def trim(cells: list[Any], blank: Any) -> list[Any]:
    """The list without its trailing blanks."""
    end = len(cells)
    while end and cells[end - 1] == blank:
        end -= 1
    return cells[:end] if end < len(cells) else cells
