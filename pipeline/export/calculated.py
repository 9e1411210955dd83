"""What formulas come to, so that a viewer which does not calculate shows their values too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.worksheets.cells import Json, entered, is_formula

Grid = Sequence[Sequence[Json | None]]
Shown = str | float | bool


def calculated(worksheets: Mapping[str, Grid]) -> dict[str, dict[tuple[int, int], Shown]]:
    """The value of each formula, by the worksheet's title and (row, column) from 0."""
    import ironcalc

    model: Any = ironcalc.create("export", "en", "UTC", "en")
    model.rename_sheet(0, "-")
    for number, (title, grid) in enumerate(worksheets.items(), start=1):
        model.add_sheet(title)
        for row, cells in enumerate(grid, start=1):
            for column, cell in enumerate(cells, start=1):
                _enter(model, number, row, column, cell or {})
    model.evaluate()
    return {
        title: {
            (row, column): _value(model.get_cell_value(number, row + 1, column + 1))
            for row, cells in enumerate(grid)
            for column, cell in enumerate(cells)
            if cell and is_formula(cell)
        }
        for number, (title, grid) in enumerate(worksheets.items(), start=1)
    }


def _enter(model: Any, sheet: int, row: int, column: int, cell: Json) -> None:
    value = entered(cell)
    if is_formula(cell):
        model.update_cell_with_formula(sheet, row, column, value)
    elif isinstance(value, bool):
        model.update_cell_with_bool(sheet, row, column, value)
    elif isinstance(value, int | float):
        model.update_cell_with_number(sheet, row, column, float(value))
    elif value:
        model.update_cell_with_text(sheet, row, column, value)


def _value(value: Shown | None) -> Shown:
    return "" if value is None else value
