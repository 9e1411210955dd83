"""The notes of explanation on the names in Rankings, and those of the managers beside them.

No request lays a note on a cell by anything but its place. Where people moved a column under ours, one of ours comes to
lie on a cell of theirs; what stood there comes back with the next write, be it that of the next run.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from pipeline.worksheets import cells
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.rankings_found import Found, is_key
from pipeline.worksheets.snapshot import Sheet

LIMIT = 4_000  # characters of an explanation that a note shows


Place: TypeAlias = tuple[str, str]  # the row's key, of a row of theirs a digest of what it holds; the column's header


@dataclass(frozen=True)
class Beside:
    """The managers' notes, and what batches brought that were not seen to come out."""

    theirs: Mapping[Place, str] = field(default_factory=dict)
    laid: frozenset[str] = frozenset()  # digests of notes of ours, and of those of theirs that were put back
    added: frozenset[str] = frozenset()  # keys of new rows

    def document(self) -> Json:
        """What a run that ends before they are seen to be in their places leaves to the next one."""
        theirs = [[*place, note] for place, note in self.theirs.items()]
        return {"theirs": theirs, "laid": sorted(self.laid), "added": sorted(self.added)}

    def only(self, keys: Collection[str], unless: re.Pattern[str]) -> Beside:
        """The same of the rows with these keys, and of people's own rows unless the note holds this."""
        theirs = {
            place: note
            for place, note in self.theirs.items()
            if place[0] in keys or not (is_key(place[0]) or unless.search(note))
        }
        return replace(self, theirs=theirs)

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> Beside:
        told = document or {}
        theirs = {(key, header): note for key, header, note in told.get("theirs", ())}
        return cls(theirs, frozenset(told.get("laid", ())), frozenset(told.get("added", ())))


def digest(note: str) -> str:
    return hashlib.blake2b(note.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def lay(sheet: Sheet, found: Found, notes: Collection[str], before: Beside) -> tuple[Beside, tuple[Json, ...]]:
    """The managers' notes as they are to stand, and requests that take ours, `notes` and earlier ones, from everywhere but
    the names; what stood there comes back. Rows are sorted by key first, for they may be moved as well."""
    ours, home = set(found.places.values()), found.places.get("candidate")
    rows = _sorted(sheet, found)
    names = {name for name, _ in rows}
    laid = before.laid | frozenset(map(digest, notes))
    # a comment goes with its row, also with one that people have deleted since
    theirs = {place: note for place, note in before.theirs.items() if place[0] in names}
    wrong: list[tuple[int, int, Place]] = []
    for goal, (name, row) in enumerate(rows, start=1):
        for column, cell in enumerate(sheet.rows[row]):
            note, place = cell.get("note"), (name, str(cells.entered(sheet.cell(found.header, column))))
            if not note or (column == home and is_key(name)) or before.theirs.get(place) == note:
                continue
            if digest(note) in laid:
                wrong.append((goal, column, place))
            elif column not in ours:
                theirs[place] = note
    made: list[Json] = []
    for goal, column, place in wrong:
        if before.laid or column in ours:
            note = theirs.get(place)
            made += ask.write(sheet.id, goal, column, [[{"note": note} if note else {}]], "note")
            laid |= {digest(note)} if note else set()
    requests = (ask.sort(ask.grid(sheet.id, 1), found.places["key"]), *made) if made else ()
    return replace(before, theirs=theirs, laid=laid), requests


def _sorted(sheet: Sheet, found: Found) -> list[tuple[str, int]]:
    """What each row is known by, and where it was read, in the order that sorting by key gives: those without one last, as
    they stood; they are known by what people typed in them."""
    keyed = {row for row, _ in found.rows}
    ours, seen = set(found.places.values()), Counter[str]()
    rest = []
    for row, line in enumerate(sheet.rows):
        if row not in keyed and row != found.header:
            said = digest(repr([cells.entered(cell) for place, cell in enumerate(line) if place not in ours]))
            seen[said] += 1
            rest.append((f"{said}.{seen[said]}", row))
    return [*sorted((key, row) for row, key in found.rows), *rest]


def of_explanation(explanation: str) -> str:
    return explanation if len(explanation) <= LIMIT else explanation[: LIMIT - 1] + "…"
