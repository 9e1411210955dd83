"""The basic filter of a worksheet: kept, told in both of Google's spellings, and what it hides hidden.

Rows are hidden when the filter is set, by what stands in them then. Not claimed: filters by colour and filters that
sort, which are refused.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from . import a1, conditional, conditions, patches
from .a1 import Area
from .book import Book, Worksheet
from .calls import Json
from .cells import Reader
from .refusal import Refusal, invalid


def set_filter(book: Book, request: Json) -> None:
    given = patches.settle(copy.deepcopy(request.get("filter", {})))
    if "tableId" in given or given.get("sortSpecs"):
        raise Refusal(501, "The local workspace does not claim filters of tables, nor filters that sort.")
    sheet, area = book.area(given.get("range", {}))
    criteria = dict(_criteria(given))
    for column, one in criteria.items():
        if not area.left <= column < area.right:
            raise invalid(f"The filtered column {column} is not in the range.")
        if one.keys() - {"condition", "hiddenValues"}:
            raise Refusal(501, "The local workspace does not claim filters by colour.")
        if "condition" in one:
            conditions.check(book, sheet, one["condition"], conditions.FILTER)
    _show_all(sheet)
    kept: Json = {"range": a1.to_grid(a1.from_grid(given.get("range", {})))}
    if criteria:
        kept["criteria"] = {str(column): one for column, one in criteria.items()}
        kept["filterSpecs"] = [{"columnIndex": column, "filterCriteria": one} for column, one in criteria.items()]
    sheet.doc["basicFilter"] = kept
    lines = sheet.lines(rows=True)
    for row in _hidden(book, sheet, area, criteria):
        lines.setdefault(str(row), {})["hiddenByFilter"] = True


def clear_filter(book: Book, request: Json) -> None:
    sheet = book.worksheet(request.get("sheetId", 0))
    sheet.doc.pop("basicFilter", None)
    _show_all(sheet)


def _criteria(given: Json) -> Iterator[tuple[int, Json]]:
    """What is asked of each column; of the two spellings the newer one counts, as at Google."""
    if given.get("filterSpecs"):
        for spec in given["filterSpecs"]:
            if "dataSourceColumnReference" in spec:
                raise Refusal(501, "The local workspace does not claim data sources.")
            yield spec.get("columnIndex", 0), spec.get("filterCriteria", {})
        return
    for name, one in given.get("criteria", {}).items():
        if not (name.isascii() and name.isdigit()):
            raise invalid(f"The criteria of a filter are told by the index of their column, not by {name!r}.")
        yield int(name), one


def _hidden(book: Book, sheet: Worksheet, area: Area, criteria: dict[int, Json]) -> Iterator[int]:
    """The rows below the header that one of the criteria hides."""
    reader = Reader(book, sheet)
    rows = range(area.top + 1, min(area.bottom, sheet.grid.height))
    for column, one in criteria.items():
        values = {(row, column): sheet.value(row, column) for row in rows}
        cells = [(place, reader.effective(*place, value)) for place, value in values.items()]
        holds = (
            set(conditional.holds(book, reader, one["condition"], cells, (area.top + 1, column)))
            if "condition" in one
            else {place for place, _ in cells}
        )
        for (row, _), value in values.items():
            found = sheet.grid.row(row)
            shown = reader.shown(row, column, value, found.attr(column) if found else 0)
            if (row, column) not in holds or shown in one.get("hiddenValues", ()):
                yield row


def _show_all(sheet: Worksheet) -> None:
    lines = sheet.lines(rows=True)
    for row in [row for row, own in lines.items() if own.pop("hiddenByFilter", None) and not own]:
        del lines[row]


REQUESTS = {"setBasicFilter": set_filter, "clearBasicFilter": clear_filter}
