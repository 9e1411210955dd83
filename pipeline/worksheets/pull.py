"""What a pull writes: new and edited responses into Scorecards, statuses, problems. Decides; sends nothing.

Rows and columns are addressed by where the read found them, new rows go below the last. The answer of the same batch
tells whether that still held (`PullPlan.came_out`); if people sorted, deleted or inserted in between, the errand reads
and plans again with the plan that `failed`: rows that were written over come back from it, and what it wrote into wrong
columns is emptied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.scorecard import Problem, Rubric, SubmittedScorecard, instant, latest
from pipeline.worksheets import cells, design, problems, scorecards
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.diff import blocks, entered_rows, rewrite
from pipeline.worksheets.reading import Book, Table
from pipeline.worksheets.scorecards import Status, StoredScorecard

ANY_ROUND = "*"  # no id of a round
TOGETHER = 100  # rows that are written in one batch or not at all
SOME = 1000  # rows of Problems that are compared at a time


@dataclass(frozen=True, slots=True)
class Incoming:
    """One response as it was read from the form. `usable` False: it cannot count (no candidate, no interviewer ...).

    `held`: it was not read again; only whether it is usable is seen differently now.
    """

    card: SubmittedScorecard
    usable: bool = True
    other: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    held: bool = False


@dataclass(frozen=True)
class PullPlan:
    """What to send, and how the worksheets stand after it. No change: nothing to send.

    Requests are made while they are sent: of 100,000 rows no more than one batch is held at a time.
    """

    room: tuple[tuple[Json, ...], ...]  # groups of requests that clear cells and make room for the rows
    written: tuple[StoredScorecard, ...]  # the rows to write, in this order
    tell_problems: bool  # whether the Problems worksheet says something else so far
    book: Book  # its scorecards, problems and places as they are after it
    new: int
    edited: int
    withdrawn: int
    response_ranges: tuple[str, ...]

    @property
    def changes(self) -> bool:
        return bool(self.tell_problems or self.room or self.written)

    def batches(self) -> Iterator[list[Json]]:
        """All requests in order, none of a group torn from the others."""
        # problems first: a response that is in Scorecards is not read again, so nothing may be left to say about it
        told = ((request,) for request in _problem_requests(self.book, self.book.problems))
        return ask.packed(chain(told, self.room, _row_writes(self.written, self.book)))

    def bodies(self) -> Iterator[Json]:
        """Bodies of spreadsheets.batchUpdate, to send with `RESPONSE_FIELDS`; the last asks for what `came_out` needs."""
        batches = self.batches()
        last = next(batches, None)
        for following in batches:
            yield {"requests": last}
            last = following
        if last is not None:
            asked: Json = {}
            if self.response_ranges:
                asked = {
                    "includeSpreadsheetInResponse": True,
                    "responseIncludeGridData": True,
                    "responseRanges": list(self.response_ranges),
                }
            yield {"requests": last, **asked}

    def came_out(self, reply: Mapping[str, Any]) -> bool:
        """False when rows or columns of Scorecards were moved between the read and the write: read and plan again."""
        if not self.changes or not self.response_ranges:
            return True
        sheets = reply.get("updatedSpreadsheet", {}).get("sheets", [])
        spans = [data.get("rowData", []) for sheet in sheets for data in sheet.get("data", [])]
        if len(spans) != len(self.response_ranges):
            return False
        ids, top = spans
        header = [cells.shown(cell) for row in top[:1] for cell in row.get("values", [])]
        if not self.book.places.items() <= scorecards.positions(header).items():
            return False
        held = [cells.shown(next(iter(row.get("values", [])), {})) for row in ids]
        wanted = {stored.row: stored.id for stored in self.book.scorecards}
        return {row: id_ for row, id_ in enumerate(held, start=1) if row > 1 and id_} == wanted


def plan_pull(
    book: Book,
    incoming: Iterable[Incoming],
    rubric: Rubric,
    *,
    problems_found: Sequence[Problem] = (),
    hints: Callable[[Sequence[StoredScorecard]], Iterable[Problem]] = lambda _: (),
    complete_rounds: Mapping[str, str] = MappingProxyType({}),
    failed: PullPlan | None = None,
) -> PullPlan:
    """What to write so that Scorecards and Problems hold these responses too.

    Args:
        incoming: responses in any order, also ones that are stored already.
        problems_found: what is wrong with the incoming responses; what was noted of others stays, until a later
            response takes their place or they are deleted in the form.
        hints: finds lint and panel problems in all rows as they stand after this pull; they replace all earlier ones.
        complete_rounds: rounds of which `incoming` is every response there is, with the time when their form was made
            ("": before all): stored ones since then that are not among them were deleted in the form. `ANY_ROUND`
            among them: of every round, so that a row which people made unreadable and no form knows is none either.
        failed: the plan that was sent just before and did not come out; what it meant to leave is written anew.
    """
    before: dict[str, StoredScorecard] = {}
    doubled = [stored.row for stored in book.scorecards if before.setdefault(stored.id, stored) is not stored]
    misplaced, shifted = _misplaced(book, before, failed) if failed else ([], set())
    before = {id_: stored for id_, stored in before.items() if stored.row not in shifted}
    if "response" not in book.places:  # nobody knows any more which response a row holds: all are read and put anew
        doubled = list(range(2, len(book.tables.get(design.SCORECARDS, Table()).rows) + 1))
    if book.missing:  # a column of ours was deleted: every row is written anew
        before = {id_: replace(stored, sound=False) for id_, stored in before.items()}
    meant = failed.book.scorecards if failed else ()
    lost = [replace(stored, row=0) for stored in meant if stored.id not in before]
    held = {stored.id: replace(stored, row=before[stored.id].row) for stored in meant if stored.id in before}
    after, counts = _merge(before | held, incoming, complete_rounds, lost, _Asked.today(book, rubric))
    after = {id_: stored if stored.shown else replace(stored, shown=True) for id_, stored in after.items()}
    after = with_statuses(after)
    kept = (p for p in book.problems if p.response_id and not p.hint and p.response_id not in counts.read)
    solved = {id_ for id_, stored in after.items() if stored.status in ("superseded", "withdrawn")}
    found = (p for p in chain(kept, problems_found) if p.response_id not in solved)
    noted = problems.order([*found, *hints(tuple(after.values()))])
    cleared = [*misplaced, *_cleared(book, doubled)]
    places = dict(book.places)
    changed = [stored for id_, stored in after.items() if before.get(id_) != stored]
    room: list[tuple[Json, ...]] = [(request,) for request in cleared]
    if any(not stored.shown for stored in before.values()):
        room.append((_in_zone(book.zone),))
    room += _room(book, before, after, changed, rubric, places)
    written = [after[stored.id] for stored in changed]
    # the next pull asks for what is newer than the newest row: one cut short must leave out nothing older
    written.sort(key=lambda stored: (instant(stored.card.submitted_at), stored.row))
    return PullPlan(
        room=tuple(room),
        written=tuple(written),
        tell_problems=next(_problem_requests(book, noted), None) is not None,
        book=replace(book, scorecards=tuple(after.values()), problems=tuple(noted), places=places),
        new=counts.new,
        edited=counts.edited,
        withdrawn=counts.withdrawn,
        response_ranges=_response_ranges(book, places),
    )


def _in_zone(zone: ZoneInfo) -> Json:
    """The zone that rows are shown in as the spreadsheet's own: it counts for what people type, too."""
    return {"updateSpreadsheetProperties": {"properties": {"timeZone": zone.key}, "fields": "timeZone"}}


def _response_ranges(book: Book, places: Mapping[str, int]) -> tuple[str, ...]:
    """The column of response ids, and the header: what shows whether each row and column stood where it was read."""
    title = book.tables.get(design.SCORECARDS, Table()).title
    if not title or "response" not in places:
        return ()
    letter = cells.letters(places["response"])
    return f"{cells.quoted(title)}!{letter}:{letter}", f"{cells.quoted(title)}!1:1"


def _misplaced(book: Book, before: Mapping[str, StoredScorecard], failed: PullPlan) -> tuple[list[Json], set[int]]:
    """Cells to empty, because people moved columns of Scorecards under the plan that failed, and it wrote into others
    than it meant: cells outside our columns, and rows (second value, counted from 1) whose id missed its column."""
    rows = entered_rows(book.tables.get(design.SCORECARDS, Table()).rows)
    gone = {stored.id for stored in failed.written} - before.keys()
    stray = {said: row for row, held in enumerate(rows) for cell in held if (said := cells.entered(cell)) in gone}
    ours = set(book.places.values())
    made: list[Json] = []
    shifted = set()
    for stored in failed.written:
        row = stray.get(stored.id) if stored.id in gone else before[stored.id].row - 1
        if row is None:
            continue
        if stored.id in gone:
            shifted.add(row + 1)
        told = scorecards.cells_of(stored, book.zone)
        keys = {place: key for key, place in failed.book.places.items()}
        for place, cell in enumerate(rows[row]):
            # columns may have moved once more since: a row without its id is emptied by what it holds
            alike = told.values() if stored.id in gone else [told.get(keys.get(place, ""), cells.EMPTY)]
            foreign = place not in ours and any(cells.same(each, cell) for each in alike)
            if cell and (foreign or (place in ours and stored.id in gone)):
                made += ask.write(design.SCORECARDS, row, place, [[cells.EMPTY]], "userEnteredValue")
    return made, shifted


def _cleared(book: Book, rows: Sequence[int]) -> list[Json]:
    """Rows that hold a response a second time, emptied."""
    return [
        request
        for left, keys in _stretches(book.places)
        for row in rows
        for request in ask.write(design.SCORECARDS, row - 1, left, [[cells.EMPTY] * len(keys)], "userEnteredValue")
    ]


@dataclass
class _Counts:
    new: int = 0
    edited: int = 0
    withdrawn: int = 0
    read: set[str] = field(default_factory=set)


def _merge(
    before: Mapping[str, StoredScorecard],
    incoming: Iterable[Incoming],
    complete_rounds: Mapping[str, str],
    lost: Iterable[StoredScorecard],
    asked: _Asked,
) -> tuple[dict[str, StoredScorecard], _Counts]:
    """All rows after this pull, by id, rows that are there in their order and new ones by time and id."""
    after = dict(before)
    counts = _Counts()
    fresh: dict[str, StoredScorecard] = {stored.id: stored for stored in lost}
    for arrived in incoming:
        card = arrived.card
        if not arrived.held:
            counts.read.add(card.response_id)
        made = scorecards.as_stored(
            StoredScorecard(card, "counted" if arrived.usable else "problem", other=arrived.other)
        )
        held = after.get(card.response_id) or fresh.get(card.response_id)
        if held is None:
            fresh[card.response_id] = made
            continue
        if held.sound and instant(card.submitted_at) < instant(held.card.submitted_at):
            continue
        if not held.sound or instant(card.submitted_at) == instant(held.card.submitted_at):
            # read again: the answers are the same, but a mended row, join or panel may read them better
            version = held.card.rubric_version or made.card.rubric_version
            made = replace(made, card=replace(made.card, rubric_version=version))
            made = asked.with_former(made, held) if held.sound else made
        elif held.row:
            counts.edited += 1
            former = f"{held.id}@{held.card.submitted_at}"
            if former not in after and former not in fresh:
                fresh[former] = replace(held, card=replace(held.card, response_id=former), status="superseded", row=0)
        target = after if card.response_id in after else fresh
        target[card.response_id] = replace(made, row=held.row)
    for id_, stored in before.items():
        made_at = complete_rounds.get(stored.card.round)
        nowhere = made_at is None and not stored.sound  # it names no round: a row that people made unreadable
        if nowhere:
            made_at = complete_rounds.get(ANY_ROUND)
        if made_at is None or stored.is_history or id_ in counts.read or stored.status == "withdrawn":
            continue
        if instant(stored.card.created_at) >= instant(made_at) or (nowhere and not stored.card.created_at):
            counts.withdrawn += 1
            after[id_] = replace(stored, status="withdrawn")
    counts.new = sum(not stored.is_history for stored in fresh.values())
    for id_ in sorted(fresh, key=lambda id_: (instant(fresh[id_].card.submitted_at), id_)):
        after[id_] = fresh[id_]
    return after, counts


@dataclass(frozen=True)
class _Asked:
    """What the rubric and its forms ask today."""

    questions: Collection[str]
    competencies: Collection[str]
    fields: Mapping[str, Collection[str]]  # by round

    @classmethod
    def today(cls, book: Book, rubric: Rubric) -> _Asked:
        return cls(
            {question.id for question in rubric.questions},
            {competency.id for competency in rubric.competencies},
            {round_id: {field.question_id for field in fields} for round_id, fields in book.joins.items()},
        )

    def with_former(self, made: StoredScorecard, held: StoredScorecard) -> StoredScorecard:
        """A response read again, with what it told of questions that have left since, whether it tells it still or not."""
        fields = self.fields.get(held.card.round, ())
        ratings = {id_: level for id_, level in held.card.ratings.items() if id_ not in self.questions}
        evidence = {id_: said for id_, said in held.card.evidence.items() if id_ not in self.competencies}
        other = {id_: said for id_, said in held.other.items() if id_ and id_ not in fields}
        if not (ratings or evidence or other):
            return made
        card = replace(made.card, ratings=ratings | {**made.card.ratings}, evidence=evidence | {**made.card.evidence})
        return replace(made, card=card, other=other | {**made.other})


def with_statuses(rows: Mapping[str, StoredScorecard]) -> dict[str, StoredScorecard]:
    """One response counts per interviewer, candidate and round: the latest. Withdrawn and unusable ones never do."""
    able = [s.card for s in rows.values() if not s.is_history and s.status in ("counted", "superseded")]
    counted = {card.response_id for card in latest(able)[0]}

    def status(stored: StoredScorecard) -> Status:
        if stored.is_history:
            return "superseded"
        if stored.status in ("withdrawn", "problem"):
            return stored.status
        return "counted" if stored.id in counted else "superseded"

    return {
        id_: stored if status(stored) == stored.status else replace(stored, status=status(stored))
        for id_, stored in rows.items()
    }


def _room(
    book: Book,
    before: Mapping[str, StoredScorecard],
    after: dict[str, StoredScorecard],
    changed: Sequence[StoredScorecard],
    rubric: Rubric,
    places: dict[str, int],
) -> Iterator[tuple[Json, ...]]:
    """Groups of requests that add columns and rows where they lack. Grows `places`, and gives new rows their numbers."""
    table = book.tables.get(design.SCORECARDS, Table())
    columns = tuple(new_columns(book, rubric, places, scorecards.keys_needed(stored.card for stored in changed)))
    if columns:
        yield columns
    known = len(table.rows) if "response" in book.places else 1
    next_row = max(known, 1, *(stored.row for stored in before.values())) + 1
    for stored in changed:
        if not stored.row:
            after[stored.id] = replace(stored, row=next_row)
            next_row += 1
    if changed and next_row - 1 > table.row_count:
        count = next_row - 1 - table.row_count + 500
        yield (ask.more(design.SCORECARDS, "ROWS", count), *_formats(places, table.row_count))


def _row_writes(written: Sequence[StoredScorecard], book: Book) -> Iterator[Sequence[Json]]:
    """Our columns of these rows; people's own columns between ours split a row into stretches.

    A pull that ends between two batches must not have written half a row.
    """
    stretches = _stretches(book.places)
    for start in range(0, len(written), TOGETHER):
        together = written[start : start + TOGETHER]
        told = [(stored.row - 1, scorecards.cells_of(stored, book.zone)) for stored in together]
        group: list[Json] = []
        for left, keys in stretches:
            changed = [(row, left, [cell.get(key, cells.EMPTY) for key in keys]) for row, cell in told]
            group += blocks(design.SCORECARDS, changed, "userEnteredValue")
        yield group


def _stretches(places: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    """Our columns as runs of neighbours: the first one's place, and their keys."""
    found: list[tuple[int, list[str]]] = []
    for key, place in sorted(places.items(), key=lambda item: item[1]):
        if found and place == found[-1][0] + len(found[-1][1]):
            found[-1][1].append(key)
        else:
            found.append((place, [key]))
    return found


def new_columns(book: Book, rubric: Rubric, places: dict[str, int], needed: Collection[str] = ()) -> Iterator[Json]:
    """Requests that add columns for questions and competencies without one, right of our last; grows `places`."""
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
    sheet = replace(scorecards.worksheet(rubric), columns=tuple(wanted))
    if start < book.tables.get(design.SCORECARDS, Table()).column_count:
        yield ask.insert(design.SCORECARDS, "COLUMNS", start, start + len(wanted), like_before=start > 0)
    else:
        yield ask.more(design.SCORECARDS, "COLUMNS", len(wanted))
    header = [design.header_cells(wanted)]
    yield from ask.write(design.SCORECARDS, 0, start, header, "userEnteredValue,note")
    yield design.header_format(design.SCORECARDS, 0, start, start + len(wanted))
    for offset, column in enumerate(wanted):
        yield from design.column_format(sheet, start + offset, column)
        places[column.key] = start + offset


def _formats(places: Mapping[str, int], top: int) -> Iterator[Json]:
    fixed = {column.key: column for column in scorecards.FIXED}
    sheet = design.Worksheet(design.SCORECARDS, "Scorecards", ())
    for key, place in sorted(places.items(), key=lambda item: item[1]):
        rating = scorecards.rating_column("")
        column = fixed.get(key) or (rating if key.startswith(scorecards.RATING) else scorecards.evidence_column(""))
        if column.format:
            yield design.cell_format(sheet, place, column, top)


def _problem_requests(book: Book, noted: Sequence[Problem]) -> Iterator[Json]:
    """What turns Problems into these, some rows at a time: a large pull may find something to say of every scorecard."""
    table = book.tables.get(design.PROBLEMS, Table())
    count = len(noted) + 1
    if count > table.row_count:
        yield ask.more(design.PROBLEMS, "ROWS", count - table.row_count + 100)
    for top in range(0, max(count, len(table.rows)), SOME):
        want = [strip_notes(row) for row in problems.rows(noted, top, top + SOME)]
        want += [problems.BLANK] * min(SOME, len(table.rows) - top - len(want))
        yield from rewrite(design.PROBLEMS, entered_rows(table.rows[top : top + SOME]), want, top=top)


def strip_notes(row: Sequence[Json]) -> list[Json]:
    """The cells without their notes, for comparing with a read that has none."""
    return [{"userEnteredValue": cell.get("userEnteredValue", {})} for cell in row]
