"""What erases one candidate from every worksheet of ours, in one atomic batch; and how a later pull knows to stay away.

Decides; sends nothing. Rows of ours and of the Panel go where they were read. Rankings, which managers sort at any
moment, is sorted inside the batch until the candidate's row stands on top, so that no other row can be hit.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.scorecard import Rubric
from pipeline.worksheets import about, cells, compare, design, panel, problems, rankings_found, ratings, results
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json, letters, quoted
from pipeline.worksheets.layout import plan_rubric
from pipeline.worksheets.reading import Book
from pipeline.worksheets.rubric import Recorded
from pipeline.worksheets.snapshot import Sheet, Snapshot

MENTION_FIELDS = (
    "sheets(properties(title),data(startRow,startColumn,rowData(values(userEnteredValue,formattedValue,note))))"
)
_TOP_KEY = "c000000000000000"  # sorts before every key
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


def plan_forget(snapshot: Snapshot, book: Book, of: Rubric, candidate: str, recorded: Recorded) -> Erasure:
    """What to send so that no worksheet of ours tells of the candidate.

    Args:
        snapshot: read with its inputs.
        recorded: what Rubric shall record from now on, `forgotten` included; the candidate's release is taken out here.
    """
    counts: dict[int, int] = {}
    made: list[Json] = []
    sheets = snapshot.sheets
    places = {
        design.SCORECARDS: book.places.get("candidate"),
        design.PANEL: panel.positions(book.tables[design.PANEL].header)["candidate"],
        design.PROBLEMS: [column.key for column in problems.COLUMNS].index("candidate"),
    }
    for sheet_id, place in places.items():
        rows = _rows(book.tables[sheet_id].rows, place, candidate)
        counts[sheet_id] = len(rows)
        made += _deletions(sheet_id, rows)
    keys = _keys(snapshot, book, of, candidate)
    made += _emptied(sheets[design.RESULTS], of, candidate, counts)
    made += _rated(sheets[design.RATINGS], of, keys, counts)
    made += _choices(sheets[design.COMPARE], candidate, counts)
    made += _orders(sheets[design.ABOUT], candidate, counts)
    made += _ranking_rows(sheets[design.RANKINGS], of, keys, counts)
    kept = {name: told for name, told in recorded.released.items() if not is_named(name, candidate)}
    counts[design.RUBRIC] = len(recorded.released) - len(kept)
    made += plan_rubric(of, book, replace(recorded, released=kept))
    return Erasure(tuple(made), {_LABELS[sheet_id]: count for sheet_id, count in counts.items() if count})


def _rows(rows: Sequence[Sequence[Any]], place: int | None, candidate: str) -> list[int]:
    """Indices, from 0, of the rows about the candidate."""
    if place is None:
        return []
    return [index for index, row in enumerate(rows) if index and place < len(row) and is_named(row[place], candidate)]


def _deletions(sheet_id: int, rows: Sequence[int]) -> Iterator[Json]:
    """From the last to the first, so that each still stands where it was read."""
    for row in reversed(rows):
        yield {"deleteDimension": {"range": ask.dimension(sheet_id, "ROWS", row, row + 1)}}


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
    chosen = [
        place for place in compare.CHOICES if is_named(cells.entered(sheet.cell(compare.CHOICE, place)), candidate)
    ]
    counts[design.COMPARE] = len(chosen)
    for place in chosen:
        yield from ask.write(sheet.id, compare.CHOICE, place, [[cells.EMPTY]], "userEnteredValue")


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


def _ranking_rows(sheet: Sheet, of: Rubric, keys: set[str], counts: dict[int, int]) -> Iterator[Json]:
    """The candidate's rows whole: their key is made the first of all, the rows are sorted by it, and the top goes."""
    found = rankings_found.find(sheet, of)
    held = [key for _, key in found.rows if key in keys]
    counts[design.RANKINGS] = len(held)
    if not held:
        return
    top, place = found.header + 1, found.places["key"]
    for key in sorted(set(held)):
        where = ask.grid(sheet.id, top, None, place, place + 1)
        change = {"find": key, "replacement": _TOP_KEY, "matchCase": True, "matchEntireCell": True, "range": where}
        yield {"findReplace": change}
    yield ask.sort(ask.grid(sheet.id, top), place)
    yield {"deleteDimension": {"range": ask.dimension(sheet.id, "ROWS", top, top + len(held))}}
    if "order" in found.places:
        yield ask.sort(ask.grid(sheet.id, top), found.places["order"])


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
