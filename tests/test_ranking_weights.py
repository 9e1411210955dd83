"""Would other weights change who is first? Exactly."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import ranking
from pipeline.ranking import Policy, stress
from pipeline.scorecard import SubmittedScorecard
from tests.test_ranking_estimates import card
from tests.test_ranking_examples import MISSING
from tests.test_ranking_examples import rubric as example
from tests.test_ranking_severity import rubric

ALL = Policy(Fraction(0), 1)


def first(weights: tuple[Fraction, ...], cards: list[SubmittedScorecard], policy: Policy = ALL) -> set[str]:
    """Who is first under these weights."""
    plain = rubric((1,) * len(weights))
    changed = replace(
        plain, competencies=tuple(replace(c, weight=w) for c, w in zip(plain.competencies, weights, strict=True))
    )
    return {each.candidate for each in ranking.rank(changed, cards, policy=policy).candidates if each.rank == 1}


def test_the_crossing_of_the_worked_example_by_hand() -> None:
    """Ana gains on Ben with Culture only: (5 x 71/18 + 3 x 15/4 + w x 9/2) = 4 (8 + w), so w = 37/18."""
    result = ranking.rank(example(), MISSING)
    change = stress.smallest_change(
        result.candidates[0], result.candidates[1:], example().competencies, Fraction(7, 10)
    )
    assert (change.competency.id, change.weight, change.candidate, change.exact) == (
        "cult",
        Fraction(37, 18),
        "Ana",
        True,
    )
    assert any("Culture from 2 to above about 2.056, which would put Ana first" in note for note in result.notes)


def test_equal_weights_and_missing_reasons_are_told() -> None:
    """The default of equal weights is the yardstick; a weight wants a written why."""
    notes = ranking.rank(example(), MISSING).notes
    assert "With equal weights Ana would be first instead of Ben; 2 ranks would change." in notes
    assert "No reason is written down for the weight of Technical depth, Communication and Culture." in notes


def test_equal_weights_need_no_reason() -> None:
    """And are not compared with themselves."""
    notes = ranking.rank(rubric((1, 1)), [card(c, i, 3, 4) for c in "ab" for i in "xy"]).notes
    assert not any("No reason" in note or "With equal weights" in note for note in notes)


def test_who_is_better_on_everything_cannot_be_overtaken() -> None:
    """No single weight helps the other."""
    notes = ranking.rank(rubric((2, 1)), [card(c, i, x, x) for c, x in (("a", 5), ("b", 3)) for i in "xy"]).notes
    assert "No change of a single weight would take first place from a." in notes


def test_a_competency_that_is_only_shown_may_be_what_decides() -> None:
    """4 + 2 w = 3 + 4 w: half a point of weight for what has none."""
    cards = [card(c, i, *x) for c, x in (("a", (4, 2)), ("b", (3, 4))) for i in "xy"]
    notes = ranking.rank(rubric((1, 0)), cards).notes
    assert any("from 0 to above 0.5, which would put b first" in note for note in notes)


def test_a_shared_first_place_is_decided_by_any_weight() -> None:
    """Nothing smaller than any change."""
    cards = [card("a", "x", 4, 2), card("a", "y", 4, 2), card("b", "x", 2, 4), card("b", "y", 2, 4)]
    assert any("First place is shared by a and b" in note for note in ranking.rank(rubric((1, 1)), cards).notes)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=3),
    st.lists(st.lists(st.none() | st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=4),
)
def test_the_smallest_change_is_where_first_place_changes(weights: list[int], levels: list[list[int | None]]) -> None:
    """Just short of the crossing the first is first; just beyond it somebody else is. Also with unassessed competencies."""
    cards = [card(f"c{n}", "x", *each[: len(weights)]) for n, each in enumerate(levels)]
    plain = rubric(tuple(weights))
    ranked = [each for each in ranking.rank(plain, cards, policy=ALL).candidates if each.status == "ranked"]
    if len(ranked) < 2 or ranked[1].rank == 1:
        return
    change = stress.smallest_change(ranked[0], ranked[1:], plain.competencies, Fraction(0))
    if change is None:
        return
    k = [c.id for c in plain.competencies].index(change.competency.id)
    step = change.weight - change.competency.weight

    def at(part: Fraction) -> set[str]:
        return first(tuple(Fraction(w) + (step * part if n == k else 0) for n, w in enumerate(weights)), cards)

    assert at(Fraction(999999, 1000000)) == {ranked[0].candidate}
    if change.exact:
        assert change.candidate in at(Fraction(1))
    for part in (Fraction(1, 4), Fraction(1, 2)):
        assert at(part) == {ranked[0].candidate}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=3),
    st.lists(st.lists(st.none() | st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=4),
    st.sampled_from([Fraction(1, 2), Fraction(7, 10), Fraction(1)]),
)
def test_the_smallest_change_also_follows_who_gains_or_loses_the_coverage_for_a_rank(
    weights: list[int], levels: list[list[int | None]], least: Fraction
) -> None:
    """Weights on both sides, every 16th up to twice the largest one: none nearer changes the first place."""
    cards = [card(f"c{n}", "x", *each[: len(weights)]) for n, each in enumerate(levels)]
    plain, policy = rubric(tuple(weights)), Policy(least, 1)
    everybody = ranking.rank(plain, cards, policy=policy).candidates
    leader = next((each for each in everybody if each.rank == 1), None)
    others = [each for each in everybody if each is not leader and "knocked" not in each.status]
    if leader is None or any(each.rank == 1 for each in others):
        return
    change = stress.smallest_change(leader, others, plain.competencies, least)
    nearest = abs(change.weight - change.competency.weight) if change else None

    def at(k: int, weight: Fraction) -> set[str]:
        return first(tuple(weight if n == k else Fraction(w) for n, w in enumerate(weights)), cards, policy)

    for k, weight in enumerate(weights):
        for step in range(-16 * weight + 1, 32 * max(weights), 5):
            d = Fraction(step, 16)
            if nearest is None or abs(d) < nearest:
                assert leader.candidate in at(k, weight + d), (k, d)
    if change:
        k = [c.id for c in plain.competencies].index(change.competency.id)
        then = at(k, change.weight + Fraction(1 if change.up else -1, 10**7))
        assert then == ({change.candidate} if change.candidate else set()) or (
            change.candidate in then and leader.candidate not in then
        )


def test_a_weight_that_would_cost_the_first_her_rank_is_told() -> None:
    """Ana was not asked about the second: she is ranked on 7 of 10, and on 6.9 of 9.9 not any more."""
    cards = [card("Ana", "x", 5, None), card("Ben", "x", 3, 3), card("Ana", "y", 5, None), card("Ben", "y", 3, 3)]
    notes = ranking.rank(rubric((7, 3)), cards).notes
    assert any(
        "from 7 to below 7, where too little of the weight has been assessed to rank Ana, and Ben would be first"
        in note
        for note in notes
    ), notes


def test_a_weight_that_would_bring_somebody_into_the_ranking_is_told() -> None:
    """Ana was assessed on 3 of 5 only, with the best ratings; 14/3 of 20/3 would be enough."""
    cards = [card("Ana", "x", 5, None), card("Ben", "x", 3, 3), card("Ana", "y", 5, None), card("Ben", "y", 3, 3)]
    notes = ranking.rank(rubric((3, 2)), cards).notes
    assert any(
        "to about 1.286 or less, where enough of the weight has been assessed to rank Ana, who would be first" in note
        for note in notes
    ), notes
