"""Puts grids of cells into a workbook: the one place that knows XlsxWriter's formats, limits and switches.

Text is only ever written as a string; nothing is turned into a link, a number or a formula by how it looks.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.export.calculated import Grid, Shown
from pipeline.export.safe_text import clean, cut
from pipeline.worksheets import design
from pipeline.worksheets.cells import Columns, Json, entered, is_formula
from pipeline.worksheets.design import Column, Worksheet

MAX_TEXT, MAX_NOTE = 32_767, 8_000  # UTF-16 units; the first is the format's own limit, the second is what one can read
MOST_ACROSS = 2_600  # pixels that are still legible on one page
MAX_ROWS, MAX_HEIGHT = 1_048_576, 540  # rows of the format, pixels of one row
_CUT = " … (cut here: a cell holds no more; the .html and .json exports do)"
_NOTE_CUT = "\n… (goes on; pipeline explain prints all of it)"

INK, WHITE, GREY, LINE = "#202124", "#FFFFFF", "#5F6368", "#DADCE0"
HEADER, BAND, YOURS = "#1F3A5F", "#F6F8FB", "#FFF8E1"
_ALIGN = {"CENTER": "center", "LEFT": "left", "RIGHT": "right"}


@dataclass(frozen=True)
class Sheet:
    """A worksheet and what it is filled with."""

    spec: Worksheet
    grid: Grid

    @property
    def columns(self) -> Columns:
        """How formulas name its columns."""
        places = {column.key: place for place, column in enumerate(self.spec.columns)}
        return Columns(self.spec.title, places, len(self.grid))


class Workbook:
    """One .xlsx file in the making; the same calls give the same bytes."""

    def __init__(self, title: str, subject: str, created: str) -> None:
        import xlsxwriter

        self._stream = io.BytesIO()
        switches = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.file: Any = xlsxwriter.Workbook(self._stream, switches)
        self.file.set_properties(
            {
                "title": cut(clean(title), 250, "…"),
                "subject": cut(clean(subject), 250, "…"),
                "created": _moment(created),
            }
        )
        self.file.set_calc_mode("auto")
        self.file.set_size(2400, 1400)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **look: Any) -> Any:
        """The format of these properties; equal ones are one."""
        key = tuple(sorted((name, value) for name, value in look.items() if value))
        if key not in self._formats:
            base = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._formats[key] = self.file.add_format(base | dict(key))
        return self._formats[key]

    def add(self, sheet: Worksheet) -> Any:
        """An empty worksheet with widths, frozen panes and a page that prints."""
        made = self.file.add_worksheet(sheet.title)
        made.set_tab_color("#" + sheet.tab.lstrip("#"))
        made.hide_gridlines(2)
        made.freeze_panes(sheet.header + 1, sheet.frozen_columns)
        made.set_landscape()
        made.set_paper(9)  # A4
        across = sum(column.width for column in sheet.columns if not column.hidden)
        made.fit_to_pages(max(1, math.ceil(across / MOST_ACROSS)), 0)
        if across > MOST_ACROSS and sheet.frozen_columns:
            made.repeat_columns(0, sheet.frozen_columns - 1)
        made.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        made.set_footer("&L&8&A&R&8&P / &N")
        made.repeat_rows(sheet.header)
        for place, column in enumerate(sheet.columns):
            made.set_column_pixels(place, place, column.width, None, {"hidden": column.hidden})
        if sheet.hidden:
            made.hide()
        return made

    def fill(
        self,
        made: Any,
        sheet: Worksheet,
        grid: Grid,
        values: Mapping[tuple[int, int], Shown] | None = None,
        looks: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> None:
        """Write the grid, its header row in the header's look, each column in its own.

        Args:
            values: what the formulas come to.
            looks: properties by row, over those of the columns.
        """
        for row, cells in enumerate(grid[:MAX_ROWS]):
            over = dict((looks or {}).get(row, {}))
            if sheet.banded and row > sheet.header and (row - sheet.header) % 2 == 0:
                over = {"bg_color": BAND} | over
            for place, column in enumerate(sheet.columns):
                cell = cells[place] if place < len(cells) else None
                header = self.header(rotation=90 if column.upwards else 0)
                look = header if row == sheet.header else self.format(**(of_column(column) | over))
                self.cell(made, row, place, cell or {}, look, (values or {}).get((row, place), ""))
            texts = [_shown(cell or {}, (values or {}).get((row, place), "")) for place, cell in enumerate(cells)]
            self.height(made, row, sheet, texts, header=row == sheet.header)
        if sheet.filtered and len(grid) > sheet.header + 1:
            made.autofilter(sheet.header, 0, len(grid) - 1, sheet.width - 1)

    def height(self, made: Any, row: int, sheet: Worksheet, texts: Sequence[str], *, header: bool = False) -> None:
        """Make the row as high as its wrapped texts need; not every program does so by itself."""
        wrapped = [
            (text, column.width)
            for text, column in zip(texts, sheet.columns, strict=False)
            if ((header and not column.upwards) or column.wrap) and not column.hidden
        ]
        lines = max((_lines(text, width, bold=header) for text, width in wrapped), default=1)
        needed = 8 + 17 * lines if lines > 1 else 0
        if header:
            needed = max(needed, *(column.upwards for column in sheet.columns))
        if needed:
            made.set_row_pixels(row, min(MAX_HEIGHT, needed))

    def header(self, rotation: int = 0) -> Any:
        look = {"bold": True, "bg_color": HEADER, "font_color": WHITE, "text_wrap": True, "align": "center"}
        return self.format(**look, border_color=LINE, rotation=rotation)

    def cell(self, made: Any, row: int, column: int, cell: Json, look: Any, value: Shown = "") -> None:
        """One cell as the worksheets room describes it, with its note."""
        told = entered(cell)
        if is_formula(cell):
            made.write_formula(row, column, str(told), look, clean(value) if isinstance(value, str) else value)
        elif isinstance(told, bool):
            made.write_boolean(row, column, told, look)
        elif isinstance(told, int | float):
            made.write_number(row, column, told, look)
        elif told:
            made.write_string(row, column, fitting(told), look)
        else:
            made.write_blank(row, column, None, look)
        if cell.get("note"):
            self.note(made, row, column, str(cell["note"]))

    def note(self, made: Any, row: int, column: int, text: str) -> None:
        """A note that appears on hovering, in a box that fits it."""
        text = cut(clean(text), MAX_NOTE, _NOTE_CUT)
        lines = sum(1 + len(line) // 78 for line in text.splitlines())
        size = {"width": 500 if lines > 4 else 300, "height": min(640, 30 + 15 * (lines if lines > 4 else lines + 2))}
        made.write_comment(row, column, text, {"author": "pipeline", "font_size": 9, "color": "#FFFDE7", **size})

    def bytes(self) -> bytes:
        self.file.close()
        return self._stream.getvalue()


def fitting(text: str) -> str:
    """A text as a cell can hold it."""
    return cut(clean(text), MAX_TEXT, _CUT)


def _shown(cell: Json, value: Shown) -> str:
    told = value if is_formula(cell) else entered(cell)
    return told if isinstance(told, str) else ""


def _lines(text: str, width: int, *, bold: bool) -> int:
    """How many lines a text takes in a cell so many pixels wide; a guess that is rather too high."""
    fitting = max(1, int((width - 8) / (7.2 if bold else 6.2)))
    if bold:  # headers break between words
        longest = max(map(len, text.split()), default=0)
        fitting = max(fitting, longest)
        lines = used = 0
        for word in text.split():
            if used and used + 1 + len(word) <= fitting:
                used += 1 + len(word)
            else:
                lines, used = lines + 1, len(word)
        return max(1, lines)
    return sum(1 + max(0, len(line) - 1) // fitting for line in text[: 200 * fitting].splitlines()) or 1


def of_column(column: Column) -> dict[str, Any]:
    """A column's look below its header."""
    look: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
    if column.pattern:
        look["num_format"] = column.pattern
    if column.align:
        look["align"] = _ALIGN[column.align]
    if column.wrap:
        look["text_wrap"] = True
    if column.grey:
        look["font_color"] = GREY
    return look


def rows_from(sheet: Worksheet, rows: Grid) -> Grid:
    """The worksheet's header with its notes, and these rows below it."""
    return [design.header_cells(sheet.columns), *rows]


def _moment(as_of: str) -> datetime:
    try:
        return datetime.fromisoformat(as_of[:19]).replace(tzinfo=None)
    except ValueError:
        return datetime(1980, 1, 1)  # noqa: DTZ001  nothing is in yet
