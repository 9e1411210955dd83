"""Rows and columns of a worksheet: inserted, deleted, moved, appended, resized - with all that is anchored to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import patches, places, references
from .a1 import from_grid
from .book import Book, Worksheet
from .calls import Json
from .cells import Reader
from .grid import Row
from .references import Move
from .refusal import Refusal, invalid
from .typed import Formula

_WORD = {True: "row", False: "column"}


def _is_rows(given: Json) -> bool:
    if given.get("dimension") not in ("ROWS", "COLUMNS"):
        raise invalid("The dimension must be ROWS or COLUMNS.")
    return bool(given["dimension"] == "ROWS")


def line_range(book: Book, given: Json, *, grow: bool = False) -> tuple[Worksheet, bool, int, int]:
    """Worksheet, whether rows, start and end of a DimensionRange; open ends are the grid's."""
    sheet = book.worksheet(given.get("sheetId", 0))
    rows = _is_rows(given)
    size = sheet.size(rows=rows)
    start, end = given.get("startIndex", 0), given.get("endIndex", size)
    if start < 0 or end <= start:
        raise invalid(f"range.endIndex[{end}] must be greater than range.startIndex[{start}]")
    if not grow and end > size:
        if start >= size:
            raise invalid(
                f"Cannot delete a {_WORD[rows]} that doesn't exist. "
                f"Tried to delete {_WORD[rows]} index {start} but there are only {size} {_WORD[rows]}s."
            )
        end = size
    return sheet, rows, start, end


# -- what is anchored to rows and columns


def shift_everything(book: Book, sheet: Worksheet, move: Move, *, rows: bool) -> None:
    """Move all references to rows (or columns) of a worksheet: formulas, ranges, metadata, sizes."""
    rewrite_formulas(book, lambda formula, home: references.shifted(formula, home, sheet.title, move, rows=rows))

    def change(place: Json) -> Json | None:
        return places.moved(place, move, rows=rows) if places.is_on(place, sheet.id) else place

    book.doc = places.changed(book.doc, change)
    for other in book.worksheets:
        other.doc = places.changed(other.doc, change)
    sheet.doc["merges"] = [merge for merge in sheet.things("merges") if not from_grid(merge).is_cell]
    moved = {move(int(index), int(index)): own for index, own in sheet.lines(rows=rows).items()}
    sheet.doc["rows" if rows else "columns"] = {str(place[0]): own for place, own in moved.items() if place}


def rewrite_formulas(book: Book, change: Callable[[str, str], str]) -> None:
    """Change the formulas of cells, of conditional formats and of validation; each comes with its worksheet's title."""
    for sheet in book.worksheets:
        for index, column, formula in list(sheet.formulas()):
            if (text := change(formula, sheet.title)) != formula:
                sheet.grid.edit(index).set_value(column, Formula(text))
        for rule in sheet.doc.get("conditionalFormats", []):
            for value in rule.get("booleanRule", {}).get("condition", {}).get("values", []):
                if value.get("userEnteredValue", "").startswith("="):
                    value["userEnteredValue"] = change(value["userEnteredValue"], sheet.title)
    # A rule is shared by cells of any worksheet: only references that name theirs are known to be meant.
    book.rewrite_validation(lambda text: change(text, ""))


# -- changes of the grid


def insert_lines(book: Book, sheet: Worksheet, at: int, count: int, *, rows: bool, template: int | None = None) -> None:
    """Insert empty rows or columns in front of `at`, formatted as the line `template` is."""
    sheet.set_size(sheet.size(rows=rows) + count, rows=rows)
    book.check_size()
    shift_everything(book, sheet, references.inserted(at, count), rows=rows)
    if rows:
        like = None if template is None else sheet.grid.row(template)
        formats = [_format_only(book, attr) for attr in like.attrs] if like else []
        sheet.grid.insert(at, [Row([], list(formats)) if any(formats) else None for _ in range(count)])
    else:

        def widen(cells: list[Any], blank: Any) -> list[Any]:
            fill = blank
            if blank == 0 and template is not None and template < len(cells):
                fill = _format_only(book, cells[template])
            padded = cells + [blank] * (at - len(cells))
            return padded[:at] + [fill] * count + padded[at:]

        sheet.grid.columns(widen)
    if template is not None:
        source = template if template < at else template + count
        lines = sheet.lines(rows=rows)
        if own := lines.get(str(source)):
            lines |= {str(at + offset): dict(own) for offset in range(count)}


def _format_only(book: Book, attr: int) -> int:
    kept = ("userEnteredFormat", "dataValidation")
    return book.attribute({name: item for name, item in book.attributes[attr].items() if name in kept})


def delete_lines(book: Book, sheet: Worksheet, start: int, end: int, *, rows: bool) -> None:
    count, size = end - start, sheet.size(rows=rows)
    frozen_name = "frozenRowCount" if rows else "frozenColumnCount"
    grid = sheet.properties["gridProperties"]
    if count >= size:
        raise invalid(f"You can't delete all the {_WORD[rows]}s on the sheet.")
    frozen = grid.get(frozen_name, 0)
    frozen -= max(0, min(end, frozen) - start)
    if frozen and frozen >= size - count:
        raise invalid(f"You can't delete all the non-frozen {_WORD[rows]}s on the sheet.")
    if frozen:
        grid[frozen_name] = frozen
    else:
        grid.pop(frozen_name, None)
    shift_everything(book, sheet, references.deleted(start, count), rows=rows)
    if rows:
        sheet.grid.delete(start, count)
    else:
        sheet.grid.columns(lambda cells, blank: cells[:start] + cells[end:])
    sheet.set_size(size - count, rows=rows)


def resize_to(book: Book, sheet: Worksheet, rows: int, columns: int) -> None:
    """Give the grid another size; what no longer fits is deleted."""
    for wanted, is_rows in ((rows, True), (columns, False)):
        size = sheet.size(rows=is_rows)
        if wanted < 1:
            raise invalid(f"The grid must have at least one {_WORD[is_rows]}.")
        if wanted < size:
            delete_lines(book, sheet, wanted, size, rows=is_rows)
        sheet.set_size(wanted, rows=is_rows)
    book.check_size()


# -- the requests


def insert_dimension(book: Book, request: Json) -> None:
    sheet, rows, start, end = line_range(book, request.get("range", {}), grow=True)
    size = sheet.size(rows=rows)
    before = request.get("inheritFromBefore", False)
    if before and not start:
        raise invalid("inheritFromBefore cannot be true if inserting at index 0.")
    if start > size or (start == size and not before):
        raise invalid(
            f"range.startIndex[{start}] must be less than the grid size ({size}) if inheritFromBefore is false."
        )
    insert_lines(book, sheet, start, end - start, rows=rows, template=start - 1 if before else start)


def delete_dimension(book: Book, request: Json) -> None:
    sheet, rows, start, end = line_range(book, request.get("range", {}))
    delete_lines(book, sheet, start, end, rows=rows)
    book.rows_deleted = book.rows_deleted or rows


def delete_range(book: Book, request: Json) -> None:
    """Whole rows or columns only; the grid keeps its size."""
    grid, dimension = request.get("range", {}), request.get("shiftDimension")
    edges = [("startRowIndex", "endRowIndex"), ("startColumnIndex", "endColumnIndex")]
    along, across = edges if dimension == "ROWS" else edges[::-1]
    if grid.keys() & set(across):
        raise Refusal(501, "The local workspace does not claim deleteRange on parts of rows or columns.")
    sheet = book.worksheet(grid.get("sheetId", 0))
    rows, columns = sheet.row_count, sheet.column_count
    places = {name: grid[edge] for name, edge in zip(("startIndex", "endIndex"), along, strict=True) if edge in grid}
    delete_dimension(book, {"range": {"sheetId": sheet.id, "dimension": dimension, **places}})
    sheet.resize(rows, columns)


def append_dimension(book: Book, request: Json) -> None:
    sheet = book.worksheet(request.get("sheetId", 0))
    length = request.get("length", 0)
    if length < 1:
        raise invalid("The length must be greater than 0.")
    rows = _is_rows(request)
    sheet.set_size(sheet.size(rows=rows) + length, rows=rows)
    book.check_size()


def move_dimension(book: Book, request: Json) -> None:
    sheet, rows, start, end = line_range(book, request.get("source", {}))
    to = request.get("destinationIndex", 0)
    size = sheet.size(rows=rows)
    if not 0 <= to <= size:
        raise invalid(f"destinationIndex[{to}] must be from 0 to the grid size ({size}).")
    if start <= to <= end:
        return
    for merge in map(from_grid, sheet.things("merges")):
        first, last = (merge.top, merge.bottom) if rows else (merge.left, merge.right)
        if any(first < edge < last for edge in (start, end, to)):
            raise invalid(
                f"Sorry, it is not possible to move a {_WORD[rows]} to a position that crosses a merged cell. "
                "Please unmerge and try again."
            )
    shift_everything(book, sheet, references.moved(start, end, to), rows=rows)
    target = to if to < start else to - (end - start)
    if rows:
        sheet.grid.insert(target, sheet.grid.delete(start, end - start))
        return

    def reorder(cells: list[Any], blank: Any) -> list[Any]:
        padded = cells + [blank] * (max(end, to) - len(cells))
        rest = padded[:start] + padded[end:]
        return rest[:target] + padded[start:end] + rest[target:]

    sheet.grid.columns(reorder)


def update_dimension_properties(book: Book, request: Json) -> None:
    if "dataSourceSheetRange" in request:
        raise Refusal(501, "The local workspace does not claim data source sheets.")
    sheet, rows, start, end = line_range(book, request.get("range", {}))
    mask = patches.required(request.get("fields"))
    if request.get("properties", {}).get("pixelSize", 0) < 0:
        raise invalid("The pixelSize must not be negative.")
    for index in range(start, end):
        own = dict(sheet.lines(rows=rows).get(str(index), {}))
        patches.patch(own, request.get("properties", {}), mask, ("pixelSize", "hiddenByUser"))
        if not own.get("hiddenByUser", True):
            del own["hiddenByUser"]
        sheet.set_line(index, own, rows=rows)


def auto_resize(book: Book, request: Json) -> None:
    """Sets columns to a width estimated from the longest text shown, rows to the standard height."""
    sheet, rows, start, end = line_range(book, request.get("dimensions", {}))
    widths = dict.fromkeys(range(start, end), 0)
    if not rows:
        reader = Reader(book, sheet)
        for index, row, width in reader.rows(0, sheet.row_count):
            for column in range(start, min(end, width)):
                shown = reader.shown(index, column, row.value(column), row.attr(column))
                widths[column] = max(widths[column], *map(len, shown.split("\n")))
    for index, width in widths.items():
        own = {**sheet.lines(rows=rows).get(str(index), {}), "pixelSize": max(21, 6 + 7 * width)}
        if not width:
            del own["pixelSize"]
        sheet.set_line(index, own, rows=rows)


REQUESTS = {
    "insertDimension": insert_dimension,
    "deleteDimension": delete_dimension,
    "deleteRange": delete_range,
    "appendDimension": append_dimension,
    "moveDimension": move_dimension,
    "updateDimensionProperties": update_dimension_properties,
    "autoResizeDimensions": auto_resize,
}
