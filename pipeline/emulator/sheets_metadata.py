"""Developer metadata, and the data filters that find cells by it, by grid range or by A1 range."""

from __future__ import annotations

import secrets

from . import a1, patches, schema
from .a1 import Area
from .book import Book
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
    line = given["dimensionRange"]
    sheet = book.worksheet(line.get("sheetId", 0))
    start = line.get("startIndex", 0)
    dimension = line.get("dimension")
    size = {"ROWS": sheet.row_count, "COLUMNS": sheet.column_count}.get(dimension, 0)
    if not size or line.get("endIndex") != start + 1 or start >= size:
        raise invalid("Developer metadata must be on a single row or column of the grid.")
    return {
        "locationType": "ROW" if dimension == "ROWS" else "COLUMN",
        "dimensionRange": {
            **({"sheetId": sheet.id} if sheet.id else {}),
            "dimension": dimension,
            "startIndex": start,
            "endIndex": start + 1,
        },
    }


def area_of(book: Book, entry: Json) -> list[Area]:
    """The cells at the location of a metadata entry."""
    location = entry["location"]
    if "dimensionRange" in location:
        line = location["dimensionRange"]
        start, end = line["startIndex"], line["endIndex"]
        if line["dimension"] == "ROWS":
            return [Area(line.get("sheetId", 0), top=start, bottom=end)]
        return [Area(line.get("sheetId", 0), left=start, right=end)]
    if "sheetId" in location:
        return [Area(location["sheetId"])]
    return [Area(sheet.id) for sheet in book.worksheets]


def _meets(book: Book, entry: Json, place: Json, exact: bool) -> bool:
    here = _location(book, place)
    if exact or here["locationType"] == "SPREADSHEET":
        same: bool = entry["location"] == here
        return same
    if entry["location"]["locationType"] == "SPREADSHEET":
        return False
    mine, theirs = area_of(book, entry)[0], area_of(book, {"location": here})[0]
    return mine.meets(theirs)


def look_up(book: Book, lookup: Json) -> list[Json]:
    """The entries that a DeveloperMetadataLookup selects."""
    strategy = lookup.get("locationMatchingStrategy")
    place = lookup.get("metadataLocation")
    if strategy and not place:
        raise invalid("locationMatchingStrategy may only be specified with a metadataLocation.")
    found = []
    for entry in book.metadata:
        wanted = all(
            entry[name] == lookup[name]
            for name in ("metadataId", "metadataKey", "metadataValue", "visibility")
            if name in lookup and name in entry
        ) and not ("metadataValue" in lookup and "metadataValue" not in entry)
        if lookup.get("locationType") not in (None, entry["location"]["locationType"]):
            continue
        if wanted and (not place or _meets(book, entry, place, strategy == "EXACT_LOCATION")):
            found.append(entry)
    return found


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
    return [area for entry in look_up(book, data_filter["developerMetadataLookup"]) for area in area_of(book, entry)]


def chosen(book: Book, given: Json) -> list[Area]:
    """The cells that a call names, be it by A1 ranges or by data filters."""
    by_name = [a1.parse(text, book) for text in given.get("ranges") or []]
    return by_name + [area for one in given.get("dataFilters") or [] for area in areas(book, one)]


def _selected(book: Book, data_filter: Json) -> list[Json]:
    if "developerMetadataLookup" in data_filter:
        return look_up(book, data_filter["developerMetadataLookup"])
    wanted = areas(book, data_filter)
    return [
        entry
        for entry in book.metadata
        if entry["location"]["locationType"] != "SPREADSHEET"
        and any(mine.meets(theirs) for mine in area_of(book, entry) for theirs in wanted)
    ]


def create(book: Book, request: Json) -> Json:
    given = request.get("developerMetadata", {})
    if not given.get("metadataKey"):
        raise invalid("Developer metadata must always have a key specified.")
    if given.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise invalid("Developer metadata must always have a visibility specified.")
    used = {entry["metadataId"] for entry in book.metadata}
    number = given.get("metadataId")
    if number is None:
        number = next(n for n in iter(lambda: secrets.randbelow(2**31 - 1) + 1, 0) if n not in used)
    if number in used:
        raise invalid(f"Developer metadata with id {number} already exists.")
    entry = {
        "metadataId": number,
        "metadataKey": given["metadataKey"],
        **({"metadataValue": given["metadataValue"]} if "metadataValue" in given else {}),
        "location": _location(book, given.get("location") or {}),
        "visibility": given["visibility"],
    }
    book.metadata.append(entry)
    _check_size(book)
    return {"developerMetadata": entry}


def _check_size(book: Book) -> None:
    totals: dict[int | None, int] = {}
    for entry in book.metadata:
        location = entry["location"]
        where = None if "spreadsheet" in location else area_of(book, entry)[0].sheet
        totals[where] = totals.get(where, 0) + len(entry["metadataKey"]) + len(entry.get("metadataValue", ""))
    if max(totals.values(), default=0) > MAX_TEXT:
        raise invalid(f"Developer metadata is limited to {MAX_TEXT} characters a sheet and a spreadsheet.")


def update(book: Book, request: Json) -> Json:
    mask = patches.required(request.get("fields"))
    given = dict(request.get("developerMetadata", {}))
    if "location" in given:
        given["location"] = _location(book, given["location"])
    chosen = [entry for data_filter in request.get("dataFilters", []) for entry in _selected(book, data_filter)]
    for entry in chosen:
        patches.patch(entry, given, mask, schema.fields("sheets", "DeveloperMetadata"), fixed=("metadataId",))
    _check_size(book)
    return {"developerMetadata": chosen}


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
    return {"matchedDeveloperMetadata": matched} if matched else {}
