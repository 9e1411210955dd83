"""What is said of several scorecards from one address: an improved one, or two people?"""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errands.checks import shared_addresses
from pipeline.scorecard import PanelRow, SubmittedScorecard

NOTE = "Asked for the plan before touching an index."


def sent(*levels: int, at: str = "10:00", yes: str = "Yes", **told: Any) -> SubmittedScorecard:
    """A scorecard by Ivo about Ana with these ratings; 0 is not assessed."""
    ratings = {f"q{number}": level for number, level in enumerate(levels) if level}
    return SubmittedScorecard(
        "Ana", "ivo@example.com", "technical", f"2026-03-04T{at}:00Z", ratings, recommendation=yes, **told
    )


ONE = {
    "most ratings kept": [sent(3, 3, 4), sent(3, 3, 5, at="11:00")],
    "half of what both answered kept": [sent(3, 3, 4), sent(3, 1, 1, at="11:00")],
    "a note kept, every answer changed": [
        sent(1, 1, yes="No", evidence={"sql": NOTE}),
        sent(5, 5, at="11:00", summary=f" {NOTE}\n"),
    ],
    "an empty one first": [sent(yes="No"), sent(5, 4, 4, at="11:00", summary="Strong.")],
    "a question and the verdict, corrected": [sent(1, yes="No"), sent(5, at="11:00")],
    "step by step into something else": [sent(1, 1, 1, 1), sent(1, 1, 5, 5, at="11:00"), sent(5, 5, 5, 5, at="12:00")],
    "back to an earlier one": [
        sent(1, 1, 1, yes="No"),
        sent(1, 1, 5, at="11:00", yes="No"),
        sent(1, 1, 1, at="12:00", yes="No"),
    ],
}
TWO = {
    "every answer differs": [sent(1, 1, 1, yes="No"), sent(5, 5, 5, at="11:00")],
    "fewer than half are alike": [sent(3, 1, 2, 1), sent(3, 5, 5, 5, at="11:00")],
    "both have no concerns": [sent(1, 1, yes="No", concerns="None"), sent(5, 5, at="11:00", concerns="None")],
    "one question, and notes of their own": [sent(1, yes="No", summary="Lost."), sent(5, at="11:00", summary="Sound.")],
    "a second person between": [sent(1, 1, yes="No"), sent(5, 5, at="11:00"), sent(1, 1, at="12:00", yes="No")],
}


@pytest.mark.parametrize("name", [*ONE, *TWO])
def test_an_improved_scorecard_repeats_something_and_a_second_persons_does_not(name: str) -> None:
    """In whatever order they were read."""
    cards = ONE.get(name) or TWO[name]
    for order in (cards, cards[::-1]):
        (told,) = shared_addresses(order, ())
        assert (told.kind, told.hint) == (("sent-twice", True) if name in ONE else ("shared-address", False))


def test_scorecards_of_different_rounds_or_candidates_are_no_repeats() -> None:
    """One address may rate everybody, in every round."""
    cards = [sent(1, 1), SubmittedScorecard("Ben", "ivo@example.com", "technical", "2026-03-04T11:00:00Z", {"q0": 5})]
    assert not list(shared_addresses(cards, ()))


def test_when_nobody_elses_is_to_come_one_person_thought_again() -> None:
    """The panel knows who was asked: with Mara's scorecard missing, the second of Ivo's may be hers."""
    cards = TWO["every answer differs"]
    ivo = PanelRow("Ana", "ivo@example.com", "technical", "")
    mara = PanelRow("Ana", "mara@example.com", "technical", "")
    assert [told.kind for told in shared_addresses(cards, [ivo, mara])] == ["shared-address"]
    assert [told.kind for told in shared_addresses(cards, [ivo])] == ["sent-twice"]
