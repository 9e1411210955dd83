"""A ranking as the JSON document of `rank --json`: plain numbers, unrounded; null where there is none, never NaN."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from pipeline.ranking.results import CandidateResult, InterviewerResult, Ranking

SCHEMA_VERSION = 1


def document(ranking: Ranking) -> dict[str, Any]:
    """The ranking with JSON's own types only."""
    return {
        "schema_version": SCHEMA_VERSION,
        "role": ranking.role,
        "rubric": ranking.rubric,
        "as_of": ranking.as_of,
        "candidates": [_candidate(each) for each in ranking.candidates],
        "interviewers": [_interviewer(each) for each in ranking.interviewers],
        "agreement": (
            None if ranking.agreement is None else {key: _number(value) for key, value in ranking.agreement.items()}
        ),
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
