"""What people read: the table, the notes, the explanation of one candidate. No z-score, no probability in decimals."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest

from pipeline import ranking
from pipeline.errors import PipelineError
from pipeline.ranking import words
from pipeline.scorecard import Competency, Question, Round, Rubric, Scale, SubmittedScorecard
from tests.test_ranking_estimates import card, panel
from tests.test_ranking_examples import FLOOR, MISSING
from tests.test_ranking_examples import rubric as example
from tests.test_ranking_severity import TIME, rubric

EVERYTHING = [*MISSING, *FLOOR]


def spoken(cards: list[SubmittedScorecard]) -> str:
    """All sentences that a manager may see about a panel."""
    result = ranking.rank(rubric(), cards)
    told = [ranking.explain(result, rubric(), cards, each.candidate).text() for each in result.candidates]
    verdicts = [each.verdict for each in result.interviewers]
    return "\n".join([ranking.table(result, rubric(), 200), *result.notes, *verdicts, *told])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(5, 1000), "0.01"),
        (Fraction(2675, 1000), "2.68"),
        (Fraction(-5, 1000), "-0.01"),
        (4.005, "4.01"),
        (2.0, "2.00"),
        (-0.001, "0.00"),
    ],
)
def test_rounding_is_half_up_as_in_a_spreadsheet(value: Fraction | float, text: str) -> None:
    """Not half to even, and no minus before a zero."""
    assert words.half_up(value) == text


def test_scores_that_differ_never_print_alike() -> None:
    """Two decimals, a third where needed, more where that is not enough; equal scores print alike."""
    scores = [Fraction(4), Fraction(1439, 360), Fraction(4), Fraction(3), Fraction(300001, 100000), None]
    assert words.score_texts(scores) == ["4.000", "3.997", "4.000", "3.00000", "3.00001", ""]


@pytest.mark.parametrize(
    ("probability", "word"), [(0.55, "toss-up"), (0.6, "leaning"), (0.75, "likely"), (0.9, "likely"), (0.91, "clear")]
)
def test_bands_of_comparison(probability: float, word: str) -> None:
    """Below 60 % toss-up, to 75 leaning, to 90 likely, above clear."""
    assert words.comparison(probability) == word


def test_whole_percent_never_rounds_to_certainty() -> None:
    """99.9 % is not 100 %, and something is not nothing."""
    assert [words.share(x) for x in (1, 0.999, 0.5, 0.001, 0)] == ["100 %", "99 %", "50 %", "1 %", "0 %"]


def test_the_table_says_first_who_is_ranked_and_then_who_is_not_and_why() -> None:
    """Nobody is hidden."""
    lines = ranking.table(ranking.rank(example(3), FLOOR), example(3), 120).splitlines()
    assert lines[0].split()[:4] == ["Rank", "Tier", "Candidate", "Score"]
    assert [line.split()[2] for line in lines[1:3]] == ["Gus", "Dov"]
    assert set(lines[3]) == {"-"}
    assert lines[4].startswith("incomplete   Eve  4.85  must-have Technical depth was not assessed; 50 % of the weight")
    assert lines[-1] == "knocked-out  Cyd  3.92  must-have Technical depth is 2.83, below 3.00"


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 132, 200])
def test_the_table_keeps_to_the_width(width: int) -> None:
    """Also with wide letters, long names and long reasons."""
    cards = [
        *EVERYTHING,
        *(SubmittedScorecard("山田太郎" * 6, i, "t", TIME, dict.fromkeys(("T1", "C1", "K1"), 4)) for i in ("a", "b")),
        SubmittedScorecard("A very long name of a person " * 3, "a", "t", TIME, {"C1": 3}),
    ]
    result = ranking.rank(example(3), cards)
    lines = ranking.table(result, example(3), width).splitlines()
    assert max(map(words.columns_of, lines)) <= width
    assert any("Score" in line for line in lines)


def test_columns_stay_under_each_other_with_wide_letters() -> None:
    """A name of four wide letters takes eight columns."""
    cards = [SubmittedScorecard(name, i, "", TIME, {"k0": 3, "k1": 4}) for name in ("山田太郎", "Bo") for i in "xy"]
    header, *rows = ranking.table(ranking.rank(rubric((1, 1)), cards), rubric((1, 1)), 100).splitlines()
    column = header.index("Score")
    for row in rows:
        at = 0
        for char in row:
            if at >= column:
                break
            at += words.columns_of(char)
        assert at == column


@pytest.mark.parametrize(
    "name", ["\x1b[31mred\x1b[0m", "a\nb", "a\rb", "x\u202eevil", "tab\there", "\x07bell", "a\x9bb"]
)
def test_a_name_cannot_move_the_cursor(name: str) -> None:
    """Control characters are spelt out in table, notes and explanation."""
    cards = [*panel(candidates=3), card(name, "i0", 5, 5, 5, 5), card(name, "i1\x1b[2J", 5, 5, 5, 5)]
    text = spoken(cards)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "\\x" in text or "\\u" in text


def test_a_tie_shares_the_rank_and_is_flagged() -> None:
    """1, 1, 3."""
    cards = [card(c, i, *levels) for c, levels in (("b", (4, 4)), ("a", (4, 4)), ("c", (3, 3))) for i in "xy"]
    rows = ranking.rank(rubric((1, 1)), cards).candidates
    assert [(row.rank, row.candidate, row.flags) for row in rows] == [
        (1, "a", ("tie",)),
        (1, "b", ("tie",)),
        (3, "c", ()),
    ]


def test_interviewers_who_disagree_are_flagged_in_words() -> None:
    """Half the scale apart on one competency; who they are is said, for the talk that follows."""
    cards = [card("a", "x", 2, 4), card("a", "y", 4, 4)]
    (row,) = ranking.rank(rubric((1, 1)), cards).candidates
    assert row.flags == ("disagreement:k0",)
    assert row.reasons == ("interviewers disagree on K0: x 2.00, y 4.00",)


def test_what_cannot_be_separated_is_said() -> None:
    """Two candidates with nearly the same answers: a toss-up, and one tier."""
    cards = panel(seed=4, candidates=4) + [card(c, i, 5, 5, 5, 4 + (c == "p")) for c in "pq" for i in ("i0", "i1")]
    result = ranking.rank(rubric(), cards)
    assert any("not separable on this evidence" in note for note in result.notes)
    assert any(note.startswith("Tier 1 holds") for note in result.notes)


@pytest.mark.parametrize("seed", range(3))
def test_no_chance_in_decimals_and_no_z_score_anywhere(seed: int) -> None:
    """Chances are words and bands everywhere but in JSON."""
    text = spoken(panel(seed=seed, candidates=12, severe=0.6))
    assert not re.search(r"(?i)z-?score|probab|p\s*[=<(]|\bP\(|posterior|nan\b|\binf\b", text)
    for line in text.splitlines():
        if "Chance of" in line or "Compared with" in line:
            assert not re.search(r"\d\.\d|%", line.split(":", 1)[1])


def test_movers_are_named_with_whom_they_met() -> None:
    """Headline and adjusted order disagree: one line says why, with the severities."""
    notes = "\n".join(ranking.rank(rubric(), panel(seed=5, candidates=20, severe=1.0)).notes)
    assert "Kendall's tau" in notes
    assert re.search(r"c\d+ would be \d+(st|nd|rd|th) instead of \d+(st|nd|rd|th) by adjusted score; met i\d", notes)


def test_the_next_best_interview_is_named() -> None:
    """The heaviest, least rated competency of the first two, by somebody new."""
    cards = [card("a", "x", 4, 4), card("a", "y", None, 4), card("b", "x", 4, 3), card("b", "y", 4, 4)]
    notes = ranking.rank(rubric((4, 3)), cards).notes
    assert any(note.startswith("Next best interview: one more rating of a on K0 by anyone but x ") for note in notes)


def test_explain_walks_from_the_answers_to_the_rank() -> None:
    """Every figure of example 1 is there, and what was left out."""
    result = ranking.rank(example(3), EVERYTHING)
    text = ranking.explain(result, example(3), EVERYTHING, "Ana").text()
    for piece in (
        "Rank 3 of 4, tier 1, score 3.997 on a scale from 1 to 5.",
        "TECHNICAL DEPTH (weight 5 of 10)",
        "I1 (technical): T1 4, T2 5 → 4.5" if "T3 not assessed" not in text else "T3 not assessed",
        "Mean of 3: (4.5 + 3 + 4.3333) / 3 = 3.9444",
        "Must-have, at least 3: 3.9444, met.",
        "(5 x 3.9444 + 3 x 3.75 + 2 x 4.5) / 10 = 3.9972",
        "100 % of the weight was assessed.",
        "I1: share 41.7 % x severity",
        "Compared with Ben: a toss-up, not separable on this evidence.",
    ):
        assert piece in text


def test_explain_says_what_an_incomplete_candidate_lacks() -> None:
    """No rank, the reason, and what the missing part could do."""
    result = ranking.rank(example(3), FLOOR)
    text = ranking.explain(result, example(3), FLOOR, "Eve").text()
    assert "Incomplete, therefore without a rank: must-have Technical depth was not assessed" in text
    assert "Nobody assessed it: left out, and the other weights count for more. Not a zero." in text
    assert "the score would lie between 2.93 and 4.93" in text


def test_explain_as_a_document_is_json_with_the_same_numbers() -> None:
    """Unrounded, nested as the text is."""
    result = ranking.rank(example(3), EVERYTHING)
    told = json.loads(json.dumps(ranking.explain(result, example(3), EVERYTHING, "Ana").document(), allow_nan=False))
    tech = told["competencies"][0]
    assert tech["score"] == pytest.approx(71 / 18)
    assert [each["score"] for each in tech["scorecards"]] == pytest.approx([4.5, 3, 13 / 3])
    assert tech["scorecards"][0]["ratings"][:2] == [
        {"question": "T1", "rating": 4, "weight": 1.0},
        {"question": "T2", "rating": 5, "weight": 1.0},
    ]


def test_explain_tells_the_weights_of_questions_and_replaced_scorecards() -> None:
    """A question of weight 2 counts twice, and the superseded scorecard is mentioned."""
    two = Rubric(
        "r",
        "R",
        Scale(),
        (Competency("a", "A"),),
        (Question("q1", "a", "How?", weight=Fraction(2)), Question("q2", "a", "Why?")),
        (Round("one", "One", ("a",)),),
    )
    cards = [
        SubmittedScorecard("c", "x", "one", "2026-03-01T10:00:00Z", {"q1": 1}),
        SubmittedScorecard("c", "x", "one", "2026-03-01T11:00:00Z", {"q1": 5, "q2": 2}, recommendation="Yes"),
        SubmittedScorecard("c", "y", "one", "2026-03-01T11:00:00Z", {"q2": 3}, recommendation="Strong no"),
    ]
    text = ranking.explain(ranking.rank(two, cards), two, cards, "c").text()
    assert "x (one): q1 5 (x2), q2 2 (x1) → 4" in text
    assert "y (one): q1 not assessed, q2 3 (x1) → 3" in text
    assert "1 earlier scorecard replaced by a later one" in text
    assert "Interviewers recommended: 1 Yes, 1 Strong no." in text
    assert "  q1: How?" in text


def test_explain_names_the_candidates_it_knows() -> None:
    """A typing mistake gets help."""
    result = ranking.rank(example(3), FLOOR)
    with pytest.raises(PipelineError) as refused:
        ranking.explain(result, example(3), FLOOR, "Guss")
    assert "Known are: Gus, Dov" in str(refused.value)
