"""The .csv file: the ranking, one row a candidate; for one candidate every stored answer, one row each.

UTF-8 with a byte order mark and CRLF, which Excel opens right. Typed text is made formula-safe (see `safe_text`) and
quoted, so that a semicolon in it ends no cell where people let a spreadsheet split at both; numbers are written as
numbers, a negative one too.
"""

from __future__ import annotations

import csv as stdlib_csv
import io
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from pipeline.export.report import Report
from pipeline.export.safe_text import clean, formula_safe
from pipeline.ranking import CandidateResult
from pipeline.scorecard import NOT_ASSESSED, Rubric
from pipeline.worksheets import StoredScorecard

Value = str | int | float | Fraction | None
_BEFORE = ("Rank", "Tier", "Status", "Candidate", "Score", "Percent", "Lowest possible", "Highest possible")
_AFTER = ("Scorecards", "Interviewers", "Coverage", "Strong no", "No", "Yes", "Strong yes", "Adjusted")
_LAST = ("90 % from", "90 % to", "Flags")
_ONE = ("Part", "Interviewer", "Round", "Status", "Submitted", "Competency", "Question", "Value", "Text")


def csv(report: Report) -> bytes:
    """The file's bytes."""
    rows = _one(report) if report.subject else _all(report)
    stream = io.StringIO()
    writer = stdlib_csv.writer(stream, lineterminator="\r\n", quoting=stdlib_csv.QUOTE_NONNUMERIC)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _cell(value: Value) -> str | int | float:
    if isinstance(value, str):
        return clean_cell(value)
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else round(float(value), 12)
    return "" if value is None else value


def clean_cell(text: str) -> str:
    """Formula-safe by what was typed, before control characters are spelt out and line ends made alike."""
    safe = formula_safe(text)
    return clean(safe)


def _all(report: Report) -> Iterator[Sequence[Value]]:
    competencies = [competency.name for competency in report.rubric.competencies]
    tops = sorted({k for result in report.ranking.candidates for k in result.top})
    yield [*_BEFORE, *competencies, *_AFTER, *_LAST[:2], *(f"Chance of top {k}" for k in tops), _LAST[2]]
    for result in report.ranking.candidates:
        yield _row(result, report.rubric, tops)


def _row(result: CandidateResult, rubric: Rubric, tops: Iterable[int]) -> list[Value]:
    return [
        *(result.rank, result.tier, result.status, result.candidate, result.score, result.percent),
        *(result.range or (None, None)),
        *(result.competencies[competency.id].score for competency in rubric.competencies),
        *(result.scorecards, len(result.interviewers), result.coverage),
        *(result.recommendations.get(key, 0) for key in ("strong_no", "no", "yes", "strong_yes")),
        result.adjusted,
        *(result.interval or (None, None)),
        *(result.top.get(k) for k in tops),
        "; ".join(result.reasons),
    ]


def _one(report: Report) -> Iterator[Sequence[Value]]:
    yield _ONE
    for result in report.ranking.candidates:
        blank = ("", "", "", "")
        yield ("Candidate", *blank, "", "", None, result.candidate)
        yield ("Status", *blank, "", "", None, result.status)
        numbers = (("Rank", result.rank), ("Tier", result.tier), ("Score", result.score), ("Coverage", result.coverage))
        for name, value in (*numbers, ("Adjusted score", result.adjusted)):
            yield (name, *blank, "", "", value, "")
        for competency in report.rubric.competencies:
            score = result.competencies[competency.id].score
            yield ("Competency score", *blank, competency.name, "", score, "" if score is not None else NOT_ASSESSED)
        for reason in result.reasons:
            yield ("Flag", *blank, "", "", None, reason)
    for stored in report.scorecards:
        yield from _answers(stored, report.rubric)
    for row in report.panel:
        yield ("Panel", row.interviewer, row.round, "", row.scheduled_at, "", "", None, "")
    for problem in report.problems:
        yield ("Problem", problem.interviewer, problem.round, "", "", "", "", None, problem.what)
    for line in report.explanation(report.subject).text().splitlines() if report.ranking.candidates else ():
        yield ("Explanation", "", "", "", "", "", "", None, line)


def _answers(stored: StoredScorecard, rubric: Rubric) -> Iterator[Sequence[Value]]:
    card = stored.card
    who = (card.interviewer, card.round, stored.status, card.submitted_at)
    texts = {question.id: (question.competency, question.question) for question in rubric.questions}
    names = {competency.id: competency.name for competency in rubric.competencies}
    for id_, level in card.ratings.items():
        competency, text = texts.get(id_, ("", ""))
        yield ("Rating", *who, names.get(competency, competency), id_, level, text)
    for id_, said in card.evidence.items():
        yield ("Evidence", *who, names.get(id_, id_), "", None, said)
    rest = (("Recommendation", card.recommendation), ("Summary", card.summary), ("Concerns", card.concerns))
    for part, said in (*rest, *(("Other answer", said) for said in stored.other.values())):
        if said:
            yield (part, *who, "", "", None, said)
