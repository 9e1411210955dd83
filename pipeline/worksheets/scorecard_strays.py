"""What new rows left in wrong columns of Scorecards when people moved columns under them: found, and taken out again.

A cell is emptied only if it still holds what was read in it when the request arrives. The answer shows the rows in which
that was done: if another one stood there by then, a cell of theirs was hit that held just the same; it is put right.
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
class Hit:
    """A cell of theirs that one of our requests met in place of another: what it held, and what it was left with."""

    cell: Cell
    left: Value


@dataclass(frozen=True)
class Unsettled:
    """What pulls did that were not seen to come out.

    Attributes:
        ids: of the rows that they put in.
        versions: by id, what those rows hold that no form tells any more.
        kept: cells that could not be emptied; they only show what one of ours would hold, as formulas do.
    """

    ids: frozenset[str] = frozenset()
    versions: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()
    kept: frozenset[Cell] = frozenset()

    def document(self) -> Json:
        """What a pull that ends before all is in its place leaves to the next one."""
        hits = [[hit.cell.owner, hit.cell.header, hit.cell.value, hit.left] for hit in self.hits]
        return {"ids": sorted(self.ids), "versions": self.versions, "hits": hits}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Unsettled:
        hits = tuple(Hit(Cell(*told), left) for *told, left in document.get("hits", ()))
        return cls(frozenset(document.get("ids", ())), document.get("versions", {}), hits)


@dataclass(frozen=True)
class Touch:
    """A cell of Scorecards that a request changes: row and column, from 0, and whose it was when it was read."""

    row: int
    place: int
    cell: Cell
    leaves: Value = None

    def request(self) -> Json:
        where = ask.grid(design.SCORECARDS, self.row, self.row + 1, self.place, self.place + 1)
        if self.leaves is None:
            return ask.clear(where, cells.sought(self.cell.value))
        (line,) = entered_rows([[self.leaves]])
        return next(ask.write(design.SCORECARDS, self.row, self.place, [line], "userEnteredValue"))


@dataclass(frozen=True)
class Strays:
    """What is to be taken out and put right.

    Attributes:
        touches: one request each, in this order.
        rows: rows, counted from 1, whose id missed its column.
        waiting: responses that are put in anew once their id is gone: as long as it is there, such a row is known by it.
    """

    touches: tuple[Touch, ...] = ()
    rows: frozenset[int] = frozenset()
    waiting: frozenset[str] = frozenset()
    read: _Read = field(default_factory=lambda: _Read())
    unsettled: Unsettled = field(default_factory=Unsettled)

    @property
    def touched(self) -> list[int]:
        """Rows, from 0, that the answer has to show."""
        return sorted({touch.row for touch in self.touches})

    def after(self, replies: Sequence[Json], header: Sequence[Value], rows: Sequence[Sequence[Value]]) -> Unsettled:
        """What the replies to these requests, and the rows as they stood then, tell of cells that were hit or could not
        be emptied."""
        shown = dict(zip(self.touched, rows, strict=False))
        names = _names(header, max((touch.place + 1 for touch in self.touches), default=0))
        hits, kept = list(self.unsettled.hits), set(self.unsettled.kept)
        for touch, reply in zip(self.touches, replies, strict=False):
            line, meant = shown.get(touch.row), touch.cell
            if line is None or meant.value == meant.owner:  # an id is taken for nothing else
                continue
            there = self.read.owner(line) == meant.owner and names[touch.place] == meant.header
            done = touch.leaves is not None or reply.get("findReplace", {}).get("occurrencesChanged", 0) > 0
            owner, name = self.read.owner(line), names[touch.place]
            if done and not there and owner and owner not in self.read.doubtful:
                held = meant.value if touch.leaves is None else self.read.value(owner, name)
                hits.append(Hit(Cell(owner, name, held), touch.leaves))
            elif there and not done:
                kept.add(meant)
        return replace(self.unsettled, hits=tuple(hits), kept=frozenset(kept))


@dataclass(frozen=True)
class _Read:
    """Scorecards as it was read."""

    rows: Sequence[Sequence[Value]] = ()
    names: Sequence[str] = ()
    known: frozenset[str] = frozenset()  # ids of responses
    doubtful: frozenset[str] = frozenset()  # those of them that were new just before
    laid: frozenset[str] = frozenset()  # what their rows hold

    def owner(self, line: Sequence[Value]) -> str:
        """The response's id, or a digest of what people typed, whatever of ours came among it; "": there is neither."""
        texts = [str(value) for value in line if value not in (None, "")]
        own = sorted(text for text in texts if text not in self.laid)
        told = hashlib.blake2b(repr(own).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() if own else ""
        return next((text for text in texts if text in self.known), told)

    def at(self, row: int, place: int) -> Value:
        line = self.rows[row]
        return line[place] if place < len(line) and line[place] != "" else None

    def value(self, owner: str, name: str) -> Value:
        row = next((row for row, line in enumerate(self.rows) if row and self.owner(line) == owner), None)
        return None if row is None or name not in self.names else self.at(row, self.names.index(name))


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
    laid = {str(cells.entered(cell)) for told in doubtful.values() for cell in told.values()}
    known = ({stored.id for stored in book.scorecards} - laid) | doubtful.keys()  # a stray may stand where ids do
    ids = [str(values[home]) if -1 < home < len(values) else "" for values in table.rows]
    missed = doubtful.keys() - set(ids)
    touches: list[Touch] = []
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
        taken = [Touch(row, place, Cell(id_, names[place], values[place])) for place in sorted(found)]
        taken = [touch for touch in taken if touch.cell not in before.kept]
        touches += [touch for touch in taken if touch.cell.value != id_] or taken
        if taken and id_ in missed:
            shifted.add(row + 1)
            waiting.add(id_)
    read = _Read(table.rows, names, frozenset(known), frozenset(doubtful), frozenset(laid))
    back = _put_right(read, before.hits, set(book.places.values()))
    unsettled = replace(before, hits=tuple(hit for hit, _ in back))
    return Strays((*touches, *(touch for _, touch in back)), frozenset(shifted), frozenset(waiting), read, unsettled)


def _put_right(read: _Read, hits: Collection[Hit], ours: Collection[int]) -> list[tuple[Hit, Touch]]:
    """The cells that still hold what they were left with; what stands there again is no longer looked after. Our own
    columns are written in any case."""
    rows = {read.owner(line): row for row, line in enumerate(read.rows) if row} if hits else {}
    made = []
    for hit in hits:
        row, name = rows.get(hit.cell.owner), hit.cell.header
        place = read.names.index(name) if name in read.names else -1
        if row is not None and place >= 0 and place not in ours and read.at(row, place) == hit.left:
            made.append((hit, Touch(row, place, replace(hit.cell, value=hit.left), hit.cell.value)))
    return made


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


def _names(header: Sequence[Value], width: int) -> list[str]:
    """What columns are known by: the header, and which of those with the same it is."""
    seen = Counter[str]()
    names = []
    for place in range(max(width, len(header))):
        said = str(header[place]) if place < len(header) and header[place] is not None else ""
        seen[said] += 1
        names.append(f"{said}#{seen[said]}")
    return names
