"""What a pull writes: new and edited responses into Scorecards, statuses, problems. Decides; sends nothing.

People work in Scorecards meanwhile. New rows and columns are put in, and cells of rows that are there are changed, so
that none of theirs can be hit (see `scorecard_rows`). Google refuses a batch if columns do not stand where they were
read, and the answers tell whether rows still did (`PullPlan.came_out`, `PullPlan.settled`); if not, the errand reads and
plans again with the plan that `failed`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.scorecard import Problem, Rubric, SubmittedScorecard, instant, latest, moment_of
from pipeline.worksheets import cells, design, problems, scorecard_rows, scorecards, straight
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.diff import entered_rows, rewrite
from pipeline.worksheets.guard import Guard
from pipeline.worksheets.reading import Book, Table
from pipeline.worksheets.scorecards import Status, StoredScorecard, Value

ANY_ROUND = "*"  # no id of a round
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

    room: tuple[tuple[Json, ...], ...]  # groups of requests that take out ids, and add columns and grid
    written: tuple[StoredScorecard, ...]  # the new rows, in this order
    standing: scorecard_rows.Standing  # what changes in rows that are there
    tell_problems: bool  # whether the Problems worksheet says something else so far
    book: Book  # its scorecards, problems and places as they are after it
    new: int
    edited: int
    withdrawn: int
    renamed: Mapping[str, str] = field(default_factory=dict)  # rows that get another id, by the one they have
    guard: Guard = field(default_factory=lambda: Guard(design.SCORECARDS))

    @property
    def changes(self) -> bool:
        return bool(self.tell_problems or self._changes_scorecards)

    @property
    def _changes_scorecards(self) -> bool:
        return bool(self.room or self.written or self.standing)

    def batches(self) -> Iterator[list[Json]]:
        """All requests in order, none of a group torn from the others."""
        # problems first: a response that is in Scorecards is not read again, so nothing may be left to say about it
        told = ((request,) for request in problem_requests(self.book, self.book.problems))
        added = ((request,) for request in scorecard_rows.appended(self.written, self.book))
        if not self._changes_scorecards:
            yield from ask.packed(told)
            return
        guard = self.guard
        # cells in rows that are there are written through them
        marks = [tuple(guard.marks())] if self.standing and not guard.on else []
        batches = ask.packed(chain(told, marks, self.room, added), beside=list(guard.requests()))
        for batch in chain([next(batches, [])], batches):
            yield [*guard.requests(), *batch]
            if any("insertDimension" in request for request in batch):
                guard = replace(guard, places=self.book.places, width=0)

    def bodies(self) -> Iterator[Json]:
        """Bodies of spreadsheets.batchUpdate, to send with `RESPONSE_FIELDS`; the last asks for what `came_out` needs."""
        batches = self.batches()
        last = next(batches, None)
        for following in batches:
            yield {"requests": last}
            last = following
        if last is not None:
            asked: Json = {}
            if ranges := self._response_ranges():
                asked = {
                    "includeSpreadsheetInResponse": True,
                    "responseIncludeGridData": True,
                    "responseRanges": ranges,
                }
            yield {"requests": last, **asked}

    def _response_ranges(self) -> list[str]:
        """The column of response ids, and the header: what shows whether each row and column stood where it was read."""
        title = self.book.tables.get(design.SCORECARDS, Table()).title
        if not title or "response" not in self.book.places:
            return []
        letter = cells.letters(self.book.places["response"])
        told = [straight.header_range(problems.worksheet(), self._problems_title)] if self.tell_problems else []
        return [*(f"{cells.quoted(title)}!{where}" for where in (f"{letter}:{letter}", "1:1")), *told]

    @property
    def _problems_title(self) -> str:
        return self.book.tables.get(design.PROBLEMS, Table()).title or problems.worksheet().title

    def came_out(self, reply: Mapping[str, Any]) -> bool:
        """False when rows of Scorecards were moved between the read and the write: read and plan again."""
        if self.changes and "response" not in self.guard.places:  # the seals tell whose rows they are
            return False
        if not self.changes or not self._response_ranges():
            return True
        if self.tell_problems and not straight.stood(problems.worksheet(), reply):
            return False
        spans = _shown(reply)
        if len(spans) != len(self._response_ranges()) - self.tell_problems:
            return False
        ids, top = spans
        if not self.book.places.items() <= scorecards.positions(top[0] if top else ()).items():
            return False
        held = {row: str(line[0]) for row, line in enumerate(ids, start=1) if row > 1 and line and line[0]}
        return self._stands(held)

    def settling(self) -> Iterator[Json]:
        """Bodies of values:batchUpdateByDataFilter, to send one by one once the batches came out."""
        return scorecard_rows.bodies(self.standing)

    def settled(self, answer: Mapping[str, Any]) -> bool:
        """False when rows were moved before this body of `settling` was written: read and plan again."""
        return self._stands(scorecard_rows.ids_in(answer))

    def _stands(self, held: Mapping[int, str]) -> bool:
        return held == {stored.row: stored.id for stored in self.book.scorecards}


def plan_pull(
    book: Book,
    incoming: Iterable[Incoming],
    rubric: Rubric,
    *,
    problems_found: Sequence[Problem] = (),
    hints: Callable[[Sequence[StoredScorecard]], Iterable[Problem]] = lambda _: (),
    complete_rounds: Mapping[str, str] = MappingProxyType({}),
    failed: PullPlan | None = None,
    doubted: bool = False,
    guarded: bool = True,
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
        doubted: an earlier pull was cut off before it was seen to come out. Then `incoming` is everything, and what the
            forms say is true even where a row seems to be newer.
        guarded: whether the write is refused should columns be moved before it arrives.
    """
    incoming = list(incoming)
    book, misnamed, unknown = _told_apart(book, incoming, failed, doubted=doubted)
    meant = _meant(failed, book.scorecards) if failed else ()
    before: dict[str, StoredScorecard] = {}
    doubled = [s.row for s in book.scorecards if before.setdefault(s.id, s) is not s]
    if book.missing:  # a column of ours was deleted: every row is looked at anew
        before = {id_: replace(stored, sound=False) for id_, stored in before.items()}
    lost = [replace(stored, row=0) for stored in meant if stored.id not in before]
    held = {stored.id: replace(stored, row=before[stored.id].row) for stored in meant if stored.id in before}
    after, counts = _merge(before | held, incoming, complete_rounds, lost, _Asked.today(book, rubric), doubted=doubted)
    doubled += counts.doubled
    after = {id_: stored if stored.shown else replace(stored, shown=True) for id_, stored in after.items()}
    after = with_statuses(after)
    noted_before = (failed.book if failed else book).problems  # columns may have been moved under what was written
    kept = (p for p in noted_before if p.response_id in after and not p.hint and p.response_id not in counts.read)
    solved = {id_ for id_, stored in after.items() if stored.status in ("superseded", "withdrawn")}
    found = (p for p in chain(kept, problems_found) if p.response_id not in solved)
    noted = problems.order([*found, *hints(tuple(after.values()))])
    changed = [stored for id_, stored in after.items() if before.get(id_) != stored]
    last = scorecard_rows.last_row(book)
    put_in = (stored for stored in changed if not stored.row)
    added = [replace(stored, row=row) for row, stored in enumerate(put_in, start=last + 1)]
    after |= {stored.id: stored for stored in added}
    places = dict(book.places)
    needed = scorecards.keys_needed(stored.card for stored in changed)
    there = [stored for stored in after.values() if 0 < stored.row <= last]
    room = [
        (_in_zone(book.zone),) if any(not stored.shown for stored in before.values()) else (),
        (
            *scorecard_rows.named(book, {row: card for row, card in misnamed.items() if row not in doubled}),
            *scorecard_rows.without_id(book, doubled),
            *scorecard_rows.renamed(book, counts.renamed),
        ),
        tuple(scorecard_rows.new_columns(book, rubric, places, needed, there)),
        scorecard_rows.new_rows(last + len(added), book, places),
    ]
    changing = [stored for stored in changed if stored.row]
    after_it = replace(
        book,
        scorecards=tuple(after.values()),
        problems=tuple(noted),
        problems_sound=book.problems_sound or ANY_ROUND in complete_rounds,
        places=places,
    )
    return PullPlan(
        room=tuple(group for group in room if group),
        written=tuple(added),
        standing=scorecard_rows.standing(book, changing, [*doubled, *unknown], failed.standing if failed else {}),
        tell_problems=next(problem_requests(after_it, noted), None) is not None,
        book=after_it,
        new=counts.new,
        edited=counts.edited,
        withdrawn=counts.withdrawn,
        renamed=counts.renamed,
        guard=Guard(
            design.SCORECARDS, book.places, book.tables.get(design.SCORECARDS, Table()).column_count, on=guarded
        ),
    )


def _told_apart(
    book: Book, incoming: Iterable[Incoming], failed: PullPlan | None, *, doubted: bool
) -> tuple[Book, Mapping[int, SubmittedScorecard], Sequence[int]]:
    """The book with each row of Scorecards under its own id; the rows, counted from 1, that hold the id of another, with
    theirs; and rows of nobody's that hold something of ours."""
    cards = [arrived.card for arrived in incoming]
    cards += [stored.card for stored in failed.book.scorecards if not stored.is_history] if failed else []
    misnamed: Mapping[int, SubmittedScorecard] = {}
    unknown: set[int] = set()
    # after a write that rows were moved under it is the ids that are right, and not what stands beside them
    if not doubted and (failed is None or "response" not in failed.guard.places):
        misnamed = scorecard_rows.misnamed(book, cards)
        named = (replace(s, card=misnamed[s.row], sound=True) if s.row in misnamed else s for s in book.scorecards)
        book = replace(book, scorecards=tuple(named))
    if "response" not in book.places:  # people deleted the column that says which response a row holds
        book = replace(book, scorecards=scorecard_rows.recognized(book, cards))
        rows = range(2, len(book.tables.get(design.SCORECARDS, Table()).rows) + 1)
        unknown = set(rows) - {stored.row for stored in book.scorecards}
    if failed or doubted:
        unknown |= scorecard_rows.of_nobody(book)
    return book, misnamed, sorted(unknown)


def _meant(failed: PullPlan, there: Iterable[StoredScorecard]) -> tuple[StoredScorecard, ...]:
    """How rows were to stand after the plan, but for those that were to get another id and did not."""
    as_before = {(stored.id, scorecards.former(stored)) for stored in there}
    kept = {each for ids in failed.renamed.items() if ids in as_before for each in ids}
    return tuple(stored for stored in failed.book.scorecards if stored.id not in kept)


def _shown(reply: Mapping[str, Any]) -> list[list[list[Value]]]:
    """The ranges of Scorecards that the answer shows, as values."""
    sheets = reply.get("updatedSpreadsheet", {}).get("sheets", [])
    ours = [sheet for sheet in sheets if sheet.get("properties", {}).get("sheetId") == design.SCORECARDS]
    spans = [data.get("rowData", []) for sheet in ours for data in sheet.get("data", [])]
    return [[[cells.shown(cell) for cell in row.get("values", [])] for row in rows] for rows in spans]


def _in_zone(zone: ZoneInfo) -> Json:
    """The zone that rows are shown in as the spreadsheet's own: it counts for what people type, too."""
    return {"updateSpreadsheetProperties": {"properties": {"timeZone": zone.key}, "fields": "timeZone"}}


def _arrived(arrived: Incoming) -> StoredScorecard:
    status: Status = "counted" if arrived.usable else "problem"
    return scorecards.as_stored(StoredScorecard(arrived.card, status, other=arrived.other))


def _version(stored: StoredScorecard) -> StoredScorecard:
    """What it says now, as it is kept once the response is edited."""
    card = replace(stored.card, response_id=scorecards.former(stored))
    return replace(stored, card=card, status="superseded", row=0)


@dataclass
class _Counts:
    new: int = 0
    edited: int = 0
    withdrawn: int = 0
    read: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)  # rows that stay with what a response said before
    doubled: list[int] = field(default_factory=list)  # rows that hold the same as one of those


def _merge(
    before: Mapping[str, StoredScorecard],
    incoming: Iterable[Incoming],
    complete_rounds: Mapping[str, str],
    lost: Iterable[StoredScorecard],
    asked: _Asked,
    *,
    doubted: bool,
) -> tuple[dict[str, StoredScorecard], _Counts]:
    """All rows after this pull, by id, rows that are there in their order and new ones by time and id."""
    after = dict(before)
    counts = _Counts()
    fresh: dict[str, StoredScorecard] = {stored.id: stored for stored in lost}
    for arrived in incoming:
        card = arrived.card
        if not arrived.held:
            counts.read.add(card.response_id)
        made = _arrived(arrived)
        held = after.get(card.response_id) or fresh.get(card.response_id)
        if held is None:
            fresh[card.response_id] = made
            continue
        if moment_of(held.card.submitted_at) is None:  # people took it out; it was no earlier than this
            held = replace(held, card=replace(held.card, submitted_at=held.card.created_at))
        older = instant(card.submitted_at) < instant(held.card.submitted_at)
        if held.sound and older and not doubted:
            continue
        newer = instant(card.submitted_at) > instant(held.card.submitted_at)
        if held.row and newer:
            former = _version(held)
            if former.is_history and held.card.candidate not in ("", card.candidate):
                # what people typed beside it was about the other candidate, and stays in that row
                counts.edited += 1
                counts.renamed[card.response_id] = former.id
                if former.id in after:  # an edit that was cut off had put it below already
                    counts.doubled.append(after[former.id].row)
                former = fresh.pop(former.id, after.get(former.id, former))
                after[former.id] = replace(former, row=held.row)
                fresh[card.response_id] = made
                del after[card.response_id]
                continue
            if held.sound:
                counts.edited += 1
                if former.id not in after:
                    fresh.setdefault(former.id, former)
        if not held.sound or not newer:
            # read again: the answers are the same, but a mended row, join or panel may read them better
            version = held.card.rubric_version or made.card.rubric_version
            made = replace(made, card=replace(made.card, rubric_version=version))
            made = asked.with_former(made, held) if held.sound else made
        target = after if card.response_id in after else fresh
        target[card.response_id] = replace(made, row=held.row)
    for id_, stored in before.items():
        made_at = complete_rounds.get(stored.card.round)
        nowhere = made_at is None and not stored.sound  # it names no round: a row that people made unreadable
        if nowhere:
            made_at = complete_rounds.get(ANY_ROUND)
        if made_at is None or stored.is_history or id_ in counts.read:
            continue
        if stored.status == "withdrawn":
            after[id_] = replace(stored, sound=True)
        elif instant(stored.card.created_at) >= instant(made_at) or (nowhere and not stored.card.created_at):
            counts.withdrawn += 1
            after[id_] = replace(stored, status="withdrawn", sound=True)
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


def problem_requests(book: Book, noted: Sequence[Problem]) -> Iterator[Json]:
    """What turns Problems into these, some rows at a time: a large pull may find something to say of every scorecard."""
    table = book.tables.get(design.PROBLEMS, Table())
    count = len(noted) + 1
    if count > table.row_count:
        yield ask.more(design.PROBLEMS, "ROWS", count - table.row_count + 100)
    for top in range(0, max(count, len(table.rows)), SOME):
        want = [strip_notes(row) for row in problems.rows(noted, top, top + SOME, sealed=book.problems_sound)]
        want += [problems.BLANK] * min(SOME, len(table.rows) - top - len(want))
        yield from rewrite(design.PROBLEMS, entered_rows(table.rows[top : top + SOME]), want, top=top)


def strip_notes(row: Sequence[Json]) -> list[Json]:
    """The cells without their notes, for comparing with a read that has none."""
    return [{"userEnteredValue": cell.get("userEnteredValue", {})} for cell in row]
