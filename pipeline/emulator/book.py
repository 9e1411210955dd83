"""A spreadsheet as it is kept: worksheets, their cells and all that hangs on them; loaded from and saved to SQLite.

A book stays in memory between requests as long as the stored revision is the one it was saved under (several
processes share the database). Only changed blocks of rows, and the small documents that changed, are written back.
Knows Google's JSON of properties and ranges, and no request.
"""

from __future__ import annotations

import copy
import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .a1 import Area, check, from_grid
from .calls import Json
from .grid import Block, Grid, Row
from .refusal import invalid, not_found
from .typed import Formula, Value

TABLES = """
CREATE TABLE IF NOT EXISTS spreadsheets (id TEXT PRIMARY KEY, revision TEXT NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS worksheets (
  spreadsheet TEXT NOT NULL, id INTEGER NOT NULL, doc TEXT NOT NULL, layout TEXT NOT NULL,
  PRIMARY KEY (spreadsheet, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blocks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, spreadsheet TEXT NOT NULL, worksheet INTEGER NOT NULL, rows TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS blocks_of ON blocks (spreadsheet, worksheet);
CREATE TABLE IF NOT EXISTS attributes (
  spreadsheet TEXT NOT NULL, id INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (spreadsheet, id)
) WITHOUT ROWID;
"""
Found = TypeVar("Found")
MAX_CELLS = 10_000_000
MAX_COLUMNS = 18_278  # ZZZ
IDS = {"protectedRanges": "protectedRangeId", "bandedRanges": "bandedRangeId", "charts": "chartId"}
LISTS = ("merges", "conditionalFormats", *IDS)


def free_id(given: int | None, taken: Collection[Any], called: str) -> Any:
    """The id that was asked for, refused where something has it already; a fresh one where none was."""
    if given in taken:
        raise invalid(f"{called} {given} already exists.")
    while given is None or given in taken:
        given = secrets.randbelow(2**31 - 1) + 1
    return given


def dumps(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


class Worksheet:
    """One worksheet. `doc` holds its properties, the lists of what hangs on it, and its rows' and columns' own."""

    def __init__(self, id_: int, doc: Json, grid: Grid) -> None:
        self.id = id_
        self.doc = doc
        self.grid = grid

    @property
    def properties(self) -> Json:
        properties: Json = self.doc["properties"]
        return properties

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def hidden(self) -> bool:
        return bool(self.properties.get("hidden"))

    @property
    def row_count(self) -> int:
        return int(self.properties["gridProperties"]["rowCount"])

    @property
    def column_count(self) -> int:
        return int(self.properties["gridProperties"]["columnCount"])

    def size(self, *, rows: bool) -> int:
        return self.row_count if rows else self.column_count

    def set_size(self, size: int, *, rows: bool) -> None:
        self.properties["gridProperties"]["rowCount" if rows else "columnCount"] = size

    def resize(self, rows: int, columns: int) -> None:
        self.properties["gridProperties"] |= {"rowCount": rows, "columnCount": columns}

    def things(self, name: str) -> list[Json]:
        """One of `LISTS`, to be changed in place."""
        found: list[Json] = self.doc.setdefault(name, [])
        return found

    def lines(self, *, rows: bool) -> dict[str, Json]:
        """What rows (or columns) have of their own, by index as text: size, hidden."""
        found: dict[str, Json] = self.doc.setdefault("rows" if rows else "columns", {})
        return found

    def set_line(self, index: int, own: Json, *, rows: bool) -> None:
        """What a row (or column) has of its own from now on; nothing where that is empty."""
        lines = self.lines(rows=rows)
        lines.pop(str(index), None)
        if own:
            lines[str(index)] = own

    def value(self, row: int, column: int) -> Value:
        found = self.grid.row(row)
        return found.value(column) if found else None

    def formulas(self) -> Iterator[tuple[int, int, Formula]]:
        for index, row in self.grid.rows(0, self.grid.height, formulas_only=True):
            for column, value in enumerate(row.values):
                if type(value) is Formula:
                    yield index, column, value


def new_worksheet(id_: int, properties: Json) -> Worksheet:
    """An empty worksheet; the grid is 1000 x 26 unless the properties say otherwise."""
    properties = copy.deepcopy(properties)
    properties.pop("sheetId", None)
    properties.pop("index", None)
    size = properties.setdefault("gridProperties", {})
    properties["gridProperties"] = {"rowCount": 1000, "columnCount": 26, **size}
    properties.setdefault("sheetType", "GRID")
    return Worksheet(id_, {"properties": properties}, Grid([], _nothing))


def _nothing(_: int) -> str:
    raise AssertionError("a new worksheet has no stored block")


class Book:
    """One spreadsheet, open inside one transaction at a time."""

    def __init__(self, id_: str, doc: Json) -> None:
        self.id = id_
        self.doc = doc
        self.title = ""  # Drive's name of the file; set on opening
        self.worksheets: list[Worksheet] = []
        self.attributes: list[Json] = [{}]
        self.revision = ""
        self._remembered: dict[str, tuple[Any, Any]] = {}
        self._attribute_ids: dict[str, int] = {"{}": 0}
        self._stored_attributes = 1
        self.rows_deleted = False  # in this transaction
        self._rewritten: set[int] = set()
        self._stored: dict[int | None, str] = {}
        self._db: sqlite3.Connection | None = None

    # -- what is in it

    @property
    def named_ranges(self) -> list[Json]:
        found: list[Json] = self.doc.setdefault("namedRanges", [])
        return found

    @property
    def metadata(self) -> list[Json]:
        """All developer metadata, whatever its place."""
        found: list[Json] = self.doc.setdefault("developerMetadata", [])
        return found

    def find(self, sheet_id: int) -> Worksheet | None:
        return next((sheet for sheet in self.worksheets if sheet.id == sheet_id), None)

    def worksheet(self, sheet_id: int, *, called: str = "grid") -> Worksheet:
        sheet = self.find(sheet_id)
        if sheet is None:
            raise invalid(f"No {called} with id: {sheet_id}")
        return sheet

    def area(self, grid: Json) -> tuple[Worksheet, Area]:
        """The worksheet and the clipped area of a GridRange."""
        area = from_grid(grid)
        sheet = self.worksheet(area.sheet)
        return sheet, check(area, sheet)

    def by_title(self, title: str) -> Worksheet | None:
        folded = title.casefold()
        return next((sheet for sheet in self.worksheets if sheet.title.casefold() == folded), None)

    def remember(self, name: str, state: Any, find: Callable[[], Found]) -> Found:
        """What was found the last time, if the state is still the one from which it was found, or is found now."""
        if name not in self._remembered or self._remembered[name][0] != state:
            self._remembered[name] = (state, find())
        found: Found = self._remembered[name][1]
        return found

    def attribute(self, document: Json) -> int:
        """The number under which cells carry these attributes (a CellData without its value)."""
        text = dumps(document)
        number = self._attribute_ids.get(text)
        if number is None:
            number = self._attribute_ids[text] = len(self.attributes)
            self.attributes.append(json.loads(text))
        return number

    def rewrite_validation(self, change: Callable[[str], str]) -> None:
        """Change the formulas in data validation rules (`=Panel!A2:A`)."""
        for number, document in enumerate(self.attributes):
            values = document.get("dataValidation", {}).get("condition", {}).get("values", [])
            for value in values:
                text = value.get("userEnteredValue", "")
                if text.startswith("=") and (changed := change(text)) != text:
                    self._attribute_ids.pop(dumps(document), None)
                    value["userEnteredValue"] = changed
                    self._attribute_ids[dumps(document)] = number
                    self._rewritten.add(number)

    def check_size(self) -> None:
        if max(sheet.column_count for sheet in self.worksheets) > MAX_COLUMNS:
            raise invalid(
                "This action would increase the number of columns in the worksheet above the limit of "
                f"{MAX_COLUMNS} columns."
            )
        if sum(sheet.row_count * sheet.column_count for sheet in self.worksheets) > MAX_CELLS:
            raise invalid(
                f"This action would increase the number of cells in the workbook above the limit of {MAX_CELLS} cells."
            )

    def make_room(self, sheet: Worksheet, rows: int, columns: int) -> None:
        """Make a grid that large, if it is smaller."""
        sheet.resize(max(sheet.row_count, rows), max(sheet.column_count, columns))
        self.check_size()

    # -- store

    def _fetch(self, block: int) -> str:
        if self._db is None:
            raise RuntimeError("the book is read outside of its transaction")
        found = self._db.execute("SELECT rows FROM blocks WHERE id = ?", (block,)).fetchone()
        return str(found[0])

    @classmethod
    def load(cls, db: sqlite3.Connection, id_: str) -> Book:
        found = db.execute("SELECT revision, doc FROM spreadsheets WHERE id = ?", (id_,)).fetchone()
        if found is None:
            raise not_found()
        book = cls(id_, json.loads(found[1]))
        book.revision = found[0]
        book._stored[None] = found[1]
        sheets = {}
        for sheet_id, doc, layout in db.execute("SELECT id, doc, layout FROM worksheets WHERE spreadsheet = ?", (id_,)):
            blocks = [Block(block[0], block[1], block[2], None) for block in json.loads(layout)]
            sheets[sheet_id] = Worksheet(sheet_id, json.loads(doc), Grid(blocks, book._fetch))
            book._stored[sheet_id] = doc + layout
        book.worksheets = [sheets[sheet_id] for sheet_id in book.doc["order"]]
        for (text,) in db.execute("SELECT doc FROM attributes WHERE spreadsheet = ? ORDER BY id", (id_,)):
            book._attribute_ids[text] = len(book.attributes)
            book.attributes.append(json.loads(text))
        book._stored_attributes = len(book.attributes)
        return book

    def save(self, db: sqlite3.Connection) -> bool:
        """Write what changed; False when nothing did."""
        if self.rows_deleted:
            self._let_go_of_notes()
        changed = sum([self._save_sheet(db, sheet) for sheet in self.worksheets])
        self.doc["order"] = [sheet.id for sheet in self.worksheets]
        for gone in set(self._stored) - set(self.doc["order"]) - {None}:
            db.execute("DELETE FROM worksheets WHERE spreadsheet = ? AND id = ?", (self.id, gone))
            db.execute("DELETE FROM blocks WHERE spreadsheet = ? AND worksheet = ?", (self.id, gone))
            del self._stored[gone]
            changed += 1
        fresh = [*sorted(self._rewritten), *range(self._stored_attributes, len(self.attributes))]
        attributes = [(self.id, number, dumps(self.attributes[number])) for number in fresh]
        db.executemany("INSERT OR REPLACE INTO attributes VALUES (?, ?, ?)", attributes)
        self._stored_attributes = len(self.attributes)
        self._rewritten.clear()
        doc = dumps(self.doc)
        if not (changed or fresh or doc != self._stored.get(None)):
            return False
        self._stored[None] = doc
        self.revision = secrets.token_hex(8)
        db.execute("INSERT OR REPLACE INTO spreadsheets VALUES (?, ?, ?)", (self.id, self.revision, doc))
        return True

    def _let_go_of_notes(self) -> None:
        """Overwrite notes that no cell carries any more: whoever deletes a row about somebody means what is noted too."""
        self.rows_deleted = False
        used: set[int] = set()
        for sheet in self.worksheets:
            for block in sheet.grid.blocks:
                if block.rows is not None:
                    used.update(number for row in block.rows if row for number in row.attrs)
                else:  # read past the block, so that a large worksheet does not stay in memory for this
                    stored = json.loads(self._fetch(block.id or 0))
                    used.update(number for row in stored if row for number in row[1])
        for number, document in enumerate(self.attributes):
            if document.get("note") and number not in used:
                self._attribute_ids.pop(dumps(document), None)
                self.attributes[number] = {"note": ""}
                self._rewritten.add(number)

    def _save_sheet(self, db: sqlite3.Connection, sheet: Worksheet) -> bool:
        dirty = [block for block in sheet.grid.blocks if block.dirty]
        for block in dirty:
            if block.id is None:
                block.id = db.execute(
                    "INSERT INTO blocks (spreadsheet, worksheet, rows) VALUES (?, ?, ?)",
                    (self.id, sheet.id, block.dump()),
                ).lastrowid
            else:
                db.execute("UPDATE blocks SET rows = ? WHERE id = ?", (block.dump(), block.id))
            block.dirty = False
        db.executemany("DELETE FROM blocks WHERE id = ?", [(block_id,) for block_id in sheet.grid.removed])
        sheet.grid.removed.clear()
        doc = dumps(sheet.doc)
        layout = dumps([[block.id, block.size, block.formulas] for block in sheet.grid.blocks])
        if doc + layout != self._stored.get(sheet.id):
            db.execute("INSERT OR REPLACE INTO worksheets VALUES (?, ?, ?, ?)", (self.id, sheet.id, doc, layout))
            self._stored[sheet.id] = doc + layout
            return True
        return bool(dirty)

    @contextmanager
    def using(self, db: sqlite3.Connection) -> Iterator[Book]:
        self._db = db
        try:
            yield self
        finally:
            self._db = None


class _Shelf:
    """The books last used by this process, each with the lock under which it is read or changed."""

    def __init__(self, size: int = 8) -> None:
        self.size = size
        self.books: dict[str, Book] = {}  # the one used last at the end
        self.locks: dict[str, threading.RLock] = {}
        self.guard = threading.Lock()

    def lock(self, id_: str) -> threading.RLock:
        with self.guard:
            return self.locks.setdefault(id_, threading.RLock())

    def take(self, id_: str, revision: str) -> Book | None:
        with self.guard:
            book = self.books.pop(id_, None)
        return book if book and book.revision == revision else None

    def put(self, book: Book) -> None:
        with self.guard:
            self.books[book.id] = book
            while len(self.books) > self.size:
                del self.books[next(iter(self.books))]


_SHELF = _Shelf()


@contextmanager
def opened(db: sqlite3.Connection, id_: str, title: str = "", *, write: bool = False) -> Iterator[Book]:
    """The book under its lock; a write that succeeds inside is saved, one that fails throws the copy in memory away.

    A revision is random, so a copy whose transaction was rolled back afterwards never matches what is stored.
    """
    with _SHELF.lock(id_):
        found = db.execute("SELECT revision FROM spreadsheets WHERE id = ?", (id_,)).fetchone()
        if found is None:
            raise not_found()
        book = _SHELF.take(id_, found[0]) or Book.load(db, id_)
        book.title = title
        with book.using(db):
            try:
                yield book
                if write:
                    book.save(db)
            except BaseException:
                if not write:
                    _SHELF.put(book)
                raise
        _SHELF.put(book)


def create(db: sqlite3.Connection, id_: str, doc: Json, sheets: Iterable[Worksheet]) -> None:
    """Store a new spreadsheet."""
    book = Book(id_, doc)
    book.worksheets = list(sheets)
    book.save(db)


def duplicate(db: sqlite3.Connection, source: str, target: str) -> None:
    """Store a copy of a whole spreadsheet."""
    with opened(db, source) as book:
        fresh = Book(target, copy.deepcopy(book.doc))
        fresh.attributes, fresh._attribute_ids = copy.deepcopy(book.attributes), dict(book._attribute_ids)
        fresh.worksheets = [copied(sheet, sheet.id) for sheet in book.worksheets]
        fresh.save(db)


def copied(sheet: Worksheet, id_: int, attribute: Callable[[int], int] = int) -> Worksheet:
    """A worksheet of the same cells and things under another id; ranges still name the old one.

    `attribute` says under which number the copy's book knows a cell's attributes.
    """
    blocks = []
    for block in sheet.grid.blocks:
        rows = [row and Row(list(row.values), list(map(attribute, row.attrs))) for row in sheet.grid.rows_of(block)]
        blocks.append(Block(None, block.size, None, rows))
    return Worksheet(id_, copy.deepcopy(sheet.doc), Grid(blocks, _nothing))


def delete(db: sqlite3.Connection, id_: str) -> None:
    """Forget a spreadsheet."""
    db.execute("DELETE FROM spreadsheets WHERE id = ?", (id_,))
    for table in ("worksheets", "blocks", "attributes"):
        db.execute(f"DELETE FROM {table} WHERE spreadsheet = ?", (id_,))  # noqa: S608
