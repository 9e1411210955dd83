"""The notes of explanation on the names in Rankings, and those of the managers that may lie under them for a moment.

Notes are laid on the names in the order in which the batch has sorted them. If people deleted one of our rows just then,
the last of ours come to lie on names in rows of theirs; what stood there comes back with the next write, be it that of the
next run.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.worksheets import cells
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.rankings_found import Found
from pipeline.worksheets.snapshot import Sheet

LIMIT = 4_000  # characters of an explanation that a note shows


@dataclass(frozen=True)
class Beside:
    """The managers' notes in the column of names, by a digest of their row, and digests of all that batches laid there
    which were not seen to come out."""

    theirs: Mapping[str, str] = field(default_factory=dict)
    laid: frozenset[str] = frozenset()

    def document(self) -> Json:
        """What a run that ends before they are seen to be in their places leaves to the next one."""
        return {"theirs": [[*each] for each in self.theirs.items()], "laid": sorted(self.laid)}

    def without(self, what: re.Pattern[str]) -> Beside:
        """The same but for notes that hold this."""
        return replace(self, theirs={row: note for row, note in self.theirs.items() if not what.search(note)})

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> Beside:
        told = document or {}
        return cls(dict(told.get("theirs", ())), frozenset(told.get("laid", ())))


def digest(note: str) -> str:
    return hashlib.blake2b(note.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def lay(sheet: Sheet, found: Found, notes: Collection[str], before: Beside) -> tuple[Beside, tuple[Json, ...]]:
    """The managers' notes as they are to stand, and requests that take ours, `notes` and earlier ones, from their rows;
    what stood there comes back. Rows are sorted by key first, for they may be moved as well.

    Where people deleted the column of keys, notes are all that is left to say whose a row was: they stay.
    """
    laid = before.laid | frozenset(map(digest, notes))
    rows = _theirs(sheet, found)
    theirs = {name: note for name, note in before.theirs.items() if name in rows}  # a note goes with its row
    home = found.places.get("candidate", -1)
    made: list[Json] = []
    for goal, (name, row) in enumerate(rows.items(), start=len(found.rows) + 1):
        note = sheet.cell(row, home).get("note") if home >= 0 else None
        if note and "key" in found.places and note != before.theirs.get(name) and digest(note) in laid:
            back = theirs.get(name)
            made += ask.write(sheet.id, goal, home, [[{"note": back} if back else {}]], "note")
            laid |= {digest(back)} if back else set()
        elif note:
            theirs[name] = note
    requests = (ask.sort(ask.grid(sheet.id, 1), found.places["key"]), *made) if made else ()
    return Beside(theirs, laid), requests


def _theirs(sheet: Sheet, found: Found) -> dict[str, int]:
    """People's own rows by what they typed in them, as they stand: in this order they come after ours once rows are
    sorted by key."""
    ours, keyed, seen = set(found.places.values()), {row for row, _ in found.rows}, Counter[str]()
    rows = {}
    for row, line in enumerate(sheet.rows):
        if row not in keyed and row != found.header:
            said = digest(repr([cells.entered(cell) for place, cell in enumerate(line) if place not in ours]))
            seen[said] += 1
            rows[f"{said}.{seen[said]}"] = row
    return rows


def of_explanation(explanation: str) -> str:
    return explanation if len(explanation) <= LIMIT else explanation[: LIMIT - 1] + "…"
