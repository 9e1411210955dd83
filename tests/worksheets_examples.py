"""A small rubric and scorecards for the tests of the worksheets: two competencies, six candidates, hostile names."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from fractions import Fraction
from hashlib import sha256

from pipeline.scorecard import Competency, Question, Round, Rubric, Scale, SubmittedScorecard

HOSTILE = '=HYPERLINK("http://x","y")'
CANDIDATES = ("Ana", "Ben", "Cyd Δ", HOSTILE, "+1 Eve*", "ana")
INTERVIEWERS = ("ivo@example.org", "mara@example.org", "noor@example.org", "olga@example.org")


def rubric_of(*weights: str, threshold: str | None = "2.5", questions: int = 2) -> Rubric:
    """A rubric with one competency per weight; the first is a must-have."""
    names = ("Databases", "Communication", "Testing", "Security", "Design", "Team")
    competencies = tuple(
        Competency(
            names[i].lower(),
            names[i],
            Fraction(weight),
            f"why {names[i]}",
            Fraction(threshold) if threshold and i == 0 else None,
        )
        for i, weight in enumerate(weights)
    )
    asked = tuple(
        Question(
            f"{c.id}-{n}",
            c.id,
            f"Question {n} about {c.name}?",
            "why",
            anchors={1: "lost", 3: "gets there", 5: "teaches us"},
        )
        for c in competencies
        for n in range(1, questions + 1)
    )
    rounds = (Round("technical", "Technical", tuple(c.id for c in competencies)),)
    return Rubric("developer", "Developer", Scale(), competencies, asked, rounds)


RUBRIC = rubric_of("5", "3")


def card(
    candidate: str, interviewer: str = INTERVIEWERS[0], *, rubric: Rubric = RUBRIC, **more: object
) -> SubmittedScorecard:
    """A scorecard with every question rated 3, but for what `more` says."""
    told: dict[str, object] = {
        "round": "technical",
        "submitted_at": "2026-03-01T10:00:00.123Z",
        "ratings": {question.id: 3 for question in rubric.questions},
        "evidence": {competency.id: f"said something on {competency.name}" for competency in rubric.competencies},
        "recommendation": "Yes",
        "response_id": "R-" + sha256(f"{candidate}/{interviewer}".encode()).hexdigest()[:20],  # opaque, as a form's
        "created_at": "2026-03-01T10:00:00.123456Z",
        "rubric_version": rubric.fingerprint,
    }
    return SubmittedScorecard(candidate, interviewer, **(told | more))  # type: ignore[arg-type]


def cards(
    seed: int = 1,
    candidates: Sequence[str] = CANDIDATES,
    rubric: Rubric = RUBRIC,
    per_candidate: Iterable[int] = (1, 4),
) -> list[SubmittedScorecard]:
    """A panel's scorecards, the same for the same seed; some questions not assessed."""
    pick = random.Random(seed)
    fewest, most = per_candidate
    made = []
    for candidate in candidates:
        for interviewer in pick.sample(INTERVIEWERS, pick.randint(fewest, most)):
            ratings = {q.id: pick.randint(1, 5) for q in rubric.questions if pick.random() < 0.85}
            made.append(card(candidate, interviewer, rubric=rubric, ratings=ratings))
    return made
