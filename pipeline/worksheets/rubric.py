"""The Rubric worksheet: scale, competencies, weights and whys, questions with anchors, and what they are joined to.

It is also the record from which responses are read: per round the form's items with their ids (the join in force), and
every version of the rubric that was in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from pipeline.scorecard import Rubric
from pipeline.worksheets import cells, design
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.scorecards import Value

SCALE, COMPETENCY, QUESTION, ITEM, VERSION = "Scale", "Competency", "Question", "Form item", "Version"
_LEVELS = 11  # a scale has at most 0..10


class JoinedField(Protocol):
    """What the form room calls a field."""

    @property
    def kind(self) -> str: ...
    @property
    def ref(self) -> str: ...
    @property
    def question_id(self) -> str: ...


@dataclass(frozen=True)
class JoinRow:
    """One form item: `ref` is the bank's question id for a rating, the competency id for evidence."""

    kind: str
    ref: str
    question_id: str


@dataclass(frozen=True)
class Version:
    """A rubric by its fingerprint and the day from which it was in force (RFC 3339 UTC)."""

    fingerprint: str
    since: str


@dataclass(frozen=True)
class Recorded:
    """What the worksheet says to programs."""

    join: Mapping[str, tuple[JoinRow, ...]]
    versions: tuple[Version, ...]


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
    return Worksheet(design.RUBRIC, "Rubric", made, frozen_columns=3, tab="#188038")


def plain(weight: Fraction) -> str:
    """1/2 as 0.5 when that is exact and short, else as a fraction."""
    text = f"{float(weight):g}"
    return text if Fraction(text) == weight else str(weight)


def grid(rubric: Rubric, joins: Mapping[str, Iterable[JoinedField]], versions: Sequence[Version]) -> list[list[Json]]:
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
    rows += [
        {"part": ITEM, "round": round_id, "id": field.ref, "text": field.kind, "item": field.question_id}
        for round_id, fields in joins.items()
        for field in fields
    ]
    rows += [
        {"part": VERSION, "id": version.fingerprint, "text": f"in force since {version.since}"} for version in versions
    ]
    body = [[cells.text(row.get(column.key, "")) for column in sheet.columns] for row in rows]
    return [design.header_cells(sheet.columns), *body]


def with_version(versions: Sequence[Version], fingerprint: str, since: str) -> tuple[Version, ...]:
    """The versions with this one in force; unchanged when it already is."""
    if versions and versions[-1].fingerprint == fingerprint:
        return tuple(versions)
    return (*versions, Version(fingerprint, since))


def read_rows(rows: Sequence[Sequence[Value]]) -> Recorded:
    """The join and the versions; the rest is for people, and is always written from the files."""
    join: dict[str, list[JoinRow]] = {}
    versions: list[Version] = []
    for row in rows[1:]:
        told = {column.key: str(value) for column, value in zip(HEAD, row, strict=False) if value is not None}
        if told.get("part") == ITEM:
            held = join.setdefault(told.get("round", ""), [])
            held.append(JoinRow(told.get("text", ""), told.get("id", ""), told.get("item", "")))
        elif told.get("part") == VERSION and told.get("id"):
            versions.append(Version(told["id"], told.get("text", "").removeprefix("in force since ")))
    return Recorded({round_id: tuple(held) for round_id, held in join.items()}, tuple(versions))
