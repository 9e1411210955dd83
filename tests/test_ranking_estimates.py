"""Uncertainty, calibration and their refusals: whatever the panel looks like, a sentence instead of nonsense."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import ranking
from pipeline.ranking import Policy, Ranking
from pipeline.scorecard import SubmittedScorecard
from tests.test_ranking_severity import TIME, rubric

Panel = list[SubmittedScorecard]


def card(candidate: str, interviewer: str, *levels: int | None) -> SubmittedScorecard:
    """Levels of k0, k1 ...; None where not assessed."""
    ratings = {f"k{k}": level for k, level in enumerate(levels) if level is not None}
    return SubmittedScorecard(candidate, interviewer, "", TIME, ratings)


def panel(seed: int = 1, candidates: int = 8, interviewers: int = 5, each: int = 3, severe: float = 0.0) -> Panel:
    """A plausible panel; interviewer i0 is `severe` points stricter than the rest."""
    rng = np.random.default_rng(seed)
    cards = []
    for c in range(candidates):
        true = rng.normal(3.2, 0.5)
        for r in rng.choice(interviewers, each, replace=False):
            halo = rng.normal(0, 0.3) - severe * (r == 0)
            cards.append(
                card(f"c{c}", f"i{r}", *(int(np.clip(round(true + halo + rng.normal(0, 0.6)), 1, 5)) for _ in range(4)))
            )
    return cards


def text_of(result: Ranking) -> str:
    return json.dumps(ranking.document(result), allow_nan=False)


ODD_PANELS = {
    "nobody": ([], "no scorecards yet"),
    "one interviewer": (
        [card(c, "i", 3, 4, 4, x) for c, x in zip("abc", (2, 3, 5), strict=True)],
        "only one interviewer",
    ),
    "one candidate": ([card("a", i, 3, 4, 4, x) for i, x in zip("xyz", (2, 3, 5), strict=True)], "Only one candidate"),
    "no shared candidates": (
        [card(c, i, 3, 4, 4, 2) for c, i in ("ax", "by", "cz")],
        "No candidate was rated on the same",
    ),
    "all agree": (
        [card(c, i, 3, 4, x, x) for c, x in zip("abc", (2, 3, 5), strict=True) for i in "xyz"],
        "agreed exactly",
    ),
    "scorecard totals agree": (
        [card("a", "x", 1, 5), card("a", "y", 4, 1), card("b", "x", 2, 2), card("b", "y", 2, 2)],
        "agreed exactly, at least in total",
    ),
    "everything missing": ([card(c, i) for c in "ab" for i in "xy"], "Nothing was assessed yet"),
    "specialists": (
        [card(c, "x", 3, None, None, None) for c in "ab"] + [card(c, "y", None, 4, 4, 4) for c in "ab"],
        "No candidate was rated on the same competency",
    ),
    "two groups": (
        [card(c, i, 3, x, 4, 2) for c, x in zip("ab", (1, 4), strict=True) for i in "xy"]
        + [
            card("a", "y2", 2, 3, 3, 3),
            card("c", "v", 1, 2, 3, 4),
            card("c", "w", 2, 2, 3, 5),
            card("d", "v", 3, 3, 3, 3),
        ],
        "Candidates of different groups are comparable only if the groups are equally severe.",
    ),
    "each round has interviewers of its own": (
        [card(c, i, x, x + 1, None, None) for c, x in zip("abc", (1, 2, 4), strict=True) for i in "xy"]
        + [card(c, i, None, None, x, 3) for c, x in zip("abc", (3, 2, 4), strict=True) for i in "vw"]
        + [card("a", "x2", 3, 3, None, None), card("a", "v2", None, None, 1, 2)],
        "share no candidate on the same competency: v, v2 and w; x, x2 and y. Each competency was rated by one",
    ),
}


@pytest.mark.parametrize("name", ODD_PANELS)
def test_boundary_cases_give_a_plain_sentence(name: str) -> None:
    """No NaN, no warning (they are errors here), and the reason among the notes."""
    cards, words = ODD_PANELS[name]
    for exchangeable in (False, True):
        result = ranking.rank(rubric(), cards, policy=Policy(exchangeable=exchangeable))
        text_of(result)
        assert any(words in note for note in result.notes), result.notes
        ranking.table(result, rubric(), 80)
        for each in result.candidates:
            ranking.explain(result, rubric(), cards, each.candidate).text()


@pytest.mark.parametrize(
    "name", ["one interviewer", "no shared candidates", "all agree", "everything missing", "specialists"]
)
def test_what_cannot_be_estimated_is_absent_not_zero(name: str) -> None:
    """No adjusted score, interval, tier, chance or severity is faked."""
    result = ranking.rank(rubric(), ODD_PANELS[name][0])
    for each in result.candidates:
        assert (each.adjusted, each.interval, each.tier, dict(each.top)) == (None, None, None, {})
    assert all(each.severity is None and each.verdict for each in result.interviewers)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 5), st.floats(0.2, 1))
def test_any_panel_is_ranked_without_nonsense(seed: int, candidates: int, interviewers: int, filled: float) -> None:
    """Random holes: every number finite, probabilities in 0..1, top k adding up to k, tiers in order of adjusted."""
    rng = np.random.default_rng(seed)
    cards = [
        card(f"c{c}", f"i{r}", *(int(rng.integers(1, 6)) if rng.random() < filled else None for _ in range(4)))
        for c in range(candidates)
        for r in range(interviewers)
        if rng.random() < 0.7
    ]
    result = ranking.rank(rubric(), cards)
    text_of(result)
    ranked = [each for each in result.candidates if each.status == "ranked" and each.top]
    for k in (1, 3):
        if ranked:
            assert math.isclose(sum(each.top[k] for each in ranked), min(k, len(ranked)), abs_tol=1e-6)
    by_adjusted = sorted(ranked, key=lambda each: -each.adjusted)
    tiers = [each.tier for each in by_adjusted]
    assert tiers == sorted(tiers)
    assert not tiers or (tiers[0] == 1 and set(tiers) == set(range(1, max(tiers) + 1)))


def test_the_same_scorecards_give_the_same_report_byte_for_byte() -> None:
    """Also in another order: the seed is a hash of what was said, not of how it came."""
    cards = panel()
    shuffled = random.Random(3).sample(cards, len(cards))
    assert text_of(ranking.rank(rubric(), cards)) == text_of(ranking.rank(rubric(), shuffled))


def test_another_answer_gives_another_seed() -> None:
    """One changed rating changes the digest, and only a changed input does."""
    from pipeline.ranking.cells import collect

    cards = panel()
    other = [*cards[1:], card(cards[0].candidate, cards[0].interviewer, 1, 1, 1, 1)]
    assert collect(rubric(), cards).digest == collect(rubric(), cards[::-1]).digest
    assert collect(rubric(), cards).digest != collect(rubric(), other).digest


def test_a_strict_interviewer_is_found_and_candidates_get_it_back() -> None:
    """Severity is learnt from shared candidates, said in words, and added to who met it."""
    result = ranking.rank(rubric(), panel(seed=5, candidates=20, each=3, severe=0.9))
    people = {each.interviewer: each for each in result.interviewers}
    assert people["i0"].verdict.startswith("Strict: rates about ")
    assert people["i0"].severity > 0.4
    low, high = people["i0"].interval
    assert low < people["i0"].severity < high
    met = [each for each in result.candidates if "i0" in each.interviewers]
    others = [each for each in result.candidates if "i0" not in each.interviewers]
    assert all(each.adjusted > each.score for each in met)
    assert all(each.adjusted < each.score for each in others)


def test_few_scorecards_are_too_few_to_say() -> None:
    """Under five there is no verdict, whatever the number."""
    result = ranking.rank(rubric(), panel(candidates=4))
    assert all("Too few" in p.verdict for p in result.interviewers if p.shared_candidates)


def test_severities_of_one_group_sum_to_zero() -> None:
    """They are differences between interviewers, not verdicts from outside."""
    people = ranking.rank(rubric(), panel()).interviewers
    assert sum(each.severity for each in people) == pytest.approx(0, abs=1e-9)


def test_more_evidence_narrows_the_interval() -> None:
    """Six scorecards say more than two."""
    cards = panel(candidates=10, each=2) + panel(seed=9, candidates=1, interviewers=5, each=5)
    result = ranking.rank(rubric(), cards)
    width = {each.candidate: each.interval[1] - each.interval[0] for each in result.candidates if each.interval}
    assert width["c0"] < min(value for name, value in width.items() if name != "c0")


def test_a_shared_interviewers_error_cancels_between_those_who_met_the_same_people() -> None:
    """With one common panel, severity moves all alike: chances are those of an interview without severity."""
    base = [
        card(f"c{c}", f"i{r}", *(min(5, max(1, 2 + c // 2 + (r + c + k) % 2)) for k in range(4)))
        for c in range(6)
        for r in range(3)
    ]
    strict = [
        card(x.candidate, x.interviewer, *(max(1, v - (x.interviewer == "i0")) for v in x.ratings.values()))
        for x in base
    ]
    one, two = ranking.rank(rubric(), base), ranking.rank(rubric(), strict)
    assert [each.candidate for each in one.candidates] == [each.candidate for each in two.candidates]


def test_an_unshared_interviewer_counts_as_zero_and_is_named() -> None:
    """Not enough shared candidates to say: nothing is added for them."""
    cards = [*panel(), card("solo", "lone", 3, 3, 3, 3), card("solo", "alone", None, None, None, 4)]
    cards = [c for c in cards if c.interviewer != "alone"]
    result = ranking.rank(rubric(), cards)
    lone = next(each for each in result.interviewers if each.interviewer == "lone")
    assert lone.severity is None
    assert "counts as 0" in lone.verdict
    solo = next(each for each in result.candidates if each.candidate == "solo")
    assert solo.adjusted == float(solo.score)
    assert any(note.startswith("lone shares no rating") for note in result.notes)


def test_a_panel_held_together_by_one_bridge_is_told() -> None:
    """Two teams and one candidate seen by both: the weak link is named."""
    cards = []
    for team, names in (("a", "pqr"), ("b", "xyz")):
        for c in range(6):
            cards += [card(f"{team}{c}", i, 3, 2 + (c + ord(i)) % 3, 4, 1 + (c * ord(i)) % 5) for i in names]
    cards.append(card("a0", "x", 4, 4, 4, 4))
    result = ranking.rank(rubric(), cards)
    assert any(note.startswith("Only x links y and z with p, q and r: severities across") for note in result.notes)


def test_the_calibration_table_tells_how_the_scale_is_used() -> None:
    """Shares of the levels sum to one; the spread of who gives only one level is nothing."""
    cards = [*panel(candidates=9, each=2), *(card(f"c{c}", "flat", 3, 3, 3, 3) for c in range(9))]
    details = {each.interviewer: each.details for each in ranking.rank(rubric(), cards).interviewers}
    for each in details.values():
        assert sum(each[f"share_{level}"] for level in range(1, 6)) == pytest.approx(1)
    assert details["flat"]["share_3"] == 1
    assert details["flat"]["spread"] == 0
    assert details["flat"]["discrimination"] == pytest.approx(0, abs=1e-9)


def test_many_candidates_are_drawn_in_blocks_and_still_add_up() -> None:
    """More than are held at once: chances of the top three still sum to three."""
    cards = panel(candidates=2600, interviewers=12, each=2)
    ranked = [each for each in ranking.rank(rubric(), cards).candidates if each.status == "ranked"]
    assert sum(each.top[3] for each in ranked) == pytest.approx(3)
    assert ranked[0].over_next is None
