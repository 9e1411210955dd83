"""The notes of explanation on the names in Rankings, and those of the managers beside them.

No request lays a note on a cell by anything but its place. Where people moved a column under ours, one of ours comes to
lie on a cell of theirs; what stood there comes back with the next write, be it that of the next run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from pipeline.worksheets import cells
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.rankings_found import Found
from pipeline.worksheets.snapshot import Sheet

LIMIT = 4_000  # characters of an explanation that a note shows


Place: TypeAlias = tuple[str, str]  # the row's key and the column's header


@dataclass(frozen=True)
class Beside:
    """The managers' notes, and what was laid by a batch that was not seen to come out."""

    theirs: Mapping[Place, str] = field(default_factory=dict)
    laid: frozenset[str] = frozenset()  # digests of notes of ours, and of those of theirs that were put back

    def document(self) -> Json:
        """What a run that ends before they are back leaves to the next one."""
        return {"theirs": [[*place, note] for place, note in self.theirs.items()], "laid": sorted(self.laid)}

    def only(self, keys: Collection[str]) -> Beside:
        """The same of these rows alone."""
        return replace(self, theirs={place: note for place, note in self.theirs.items() if place[0] in keys})

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> Beside:
        told = document or {"theirs": [], "laid": []}
        return cls({(key, header): note for key, header, note in told["theirs"]}, frozenset(told["laid"]))


def _digest(note: str) -> str:
    return hashlib.blake2b(note.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def lay(
    sheet: Sheet, found: Found, notes: Collection[str], before: Beside, *, again: bool
) -> tuple[Beside, tuple[Json, ...]]:
    """The managers' notes as they are to stand, and requests that take ours, `notes` and earlier ones, from everywhere but
    the names; what stood there comes back. Rows are sorted by key first, for they may be moved as well."""
    ours, home = set(found.places.values()), found.places.get("candidate")
    rows = {key: 1 + index for index, key in enumerate(sorted(key for _, key in found.rows))}
    laid = before.laid | frozenset(map(_digest, notes))
    theirs = dict(before.theirs)
    wrong: list[tuple[str, int, Place]] = []
    for row, key in found.rows:
        for column, cell in enumerate(sheet.rows[row]):
            note, place = cell.get("note"), (key, str(cells.entered(sheet.cell(found.header, column))))
            if not note or column == home or before.theirs.get(place) == note:
                continue
            if _digest(note) in laid:
                wrong.append((key, column, place))
            elif column not in ours:
                theirs[place] = note
    made: list[Json] = []
    for key, column, place in wrong:
        if again or before.laid or column in ours:
            note = theirs.get(place)
            made += ask.write(sheet.id, rows[key], column, [[{"note": note} if note else {}]], "note")
            laid |= {_digest(note)} if note else set()
    requests = (ask.sort(ask.grid(sheet.id, 1), found.places["key"]), *made) if made else ()
    return Beside(theirs, laid), requests


def of_explanation(explanation: str) -> str:
    return explanation if len(explanation) <= LIMIT else explanation[: LIMIT - 1] + "…"
