"""The worked examples of the method, by hand, and the wrong orders that other tools compute on them."""

from __future__ import annotations

from fractions import Fraction
from statistics import mean

import pytest

from pipeline import ranking
from pipeline.scorecard import Competency, Question, Rubric, Scale, SubmittedScorecard

QUESTIONS = {"T1": "tech", "T2": "tech", "T3": "tech", "C1": "comm", "C2": "comm", "K1": "cult"}
WEIGHTS = {"tech": 5, "comm": 3, "cult": 2}


def rubric(threshold: int | None = None) -> Rubric:
    return Rubric(
        role="backend",
        title="Backend developer",
        scale=Scale(),
        competencies=(
            Competency("tech", "Technical depth", Fraction(5), threshold=threshold and Fraction(threshold)),
            Competency("comm", "Communication", Fraction(3)),
            Competency("cult", "Culture", Fraction(2)),
        ),
        questions=tuple(Question(q, competency, q) for q, competency in QUESTIONS.items()),
        rounds=(),
    )


def scorecards(text: str) -> list[SubmittedScorecard]:
    """Lines such as `Ana I1  4 5 -  3 4  4`: candidate, interviewer, then T1 T2 T3 C1 C2 K1."""
    cards = []
    for line in text.split("\n"):
        if line.strip():
            candidate, interviewer, *levels = line.split()
            ratings = {q: int(x) for q, x in zip(QUESTIONS, levels, strict=True) if x != "-"}
            cards.append(SubmittedScorecard(candidate, interviewer, "technical", "2026-03-01T10:00:00Z", ratings))
    return cards


MISSING = scorecards("""
    Ana I1  4 5 -  3 4  4
    Ana I2  3 - -  - -  5
    Ana I3  4 4 5  4 -  -
    Ben I1  4 4 4  4 4  4
    Ben I2  4 4 4  4 4  4
""")

FLOOR = scorecards("""
    Cyd I1  3 2 3  5 5  5
    Cyd I2  3 3 3  5 5  5
    Dov I1  3 3 3  3 3  3
    Dov I3  3 - 3  3 4  3
    Eve I1  - - -  5 5  5
    Eve I2  - - -  5 4  5
    Fay I2  5 5 5  5 5  5
    Gus I1  4 4 5  - -  4
    Gus I3  5 4 4  - -  3
""")


def test_a_missing_rating_is_left_out_and_weights_are_renormalised() -> None:
    """Example 1: Ana is 1439/360, a hair below Ben's 4, and both facts can be read."""
    result = ranking.rank(rubric(), MISSING)
    ben, ana = result.candidates
    assert (ben.candidate, ben.rank, ben.score) == ("Ben", 1, Fraction(4))
    assert (ana.candidate, ana.rank, ana.score) == ("Ana", 2, Fraction(1439, 360))
    assert {k: each.score for k, each in ana.competencies.items()} == {
        "tech": Fraction(71, 18),
        "comm": Fraction(15, 4),
        "cult": Fraction(9, 2),
    }
    printed = ranking.table(result, rubric(), 120)
    assert "3.997" in printed
    assert "4.000" in printed


def test_floor_coverage_and_number_of_interviewers_decide_the_status() -> None:
    """Example 2: equal passes, strictly below does not, a knock-out and an incomplete candidate keep their score."""
    result = ranking.rank(rubric(threshold=3), FLOOR)
    rows = {each.candidate: each for each in result.candidates}
    assert [each.candidate for each in result.candidates] == ["Gus", "Dov", "Eve", "Fay", "Cyd"]
    assert (rows["Gus"].status, rows["Gus"].rank, rows["Gus"].score) == ("ranked", 1, Fraction(86, 21))
    assert rows["Gus"].coverage == Fraction(7, 10)
    assert tuple(round(float(end), 4) for end in rows["Gus"].range) == (3.1667, 4.3667)
    assert (rows["Dov"].status, rows["Dov"].rank, rows["Dov"].score) == ("ranked", 2, Fraction(123, 40))
    assert (rows["Cyd"].status, rows["Cyd"].rank, rows["Cyd"].score) == ("knocked-out", None, Fraction(47, 12))
    assert rows["Cyd"].flags == ("must-have:tech",)
    assert rows["Cyd"].reasons == ("must-have Technical depth is 2.83, below 3.00",)
    assert (rows["Eve"].status, rows["Eve"].score, rows["Eve"].coverage) == (
        "incomplete",
        Fraction(97, 20),
        Fraction(1, 2),
    )
    assert rows["Eve"].range == (Fraction(117, 40), Fraction(197, 40))
    assert rows["Eve"].flags == ("unassessed:tech", "coverage")
    assert (rows["Fay"].status, rows["Fay"].score, rows["Fay"].flags) == (
        "incomplete",
        Fraction(5),
        ("interviewers",),
    )


def test_percent_runs_from_the_lowest_to_the_highest_level() -> None:
    """A score of 4 on a scale from 1 to 5 is three quarters of the way."""
    assert ranking.rank(rubric(), MISSING).candidates[0].percent == 75


def _flat_mean(cards: list[SubmittedScorecard]) -> float:
    return mean(x for card in cards for x in card.ratings.values())


def _scorecard_first(cards: list[SubmittedScorecard]) -> float:
    scores = []
    for card in cards:
        means = {
            k: mean(x for q, x in card.ratings.items() if QUESTIONS[q] == k)
            for k in {QUESTIONS[q] for q in card.ratings}
        }
        scores.append(sum(WEIGHTS[k] * s for k, s in means.items()) / sum(WEIGHTS[k] for k in means))
    return mean(scores)


def _missing_as(level: int) -> object:
    def score(cards: list[SubmittedScorecard]) -> float:
        filled = [{q: card.ratings.get(q, level) for q in QUESTIONS} for card in cards]
        means = {k: mean(card[q] for card in filled for q in QUESTIONS if QUESTIONS[q] == k) for k in WEIGHTS}
        return sum(WEIGHTS[k] * s for k, s in means.items()) / 10

    return score


def _weights_as_maximum_points(cards: list[SubmittedScorecard]) -> float:
    """score/weight averaged with one vote a question: the weight cancels."""
    return mean(WEIGHTS[QUESTIONS[q]] * x / WEIGHTS[QUESTIONS[q]] for card in cards for q, x in card.ratings.items())


def _mean_of_skills(cards: list[SubmittedScorecard]) -> float:
    """sum(rated) / len(all skills) in each scorecard, then the mean: an unrated skill counts as nothing."""
    scores = []
    for card in cards:
        means = [
            mean(x for q, x in card.ratings.items() if QUESTIONS[q] == k)
            for k in WEIGHTS
            if any(QUESTIONS[q] == k for q in card.ratings)
        ]
        scores.append(sum(means) / len(WEIGHTS))
    return mean(scores)


WRONG_ORDERS = [
    pytest.param(_flat_mean, 4.0909, id="flat mean"),
    pytest.param(_scorecard_first, 3.9599, id="scorecard first"),
    pytest.param(_missing_as(0), None, id="missing as zero"),
    pytest.param(_missing_as(3), 3.6889, id="missing as the middle"),
    pytest.param(_weights_as_maximum_points, 4.0909, id="weights as maximum points"),
    pytest.param(_mean_of_skills, None, id="mean of skills"),
]


@pytest.mark.parametrize(("wrong", "value"), WRONG_ORDERS)
def test_the_orders_that_others_compute_give_another_number(wrong, value) -> None:
    """Each of the six known mistakes is visibly not what we print for Ana."""
    ana = next(each for each in ranking.rank(rubric(), MISSING).candidates if each.candidate == "Ana")
    mistaken = wrong([card for card in MISSING if card.candidate == "Ana"])
    if value is not None:
        assert round(mistaken, 4) == value
    assert abs(float(ana.score) - mistaken) > 0.03


def test_the_flat_mean_would_put_another_candidate_first() -> None:
    """The commonest mistake does not only shift a number: it turns the ranking round."""
    by_name = {name: [card for card in MISSING if card.candidate == name] for name in ("Ana", "Ben")}
    assert max(by_name, key=lambda name: _flat_mean(by_name[name])) == "Ana"
    assert ranking.rank(rubric(), MISSING).candidates[0].candidate == "Ben"


def test_better_on_every_competency_is_never_ranked_lower_because_of_who_asked_what() -> None:
    """The reversal that scorecard-first and flat means produce: P beats Q on technology and equals it elsewhere."""
    weights = {"tech": 6, "comm": 3, "cult": 1}
    three = Rubric(
        role="r",
        title="R",
        scale=Scale(),
        competencies=tuple(Competency(k, k, Fraction(w)) for k, w in weights.items()),
        questions=tuple(Question(k, k, k) for k in weights),
        rounds=(),
    )
    time = "2026-03-01T10:00:00Z"
    cards = [
        SubmittedScorecard("P", "a", "", time, {"tech": 4, "comm": 4, "cult": 5}),
        SubmittedScorecard("P", "b", "", time, {"tech": 4}),
        SubmittedScorecard("P", "c", "", time, {"tech": 4}),
        SubmittedScorecard("Q", "a", "", time, {"tech": 3, "comm": 4, "cult": 5}),
        SubmittedScorecard("Q", "b", "", time, {"cult": 5}),
        SubmittedScorecard("Q", "c", "", time, {"cult": 5}),
    ]
    p, q = ranking.rank(three, cards).candidates
    assert (p.candidate, p.score) == ("P", Fraction(41, 10))
    assert (q.candidate, q.score) == ("Q", Fraction(35, 10))


def test_when_many_questions_were_skipped_their_means_are_told() -> None:
    """Whoever was asked the hard ones looks weaker, so a manager is told how hard each was."""
    cards = scorecards("""
        Ana I1  2 - -  4 -  -
        Ana I2  3 - -  - -  -
        Ben I1  - 5 -  4 -  -
    """)
    (told,) = [note for note in ranking.rank(rubric(), cards).notes if "hardest first" in note]
    assert told == (
        "72 % of the questions were not assessed, so candidates were not all asked the same. "
        "Mean rating of each question, hardest first: T1 2.50, C1 4.00 and T2 5.00."
    )
