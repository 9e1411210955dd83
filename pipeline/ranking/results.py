"""What a ranking says, as values: filled in by this room, shown by worksheets, exports and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Status = Literal["ranked", "incomplete", "knocked-out"]


@dataclass(frozen=True, slots=True)
class CompetencyScore:
    """S(c,k) of ranking.md 1.1: `score` is None when nobody assessed it; `ratings` counts levels given."""

    score: Fraction | None
    ratings: int
    by_interviewer: Mapping[str, Fraction] = field(default_factory=dict)  # s per scorecard, key "interviewer (round)"


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """One row of the ranking. Scores are in points of the scale; `coverage` and probabilities are shares of 1."""

    candidate: str
    status: Status
    rank: int | None
    tier: int | None
    score: Fraction | None
    percent: Fraction | None
    range: tuple[Fraction, Fraction] | None  # whatever the unassessed part had been; None where it is kept back
    competencies: Mapping[str, CompetencyScore]
    scorecards: int
    interviewers: tuple[str, ...]
    coverage: Fraction
    recommendations: Mapping[str, int]  # strong_no, no, yes, strong_yes
    flags: tuple[str, ...]  # codes: "must-have:security", "coverage", "interviewers", "unassessed:security", ...
    reasons: tuple[str, ...]  # the same in words for a manager
    adjusted: float | None = None
    interval: tuple[float, float] | None = None  # 90 %
    top: Mapping[int, float] = field(default_factory=dict)  # k -> P(among the true best k)
    over_next: float | None = None  # P(truly better than the candidate ranked next below)


@dataclass(frozen=True, slots=True)
class InterviewerResult:
    """Calibration of one interviewer; `severity` > 0 means stricter than the others, in points."""

    interviewer: str
    scorecards: int
    severity: float | None
    interval: tuple[float, float] | None
    shared_candidates: int
    verdict: str
    details: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The whole answer: candidates in display order, best first, then incomplete, then knocked-out."""

    role: str
    rubric: str  # fingerprint
    as_of: str  # RFC 3339 UTC of the latest scorecard used, "" when there is none
    candidates: tuple[CandidateResult, ...]
    interviewers: tuple[InterviewerResult, ...] = ()
    agreement: Mapping[str, float] | None = None
    notes: tuple[str, ...] = ()
