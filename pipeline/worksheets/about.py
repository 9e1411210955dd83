"""The About worksheet: how the numbers came about, on one screen, and the record of every ranking that was written."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.ranking import words
from pipeline.ranking.results import Ranking
from pipeline.scorecard import PanelRow, Rubric, SubmittedScorecard
from pipeline.worksheets import cells, design
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.scorecards import Value
from pipeline.worksheets.whatif import Limits

EDITION = 2  # raise it when the worksheets change, so that the next write brings older spreadsheets up to date
RECORDS = 100
COLUMNS = (
    Column("label", "About this spreadsheet", 200, wrap=True),
    Column("text", "", 1060, wrap=True),
    Column("inputs", "", 116),
    Column("rubric", "", 116),
    Column("scorecards", "", 90),
)
WRITTEN, INPUTS, RECORD = "Written", "Inputs", "Decision record"
_RECORD_HEADER = ("Decision record", "Order of the ranked candidates", "Inputs", "Rubric version", "Scorecards")


_SCORE = (
    "An interviewer's ratings of one competency are averaged by the questions' weights; these averages over the "
    "interviewers, one voice each; the competencies by their weights. What nobody assessed is left out, never counted "
    "as zero. Ranks come from exact fractions, so only truly equal scores share one."
)
_KNOCKED_OUT = "Knocked out: a must-have below its threshold. Both are shown, below the ranked."
_ESTIMATES = (
    "Estimates beside the score, never the order. They ask how alike the result would be with other, similar "
    "interviewers; they say nothing about success in the job. Hover over a header of Rankings for each."
)
_OWNERS = (
    "Decision, Notes and every column that you add are yours and stay with their candidate; so are the yellow cells of "
    "What-if and Compare, and Panel. The rest is replaced by the pipeline."
)


@dataclass(frozen=True)
class Record:
    """One ranking that was written: when, in which order, from what."""

    at: str
    order: str
    inputs: str
    rubric: str
    scorecards: int


@dataclass(frozen=True)
class Told:
    """What About says to programs: the fingerprint of what the spreadsheet was written from, and the record."""

    inputs: str = ""
    written_at: str = ""
    records: tuple[Record, ...] = ()


def worksheet() -> Worksheet:
    return Worksheet(design.ABOUT, "About", COLUMNS, tab="#80868b", banded=False, filtered=False, rows=200)


def inputs_fingerprint(
    rubric: Rubric, counted: Iterable[SubmittedScorecard], panel: Iterable[PanelRow], settings: str = ""
) -> str:
    """12 hex digits over everything that Rankings is computed from and shows; the order of rows does not matter.

    `settings` is whatever else the caller computes with (policy, versions), as text.
    """
    cards = sorted(
        json.dumps(
            [
                *(card.candidate, card.interviewer, card.round, card.submitted_at),
                *(sorted(card.ratings.items()), sorted(card.evidence.items())),
                *(card.recommendation, card.summary, card.concerns),
            ],
            ensure_ascii=False,
        )
        for card in counted
    )
    meaning: list[Any] = [
        EDITION,
        rubric.fingerprint,
        rubric.title,
        [[c.name, c.why] for c in rubric.competencies],
        [[q.id, q.question, q.why] for q in rubric.questions],
        cards,
        sorted([row.candidate, row.interviewer, row.round] for row in panel),
        settings,
    ]
    return hashlib.sha256(json.dumps(meaning, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def grid(lines: Sequence[tuple[str, str]], told: Told) -> list[list[Json]]:
    """The whole worksheet: the page's lines, then the record, newest first."""
    rows = [[cells.text("About this spreadsheet"), *[cells.EMPTY] * 4]]
    page = [(WRITTEN, words.minute(told.written_at)), *lines, (INPUTS, told.inputs)]
    rows += [[cells.text(label), cells.text(said), *[cells.EMPTY] * 3] for label, said in page]
    rows.append([cells.EMPTY] * 5)
    rows.append([cells.text(name) for name in _RECORD_HEADER])
    for record in reversed(told.records[-RECORDS:]):
        rows.append(
            [
                *(cells.text(said) for said in (record.at, record.order, record.inputs, record.rubric)),
                cells.number(record.scorecards),
            ]
        )
    return rows


def lines(
    ranking: Ranking, rubric: Rubric, panel: Sequence[PanelRow], counted: int, limits: Limits
) -> list[tuple[str, str]]:
    """How the numbers came about, as label and sentence."""
    states = Counter(result.status for result in ranking.candidates)
    people = len({result.interviewer for result in ranking.interviewers})
    share = words.share(limits.min_coverage)
    given = f"{words.count(counted, 'scorecard')} by {words.count(people, 'interviewer')}"
    about_whom = words.count(len(ranking.candidates), "candidate")
    outcome = f"{states['ranked']} ranked, {states['incomplete']} incomplete, {states['knocked-out']} knocked out"
    too_little = f"less than {share} of the weight assessed, fewer than {limits.min_interviewers} interviewers"
    told = [
        ("Role", f"{rubric.title} ({rubric.role})"),
        ("Counted", f"{given} on {about_whom}: {outcome}; the panel plans {words.count(len(panel), 'scorecard')}"),
        ("Latest scorecard", words.minute(ranking.as_of) or "none yet"),
        ("Score", _SCORE),
        ("Ranked or not", f"Incomplete: {too_little}, or a must-have not assessed. {_KNOCKED_OUT}"),
        ("Tier, adjusted, chance", _ESTIMATES),
        ("Who writes what", _OWNERS),
        ("Rubric version", f"{rubric.fingerprint}; every version that was in force stands in Rubric"),
    ]
    return [*told, *(("Note", note) for note in ranking.notes)]


def with_record(told: Told, record: Record) -> Told:
    """The same with one more ranking written; one from the same inputs in the same order is not recorded twice."""
    last = told.records[-1] if told.records else None
    known = last is not None and (last.inputs, last.order, last.rubric) == (record.inputs, record.order, record.rubric)
    records = told.records if known else (*told.records, record)
    return Told(record.inputs, record.at, records[-RECORDS:])


def read_rows(rows: Sequence[Sequence[Value]]) -> Told:
    start = next((i for i, row in enumerate(rows) if row and row[0] == RECORD), len(rows))
    said: Mapping[str, str] = {str(row[0]): str(row[1]) for row in rows[:start] if len(row) > 1}
    records = [
        Record(str(row[0]), str(row[1]), str(row[2]), str(row[3]), int(row[4]))
        for row in rows[start + 1 :]
        if len(row) > 4 and isinstance(row[4], int | float)
    ]
    return Told(said.get(INPUTS, ""), said.get(WRITTEN, ""), tuple(reversed(records)))
