"""The .json file: the document of `rank --json`; for one candidate also what it was made from."""

from __future__ import annotations

import json as stdlib_json
from typing import Any

from pipeline.export.report import Report
from pipeline.ranking import document
from pipeline.worksheets import StoredScorecard


def json(report: Report) -> bytes:
    """UTF-8, two blanks of indent, ASCII only, so that no character can harm whoever opens it."""
    told = document(report.ranking)
    if report.subject:
        told |= {
            "interviewers": [],
            "explanation": report.explanation(report.subject).document() if report.ranking.candidates else None,
            "scorecards": [_scorecard(stored) for stored in report.scorecards],
            "panel": [
                {"interviewer": row.interviewer, "round": row.round, "scheduled_at": row.scheduled_at}
                for row in report.panel
            ],
            "problems": [
                {"kind": each.kind, "what": each.what, "todo": each.todo, "response_id": each.response_id}
                for each in report.problems
            ],
        }
    return (stdlib_json.dumps(told, indent=2, allow_nan=False) + "\n").encode()


def _scorecard(stored: StoredScorecard) -> dict[str, Any]:
    card = stored.card
    return {
        "interviewer": card.interviewer,
        "round": card.round,
        "status": stored.status,
        "submitted_at": card.submitted_at,
        "created_at": card.created_at,
        "ratings": dict(card.ratings),
        "evidence": dict(card.evidence),
        "recommendation": card.recommendation,
        "summary": card.summary,
        "concerns": card.concerns,
        "other_answers": dict(stored.other),
        "rubric": card.rubric_version,
        "response_id": card.response_id,
    }
