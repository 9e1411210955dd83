"""The Interviewers worksheet: how strict each one was beside the others, in words, and which scorecards are missing."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.ranking import words
from pipeline.ranking.results import InterviewerResult, Ranking
from pipeline.scorecard import PanelRow, SubmittedScorecard
from pipeline.worksheets import cells, design
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet

COLUMNS = (
    Column("interviewer", "Interviewer", 200, wrap=True),
    Column(
        "verdict", "In words", 330, "For a talk about calibration, not a judgement: strictness can be right", wrap=True
    ),
    Column("scorecards", "Scorecards", 104, "Scorecards that count", "0", "CENTER"),
    Column("missing", "Missing", 200, "Scorecards that the panel owes and that are not in", wrap=True),
    Column(
        "severity",
        "Severity",
        88,
        "Points by which this interviewer rates lower than the others on the same candidates; added back in Adjusted",
        "+0.00;-0.00;0.00",
        "CENTER",
    ),
    Column(
        "interval", "90 % interval", 120, "Where the severity lies, about nine times in ten", align="CENTER", grey=True
    ),
    Column("shared", "Shared candidates", 104, "Candidates whom another interviewer rated too", "0", "CENTER"),
    Column(
        "consistency",
        "Consistency",
        112,
        "Spread round what the others say, beside the panel's: 1 is usual, more is noisier",
        "0.00",
        "CENTER",
    ),
)


def worksheet() -> Worksheet:
    return Worksheet(design.INTERVIEWERS, "Interviewers", COLUMNS, frozen_columns=1, tab="#9334e6")


def grid(ranking: Ranking, scorecards: Sequence[SubmittedScorecard], panel: Sequence[PanelRow]) -> list[list[Json]]:
    """The whole worksheet, header included: everybody who sent a scorecard or owes one, by address."""
    known = {result.interviewer: result for result in ranking.interviewers}
    sent = {(card.candidate, card.interviewer, card.round) for card in scorecards}
    owed: dict[str, list[str]] = {}
    for row in panel:
        if (row.candidate, row.interviewer, row.round) not in sent:
            owed.setdefault(row.interviewer, []).append(f"{row.candidate} ({row.round})")
    names = sorted({*known, *owed, *(card.interviewer for card in scorecards), *(row.interviewer for row in panel)})
    return [
        design.header_cells(COLUMNS),
        *(_row(name, known.get(name), owed.get(name, []), scorecards) for name in names),
    ]


def _row(
    name: str, result: InterviewerResult | None, owed: Sequence[str], scorecards: Sequence[SubmittedScorecard]
) -> list[Json]:
    sent = result.scorecards if result else sum(card.interviewer == name for card in scorecards)
    severity = result.severity if result else None
    interval = result.interval if result else None
    ratio = result.details.get("consistency") if result else None
    return [
        cells.text(name),
        cells.text(result.verdict if result else "no scorecard yet" if not sent else ""),
        cells.number(sent),
        cells.text(", ".join(sorted(owed))),
        cells.number(severity),
        cells.text(f"{words.signed(interval[0])} to {words.signed(interval[1])}" if interval else cells.MISSING),
        cells.number(result.shared_candidates if result else None),
        cells.number(ratio if isinstance(ratio, int | float) else None),
    ]
