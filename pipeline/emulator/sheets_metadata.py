"""Developer metadata, and the data filters that find cells by it, by grid range or by A1 range."""

from __future__ import annotations

from dataclasses import replace

from . import a1, patches, schema
from .a1 import Area
from .book import Book, free_id
from .calls import Call, Json, Transaction
from .refusal import invalid, not_found

MAX_TEXT = 30_000


def _location(book: Book, given: Json) -> Json:
    """The location as it is kept; exactly one of its three kinds."""
    kinds = [name for name in ("spreadsheet", "sheetId", "dimensionRange") if name in given]
    if len(kinds) != 1:
        raise invalid("Developer metadata must have exactly one location.")
    if kinds == ["spreadsheet"]:
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if kinds == ["sheetId"]:
        return {"locationType": "SHEET", "sheetId": book.worksheet(given["sheetId"]).id}
    line = {"startIndex": 0, **given["dimensionRange"]}
    sheet, start, dimension = book.worksheet(line.pop("sheetId", 0)), line["startIndex"], line.get("dimension")
    if (
        dimension not in ("ROWS", "COLUMNS")
        or line.get("endIndex") != start + 1
        or start >= sheet.size(rows=dimension == "ROWS")
    ):
        raise invalid("Developer metadata must be on a single row or column of the grid.")
    home = {"sheetId": sheet.id} if sheet.id else {}
    return {"locationType": dimension.removesuffix("S"), "dimensionRange": {**home, **line}}


def _area(location: Json) -> Area | None:
    """The cells at a location; None where it is the spreadsheet's as a whole."""
    if "spreadsheet" in location:
        return None
    line = location.get("dimensionRange")
    if line is None:
        return Area(location["sheetId"])
    start, end = line["startIndex"], line["endIndex"]
    where = Area(line.get("sheetId", 0))
    rows = line["dimension"] == "ROWS"
    return replace(where, top=start, bottom=end) if rows else replace(where, left=start, right=end)


def home(entry: Json) -> int | None:
    """The worksheet that an entry is on; None for the spreadsheet's own."""
    area = _area(entry["location"])
    return area.sheet if area else None


def _meets(book: Book, entry: Json, place: Json, exact: bool) -> bool:
    here, there = _location(book, place), entry["location"]
    if exact or here["locationType"] == "SPREADSHEET":
        return bool(there == here)
    mine, theirs = _area(there), _area(here)
    return mine is not None and theirs is not None and mine.meets(theirs)


def look_up(book: Book, lookup: Json) -> list[Json]:
    """The entries that a DeveloperMetadataLookup selects."""
    strategy, place = lookup.get("locationMatchingStrategy"), lookup.get("metadataLocation")
    if strategy and not place:
        raise invalid("locationMatchingStrategy may only be specified with a metadataLocation.")
    if strategy == "EXACT_LOCATION" and "locationType" in lookup:
        raise invalid("locationType must be left unspecified when the locationMatchingStrategy is EXACT_LOCATION.")
    asked = ("metadataId", "metadataKey", "metadataValue", "visibility")
    wanted = {name: lookup[name] for name in asked if name in lookup}
    return [
        entry
        for entry in book.metadata
        if all(entry.get(name) == value for name, value in wanted.items())
        and lookup.get("locationType") in (None, entry["location"]["locationType"])
        and (not place or _meets(book, entry, place, strategy == "EXACT_LOCATION"))
    ]


def areas(book: Book, data_filter: Json) -> list[Area]:
    """The cells that a DataFilter selects."""
    if len(data_filter) != 1:
        raise invalid("A data filter must have exactly one of developerMetadataLookup, a1Range, gridRange.")
    if "a1Range" in data_filter:
        return [a1.parse(data_filter["a1Range"], book)]
    if "gridRange" in data_filter:
        area = a1.from_grid(data_filter["gridRange"])
        book.worksheet(area.sheet)
        return [area]
    found = [_area(entry["location"]) for entry in look_up(book, data_filter["developerMetadataLookup"])]
    everything = [Area(sheet.id) for sheet in book.worksheets]
    return [area for one in found for area in ([one] if one else everything)]


def chosen(book: Book, given: Json) -> list[Area]:
    """The cells that a call names, be it by A1 ranges or by data filters."""
    by_name = [a1.parse(text, book) for text in given.get("ranges") or []]
    return by_name + [area for one in given.get("dataFilters") or [] for area in areas(book, one)]


def _selected(book: Book, data_filter: Json) -> list[Json]:
    if "developerMetadataLookup" in data_filter:
        return look_up(book, data_filter["developerMetadataLookup"])
    wanted = areas(book, data_filter)
    places = [(entry, _area(entry["location"])) for entry in book.metadata]
    return [entry for entry, mine in places if mine and any(mine.meets(theirs) for theirs in wanted)]


def _checked(book: Book, entry: Json) -> Json:
    if not entry.get("metadataKey"):
        raise invalid("Developer metadata must always have a key specified.")
    if entry.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise invalid("Developer metadata must always have a visibility specified.")
    return {**entry, "location": _location(book, entry.get("location", {}))}


def create(book: Book, request: Json) -> Json:
    entry = _checked(book, request.get("developerMetadata", {}))
    used = {other["metadataId"] for other in book.metadata}
    entry["metadataId"] = free_id(entry.get("metadataId"), used, "Developer metadata with id")
    book.metadata.append(entry)
    _check_size(book)
    return {"developerMetadata": entry}


def _check_size(book: Book) -> None:
    totals: dict[int | None, int] = {}
    for entry in book.metadata:
        size = len(entry["metadataKey"]) + len(entry.get("metadataValue", ""))
        totals[home(entry)] = totals.get(home(entry), 0) + size
    if max(totals.values(), default=0) > MAX_TEXT:
        raise invalid(f"Developer metadata is limited to {MAX_TEXT} characters a sheet and a spreadsheet.")


def update(book: Book, request: Json) -> Json:
    mask = patches.required(request.get("fields"))
    given, fields = dict(request.get("developerMetadata", {})), schema.fields("sheets", "DeveloperMetadata")
    if "location" in given:
        given["location"] = _location(book, given["location"])
    found = [entry for data_filter in request.get("dataFilters", []) for entry in _selected(book, data_filter)]
    for entry in found:
        patches.patch(entry, given, mask, fields, fixed=("metadataId",))
        entry |= _checked(book, entry)
    _check_size(book)
    return {"developerMetadata": found}


def delete(book: Book, request: Json) -> Json:
    gone = _selected(book, request.get("dataFilter", {}))
    book.metadata[:] = [entry for entry in book.metadata if entry not in gone]
    return {"deletedDeveloperMetadata": gone}


REQUESTS = {
    "createDeveloperMetadata": create,
    "updateDeveloperMetadata": update,
    "deleteDeveloperMetadata": delete,
}


def get(book: Book, _: Transaction, call: Call) -> Json:
    for entry in book.metadata:
        if entry["metadataId"] == call.params["metadataId"]:
            return entry
    raise not_found()


def search(book: Book, _: Transaction, call: Call) -> Json:
    matched = [
        {"developerMetadata": entry, "dataFilters": [data_filter]}
        for data_filter in call.body.get("dataFilters", [])
        for entry in _selected(book, data_filter)
    ]
    return patches.filled({"matchedDeveloperMetadata": matched})
