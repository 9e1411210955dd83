"""The Scorecards worksheet: one row a response, and every earlier version of an edited one.

Columns are found by their header, whose text is an identity ("Rating: sql-joins"), so columns may stand in any order
and people may put their own between them. Columns of questions that left the rubric stay.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.scorecard import Rubric, SubmittedScorecard, moment_of
from pipeline.worksheets import cells, design
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet

Status = Literal["counted", "superseded", "withdrawn", "problem"]
Value = str | float | bool | None
RATING, EVIDENCE = "Rating: ", "Evidence: "
A_SECOND = 1 / 86_400  # of a day
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  day 0 of a spreadsheet, in whatever zone it shows

FIXED = (
    Column("submitted", "Submitted", 140, "When it was sent, in this spreadsheet's time zone", "yyyy-mm-dd hh:mm"),
    Column("candidate", "Candidate", 170, wrap=True),
    Column("interviewer", "Interviewer", 190, wrap=True),
    Column("round", "Round", 90, "Id of the interview round"),
    Column(
        "status",
        "Status",
        95,
        "counted: in the ranking. superseded: a later one by this interviewer for this candidate and round took its "
        "place, or this is what an edited one said before. withdrawn: deleted in the form. problem: see Problems",
    ),
    Column("recommendation", "Recommendation", 144, "The interviewer's own overall verdict"),
    Column("summary", "Summary", 260, clip=True),
    Column("concerns", "Concerns", 260, clip=True),
    Column("other", "Other answers", 200, "Answers to questions that are no longer in the form, by their form id"),
    Column("rubric", "Rubric version", 110, "Fingerprint of the rubric in force when it was sent; see Rubric"),
    Column("response", "Response", 150, "The form's id of this response; @ and a time mark an earlier version"),
    Column("submitted_at", "Submitted at (UTC)", 190, "Exactly as received"),
    Column("created_at", "Created at (UTC)", 190, "When it was first sent, exactly as received"),
    Column(
        "seal",
        "Seal",
        90,
        "Fingerprint of names, ratings and the status as they were written. Do not edit",
        hidden=True,
    ),
)
_FORMER = re.compile(r"@\d{4}-\d\d-\d\dT[\d:.]+Z?$")
BY_HEADER = {column.header: column for column in FIXED}


@dataclass(frozen=True, slots=True)
class StoredScorecard:
    """One row as it stands. `row` counts from 1 as the spreadsheet shows it; 0: not written yet.

    `sound` is False when people edited the row so that it no longer reads as we write rows: another name, rating or status
    than its seal says, a time that is none, no candidate. What such a row says is not to be trusted. `shown` is False when the
    time that it shows is another, as all are once the spreadsheet's time zone was changed.
    """

    card: SubmittedScorecard
    status: Status
    row: int = 0
    other: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sound: bool = True
    shown: bool = True

    @property
    def id(self) -> str:
        return self.card.response_id

    @property
    def is_history(self) -> bool:
        """True for what an edited response said before."""
        return _FORMER.search(self.id) is not None


def former(stored: StoredScorecard) -> str:
    """The id under which what it says now is kept once the response is edited."""
    return f"{stored.id}@{stored.card.submitted_at}"


def response_of(id_: str) -> str:
    """The id of the response, also of an earlier version."""
    return _FORMER.sub("", id_)


def rating_column(question_id: str, note: str = "") -> Column:
    return Column(RATING + question_id, RATING + question_id, 90, note, "0", "CENTER")


def evidence_column(competency_id: str, note: str = "") -> Column:
    return Column(EVIDENCE + competency_id, EVIDENCE + competency_id, 260, note, clip=True)


def columns(rubric: Rubric) -> tuple[Column, ...]:
    """All columns that a new worksheet gets: per competency its ratings and the evidence for them."""
    made = list(FIXED)
    for competency in rubric.competencies:
        asked = [question for question in rubric.questions if question.competency == competency.id]
        made += [rating_column(question.id, f"{competency.name}: {question.question}") for question in asked]
        made.append(evidence_column(competency.id, f"What was said or done, for {competency.name}"))
    return tuple(made)


def worksheet(rubric: Rubric) -> Worksheet:
    made = columns(rubric)
    return Worksheet(design.SCORECARDS, "Scorecards", made, frozen_columns=3, tab="#5f6368", rows=1000, marked=True)


def positions(header: Sequence[Value]) -> dict[str, int]:
    """Our columns by key and where they stand; the first of two that are alike is ours."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        if not isinstance(name, str):
            continue
        key = BY_HEADER[name].key if name in BY_HEADER else name if name.startswith((RATING, EVIDENCE)) else ""
        if key:
            found.setdefault(key, place)
    return found


def lacking(places: Mapping[str, int], rubric: Rubric) -> tuple[str, ...]:
    """Headers of ours that are not there: columns that people deleted or renamed, or of questions that are new."""
    return tuple(column.header for column in columns(rubric) if column.key not in places)


def has_others(header: Sequence[Value]) -> bool:
    """Whether there are headers that are not ours: people's own columns, or ours under another name."""
    return sum(name is not None and name != "" for name in header) > len(positions(header))


def read_rows(rows: Sequence[Sequence[Value]], places: Mapping[str, int], zone: ZoneInfo) -> list[StoredScorecard]:
    """Every row below the header that has a response id."""
    ratings = [(key.removeprefix(RATING), place) for key, place in places.items() if key.startswith(RATING)]
    evidence = [(key.removeprefix(EVIDENCE), place) for key, place in places.items() if key.startswith(EVIDENCE)]
    stored = []
    for number, row in enumerate(rows[1:], start=2):
        told = {key: _text(row, place) for key, place in places.items() if not key.startswith((RATING, EVIDENCE))}
        if not told.get("response"):
            continue
        card = SubmittedScorecard(
            candidate=told.get("candidate", ""),
            interviewer=told.get("interviewer", ""),
            round=told.get("round", ""),
            submitted_at=told.get("submitted_at", ""),
            ratings={id_: int(level) for id_, place in ratings if (level := _number(row, place)) is not None},
            evidence={id_: said for id_, place in evidence if (said := _text(row, place))},
            recommendation=told.get("recommendation", ""),
            summary=told.get("summary", ""),
            concerns=told.get("concerns", ""),
            response_id=told["response"],
            created_at=told.get("created_at", ""),
            rubric_version=told.get("rubric", ""),
        )
        status = _status(told.get("status", ""))
        readable = (
            moment_of(card.submitted_at) is not None
            and bool(card.round and (status == "problem" or (card.candidate and card.interviewer)))
            and all(_is_rating(row, place) for _, place in ratings)
        )
        sealed = told.get("status") == status and told.get("seal", "") in ("", seal_of(card, status))
        sound = sealed and (readable or status == "withdrawn")
        shown = "submitted" not in places or _shows(_number(row, places["submitted"]), card.submitted_at, zone)
        stored.append(StoredScorecard(card, status, number, _others(told.get("other", "")), sound, shown))
    return stored


def seal_of(card: SubmittedScorecard, status: Status) -> str:
    """What tells that nobody changed by hand what a ranking follows from; not of free texts, nor of the spaces in names,
    which a spreadsheet may keep in a form of its own."""
    ratings = sorted(card.ratings.items())
    names = [" ".join(cells.fitting(name).split()) for name in (card.candidate, card.interviewer, card.round)]
    # a version is told by its time, and stays sound when the response moves on
    told = json.dumps([response_of(card.response_id), status, card.submitted_at, card.recommendation, ratings, names])
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _text(row: Sequence[Value], place: int) -> str:
    value = row[place] if place < len(row) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _number(row: Sequence[Value], place: int) -> float | None:
    value = row[place] if place < len(row) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _shows(held: float | None, moment: str, zone: ZoneInfo) -> bool:
    wanted = serial(moment, zone)
    return held == wanted or (held is not None and wanted is not None and abs(held - wanted) < A_SECOND)


def _is_rating(row: Sequence[Value], place: int) -> bool:
    """Whether the cell holds a whole number or nothing; a number typed as text is neither."""
    held = _number(row, place)
    return _text(row, place) == "" if held is None else float(held).is_integer()


def _status(text: str) -> Status:
    known: tuple[Status, ...] = ("counted", "superseded", "withdrawn", "problem")
    return next((status for status in known if status == text), "counted")


def _others(text: str) -> Mapping[str, str]:
    try:
        held = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        held = {"": text}
    return {str(key): str(value) for key, value in held.items()} if isinstance(held, dict) else {"": text}


def cells_of(stored: StoredScorecard, zone: ZoneInfo) -> dict[str, Json]:
    """The row's cells by column key; a key that is absent means an empty cell."""
    card = stored.card
    shown = serial(card.submitted_at, zone)
    made = {
        "submitted": cells.EMPTY if shown is None else cells.number(shown),
        "candidate": cells.text(card.candidate),
        "interviewer": cells.text(card.interviewer),
        "round": cells.text(card.round),
        "status": cells.text(stored.status),
        "recommendation": cells.text(card.recommendation),
        "summary": cells.text(card.summary),
        "concerns": cells.text(card.concerns),
        "other": cells.text(json.dumps(dict(sorted(stored.other.items())), ensure_ascii=False) if stored.other else ""),
        "rubric": cells.text(card.rubric_version),
        "response": cells.text(card.response_id),
        "submitted_at": cells.text(card.submitted_at),
        "created_at": cells.text(card.created_at),
        "seal": cells.text(seal_of(card, stored.status)),
    }
    made |= {RATING + id_: cells.number(level) for id_, level in card.ratings.items()}
    made |= {EVIDENCE + id_: cells.text(said) for id_, said in card.evidence.items()}
    return made


def keys_needed(cards: Iterable[SubmittedScorecard]) -> list[str]:
    """Columns without which these scorecards could not be written in full."""
    needed: dict[str, None] = {}
    for card in cards:
        needed.update(dict.fromkeys(RATING + id_ for id_ in card.ratings))
        needed.update(dict.fromkeys(EVIDENCE + id_ for id_ in card.evidence))
    return list(needed)


def as_stored(stored: StoredScorecard) -> StoredScorecard:
    """The scorecard as it will be read back: texts cut to what a cell holds."""
    card = stored.card
    kept = replace(
        card,
        evidence={id_: cells.fitting(said) for id_, said in card.evidence.items() if said},
        summary=cells.fitting(card.summary),
        concerns=cells.fitting(card.concerns),
    )
    return replace(stored, card=kept)


def zone_of(name: str) -> ZoneInfo:
    """The spreadsheet's time zone; UTC when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def serial(moment: str, zone: ZoneInfo) -> float | None:
    """An RFC 3339 UTC time as the day number that a spreadsheet in that zone shows, to the second."""
    told = moment_of(moment)
    if told is None:
        return None
    local = told.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return (local - EPOCH) / timedelta(days=1)
