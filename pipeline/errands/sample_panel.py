"""A plausible panel for the demo: six candidates, five interviewers, and what each said. Pure and repeatable.

It holds what a hiring round throws at a tool: a strict interviewer (Ivo), an exact tie (Ben and Chloé), a must-have
that failed (Dev), a candidate whose interviews are not all in (Emil), and a name that would like to be a formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.scorecard import Competency, PanelRow, Rubric, SubmittedScorecard

HOSTILE = '=HYPERLINK("http://x","y")'
STRICT = "ivo@example.com"


@dataclass(frozen=True)
class _Candidate:
    name: str
    level: float  # what a lenient interviewer would give on the whole, on a scale of 1 to 5
    technical: tuple[str, ...]
    team: tuple[str, ...]
    submitted: int = 9  # how many of the scorecards owed are in
    weak_in: str = ""  # competency id


CANDIDATES = (
    _Candidate("Ana Ribeiro", 4.7, (STRICT, "mara@example.com"), ("sam@example.com", "tess@example.com")),
    _Candidate("Ben Okafor", 3.9, ("mara@example.com", "noor@example.com"), ("sam@example.com", "tess@example.com")),
    _Candidate("Chloé Martin", 3.9, ("noor@example.com", "mara@example.com"), ("tess@example.com", "sam@example.com")),
    _Candidate("Dev Patel", 4.0, (STRICT, "noor@example.com"), ("tess@example.com", STRICT), weak_in="security"),
    _Candidate("Emil Novak", 3.6, ("noor@example.com", STRICT), ("sam@example.com",), submitted=1),
    _Candidate(HOSTILE, 3.2, ("mara@example.com", STRICT), ("sam@example.com", STRICT)),
)
TWINS = {
    "Chloé Martin": "Ben Okafor"
}  # rated alike, each by the other's interviewers: the same score to the last digit

_SAID = (
    "stayed with general words; no example of their own after two follow-ups.",
    "one example, told only when asked; could not say what they would do differently.",
    "a clear example from their last job, with the reason for each choice.",
    "two examples with figures before and after, and the trade-off named unasked.",
    "led the change, measured it, and said what they would do otherwise today.",
)


def panel(rubric: Rubric, scheduled_at: str) -> list[PanelRow]:
    """Every interview that is owed, in the first round (technical) and the second (team)."""
    return [
        PanelRow(candidate.name, interviewer, round_id, scheduled_at)
        for candidate in CANDIDATES
        for round_id, interviewer in _interviews(candidate, rubric)
    ]


def scorecards(rubric: Rubric) -> Iterator[SubmittedScorecard]:
    """What the interviewers submit, in the order of `panel`; times are given by whoever receives them."""
    for candidate in CANDIDATES:
        for number, (round_id, interviewer) in enumerate(_interviews(candidate, rubric)):
            if number < candidate.submitted:
                yield _scorecard(candidate, interviewer, round_id, number, rubric)


def _interviews(candidate: _Candidate, rubric: Rubric) -> list[tuple[str, str]]:
    rounds = [round_.id for round_ in rubric.rounds]
    return [(rounds[0], who) for who in candidate.technical] + [(rounds[-1], who) for who in candidate.team]


def _scorecard(
    candidate: _Candidate, interviewer: str, round_id: str, number: int, rubric: Rubric
) -> SubmittedScorecard:
    model = next(c for c in CANDIDATES if c.name == TWINS.get(candidate.name, candidate.name))
    round_ = next(r for r in rubric.rounds if r.id == round_id)
    ratings: dict[str, int] = {}
    evidence: dict[str, str] = {}
    for place, question in enumerate(rubric.questions_in(round_)):
        if (place + 2 * number) % 11 == 10:
            continue  # not assessed: the time was up
        level = (
            model.level - (0.8 if interviewer == STRICT else 0) - (1.5 if question.competency == model.weak_in else 0)
        )
        level += ((3 * place + 2 * number + len(model.name)) % 5 - 2) * 0.35
        ratings[question.id] = min(rubric.scale.high, max(rubric.scale.low, round(level)))
        evidence[question.competency] = _evidence(
            candidate, rubric.competency(question.competency), ratings[question.id]
        )
    mean = sum(ratings.values()) / len(ratings)
    verdict = "Strong yes" if mean >= 4.2 else "Yes" if mean >= 3.3 else "No" if mean >= 2.3 else "Strong no"
    return SubmittedScorecard(
        candidate=candidate.name,
        interviewer=interviewer,
        round=round_id,
        submitted_at="",
        ratings=ratings,
        evidence=evidence,
        recommendation=verdict,
        summary=f"{_evidence(candidate, rubric.competencies[0], round(mean))} My ratings average {mean:.1f}.",
    )


def _evidence(candidate: _Candidate, competency: Competency, level: int) -> str:
    who = "The candidate" if candidate.name == HOSTILE else candidate.name.split()[0]
    return f"{who} on {competency.name.lower()}: {_SAID[min(max(level, 1), 5) - 1]}"
