"""What new rows left in wrong columns of Scorecards when people moved columns under them: found, and taken out again.

A cell is emptied only if it still holds what was read in it when the request arrives. The answer shows the rows in which
that was done: if another one stood there by then, a cell of theirs was hit that held just the same; it comes back.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from pipeline.worksheets import cells, design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.diff import entered_rows
from pipeline.worksheets.reading import Book, Table
from pipeline.worksheets.scorecards import Status, Value


@dataclass(frozen=True)
class Cell:
    """A cell by what stays with it: its row's response, of a row without one a digest of what it holds; its header."""

    owner: str
    header: str
    value: Value


@dataclass(frozen=True)
class Unsettled:
    """What pulls did that were not seen to come out."""

    ids: frozenset[str] = frozenset()  # of the rows that they put in
    versions: Mapping[str, Mapping[str, Json]] = field(
        default_factory=dict
    )  # what those that no form tells hold, by id
    hit: tuple[Cell, ...] = ()  # cells of theirs that were emptied
    kept: frozenset[Cell] = frozenset()  # cells that could not be emptied: they only show what one of ours would hold

    def document(self) -> Json:
        """What a pull that ends before all is in its place leaves to the next one."""
        hit = [[cell.owner, cell.header, cell.value] for cell in self.hit]
        return {"ids": sorted(self.ids), "versions": self.versions, "hit": hit}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Unsettled:
        hit = tuple(Cell(*told) for told in document.get("hit", ()))
        return cls(frozenset(document.get("ids", ())), document.get("versions", {}), hit)


@dataclass(frozen=True)
class Strays:
    """What is to be taken out, and put back.

    Attributes:
        emptying: row and column, from 0, of the cells that the first requests empty, one each.
        rows: rows, counted from 1, whose id missed its column.
        waiting: responses that are put in anew once their id is gone: as long as it is there, such a row is known by it.
    """

    requests: tuple[Json, ...] = ()
    emptying: tuple[tuple[int, int, Cell], ...] = ()
    rows: frozenset[int] = frozenset()
    waiting: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()  # ids of responses
    unsettled: Unsettled = field(default_factory=Unsettled)

    @property
    def touched(self) -> list[int]:
        """Rows, from 0, that the answer has to show."""
        return sorted({row for row, _, _ in self.emptying})

    def after(self, replies: Sequence[Json], header: Sequence[Value], rows: Sequence[Sequence[Value]]) -> Unsettled:
        """What the answer, with the rows that were touched, tells of cells that were hit or could not be emptied."""
        told = [reply["findReplace"] for reply in replies if "findReplace" in reply]
        shown = dict(zip(self.touched, rows, strict=False))
        names = _names(header, max((place + 1 for _, place, _ in self.emptying), default=0))
        hit, kept = list(self.unsettled.hit), set(self.unsettled.kept)
        for (row, place, meant), reply in zip(self.emptying, told, strict=False):
            if row in shown:
                there = meant.owner in map(str, shown[row]) and names[place] == meant.header
                emptied = reply.get("occurrencesChanged", 0) > 0
                if emptied and not there and meant.value != meant.owner:
                    hit.append(Cell(_owner(shown[row], self.known), names[place], meant.value))
                elif there and not emptied:
                    kept.add(meant)
        return replace(self.unsettled, hit=tuple(hit), kept=frozenset(kept))


def find(book: Book, doubtful: Mapping[str, Mapping[str, Json]], before: Unsettled) -> Strays:
    """Look for what was written in wrong columns: all that a row holds whose id is not where it belongs, else what stands
    in a column that is not ours and is missing in ours.

    Args:
        doubtful: by id, what the rows that were new just before were to hold, by column. A row is known by its id, which
            therefore is emptied last.
        before: what is known of earlier attempts.
    """
    table = book.tables.get(design.SCORECARDS, Table())
    home = book.places.get("response", -1)
    names = _names(table.header, max(map(len, table.rows), default=0))
    known = {stored.id for stored in book.scorecards if stored.sound} | doubtful.keys()
    ids = [str(values[home]) if -1 < home < len(values) else "" for values in table.rows]
    missed = doubtful.keys() - set(ids)
    emptying: list[tuple[int, int, Cell]] = []
    shifted, waiting = set(), set()
    for row, values in enumerate(table.rows if doubtful else ()):
        line = dict(enumerate(entered_rows([values])[0]))
        id_ = ids[row]
        if id_ in doubtful:
            found = _beside(line, doubtful[id_], book.places)
        elif id_ not in known and (id_ := next((str(v) for v in values if str(v) in missed), "")):
            ours = [*doubtful[id_].values(), *map(cells.text, get_args(Status))]
            found = {place for place, cell in line.items() if cell and any(cells.same(each, cell) for each in ours)}
        else:
            continue
        taken = [(row, place, Cell(id_, names[place], values[place])) for place in sorted(found)]
        taken = [each for each in taken if each[2] not in before.kept]
        emptying += [each for each in taken if each[2].value != id_] or taken
        if taken and id_ in missed:
            shifted.add(row + 1)
            waiting.add(id_)
    unsettled, back = _given_back(table.rows, names, known, before)
    requests = [
        ask.clear(ask.grid(design.SCORECARDS, row, row + 1, place, place + 1), cells.sought(cell.value))
        for row, place, cell in emptying
    ]
    return Strays(
        (*requests, *back), tuple(emptying), frozenset(shifted), frozenset(waiting), frozenset(known), unsettled
    )


def _given_back(
    rows: Sequence[Sequence[Value]], names: Sequence[str], known: Collection[str], before: Unsettled
) -> tuple[Unsettled, list[Json]]:
    """Put back what was hit, where the cell is still empty; what stands there again is no longer looked after."""
    owners = {_owner(values, known): row for row, values in enumerate(rows) if row} if before.hit else {}
    left: list[Cell] = []
    made: list[Json] = []
    for cell in before.hit:
        if cell.owner in owners and cell.header in names:
            row, place = owners[cell.owner], names.index(cell.header)
            if place >= len(rows[row]) or rows[row][place] in (None, ""):
                left.append(cell)
                made += ask.write(design.SCORECARDS, row, place, entered_rows([[cell.value]]), "userEnteredValue")
    return replace(before, hit=tuple(left)), made


def _beside(line: Mapping[int, Json], told: Mapping[str, Json], places: Mapping[str, int]) -> set[int]:
    """Where cells of a row of ours landed in columns of others: there it stands, and in our column something else does."""
    held = {key: line.get(place, {}) for key, place in places.items()}
    if not any(cell for key, cell in held.items() if key != "response"):
        return set()  # it was put in with nothing but its id
    if cells.entered(held.get("status", {})) in get_args(Status):
        told = {key: cell for key, cell in told.items() if key != "status"}
    missing = [cell for key, cell in told.items() if cell != cells.EMPTY and not cells.same(cell, held.get(key, {}))]
    theirs = {place: cell for place, cell in line.items() if cell and place not in places.values()}
    return {place for place, cell in theirs.items() if any(cells.same(each, cell) for each in missing)}


def _owner(values: Sequence[Value], known: Collection[str]) -> str:
    texts = [str(value) for value in values if value not in (None, "")]
    told = repr(sorted(texts)).encode("utf-8", "surrogatepass")
    return next((text for text in texts if text in known), hashlib.blake2b(told, digest_size=8).hexdigest())


def _names(header: Sequence[Value], width: int) -> list[str]:
    """What columns are known by: the header, and which of those with the same it is."""
    seen = Counter[str]()
    names = []
    for place in range(max(width, len(header))):
        said = str(header[place]) if place < len(header) and header[place] is not None else ""
        seen[said] += 1
        names.append(f"{said}#{seen[said]}")
    return names
