"""Writes that happen only as long as our columns stand where they were read.

Each of our columns carries a mark, developer metadata that follows it wherever people move it. A batch begins by taking
each mark away from the place where its column was read, that place alone, and making it there anew, with the id that it
always has. Where the column does not stand there any more, the id is still taken: Google refuses the request, and with it
the whole batch. Nothing has happened then, and the errand reads and plans again. A column that was deleted took its mark
along; the grid is narrower then, and its last column not there to be marked for a moment.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.developerMetadata
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.worksheets import cells, design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json

REFUSED = "createDeveloperMetadata"  # what Google's answer names then
_END = ""  # the key of no column
_PROBE = 101  # an id of no mark


@dataclass(frozen=True)
class Guard:
    """Where the columns of one worksheet were read, by key, and how wide its grid was (0: that is not looked at).

    Attributes:
        on: False where no guard can be passed: then nothing is refused.
        refused: the columns did not stand there, said the workspace.
    """

    sheet_id: int
    places: Mapping[str, int] = field(default_factory=dict)
    width: int = 0
    on: bool = True
    refused: bool = False

    def told(self, refusal: Exception) -> Guard:
        """With what the workspace said of the batch."""
        return replace(self, refused=REFUSED in str(refusal))

    def requests(self) -> Iterator[Json]:
        """What a batch begins with."""
        if not self.on:
            return
        for key, place in self.places.items():
            where = {"dimensionRange": ask.dimension(self.sheet_id, "COLUMNS", place, place + 1)}
            lookup: Json = {"metadataKey": design.COLUMN_KEY, "metadataValue": design.mark(self.sheet_id, key)}
            lookup |= {"metadataLocation": where, "locationMatchingStrategy": "EXACT_LOCATION"}
            yield {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}
            yield design.own_mark(self.sheet_id, key, place)
        if self.width:
            yield design.own_mark(self.sheet_id, _END, self.width - 1)
            yield {"deleteDeveloperMetadata": {"dataFilter": design.marked(self.sheet_id, _END)}}

    def marks(self) -> Iterator[Json]:
        """Marks where the columns were read, for a batch without guard: with other ids, as the own ones are not taken anew."""
        for key, place in self.places.items():
            yield {"deleteDeveloperMetadata": {"dataFilter": design.marked(self.sheet_id, key)}}
            yield ask.mark_column(self.sheet_id, place, design.COLUMN_KEY, design.mark(self.sheet_id, key))


def probe() -> list[Json]:
    """Changes nothing, and is refused where guards would be in any case: should Google not take an id in the same batch in
    which it was given up. That it does is documented nowhere."""
    lookup = {"developerMetadataLookup": {"metadataId": _PROBE}}
    gone = {"deleteDeveloperMetadata": {"dataFilter": lookup}}
    told = {"metadataId": _PROBE, "metadataKey": design.COLUMN_KEY, "visibility": "DOCUMENT"}
    made = {"createDeveloperMetadata": {"developerMetadata": told | {"location": {"spreadsheet": True}}}}
    return [gone, made, gone, made, gone]


MARK_FIELDS = (
    "sheets(data(columnMetadata(developerMetadata(metadataKey,metadataValue)),rowData(values(effectiveValue))))"
)


def mark_body(sheet_id: int) -> Json:
    """A body of spreadsheets.getByDataFilter, to send with `MARK_FIELDS`: the header row, and the marks above it."""
    return {"dataFilters": [{"gridRange": ask.grid(sheet_id, 0, 1)}]}


@dataclass(frozen=True)
class Astray:
    """Marks that are not at the columns with their headers; `twice`: headers that stand over another column as well."""

    requests: tuple[Json, ...] = ()
    twice: tuple[str, ...] = ()


def astray(sheet_id: int, told: Mapping[str, Any], named: Callable[[Sequence[Any]], Mapping[str, int]]) -> Astray:
    """Look whether people pasted a column elsewhere or exchanged headers, and bring the marks to where headers stand now.

    Args:
        told: the answer to `mark_body`.
        named: where columns stand, by key, from a header row.
    """
    data: Json = next((data for sheet in told.get("sheets", []) for data in sheet.get("data", [])), {})
    header = [cells.shown(cell) for row in data.get("rowData", []) for cell in row.get("values", [])]
    marks, places = design.marks_in(sheet_id, data), named(header)
    off = {key: place for key, place in places.items() if marks.get(key, place) != place}
    twice = [str(header[place]) for key, place in off.items() if header[marks[key] : marks[key] + 1] == [header[place]]]
    if twice:
        return Astray(twice=tuple(twice))
    rest = Guard(sheet_id, {key: place for key, place in places.items() if key not in off})
    put = [request for key, place in off.items() for request in design.put_mark(sheet_id, key, place)]
    return Astray((*rest.requests(), *put) if put else ())
