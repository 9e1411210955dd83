"""The Rubric worksheet: scale, competencies, weights and whys, questions with anchors, and what they are joined to.

It is also the record from which responses are read: per round the form's items with their ids (the join in force), and
every version of the rubric that was in force. A seal tells when people edit it: a wrong record makes wrong numbers.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from pipeline.scorecard import Rubric
from pipeline.worksheets import cells, design
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.scorecards import Value

SCALE, COMPETENCY, QUESTION, VERSION = "Scale", "Competency", "Question", "Version"
ITEM, APPLIED, WEIGHING, RELEASED = "Form item", "Last applied", "Weighing", "Released"
FORGOTTEN = "Forgotten"
RECORDS = frozenset({ITEM, VERSION, APPLIED, WEIGHING, RELEASED, FORGOTTEN})
SEAL = "Seal"


@dataclass(frozen=True)
class JoinRow:
    """One form item: `ref` is the bank's question id for a rating, the competency id for evidence."""

    kind: str
    ref: str
    question_id: str


@dataclass(frozen=True)
class Version:
    """A rubric by its fingerprint: from when on it was in force (RFC 3339 UTC), who set it, and what it changed.

    `scale` is "1 to 5": scorecards on different scales cannot be averaged. "" when it is not known. `rounds`: whose
    forms show it, when those of other rounds still show the one before; none named: all of them.
    """

    fingerprint: str
    since: str
    who: str = ""
    what: str = ""
    scale: str = ""
    rounds: tuple[str, ...] = ()

    @property
    def levels(self) -> range | None:
        """The levels of its scale; None when they are not known."""
        told = re.fullmatch(r"(\d{1,2}) to (\d{1,2})", self.scale)
        return range(int(told[1]), int(told[2]) + 1) if told else None


@dataclass(frozen=True)
class Recorded:
    """What the worksheet says to programs.

    `join`: per round the fields of its form. `applied`: per round what was last sent to its form, by which edits by
    hand are told. `weighing`: the weights and must-haves last applied. `released`: candidates who are shown before their
    panel is complete, with when and by whom. `forgotten`: marks of responses that are never to be read again, with the
    day of erasure. Versions in time order, the one in force last. `sound` is False when people edited it: other rows than
    its seal tells of, or no seal.
    """

    join: Mapping[str, tuple[JoinRow, ...]] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()
    applied: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    weighing: Mapping[str, str] = field(default_factory=dict)
    released: Mapping[str, str] = field(default_factory=dict)
    forgotten: Mapping[str, str] = field(default_factory=dict)
    sound: bool = True


HEAD = (
    Column("part", "Part", 100, "What this row is: the scale, a competency, a question, an item of a form, a version"),
    Column("round", "Round", 110, "The rounds in which a question is asked"),
    Column("id", "Id", 160, "The identity in the question bank and the configuration"),
    Column("text", "Text", 360, wrap=True),
    Column(
        "weight", "Weight", 75, "A competency's share of the score, a question's inside its competency", align="CENTER"
    ),
    Column("threshold", "At least", 75, "A must-have: below this the candidate is knocked out", align="CENTER"),
    Column("why", "Why", 300, "The written reason for the weight, or for asking", wrap=True),
    Column("item", "Form's id", 100, "Under which id the form knows it"),
)


def level_columns(low: int, high: int) -> tuple[Column, ...]:
    note = "The behaviour that earns this level"
    return tuple(Column(f"level:{level}", f"Level {level}", 240, note, wrap=True) for level in range(low, high + 1))


def worksheet(rubric: Rubric) -> Worksheet:
    made = HEAD + level_columns(rubric.scale.low, rubric.scale.high)
    return Worksheet(design.RUBRIC, "Rubric", made, frozen_columns=3, tab="#188038", steady=len(HEAD))


def levels_in(header: Sequence[Value]) -> int | None:
    """How many columns of levels there are, one beside the other; None when there are others elsewhere."""
    names = [str(name).startswith("Level ") for name in header]
    count = next((place for place, ours in enumerate(names[len(HEAD) :]) if not ours), len(names) - len(HEAD))
    return count if sum(names) == count else None


def plain(weight: Fraction) -> str:
    """1/2 as 0.5 when that is exact and short, else as a fraction."""
    text = f"{float(weight):g}"
    return text if Fraction(text) == weight else str(weight)


def grid(rubric: Rubric, recorded: Recorded) -> list[list[Json]]:
    """The whole worksheet, header included."""
    sheet = worksheet(rubric)
    scale = rubric.scale
    rows: list[dict[str, str]] = [
        {"part": SCALE, "text": f"{scale.low} (lowest) to {scale.high} (highest)"}
        | {f"level:{level}": scale.name(level) for level in scale.levels}
    ]
    for competency in rubric.competencies:
        threshold = "" if competency.threshold is None else plain(competency.threshold)
        rows.append(
            {"part": COMPETENCY, "id": competency.id, "text": competency.name, "weight": plain(competency.weight)}
            | {"threshold": threshold, "why": competency.why}
        )
    for question in rubric.questions:
        asked = [round_.id for round_ in rubric.rounds if question in rubric.questions_in(round_)]
        rows.append(
            {"part": QUESTION, "round": " ".join(asked), "id": question.id, "text": question.question}
            | {"weight": plain(question.weight), "why": question.why}
            | {f"level:{level}": anchor for level, anchor in question.anchors.items()}
        )
    rows += _record(recorded)
    seal = seal_of(record_of(recorded))
    rows.append({"part": SEAL, "id": seal, "text": "Fingerprint of the rows above from Form item on. Do not edit"})
    body = [[cells.text(row.get(column.key, "")) for column in sheet.columns] for row in rows]
    return [design.header_cells(sheet.columns), *body]


def _record(recorded: Recorded) -> list[dict[str, str]]:
    rows = [
        {"part": ITEM, "round": round_id, "id": field.ref, "text": field.kind, "item": field.question_id}
        for round_id, fields in recorded.join.items()
        for field in fields
    ]
    rows += [
        {"part": VERSION, "round": " ".join(version.rounds), "id": version.fingerprint}
        | {"text": _in_force(version), "why": version.what}
        for version in recorded.versions
    ]
    rows += [
        {"part": APPLIED, "round": round_id, "id": key, "text": fingerprint}
        for round_id, applied in recorded.applied.items()
        for key, fingerprint in applied.items()
    ]
    rows += [{"part": WEIGHING, "id": name, "text": value} for name, value in recorded.weighing.items()]
    rows += [{"part": RELEASED, "id": name, "text": told} for name, told in recorded.released.items()]
    rows += [{"part": FORGOTTEN, "id": mark, "text": day} for mark, day in recorded.forgotten.items()]
    return rows


_SINCE, _BY, _SCALE = "in force since ", ", set by ", "; scale "


def _in_force(version: Version) -> str:
    who = f"{_BY}{version.who}" if version.who else ""
    return f"{_SINCE}{version.since}{who}" + (f"{_SCALE}{version.scale}" if version.scale else "")


def scale_of(rubric: Rubric) -> str:
    """The rating scale as a version tells it."""
    return f"{rubric.scale.low} to {rubric.scale.high}"


def in_force(versions: Sequence[Version], round_id: str) -> Version | None:
    """The last of these versions that the round's form shows."""
    return next((each for each in reversed(versions) if not each.rounds or round_id in each.rounds), None)


def with_version(versions: Sequence[Version], new: Version, shown: Sequence[str], of: Rubric) -> tuple[Version, ...]:
    """The versions with this one in force in the rounds whose forms have just been `shown` it."""
    before = {id_: in_force(versions, id_) for id_ in shown}
    behind = tuple(id_ for id_, held in before.items() if held is None or held.fingerprint != new.fingerprint)
    if not behind:
        return tuple(versions)
    everywhere = not versions or {round_.id for round_ in of.rounds} <= set(behind)
    return (*versions, replace(new, rounds=() if everywhere else behind))


def record_of(recorded: Recorded) -> list[list[str]]:
    """The rows that say this."""
    return [[cells.fitting(row.get(column.key, "")) for column in HEAD] for row in _record(recorded)]


def record_in(rows: Sequence[Sequence[Value]]) -> list[list[str]]:
    """The rows that say something to programs, in the order of the worksheet."""
    return [row for row in _texts(rows[1:]) if row[0] in RECORDS]


def seal_of(record: Iterable[Sequence[str]]) -> str:
    """What tells whether people edited the record, in whatever order its rows stand."""
    told = json.dumps(sorted(list(row) for row in record if row[0] in RECORDS))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def seal_in(rows: Sequence[Sequence[Value]]) -> str:
    """The seal as it stands; "" when there is none."""
    place = [column.key for column in HEAD].index("id")
    return next((row[place] for row in _texts(rows[1:]) if row[0] == SEAL), "")


def _texts(rows: Sequence[Sequence[Value]]) -> Iterator[list[str]]:
    for row in rows:
        told = ["" if value is None else str(value) for value in row[: len(HEAD)]]
        yield told + [""] * (len(HEAD) - len(told))


def read_rows(rows: Sequence[Sequence[Value]]) -> Recorded:
    """What was recorded; the rest is for people, and is always written from the files."""
    record = record_in(rows)
    return replace(recorded_in(record), sound=seal_in(rows) == seal_of(record))


def recorded_in(record: Iterable[Sequence[str]]) -> Recorded:
    """What rows of the record say."""
    join: dict[str, list[JoinRow]] = {}
    versions: list[Version] = []
    applied: dict[str, dict[str, str]] = {}
    weighing: dict[str, str] = {}
    released: dict[str, str] = {}
    forgotten: dict[str, str] = {}
    for row in record:
        told = {column.key: value for column, value in zip(HEAD, row, strict=True)}
        part, round_id, id_, text = (told.get(name, "") for name in ("part", "round", "id", "text"))
        if part == ITEM:
            join.setdefault(round_id, []).append(JoinRow(text, id_, told.get("item", "")))
        elif part == VERSION and id_:
            said, _, scale = text.removeprefix(_SINCE).partition(_SCALE)
            since, _, who = said.partition(_BY)
            versions.append(Version(id_, since, who, told.get("why", ""), scale, tuple(round_id.split())))
        elif part == APPLIED:
            applied.setdefault(round_id, {})[id_] = text
        elif part == WEIGHING:
            weighing[id_] = text
        elif part == RELEASED:
            released[id_] = text
        elif part == FORGOTTEN:
            forgotten[id_] = text
    fields = {round_id: tuple(held) for round_id, held in join.items()}
    in_time = tuple(sorted(versions, key=lambda version: version.since))  # people sort rows
    return Recorded(fields, in_time, applied, weighing, released, forgotten)
