"""Three engines that calculate our worksheets away from any workspace: ironcalc, formualizer, LibreOffice.

Each takes worksheets as rows of Google's cells and gives back the values, None for an empty cell.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.worksheets.cells import entered

Cell = Mapping[str, Any]
Sheets = Mapping[str, Sequence[Sequence[Cell | None]]]
Values = dict[str, list[list[Any]]]


def _filled(sheets: Sheets) -> list[tuple[str, int, int, Any, bool]]:
    return [
        (title, row, column, value, "formulaValue" in (cell or {}).get("userEnteredValue", {}))
        for title, rows in sheets.items()
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if (value := entered(cell or {})) is not None
    ]


def _blank(sheets: Sheets) -> Values:
    return {title: [[None] * max(map(len, rows), default=0) for _ in rows] for title, rows in sheets.items()}


def ironcalc(sheets: Sheets) -> Values:
    import ironcalc

    model = ironcalc.create("book", "en", "UTC", "en")
    order = {title: index for index, title in enumerate(sheets)}
    for title, index in order.items():
        if index:
            model.new_sheet()
        model.rename_sheet(index, title)
    for title, row, column, value, is_formula in _filled(sheets):
        text = value if isinstance(value, str) else repr(value)
        if isinstance(value, str) and not is_formula:
            text = "'" + text
        model.set_user_input(order[title], row + 1, column + 1, text)
    model.evaluate()
    made = _blank(sheets)
    for title, row, column, _, _ in _filled(sheets):
        made[title][row][column] = model.get_cell_value(order[title], row + 1, column + 1)
    return made


def formualizer(sheets: Sheets) -> Values:
    import formualizer

    book = formualizer.Workbook()
    for title in sheets:
        book.add_sheet(title)
    for title, row, column, value, is_formula in _filled(sheets):
        if is_formula:
            book.set_formula(title, row + 1, column + 1, str(value))
        else:
            book.set_value(title, row + 1, column + 1, value)
    book.evaluate_all()
    made = _blank(sheets)
    for title, row, column, _, _ in _filled(sheets):
        made[title][row][column] = book.get_value(title, row + 1, column + 1)
    return made


def libreoffice(sheets: Sheets, directory: Path) -> Values:
    """File in, file out; formulas are written without values, so what comes back was calculated there."""
    import openpyxl

    source = directory / "book.xlsx"
    book = openpyxl.Workbook()
    book.remove(book.active)
    pages = {title: book.create_sheet(title) for title in sheets}
    for title, row, column, value, is_formula in _filled(sheets):
        cell = pages[title].cell(row + 1, column + 1, value)
        if isinstance(value, str) and not is_formula:
            cell.data_type = "s"
    book.save(source)
    out = directory / "out"
    soffice = shutil.which("soffice")
    assert soffice
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{directory}/profile",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(out),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    held = openpyxl.load_workbook(out / "book.xlsx", data_only=True)
    made = _blank(sheets)
    for title, row, column, _, _ in _filled(sheets):
        made[title][row][column] = held[title].cell(row + 1, column + 1).value
    held.close()
    return made
