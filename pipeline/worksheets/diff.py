"""Requests that turn what a worksheet holds into what it should hold, touching only the rows that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import EMPTY, Json, same

Row = Sequence[Json | None]  # None: leave that cell as it is


def rewrite(
    sheet_id: int,
    have: Sequence[Sequence[Mapping[str, Any]]],
    want: Sequence[Row],
    *,
    top: int = 0,
    clear_below: bool = True,
    fields: str = "userEnteredValue",
) -> Iterator[Json]:
    """Rows of `want` that differ from `have`, run by run; rows that `have` holds below them are emptied.

    Both begin at the worksheet's row `top`.
    """
    width = max(map(len, want), default=0)
    changed: list[tuple[int, int, list[Json]]] = []  # row, column, cells
    for index, row in enumerate(want):
        held = have[index] if index < len(have) else ()
        for left, cells in _runs(row, held):
            changed.append((index, left, cells))
    if clear_below:
        for index in range(len(want), len(have)):
            blank: Row = [EMPTY] * min(width, len(have[index]))
            changed += [(index, left, cells) for left, cells in _runs(blank, have[index])]
    changed.sort(key=lambda run: (run[1], run[0]))  # runs below each other are written together
    yield from blocks(sheet_id, [(top + row, left, cells) for row, left, cells in changed], fields)


def _runs(row: Row, held: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, list[Json]]]:
    """The stretches of a row to write: those in which a cell differs, broken where a cell is not ours."""
    start: int | None = None
    differs = False
    for place in range(len(row) + 1):
        cell = row[place] if place < len(row) else None
        if cell is not None:
            if start is None:
                start, differs = place, False
            differs = differs or not same(cell, held[place] if place < len(held) else {})
        elif start is not None:
            if differs:
                yield start, [c for c in row[start:place] if c is not None]
            start = None


def blocks(sheet_id: int, changed: Sequence[tuple[int, int, list[Json]]], fields: str) -> Iterator[Json]:
    """Neighbouring rows that start in one column and are equally long share one request."""
    start = 0
    for index in range(1, len(changed) + 1):
        if index < len(changed):
            (row, left, cells), (next_row, next_left, next_cells) = changed[index - 1], changed[index]
            if next_row == row + 1 and next_left == left and len(next_cells) == len(cells):
                continue
        row, left, _ = changed[start]
        yield from ask.write(sheet_id, row, left, [cells for _, _, cells in changed[start:index]], fields)
        start = index


def entered_rows(rows: Sequence[Sequence[Any]]) -> list[list[Json]]:
    """Plain values, as a read of values gives them, in the form in which `rewrite` compares."""
    return [[_entered(value) for value in row] for row in rows]


def _entered(value: Any) -> Json:
    if value is None or value == "":
        return {}
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, int | float):
        return {"userEnteredValue": {"numberValue": value}}
    return {"userEnteredValue": {"stringValue": value}}
