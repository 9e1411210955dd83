"""A plain CSV of ratings -> submitted scorecards, or every fault in it with its row.

    candidate,interviewer,round,question,rating,submitted_at

Rows that share candidate, interviewer, round and time are one scorecard, in whatever order they stand. An empty rating
is "not assessed". A million rows pass through without being held: what stays is one small mapping a scorecard, and
every name once. A file with a broken shape is read a second time by the question bank's reader, which knows the words
for it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from pipeline.errors import Fault, InvalidInput
from pipeline.question_bank import table
from pipeline.question_bank.texts import did_you_mean, quoted
from pipeline.scorecard import Rubric, SubmittedScorecard, look_of

COLUMNS = ("candidate", "interviewer", "round", "question", "rating", "submitted_at")
SEPARATORS = ",;\t"
MOST_FAULTS = 10_000  # a wrong file of a million rows should not need a million messages
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?)?", re.ASCII | re.IGNORECASE
)
NO_EVIDENCE: Mapping[str, str] = MappingProxyType({})
_Key = tuple[str, str, str, str]


class _BrokenShapeError(Exception):
    """The file is no clean UTF-8 CSV with our header: whoever knows the words for that must read it."""


def read(path: Path | str, rubric: Rubric) -> list[SubmittedScorecard]:
    """The scorecards of the file; an empty file holds none.

    Raises:
        InvalidInput: every fault of the file at once.
    """
    reading = _Reading(str(path), rubric)
    try:
        if table.never_ends(Path(path)):
            raise _BrokenShapeError
        for number, cells in _clean_rows(Path(path)):
            reading.row(number, cells)
    except _BrokenShapeError:
        reading = _Reading(str(path), rubric)
        broken = table.read(Path(path), columns=COLUMNS, required=COLUMNS)
        reading.faults += broken.faults
        if set(COLUMNS) <= set(broken.columns):
            for row in broken.rows:
                reading.row(row.number, [row.cells[name] for name in COLUMNS])
    if reading.faults:
        raise InvalidInput(reading.all_faults())
    return reading.scorecards()


def _clean_rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row below the header with its number in a spreadsheet, its cells in the order of `COLUMNS`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            if not first.strip():
                if file.read().strip():
                    raise _BrokenShapeError
                return
            separator = max(SEPARATORS, key=first.count)
            header = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
            if sorted(header) != sorted(COLUMNS):
                raise _BrokenShapeError
            places = [header.index(name) for name in COLUMNS]
            width, in_order = len(header), places == sorted(places)
            rows = csv.reader(file, delimiter=separator, strict=True)
            for number, cells in enumerate(rows, 2):
                if len(cells) == width:
                    yield number, cells if in_order else [cells[place] for place in places]
                elif any(cell.strip() for cell in cells):
                    raise _BrokenShapeError
    except (OSError, UnicodeError, csv.Error) as error:
        raise _BrokenShapeError from error


class _Reading:
    """What has been read so far: the ratings of each scorecard, and what is wrong."""

    def __init__(self, file: str, rubric: Rubric) -> None:
        self.file = file
        self.rubric = rubric
        self.faults: list[Fault] = []
        self.unsaid = 0
        self._levels = {str(level): level for level in rubric.scale.levels}
        self._questions = {question.id: place for place, question in enumerate(rubric.questions)}
        self._names: dict[str, str] = {}
        self._spelt: dict[tuple[str, str], str] = {}
        self._times: dict[str, str] = {}
        self._cards: dict[_Key, bytes] = {}
        self._last_key: _Key | None = None
        self._last: dict[int, int] = {}

    def row(self, number: int, cells: Sequence[str]) -> None:
        """Take in one row. Most rows differ from the one above in question and rating only."""
        raw_candidate, raw_interviewer, raw_round, question, rating, raw_time = cells
        candidate = self._names.get(raw_candidate) or self._name(number, "candidate", raw_candidate)
        interviewer = self._names.get(raw_interviewer) or self._name(number, "interviewer", raw_interviewer)
        round_ = self._names.get(raw_round) or self._round(number, raw_round)
        time = self._times.get(raw_time) or self._time(number, raw_time)
        place = self._questions.get(question, -1)
        if place < 0:
            place = self._question(number, question)
        level = self._levels.get(rating)
        if level is None and rating:
            level = self._level(number, rating)
        key = (candidate, interviewer, round_, time)
        if key != self._last_key:
            self._put_away()
            self._last_key, self._last = key, _unpacked(self._cards.get(key, b""))
        if place in self._last and candidate and interviewer and time:
            self._fault(
                number,
                "question",
                f"{interviewer} rates {quoted(question)} for {candidate} a second time in one scorecard",
                "keep one of the two rows",
            )
        elif place >= 0:
            self._last[place] = self.rubric.scale.low - 1 if level is None else level

    def scorecards(self) -> list[SubmittedScorecard]:
        """All scorecards; scorecards with the very same few ratings share one mapping."""
        self._put_away()
        questions = [question.id for question in self.rubric.questions]
        low = self.rubric.scale.low
        shared: dict[bytes, Mapping[str, int]] = {}
        found = []
        while self._cards:
            (candidate, interviewer, round_, time), packed = self._cards.popitem()
            ratings = shared.get(packed)
            if ratings is None:
                ratings = {questions[q]: level for q, level in _unpacked(packed).items() if level >= low}
                if len(ratings) < 3:
                    shared[packed] = ratings
            found.append(SubmittedScorecard(candidate, interviewer, round_, time, ratings, NO_EVIDENCE))
        found.reverse()
        return found

    def all_faults(self) -> list[Fault]:
        """Every fault; of a great many the first, and how many more there are."""
        if self.unsaid:
            more = Fault(self.file, 0, "", f"{self.unsaid:,} more faults like those below", "correct these first")
            return [*self.faults, more]
        return self.faults

    def _put_away(self) -> None:
        if self._last_key is not None:
            self._cards[self._last_key] = b"".join(
                q.to_bytes(2, "little") + (level + 1).to_bytes(1, "little") for q, level in self._last.items()
            )
            self._last_key = None

    def _name(self, number: int, column: str, raw: str) -> str:
        if "\0" in raw:
            raise _BrokenShapeError
        name = _tidy(raw)
        if not name:
            self._fault(number, column, f"the {column} is missing", f"write the {column}'s name")
        else:
            self._names[raw] = self._names.setdefault(name, name)
            self._told_apart(number, column, name)
        return self._names.get(raw, "")

    def _round(self, number: int, raw: str) -> str:
        name = _tidy(raw)
        if name:
            self._names[raw] = self._names.setdefault(name, name)
            self._told_apart(number, "round", name)
        return name

    def _told_apart(self, number: int, column: str, name: str) -> None:
        """One person under two names would be ranked twice, or count as two interviewers."""
        other = self._spelt.setdefault((column, look_of(name)), name)
        if other != name:
            self._fault(
                number,
                column,
                f"{quoted(name)} looks like another spelling of {quoted(other)}",
                "if they are one, spell both alike; if not, tell them apart",
            )

    def _question(self, number: int, raw: str) -> int:
        question = raw.strip()
        place = self._questions.get(question, -1)
        if place >= 0:
            self._questions[raw] = place
        elif not question:
            self._fault(number, "question", "the question is missing", "write the question's id of the question bank")
        else:
            self._fault(
                number,
                "question",
                f"{quoted(question)} is not a question of this role",
                did_you_mean(question, [each.id for each in self.rubric.questions])
                or "write an id of the question bank",
            )
        return place

    def _level(self, number: int, raw: str) -> int | None:
        rating = raw.strip()
        level = self._levels.get(rating)
        if level is None and rating:
            low, high = self.rubric.scale.low, self.rubric.scale.high
            self._fault(
                number,
                "rating",
                f"{quoted(rating)} is not a whole number from {low} to {high}",
                "write one of the levels, or leave the cell empty for not assessed",
            )
        return level

    def _time(self, number: int, raw: str) -> str:
        text = raw.strip()
        time = utc(text)
        if time:
            self._times[raw] = time
        elif text:
            self._fault(
                number, "submitted_at", f"{quoted(text)} is not a time", "write it as 2026-03-31T14:05:00Z (UTC)"
            )
        else:
            self._fault(number, "submitted_at", "the time is missing", "write it as 2026-03-31T14:05:00Z (UTC)")
        return time

    def _fault(self, number: int, column: str, what: str, todo: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.file, number, column, what, todo))
        else:
            self.unsaid += 1


def _tidy(raw: str) -> str:
    """A name as we compare it: two spellings of one accent are one person, and so are one space and two."""
    return unicodedata.normalize("NFC", " ".join(raw.split()))


def utc(text: str) -> str:
    """A date or an ISO 8601 time as RFC 3339 UTC, "" when it is neither. Without an offset it is UTC already."""
    match = TIME.fullmatch(text)
    if not match:
        return ""
    day, minutes, seconds, fraction, offset = match.groups()
    offset = "+00:00" if offset in (None, "Z", "z") else offset
    try:
        moment = datetime.fromisoformat(f"{day}T{minutes or '00:00'}{seconds or ':00'}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    fraction = (fraction or "").rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' + fraction if fraction else ''}Z"


def _unpacked(packed: bytes) -> dict[int, int]:
    """Place of the question -> level; the level below the scale's lowest means: asked, not assessed."""
    return {packed[i] + (packed[i + 1] << 8): packed[i + 2] - 1 for i in range(0, len(packed), 3)}
