"""A ranking as the JSON document of `rank --json`: plain numbers, unrounded; null where there is none, never NaN."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from pipeline.ranking.results import CandidateResult, InterviewerResult, Ranking

SCHEMA_VERSION = 1
UNKNOWN: dict[str, float | None] = {"icc1": None, "icck": None, "alpha_interval": None}  # there always, told or not


def document(ranking: Ranking) -> dict[str, Any]:
    """The ranking with JSON's own types only."""
    return {key: list(value) if key == "candidates" else value for key, value in parts(ranking).items()}


def parts(ranking: Ranking) -> dict[str, Any]:
    """The same, with the candidates still to be made one by one: all at once they would take more than the ranking."""
    return {
        "schema_version": SCHEMA_VERSION,
        "role": ranking.role,
        "rubric": ranking.rubric,
        "as_of": ranking.as_of,
        "candidates": map(_candidate, ranking.candidates),
        "interviewers": [_interviewer(each) for each in ranking.interviewers],
        "agreement": {key: _number(value) for key, value in (UNKNOWN | dict(ranking.agreement or {})).items()},
        "notes": list(ranking.notes),
    }


def _candidate(result: CandidateResult) -> dict[str, Any]:
    return {
        "rank": result.rank,
        "status": result.status,
        "tier": result.tier,
        "candidate": result.candidate,
        "score": _number(result.score),
        "percent": _number(result.percent),
        "range": _pair(result.range),
        "competencies": {
            competency: {"score": _number(each.score), "ratings": each.ratings}
            for competency, each in result.competencies.items()
        },
        "scorecards": result.scorecards,
        "coverage": _number(result.coverage),
        "recommendations": dict(result.recommendations),
        "flags": list(result.flags),
        "reasons": list(result.reasons),
        "adjusted": _number(result.adjusted),
        "interval": _pair(result.interval),
        "top": {str(k): _number(chance) for k, chance in result.top.items()},
    }


def _interviewer(result: InterviewerResult) -> dict[str, Any]:
    return {
        "interviewer": result.interviewer,
        "scorecards": result.scorecards,
        "severity": _number(result.severity),
        "interval": _pair(result.interval),
        "shared_candidates": result.shared_candidates,
        "verdict": result.verdict,
        "details": {key: value if isinstance(value, str) else _number(value) for key, value in result.details.items()},
    }


def _pair(pair: tuple[Fraction | float, Fraction | float] | None) -> list[float | None] | None:
    return None if pair is None else [_number(pair[0]), _number(pair[1])]


def _number(value: Fraction | float | None) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None
