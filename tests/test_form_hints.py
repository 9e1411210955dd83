"""Scorecard lint, and changes of a rubric's weighing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from pipeline import form
from pipeline.scorecard import PanelRow, SubmittedScorecard
from tests.form_examples import TWO, question, rubric

FIVE = rubric([question(f"q{n}", "databases") for n in range(5)])


def card(candidate: str = "Ana", **values: Any) -> SubmittedScorecard:
    return SubmittedScorecard(
        candidate=candidate,
        interviewer="jo@example.org",
        round="technical",
        submitted_at=values.pop("submitted_at", "2026-11-02T10:00:00Z"),
        ratings=values.pop("ratings", {}),
        response_id=f"response of {candidate}",
        **values,
    )


def hints(*cards: SubmittedScorecard, panel: tuple[PanelRow, ...] = (), by: Any = FIVE) -> list[tuple[str, str, str]]:
    found = form.lint(cards, panel, by)
    assert all(problem.hint and problem.todo for problem in found)
    return [(problem.candidate, problem.kind, problem.what) for problem in found]


def levels(*given: int) -> dict[str, int]:
    return {f"q{n}": level for n, level in enumerate(given)}


def test_five_ratings_at_one_level_are_straight_lining() -> None:
    """Four may well be alike."""
    assert hints(card(ratings=levels(3, 3, 3, 3, 3))) == [("Ana", "straight-lining", "All 5 ratings are 3")]
    assert hints(card(ratings=levels(3, 3, 3, 3))) == []
    assert hints(card(ratings=levels(3, 3, 3, 3, 4))) == []


def test_a_rating_at_either_end_wants_evidence() -> None:
    """For its competency; blank is none."""
    assert hints(card(ratings=levels(1, 3, 5), evidence={"databases": "  "})) == [
        ("Ana", "no-evidence", "Rated at an end of the scale without evidence: q0 (1), q2 (5)")
    ]
    assert hints(card(ratings=levels(1, 3, 5), evidence={"databases": "cited the plan"})) == []


@pytest.mark.parametrize(
    ("recommendation", "ratings", "odd"),
    [
        ("Strong yes", (2, 2, 3), True),
        ("Yes", (2, 3, 3), True),
        ("Yes", (3, 3), False),
        ("No", (4, 4), True),
        ("No", (4, 3), False),
        ("Strong no", (4, 3), True),
        ("Strong no", (3, 3), False),
        ("", (2, 2), False),
    ],
)
def test_a_recommendation_against_the_own_ratings_stands_out(
    recommendation: str, ratings: tuple[int, ...], odd: bool
) -> None:
    """A no with middling ratings is common and fair; a yes below the middle is not."""
    found = hints(card(ratings=levels(*ratings), recommendation=recommendation))
    assert [kind for _, kind, _ in found] == ["against-own-ratings"] * odd


def test_the_hint_on_a_recommendation_shows_both() -> None:
    """So that nobody has to open the scorecard."""
    assert hints(card(ratings=levels(2, 2, 3), recommendation="Yes")) == [
        ("Ana", "against-own-ratings", "Recommends “Yes” with a mean rating of 2.3 of 5")
    ]


def test_identical_notes_on_different_candidates_are_told_on_both() -> None:
    """Case and spacing aside; short phrases may be alike."""
    same = "Explained joins by drawing them."
    found = hints(
        card("Ana", evidence={"databases": same}, concerns="None."),
        card("Ben", summary="explained  joins by drawing them.", concerns="None."),
    )
    assert found == [
        ("Ana", "identical-notes", "A note reads the same as for Ben"),
        ("Ben", "identical-notes", "A note reads the same as for Ana"),
    ]


def test_identical_notes_of_one_candidate_or_of_two_interviewers_are_fine() -> None:
    """An edited scorecard repeats itself, and two people may quote one sentence."""
    same = "Explained joins by drawing them."
    assert hints(card("Ana", summary=same), card("Ana", summary=same)) == []
    assert hints(card("Ana", summary=same), replace(card("Ben", summary=same), interviewer="li@example.org")) == []


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("2026-11-02T08:30:00Z", [("before-interview", "Sent 30 min before the interview was to start")]),
        ("2026-11-02T09:00:00Z", []),
        ("2026-11-04T09:00:00.5Z", [("late", "Sent 2 days after the interview was to start")]),
        ("2026-11-04T09:00:00Z", []),
        ("soon", []),
    ],
)
def test_a_scorecard_sent_before_the_interview_or_two_days_after_stands_out(
    sent: str, found: list[tuple[str, str]]
) -> None:
    """Against the panel's time; without one there is nothing to say."""
    panel = (
        PanelRow("Ana", "jo@example.org", "technical", "2026-11-02T09:00:00Z"),
        PanelRow("Ana", "li@example.org", "r"),
    )
    assert [(kind, what) for _, kind, what in hints(card(submitted_at=sent), panel=panel)] == found


def test_lint_leaves_scorecards_as_they_are() -> None:
    """It reads; a hint names the response it is about."""
    one = card(ratings=levels(3, 3, 3, 3, 3))
    (hint,) = form.lint([one], [], FIVE)
    assert one.ratings == levels(3, 3, 3, 3, 3)
    assert (hint.interviewer, hint.round, hint.response_id) == ("jo@example.org", "technical", "response of Ana")


def test_weights_must_haves_scale_and_places_are_compared() -> None:
    """They change what the same ratings mean, and stand in no form."""
    heavier = replace(
        TWO,
        competencies=(
            replace(TWO.competencies[0], weight=Fraction(5, 2)),
            replace(TWO.competencies[1], threshold=Fraction(3)),
        ),
        questions=(replace(TWO.questions[0], weight=Fraction(1, 3)), replace(TWO.questions[1], competency="databases")),
        scale=replace(TWO.scale, high=4),
    )
    changes = form.weighing_changes(form.weighing(TWO), form.weighing(heavier))
    assert [(change.kind, change.what) for change in changes] == [
        ("scale-changed", "scale 1 to 5 becomes 1 to 4"),
        ("weight-changed", "competency databases: weight 1 becomes 2.5"),
        ("weight-changed", "question indexes: weight 1 becomes 1/3"),
        ("competency-changed", "question xss: competency security becomes databases"),
        ("must-have-changed", "competency security: must-have threshold is new: 3"),
    ]
    assert {change.klass for change in changes} == {"changes-meaning"}
    assert form.weighing_changes(form.weighing(TWO), form.weighing(TWO)) == ()


def test_a_question_that_comes_or_goes_is_no_change_of_weight() -> None:
    """The form's plan tells it."""
    one = replace(TWO, questions=TWO.questions[:1])
    assert form.weighing_changes(form.weighing(TWO), form.weighing(one)) == ()
