"""The places named in the documents of a spreadsheet - ranges, cells, rows and columns - found in one walk.

Whatever hangs on cells names its place by a GridRange, a GridCoordinate or a DimensionRange under one of a few names.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .a1 import FAR
from .calls import Json
from .references import Move

_PLACES = ("range", "ranges", "unprotectedRanges", "merges", "sources", "anchorCell", "dimensionRange")
_NEEDED = ("range", "ranges", "dimensionRange", "location")  # what has lost its place is gone with it


def changed(node: Any, change: Callable[[Json], Json | None], *, is_place: bool = False) -> Any:
    """The document with `change` made to every place in it; a place, and what hangs on it, is gone where that is None."""
    if isinstance(node, list):
        return [kept for item in node if (kept := changed(item, change, is_place=is_place)) is not None]
    if not isinstance(node, dict):
        return node
    if is_place:
        return change(node)
    kept = {name: changed(value, change, is_place=name in _PLACES) for name, value in node.items()}
    if any(node.get(name) and not kept[name] for name in _NEEDED):
        return None
    return {name: value for name, value in kept.items() if value is not None}


def is_on(place: Json, sheet_id: int) -> bool:
    """Whether the place is on that worksheet; without an id it is on the first, whose id is 0."""
    return bool(place.get("sheetId", 0) == sheet_id)


def moved(place: Json, move: Move, *, rows: bool) -> Json | None:
    """A place on a worksheet whose rows (or columns) moved; None when nothing of it is left."""
    if "rowIndex" in place or "columnIndex" in place:
        name = "rowIndex" if rows else "columnIndex"
        if name not in place:
            return place
        to = move(place[name], place[name])
        return {**place, name: to[0] if to else max(place[name] - 1, 0)}
    if "dimension" in place:
        first, last = "startIndex", "endIndex"
        if (place["dimension"] == "ROWS") != rows:
            return place
    else:
        first, last = ("startRowIndex", "endRowIndex") if rows else ("startColumnIndex", "endColumnIndex")
    if last not in place:  # open: it begins elsewhere, or covers all there is
        to = move(place[first], FAR) if first in place else None
        return {**place, first: to[0]} if to else place
    to = move(place.get(first, 0), place[last] - 1)
    return None if to is None else {**place, first: to[0], last: to[1] + 1}
