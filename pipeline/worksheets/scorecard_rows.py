"""How rows are put into Scorecards while people sort, insert, move and type in it.

Nothing is written where a cell of theirs may stand by then. A new row goes below everything, a new column is inserted,
and the batch is refused if columns do not stand where they were read (see `guard`). Cells in rows that stand there
already are written through the marks of our columns, which follow them wherever people move them. Which response a row holds is
never written over: a row that was moved under the write says for a moment what another should say, but still whose it
is, and is written anew. What has to go is emptied only if the cell still holds it when the request arrives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, get_args

from pipeline.scorecard import Rubric, SubmittedScorecard, moment_of
from pipeline.worksheets import cells, design, scorecards
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.diff import blocks, entered_rows
from pipeline.worksheets.reading import Book, Table
from pipeline.worksheets.scorecards import Status, StoredScorecard, Value

_PIECE_BYTES = 400_000  # one column is written in pieces of so much, not counting the rows that are left as they are
TOGETHER = 100  # rows that are turned into requests at a time

Standing = Mapping[str, Mapping[int, Json]]  # cells to write in rows that are there, by column and row, counted from 0


def _table(book: Book) -> Table:
    return book.tables.get(design.SCORECARDS, Table())


def recognized(book: Book, cards: Sequence[SubmittedScorecard]) -> tuple[StoredScorecard, ...]:
    """The rows of a worksheet whose column of response ids was deleted, as far as these responses tell which is which."""
    known = {(card.round, card.interviewer, card.created_at): card for card in cards}
    sent = {(card.response_id, card.submitted_at) for card in cards}
    rows = _table(book).rows
    width = max(map(len, rows), default=0)
    named = [[*row, *[None] * (width - len(row)), ""] for row in rows]
    for row in named[1:]:
        told = {key: str(row[place]) for key, place in book.places.items()}
        card = known.get((told.get("round", ""), told.get("interviewer", ""), told.get("created_at", "")))
        moment = told.get("submitted_at", "")
        if card is None:
            continue
        if moment_of(moment) is not None:
            id_ = card.response_id
            row[width] = id_ if (id_, moment) in sent else f"{id_}@{moment}"
        elif told.get("candidate") == card.candidate:
            row[width] = card.response_id
    return tuple(scorecards.read_rows(named, {**book.places, "response": width}, book.zone))


def misnamed(book: Book, cards: Sequence[SubmittedScorecard]) -> dict[int, SubmittedScorecard]:
    """Rows, counted from 1, that hold the id of another, as after a sort of that column alone; with the ids that they
    were sealed with."""
    if "seal" not in book.places or all(stored.sound for stored in book.scorecards):
        return {}
    known = {(card.round, card.interviewer, card.created_at): card.response_id for card in cards}
    sent = {(card.response_id, card.submitted_at) for card in cards}
    rows, place = _table(book).rows, book.places["seal"]
    found = {}
    for stored in book.scorecards:
        card = stored.card
        id_ = known.get((card.round, card.interviewer, card.created_at))
        if stored.sound or id_ in (None, scorecards.response_of(stored.id)) or place >= len(rows[stored.row - 1]):
            continue
        own = replace(card, response_id=id_ if (id_, card.submitted_at) in sent else f"{id_}@{card.submitted_at}")
        if scorecards.seal_of(own, stored.status) == rows[stored.row - 1][place]:
            found[stored.row] = own
    return found


def named(book: Book, rows: Mapping[int, SubmittedScorecard]) -> Iterator[Json]:
    """Give these rows, counted from 1, their ids back."""
    place = book.places.get("response", 0)
    for row, card in rows.items():
        held = cells.sought(_table(book).rows[row - 1][place])
        yield ask.clear(ask.grid(design.SCORECARDS, row - 1, row, place, place + 1), held, leaving=card.response_id)


def of_nobody(book: Book) -> set[int]:
    """Rows, counted from 1, with a status or a time of ours and no id: a write hit them, under which rows were moved."""
    known = {stored.row for stored in book.scorecards}
    told = [book.places[key] for key in ("status", "submitted_at") if key in book.places]
    found = set()
    for row, line in enumerate(_table(book).rows, start=1):
        said = {str(line[place]) for place in told if place < len(line)}
        if (
            row > 1
            and row not in known
            and any(each in get_args(Status) or scorecards.serial(each, book.zone) is not None for each in said)
        ):
            found.add(row)
    return found


def without_id(book: Book, rows: Iterable[int]) -> Iterator[Json]:
    """Take the id out of these rows, counted from 1; what else they hold of ours follows through the marks."""
    held = _table(book).rows
    for row in rows:
        if "response" in book.places:
            place = book.places["response"]
            where = ask.grid(design.SCORECARDS, row - 1, row, place, place + 1)
            yield ask.clear(where, cells.sought(held[row - 1][place]))


def renamed(book: Book, ids: Mapping[str, str]) -> Iterator[Json]:
    """Rows of these ids get others, wherever they stand by then."""
    if "response" in book.places:
        place = book.places["response"]
        for id_, other in ids.items():
            yield ask.clear(ask.grid(design.SCORECARDS, 1, None, place, place + 1), cells.sought(id_), leaving=other)


def last_row(book: Book) -> int:
    """The last row, counted from 1, in which anything stands."""
    rows = _table(book).rows
    for row in range(len(rows), 1, -1):
        if any(value not in (None, "") for value in rows[row - 1]):
            return row
    return max((stored.row for stored in book.scorecards), default=1)


def new_columns(
    book: Book, rubric: Rubric, places: dict[str, int], needed: Collection[str], standing: Iterable[StoredScorecard]
) -> Iterator[Json]:
    """Insert columns for questions and competencies without one, right of our last, with what the rows that are there
    hold in them; grows `places`."""
    designed = scorecards.columns(rubric)
    known = {column.key: column for column in designed}
    wanted = [column for column in designed if column.key not in places]
    wanted += [
        scorecards.rating_column(key.removeprefix(scorecards.RATING))
        if key.startswith(scorecards.RATING)
        else scorecards.evidence_column(key.removeprefix(scorecards.EVIDENCE))
        for key in needed
        if key not in places and key not in known
    ]
    if not wanted:
        return
    start = max(places.values(), default=-1) + 1
    end = start + len(wanted)
    sheet = replace(scorecards.worksheet(rubric), columns=tuple(wanted))
    if start >= _table(book).column_count:
        yield ask.more(design.SCORECARDS, "COLUMNS", 1)  # inserted in any case: at the end a column of theirs may stand
    yield ask.insert(design.SCORECARDS, "COLUMNS", start, end, like_before=start > 0)
    header = [design.header_cells(wanted)]
    yield from ask.write(design.SCORECARDS, 0, start, header, "userEnteredValue,note")
    yield design.header_format(design.SCORECARDS, 0, start, end)
    for place, column in enumerate(wanted, start):
        yield from design.column_format(sheet, place, column)
        places[column.key] = place
    lines = []
    for stored in sorted(standing, key=lambda stored: stored.row):
        told = scorecards.cells_of(stored, book.zone)
        line = [told.get(column.key, cells.EMPTY) for column in wanted]
        if any(cell != cells.EMPTY for cell in line):
            lines.append((stored.row - 1, start, line))
    yield from blocks(design.SCORECARDS, lines, "userEnteredValue")


def new_rows(count: int, book: Book, places: Mapping[str, int]) -> tuple[Json, ...]:
    """A larger grid, when it is to hold so many rows, its cells formatted as those above."""
    top = _table(book).row_count
    if count <= top:
        return ()
    fixed = {column.key: column for column in scorecards.FIXED}
    sheet = design.Worksheet(design.SCORECARDS, "Scorecards", ())
    made = [ask.more(design.SCORECARDS, "ROWS", count - top + 500)]
    for key, place in sorted(places.items(), key=lambda item: item[1]):
        rating = scorecards.rating_column("")
        column = fixed.get(key) or (rating if key.startswith(scorecards.RATING) else scorecards.evidence_column(""))
        if column.format:
            made.append(design.cell_format(sheet, place, column, top))
    return tuple(made)


def appended(written: Sequence[StoredScorecard], book: Book) -> Iterator[Json]:
    """New rows below everything, made while they are sent."""
    width = max(book.places.values(), default=-1) + 1
    keys = {place: key for key, place in book.places.items()}
    for start in range(0, len(written), TOGETHER):
        told = [scorecards.cells_of(stored, book.zone) for stored in written[start : start + TOGETHER]]
        lines = [[line.get(keys.get(place, ""), {}) for place in range(width)] for line in told]
        yield from ask.append(design.SCORECARDS, lines)


def standing(
    book: Book, changed: Iterable[StoredScorecard], blank: Iterable[int], missed: Standing = MappingProxyType({})
) -> Standing:
    """The cells that differ in rows which are there, in columns which are there.

    Args:
        changed: rows and what they are to hold.
        blank: rows, counted from 1, that are to hold nothing of ours.
        missed: cells of a write under which rows were moved: where they stand in a row of nobody's, they go.
    """
    rows = _table(book).rows
    wanted = {stored.row - 1: scorecards.cells_of(stored, book.zone) for stored in changed}
    wanted |= {row - 1: {} for row in blank}
    made: dict[str, dict[int, Json]] = {}
    for row, told in wanted.items():
        held = entered_rows(rows[row : row + 1] or [()])[0]
        for key, place in book.places.items():
            cell = told.get(key, cells.EMPTY)
            if key != "response" and not cells.same(cell, held[place] if place < len(held) else {}):
                made.setdefault(key, {})[row] = cell
    known = {stored.row - 1 for stored in book.scorecards}
    for key, column in missed.items():
        for row, cell in column.items():
            held = entered_rows([rows[row]])[0] if row < len(rows) and row not in known else []
            place = book.places.get(key, len(held))
            if place < len(held) and held[place] and cells.same(cell, held[place]):
                made.setdefault(key, {})[row] = cells.EMPTY
    return {key: dict(sorted(column.items())) for key, column in made.items()}


def bodies(changed: Standing) -> Iterator[Json]:
    """Bodies of values:batchUpdateByDataFilter. Each answers with the column of ids, too, as it is just then.

    The time of submission comes last: a row that is cut off before it is still taken for the former version.
    """
    keys = sorted(changed, key=lambda key: (key == "submitted_at", key))
    items = ([design.column_values(design.SCORECARDS, key, piece)] for key in keys for piece in _pieces(changed[key]))
    for batch in ask.packed(items):
        yield {
            "valueInputOption": "RAW",
            "includeValuesInResponse": True,
            "responseValueRenderOption": "UNFORMATTED_VALUE",
            "data": [design.column_values(design.SCORECARDS, "response", [None]), *batch],
        }


def _pieces(column: Mapping[int, Json]) -> Iterator[list[Value]]:
    """The column from its top, with nothing for the rows between; a long one in pieces, each from the top again."""
    piece: list[Value] = []
    size = 0
    for row, cell in column.items():
        entered = cells.entered(cell)
        value: Value = "" if entered is None else entered
        size += ask.length(value)
        if size > _PIECE_BYTES and piece:
            yield piece
            piece, size = [], ask.length(value)
        piece += [None] * (row - len(piece))
        piece.append(value)
    if piece:
        yield piece


def ids_in(answer: Mapping[str, Any]) -> dict[int, str]:
    """Which response each row held, counted from 1, when a body of `bodies` was written; empty when none was found."""
    told: list[list[Value]] = next(
        (each.get("updatedData", {}).get("values", []) for each in answer.get("responses", [])), []
    )
    column = told[0] if told else []
    return {row: str(id_) for row, id_ in enumerate(column, start=1) if row > 1 and id_ not in (None, "")}
