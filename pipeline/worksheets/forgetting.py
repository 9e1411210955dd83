"""What erases one candidate from every worksheet of ours, in one atomic batch; and how a later pull knows to stay away.

Decides; sends nothing. Whole rows go by what they hold, wherever people moved them (see `row_removal`); what stands on
worksheets where nobody else writes is emptied where it was read.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.scorecard import Rubric
from pipeline.worksheets import about, cells, compare, design, panel, rankings_found, ratings, results
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json, letters, quoted
from pipeline.worksheets.layout import plan_rubric
from pipeline.worksheets.pull import problem_requests
from pipeline.worksheets.reading import Book
from pipeline.worksheets.row_removal import without_rows
from pipeline.worksheets.rubric import Recorded
from pipeline.worksheets.scorecards import Value
from pipeline.worksheets.snapshot import Sheet, Snapshot

MENTION_FIELDS = (
    "sheets(properties(title),data(startRow,startColumn,rowData(values(userEnteredValue,formattedValue,note))))"
)
_LABELS = {
    design.SCORECARDS: "Scorecards",
    design.PANEL: "Panel",
    design.PROBLEMS: "Problems",
    design.RESULTS: "Results (hidden)",
    design.RATINGS: "Ratings (hidden)",
    design.RANKINGS: "Rankings, with the managers' cells of the row",
    design.COMPARE: "Compare, the choices",
    design.ABOUT: "About, the record of orders",
    design.RUBRIC: "Rubric, the note of release",
}


@dataclass(frozen=True)
class Erasure:
    """The requests of one batch, and how many rows or cells go where; none of either when nothing is left."""

    requests: tuple[Json, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()  # under which Rankings may hold the candidate
    merged: tuple[str, ...] = ()  # titles of worksheets where rows have to go, and merged cells keep them from moving


def mark_of(form_id: str, response_id: str) -> str:
    """What is kept of a forgotten response: says nothing by itself, and is found again when the response is."""
    own = response_id.partition("@")[0]  # rows of its earlier versions carry the time behind an @
    return hashlib.blake2b(own.encode(), key=form_id.encode()[:64], digest_size=8).hexdigest()


def name_in(value: Any) -> str:
    """A cell's value as a candidate's name is compared: NFC, trimmed, single spaces."""
    return " ".join(unicodedata.normalize("NFC", str(value if value is not None else "")).split())


def is_named(value: Any, candidate: str) -> bool:
    """Whether a cell holds this name and nothing else, in whatever case."""
    return name_in(value).casefold() == name_in(candidate).casefold()


def plan_forget(
    snapshot: Snapshot, book: Book, of: Rubric, candidate: str, recorded: Recorded, keys: Collection[str] = ()
) -> Erasure:
    """What to send so that no worksheet of ours tells of the candidate.

    Args:
        snapshot: read with its inputs.
        recorded: what Rubric shall record from now on, `forgotten` included; the candidate's release is taken out here.
        keys: of an erasure sent before, which took away what they follow from.
    """
    counts: dict[int, int] = {}
    made: list[Json] = []
    sheets = snapshot.sheets
    keys = {*keys, *_keys(snapshot, book, of, candidate)}
    places = {
        design.SCORECARDS: book.places.get("candidate", -1),
        design.PANEL: panel.positions(book.tables[design.PANEL].header)["candidate"],
    }
    whole = {
        id_: (book.tables[id_].header, place, _rows_of(book.tables[id_].rows, place, candidate))
        for id_, place in places.items()
    }
    whole[design.RANKINGS] = _ranking_rows(sheets[design.RANKINGS], of, keys, made)
    for sheet_id, (titles, place, held) in whole.items():
        counts[sheet_id] = len(held)
        made += without_rows(sheets[sheet_id], titles, place, held)
    others = [problem for problem in book.problems if not is_named(problem.candidate, candidate)]
    counts[design.PROBLEMS] = len(book.problems) - len(others)
    made += problem_requests(book, others) if counts[design.PROBLEMS] else ()
    made += _emptied(sheets[design.RESULTS], of, candidate, counts)
    made += _rated(sheets[design.RATINGS], of, keys, counts)
    made += _choices(sheets[design.COMPARE], candidate, counts)
    made += _orders(sheets[design.ABOUT], candidate, counts)
    kept = {name: told for name, told in recorded.released.items() if not is_named(name, candidate)}
    counts[design.RUBRIC] = len(recorded.released) - len(kept)
    made += plan_rubric(of, book, replace(recorded, released=kept))
    return Erasure(
        tuple(made),
        {_LABELS[sheet_id]: count for sheet_id, count in counts.items() if count},
        frozenset(keys),
        tuple(sheets[id_].title for id_ in whole if counts[id_] and sheets[id_].cannot_be_sorted),
    )


def _rows_of(rows: Sequence[Sequence[Value]], place: int, candidate: str) -> dict[int, Value]:
    """How the name is written in each of the candidate's rows."""
    told = {index: row[place] for index, row in enumerate(rows) if index and 0 <= place < len(row)}
    return {index: name for index, name in told.items() if is_named(name, candidate)}


def _ranking_rows(
    sheet: Sheet, of: Rubric, keys: set[str], made: list[Json]
) -> tuple[Sequence[Value], int, dict[int, Value]]:
    """Header, the place of the keys in Rankings, and those of the candidate. A header that people moved down goes up
    first."""
    found = rankings_found.find(sheet, of)
    held: dict[int, Value] = {row + (row < found.header): key for row, key in found.rows if key in keys}
    if held and found.header:
        source = ask.dimension(sheet.id, "ROWS", found.header, found.header + 1)
        made.append({"moveDimension": {"source": source, "destinationIndex": 0}})
    place = found.places.get("key", 0)
    return [cells.shown(sheet.cell(found.header, column)) for column in range(place + 1)], place, held


def _emptied(sheet: Sheet, of: Rubric, candidate: str, counts: dict[int, int]) -> Iterator[Json]:
    """Results is written at fixed places: its row is emptied and closed up by the next write-rankings."""
    place = results.keys(of).index("candidate")
    rows = [row for row in range(1, len(sheet.rows)) if is_named(cells.entered(sheet.cell(row, place)), candidate)]
    counts[design.RESULTS] = len(rows)
    for row in rows:
        yield from ask.write(sheet.id, row, 0, [[cells.EMPTY] * len(sheet.rows[row])], "userEnteredValue")


def _rated(sheet: Sheet, of: Rubric, keys: set[str], counts: dict[int, int]) -> Iterator[Json]:
    """Ratings is written at fixed places too: rows of the candidate's scorecards are emptied."""
    place, width = ratings.CONSTANTS.index("key"), len(ratings.keys(of))
    rows = [row for row in range(1, len(sheet.rows)) if cells.entered(sheet.cell(row, place)) in keys]
    counts[design.RATINGS] = len(rows)
    for row in rows:
        yield from ask.write(sheet.id, row, 0, [[cells.EMPTY] * width], "userEnteredValue")


def _choices(sheet: Sheet, candidate: str, counts: dict[int, int]) -> Iterator[Json]:
    """Where people chose whom to compare, the name goes if it is still there."""
    held = [str(cells.entered(sheet.cell(compare.CHOICE, place)) or "") for place in compare.CHOICES]
    chosen = {place: name for place, name in zip(compare.CHOICES, held, strict=True) if is_named(name, candidate)}
    counts[design.COMPARE] = len(chosen)
    for place, name in chosen.items():
        yield ask.clear(ask.grid(sheet.id, compare.CHOICE, compare.CHOICE + 1, place, place + 1), name)


def _orders(sheet: Sheet, candidate: str, counts: dict[int, int]) -> Iterator[Json]:
    """The name in the record of earlier orders, `1 Ana, 2 Ben`; places and fingerprints stay."""
    pattern = re.compile(rf"(?<!\S)(\d+ ){re.escape(candidate)}(?=, \d+ | and \d+ more$|$)", re.IGNORECASE)
    start = next(
        (i for i in range(len(sheet.rows)) if cells.entered(sheet.cell(i, 0)) == about.RECORD), len(sheet.rows)
    )
    counts[design.ABOUT] = 0
    for row in range(start + 1, len(sheet.rows)):
        held = str(cells.entered(sheet.cell(row, 1)) or "")
        told = pattern.sub(r"\1(erased)", held)
        if told != held:
            counts[design.ABOUT] += 1
            yield from ask.write(sheet.id, row, 1, [[cells.text(told)]], "userEnteredValue")


def _keys(snapshot: Snapshot, book: Book, of: Rubric, candidate: str) -> set[str]:
    """The keys under which Rankings may hold the candidate: one for each spelling."""
    place = results.keys(of).index("candidate")
    held = [str(cells.entered(row[place]) or "") for row in snapshot.sheets[design.RESULTS].rows if len(row) > place]
    held += [stored.card.candidate for stored in book.scorecards] + [row.candidate for row in book.panel]
    return {results.key_of(name) for name in {candidate, *held} if is_named(name, candidate)}


def lost_its_header(snapshot: Snapshot) -> bool:
    """Whether people moved or edited the header by which names are found, in Scorecards or Panel, and marks know it."""
    ours = (snapshot.sheets[sheet_id] for sheet_id in (design.SCORECARDS, design.PANEL))
    return any(
        "candidate" in sheet.marks
        and not any(name_in(cells.shown(cell)).casefold() == "candidate" for row in sheet.rows[:1] for cell in row)
        for sheet in ours
    )


def mentions(reply: Mapping[str, Any], candidate: str) -> list[str]:
    """Cells, by worksheet and place, that still hold the name anywhere: what people wrote about others, for example.

    `reply` is the answer of spreadsheets.get with `MENTION_FIELDS`.
    """
    pattern = mention(candidate)
    told = []
    for sheet in reply.get("sheets", []):
        title = quoted(sheet.get("properties", {}).get("title", ""))
        for data in sheet.get("data", []):
            for row, held in enumerate(data.get("rowData", []), start=data.get("startRow", 0)):
                for column, cell in enumerate(held.get("values", []), start=data.get("startColumn", 0)):
                    texts = [cell.get("formattedValue", ""), cell.get("note", "")]
                    texts += [str(value) for value in cell.get("userEnteredValue", {}).values()]
                    if any(pattern.search(name_in(text)) for text in texts):
                        told.append(f"{title}!{letters(column)}{row + 1}")
    return told


def mention(candidate: str) -> re.Pattern[str]:
    """The name as whole words, in any case."""
    return re.compile(rf"(?<!\w){re.escape(name_in(candidate))}(?!\w)", re.IGNORECASE)
