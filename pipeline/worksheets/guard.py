"""Writes that happen only as long as our columns stand where they were read.

Each of our columns carries a mark, developer metadata that follows it wherever people move it. A batch begins by taking
each mark away from the place where its column was read, that place alone, and making it there anew, with the id that it
always has. Where the column does not stand there any more, the id is still taken: Google refuses the request, and with it
the whole batch. Nothing has happened then, and the errand reads and plans again.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.developerMetadata
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.worksheets import design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json

REFUSED = "createDeveloperMetadata"  # what Google's answer names then


@dataclass(frozen=True)
class Guard:
    """Where the columns of one worksheet were read, by key; `refused`: they did not stand there, said the workspace."""

    sheet_id: int
    places: Mapping[str, int] = field(default_factory=dict)
    refused: bool = False

    def told(self, refusal: Exception) -> Guard:
        """With what the workspace said of the batch."""
        return replace(self, refused=REFUSED in str(refusal))

    def requests(self) -> Iterator[Json]:
        """What a batch begins with."""
        for key, place in self.places.items():
            where = {"dimensionRange": ask.dimension(self.sheet_id, "COLUMNS", place, place + 1)}
            lookup: Json = {"metadataKey": design.COLUMN_KEY, "metadataValue": design.mark(self.sheet_id, key)}
            lookup |= {"metadataLocation": where, "locationMatchingStrategy": "EXACT_LOCATION"}
            yield {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}
            yield design.own_mark(self.sheet_id, key, place)

    def marks(self) -> Iterator[Json]:
        """Brings the marks to where the columns were read."""
        for key, place in self.places.items():
            yield from design.put_mark(self.sheet_id, key, place)
