"""The Panel worksheet, the team's: who interviews whom, in which round, when. Every bad row is told as a Problem."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from pipeline.scorecard import PanelRow, Problem, Rubric, address_of
from pipeline.worksheets import cells, design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.scorecards import EPOCH, Value, serial

COLUMNS = (
    Column("candidate", "Candidate", 220, "The name as it stands in the form's drop-down; one spelling for one person"),
    Column("interviewer", "Interviewer", 240, "E-mail address"),
    Column("round", "Round", 120, "Id of the interview round; may stay empty when there is one round only"),
    Column(
        "scheduled_at",
        "Scheduled at",
        180,
        "When the interview is, in this spreadsheet's time zone",
        "yyyy-mm-dd hh:mm",
    ),
)
LINK = Column(
    "link",
    "Personal link",
    320,
    "The form with candidate and e-mail filled in. Ours: a formula over this row's cells, in rows that hold an interview",
    grey=True,
    clip=True,
)
EARLIEST, LATEST = 2000, 2999  # years in which an interview may be
_OURS = "usp=pp_url"  # by which a link of ours is told from what the team types in its place
_ADDRESS = re.compile(r"[^@\s,;:<>()\"\\]{1,64}@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]*")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?")


def worksheet() -> Worksheet:
    return Worksheet(
        design.PANEL,
        "Panel",
        (*COLUMNS, LINK),
        frozen_columns=1,
        tab="#b06000",
        protected=False,
        filtered=False,
        marked=True,
    )


def validation(rubric: Rubric) -> Json:
    """A drop-down of the rounds."""
    message = "One of the rounds of this role"
    rule = design.choice([round_.id for round_ in rubric.rounds], message)
    return design.validate(ask.grid(design.PANEL, 1, None, 2, 3), rule)


def named(header: Sequence[Value], columns: Iterable[Column] = COLUMNS) -> dict[str, int]:
    """Where the columns stand, by header whatever its case."""
    found = {str(name).strip().casefold(): place for place, name in reversed(list(enumerate(header))) if name}
    return {column.key: found[column.header.casefold()] for column in columns if column.header.casefold() in found}


def marked(header: Sequence[Value]) -> dict[str, int]:
    """The same, and the column of links."""
    return named(header, (*COLUMNS, LINK))


def is_headed(header: Sequence[Value]) -> bool:
    return len(named(header)) == len(COLUMNS)


def positions(header: Sequence[Value]) -> dict[str, int]:
    """Where the columns stand, by header; those not found at their usual place."""
    places = named(header)
    taken = set(places.values())
    for place, column in enumerate(COLUMNS):
        if column.key not in places and place not in taken:
            places[column.key] = place
    return places


@dataclass(frozen=True)
class RowFault:
    """What is wrong with one row, counted as the spreadsheet shows it, and in which of our columns ("": all of it)."""

    row: int
    column: str
    what: str
    todo: str
    candidate: str = ""
    interviewer: str = ""
    round: str = ""

    @property
    def problem(self) -> Problem:
        what = f"Panel row {self.row}: {self.what}"
        return Problem("panel-row", what, self.todo, self.candidate, self.interviewer, self.round)


@dataclass(frozen=True)
class Reading:
    """The rows that can be used, in which rows of the worksheet they stand, and what is wrong with the others."""

    rows: tuple[PanelRow, ...]
    faults: tuple[RowFault, ...]
    numbers: tuple[int, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(fault.problem for fault in self.faults)


Told = tuple[str, str, str]  # column, what is wrong, what to do


def read_rows(rows: Sequence[Sequence[Value]], rounds: Sequence[str], zone: ZoneInfo) -> Reading:
    """Interviews that are owed. A row is left out, and told, when it does not say who, whom and in which round.

    `rounds` are the role's; with none given any round is taken as it stands.
    """
    places = positions(rows[0] if rows else ())
    good: list[PanelRow] = []
    first: dict[tuple[str, str, str], int] = {}
    spelt: dict[str, tuple[str, int]] = {}
    faults: list[RowFault] = []
    for number, row in enumerate(rows[1:], start=2):
        told = {key: row[place] if place < len(row) else None for key, place in places.items()}
        names = {key: _plain(told.get(key)) for key in ("candidate", "interviewer", "round")}
        moment, unclear = _moment(told.get("scheduled_at"), zone)
        if not any(names.values()) and not moment and not unclear:
            continue
        names["interviewer"] = address_of(names["interviewer"])
        if not names["round"] and len(rounds) == 1:
            names["round"] = rounds[0]
        unusable = _faults(names, rounds)
        key = (names["candidate"], names["interviewer"], names["round"])
        if not unusable and key in first:
            unusable = [("", f"it repeats row {first[key]}", "delete one; two interviewers need two addresses")]
        if not unusable:
            first[key] = number
            good.append(PanelRow(**names, scheduled_at=moment))
        other, earlier = spelt.setdefault(_folded(names["candidate"]), (names["candidate"], number))
        if other != names["candidate"]:
            what = f"{names['candidate']!r} looks like another spelling of {other!r} in row {earlier}"
            unclear.append(("candidate", what, "if they are one person, spell both alike; if not, tell them apart"))
        faults += [RowFault(number, column, what, todo, **names) for column, what, todo in [*unusable, *unclear]]
    return Reading(tuple(good), tuple(faults), tuple(first[row.candidate, row.interviewer, row.round] for row in good))


def _plain(value: Value) -> str:
    """As scorecards name people: composed letters, single spaces."""
    return " ".join(unicodedata.normalize("NFC", str(value or "")).split())


def _folded(name: str) -> str:
    """Names that differ only in case, accents, hyphens or spaces are one here."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _faults(names: Mapping[str, str], rounds: Sequence[str]) -> list[Told]:
    faults = []
    if not names["candidate"]:
        faults.append(("candidate", "the candidate is missing", "type the name, or clear the whole row"))
    if not names["interviewer"]:
        faults.append(("interviewer", "the interviewer is missing", "type an e-mail address, or clear the whole row"))
    elif not _ADDRESS.fullmatch(names["interviewer"]):
        what = f"{names['interviewer']!r} is not an e-mail address"
        faults.append(("interviewer", what, "type one such as ana@example.org"))
    if rounds and names["round"] not in rounds:
        what = f"there is no round {names['round']!r}" if names["round"] else "the round is missing"
        faults.append(("round", what, f"choose one of: {', '.join(rounds)}"))
    return faults


def _moment(value: Value, zone: ZoneInfo) -> tuple[str, list[Told]]:
    """A day number or a text as RFC 3339 UTC; an unreadable or impossible time is told and left out."""
    if value is None or value == "":
        return "", []
    told: datetime | None = None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2_958_466:
        told = (EPOCH + timedelta(seconds=round(value * 86_400))).replace(tzinfo=zone)
    elif isinstance(value, str) and _TIME.fullmatch(value.strip()):
        with suppress(ValueError):
            told = datetime.fromisoformat(value.strip())
        if told is not None and told.tzinfo is None:
            told = told.replace(tzinfo=zone)
    # a time of day without a day reads as one in 1899, and a slip of the keyboard as a year long gone
    if told is not None and EARLIEST <= told.year <= LATEST:
        return told.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), []
    what = f"{told.isoformat(' ')[:16]} is no time for an interview" if told else f"{str(value)[:40]!r} is not a time"
    return "", [("scheduled_at", what, "type a date and time such as 2026-03-31 14:30")]


def row_cells(row: PanelRow, zone: ZoneInfo, places: Mapping[str, int]) -> list[Json]:
    """The row's cells in the order of the worksheet's columns; other people's columns between them stay empty."""
    moment = serial(row.scheduled_at, zone)
    told = {
        "candidate": cells.text(row.candidate),
        "interviewer": cells.text(row.interviewer),
        "round": cells.text(row.round),
        "scheduled_at": cells.EMPTY if moment is None else cells.number(moment),
    }
    at = {place: told[key] for key, place in places.items()}
    return [at.get(place, cells.EMPTY) for place in range(max(at) + 1)]


def plan_panel(
    have: Iterable[PanelRow], wanted: Iterable[PanelRow], zone: ZoneInfo, header: Sequence[Value]
) -> list[Json]:
    """Requests that add the interviews which are not there yet, in new rows below whatever the team wrote meanwhile."""
    known = {(row.candidate, row.interviewer, row.round) for row in have}
    places = positions(header)
    rows = []
    for row in wanted:
        if (key := (row.candidate, row.interviewer, row.round)) not in known:
            known.add(key)
            rows.append(row_cells(row, zone, places))
    return list(ask.append(design.PANEL, rows)) if rows else []


@dataclass(frozen=True)
class LinkParts:
    """A round's personal link: what stands before the candidate, and between candidate and e-mail."""

    before: str
    between: str

    def of(self, row: PanelRow) -> str:
        return f"{self.before}{quote(row.candidate, safe='')}{self.between}{quote(row.interviewer, safe='')}"


def plan_links(
    rows: Sequence[Sequence[Value]], rounds: Sequence[str], parts: Mapping[str, LinkParts], zone: ZoneInfo
) -> list[Json]:
    """Requests that write the links which are missing or out of date; none without a column of that name.

    A formula names only cells of its own row, so that it is right wherever that row has moved by the time it is
    written, and empty once the row is. What the team typed in its place is left alone.
    """
    header = rows[0] if rows else ()
    place, places = marked(header).get(LINK.key), positions(header)
    if place is None:
        return []
    read = read_rows(rows, rounds, zone)
    made: list[Json] = []
    for number, interview in zip(read.numbers, read.rows, strict=True):
        have, link = _cell(rows[number - 1], place), parts.get(interview.round)
        if link is None or not _replaceable(have, link.of(interview)):
            continue
        typed = {key: _cell(rows[number - 1], at) for key, at in places.items()}
        told = _formula(number, places, interview.round, link, only=len(rounds) == 1)
        # TRIM mends spaces, not letters composed of several characters
        same = " ".join(typed["candidate"].split(" ")).strip() == interview.candidate
        cell = cells.formula(told) if same else cells.text(link.of(interview))
        made += ask.write(design.PANEL, number - 1, place, [[cell]], "userEnteredValue")
    return made


def _cell(row: Sequence[Value], place: int) -> str:
    return str(row[place] if place < len(row) and row[place] is not None else "")


def _replaceable(have: str, want: str) -> bool:
    """Whether the cell is empty, or holds a link of ours to something else."""
    return not have or (_OURS in have and unquote(have) != unquote(want))


def _formula(number: int, places: Mapping[str, int], round_id: str, link: LinkParts, *, only: bool) -> str:
    candidate, interviewer, round_ = (
        f"{cells.letters(places[key])}{number}" for key in ("candidate", "interviewer", "round")
    )
    other = f"{round_}<>{cells.words(round_id)}"
    if only:  # the one round need not be named
        other = f'AND({round_}<>"",{other})'
    filled = (
        f"{cells.words(link.before)}&ENCODEURL(TRIM({candidate}))"
        f"&{cells.words(link.between)}&ENCODEURL(LOWER(TRIM({interviewer})))"
    )
    return f'=IF(OR(TRIM({candidate})="",TRIM({interviewer})="",{other}),"",HYPERLINK({filled}))'
