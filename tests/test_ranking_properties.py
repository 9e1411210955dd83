"""What must hold of every headline, on random rubrics, and an independent formula for it (ranking.md 7.7)."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InvalidInput
from pipeline.ranking import Policy
from pipeline.ranking.cells import collect
from pipeline.ranking.headline import Headline, order
from pipeline.ranking.results import CandidateResult
from pipeline.scorecard import Competency, Question, Rubric, Scale, SubmittedScorecard

TIME = "2026-03-01T10:00:00Z"
EVERYBODY = Policy(min_coverage=Fraction(0), min_interviewers=1)
weights = st.sampled_from([Fraction(w) for w in ("0", "0.1", "0.25", "1", "3", "7.5")])
positive = st.sampled_from([Fraction(w) for w in ("0.1", "0.5", "1", "3")])


@dataclass(frozen=True)
class Case:
    """A rubric and what was rated: (candidate, interviewer, round) -> question -> level."""

    rubric: Rubric
    ratings: dict[tuple[str, str, str], dict[str, int]]

    def cards(self) -> list[SubmittedScorecard]:
        return [SubmittedScorecard(*key, TIME, levels) for key, levels in self.ratings.items()]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    low = draw(st.sampled_from([0, 1]))
    scale = Scale(low, low + draw(st.integers(2, 6)), ("",) * 8)
    count = draw(st.integers(1, 4))
    competencies = [
        Competency(f"k{k}", f"K{k}", draw(weights), threshold=draw(st.none() | st.just(Fraction(low + 1))))
        for k in range(count)
    ]
    if not any(c.weight for c in competencies):
        competencies[0] = replace(competencies[0], weight=Fraction(1))
    questions = tuple(
        Question(f"k{k}q{q}", f"k{k}", "?", weight=draw(positive))
        for k in range(count)
        for q in range(draw(st.integers(1, 3)))
    )
    rubric = Rubric("r", "R", scale, tuple(competencies), questions, ())
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz"), st.sampled_from(["", "two"])),
            max_size=9,
            unique=True,
        )
    )
    level = st.none() | st.integers(scale.low, scale.high)
    ratings = {key: {q.id: value for q in questions if (value := draw(level)) is not None} for key in keys}
    return Case(rubric, ratings)


def results(rubric: Rubric, cards: list[SubmittedScorecard], policy: Policy = EVERYBODY) -> dict[str, CandidateResult]:
    score = Headline(rubric, policy).score
    return {r.candidate: r for r in order([score(each) for each in collect(rubric, cards).candidates])}


def as_one_combination(case: Case, candidate: str) -> Fraction | None:
    """H as one linear combination of the single ratings, each with its own coefficient: another road to it."""
    weight = {c.id: c.weight for c in case.rubric.competencies}
    of = {q.id: q for q in case.rubric.questions}
    mine = {key: levels for key, levels in case.ratings.items() if key[0] == candidate}
    raters = defaultdict(set)
    for key, levels in mine.items():
        for q in levels:
            raters[of[q].competency].add(key)
    total = sum(weight[k] for k in raters)
    if not total:
        return None
    found = Fraction(0)
    for levels in mine.values():
        for q, level in levels.items():
            k = of[q].competency
            inside = sum(of[other].weight for other in levels if of[other].competency == k)
            found += weight[k] / total * Fraction(1, len(raters[k])) * of[q].weight / inside * level
    return found


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_headline_is_one_linear_combination_of_the_ratings(case: Case) -> None:
    """The independent formula agrees exactly, for every candidate."""
    for name, result in results(case.rubric, case.cards()).items():
        assert result.score == as_one_combination(case, name)


@settings(max_examples=100, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_changes_nothing(case: Case, rng: random.Random) -> None:
    """Scorecards, questions and competencies may come in any order."""
    cards = [
        replace(card, ratings=dict(rng.sample(list(card.ratings.items()), len(card.ratings)))) for card in case.cards()
    ]
    rng.shuffle(cards)
    turned = replace(
        case.rubric,
        competencies=tuple(rng.sample(case.rubric.competencies, len(case.rubric.competencies))),
        questions=tuple(rng.sample(case.rubric.questions, len(case.rubric.questions))),
    )
    before, after = results(case.rubric, case.cards()), results(turned, cards)
    assert list(before) == list(after)
    for name, result in before.items():
        other = after[name]
        assert (result.rank, result.score, result.range, result.coverage, result.competencies) == (
            other.rank,
            other.score,
            other.range,
            other.coverage,
            other.competencies,
        )


@settings(max_examples=100, deadline=None)
@given(cases(), st.sampled_from(["Anna", "1", "zoe", "ZOE", "é"]))
def test_names_of_interviewers_do_not_matter(case: Case, name: str) -> None:
    """Who gave a rating changes no score."""
    renamed = [replace(c, interviewer=name) if c.interviewer == "x" else c for c in case.cards()]
    before, after = results(case.rubric, case.cards()), results(case.rubric, renamed)
    assert {n: r.score for n, r in before.items()} == {n: r.score for n, r in after.items()}


@settings(max_examples=100, deadline=None)
@given(cases(), st.sampled_from([Fraction(1, 3), Fraction(10), Fraction(7, 11)]))
def test_scaling_all_weights_changes_nothing(case: Case, factor: Fraction) -> None:
    """Only the proportions of the weights count."""
    scaled = replace(
        case.rubric,
        competencies=tuple(replace(c, weight=c.weight * factor) for c in case.rubric.competencies),
        questions=tuple(replace(q, weight=q.weight * factor) for q in case.rubric.questions),
    )
    before, after = results(case.rubric, case.cards()), results(scaled, case.cards())
    assert [(r.candidate, r.rank, r.score) for r in before.values()] == [
        (r.candidate, r.rank, r.score) for r in after.values()
    ]


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_raising_one_rating_never_lowers_a_score_or_a_rank(case: Case, data: st.DataObject) -> None:
    """A better answer cannot hurt, whatever else is missing."""
    given_ratings = [
        (key, q) for key, levels in case.ratings.items() for q, x in levels.items() if x < case.rubric.scale.high
    ]
    if not given_ratings:
        return
    key, q = data.draw(st.sampled_from(given_ratings))
    raised = {k: dict(levels) for k, levels in case.ratings.items()}
    raised[key][q] += 1
    before = results(case.rubric, case.cards())[key[0]]
    after = results(case.rubric, replace(case, ratings=raised).cards())[key[0]]
    if before.score is not None:
        assert after.score >= before.score
    if before.rank is not None:
        assert after.rank is not None
        assert after.rank <= before.rank


@settings(max_examples=100, deadline=None)
@given(cases())
def test_the_range_holds_every_way_to_fill_the_gaps(case: Case) -> None:
    """Score at the ends of the range is what it would be with all unassessed competencies at one end of the scale."""
    scale = case.rubric.scale
    for result in results(case.rubric, case.cards()).values():
        if result.score is None:
            continue
        total = sum(c.weight for c in case.rubric.competencies)
        for end, level in zip(result.range, (scale.low, scale.high), strict=True):
            filled = sum(
                c.weight * (level if (s := result.competencies[c.id].score) is None else s)
                for c in case.rubric.competencies
            )
            assert end == filled / total
        assert scale.low <= result.range[0] <= result.score <= result.range[1] <= scale.high


@settings(max_examples=100, deadline=None)
@given(cases())
def test_ranks_are_one_plus_the_number_who_are_better(case: Case) -> None:
    """1, 2, 2, 4; ties are exact, and nobody else has a rank."""
    ranked = [r for r in results(case.rubric, case.cards()).values() if r.status == "ranked"]
    for each in ranked:
        assert each.rank == 1 + sum(other.score > each.score for other in ranked)
        assert ("tie" in each.flags) == (sum(other.score == each.score for other in ranked) > 1)
    assert [(-r.score, r.candidate) for r in ranked] == sorted((-r.score, r.candidate) for r in ranked)


def test_equal_fractions_tie_even_where_floats_differ() -> None:
    """0.1 + 0.2 is 0.3 here: weights are read as decimals, not as floats."""
    rubric = Rubric(
        "r",
        "R",
        Scale(),
        tuple(Competency(k, k, Fraction(w)) for k, w in (("a", "0.1"), ("b", "0.2"), ("c", "0.3"))),
        tuple(Question(k, k, k) for k in "abc"),
        (),
    )
    cards = [
        SubmittedScorecard("one", "x", "", TIME, {"a": 1, "b": 1, "c": 2}),
        SubmittedScorecard("two", "x", "", TIME, {"a": 2, "b": 2, "c": 1}),
    ]
    one, two = results(rubric, cards).values()
    assert one.score == two.score == Fraction(3, 2)
    assert one.rank == two.rank == 1
    assert 0.1 * 1 + 0.2 * 1 + 0.3 * 2 != 0.1 * 2 + 0.2 * 2 + 0.3 * 1


def test_a_rating_outside_the_scale_is_refused_and_all_are_named() -> None:
    """Two scales are never blended."""
    rubric = Rubric("r", "R", Scale(), (Competency("a", "A"),), (Question("a", "a", "?"),), ())
    cards = [SubmittedScorecard(name, "x", "", TIME, {"a": level}) for name, level in (("one", 7), ("two", 0))]
    with pytest.raises(InvalidInput) as refused:
        results(rubric, cards)
    assert [fault.what for fault in refused.value.faults] == [
        "x rated one 7, outside the scale 1 to 5",
        "x rated two 0, outside the scale 1 to 5",
    ]


def test_of_two_scorecards_the_later_counts_and_the_other_is_reported() -> None:
    """An interviewer has one vote on a candidate in a round."""
    from pipeline import ranking

    rubric = Rubric("r", "R", Scale(), (Competency("a", "A"),), (Question("a", "a", "?"),), ())
    cards = [
        SubmittedScorecard("one", "x", "", "2026-03-01T10:00:00Z", {"a": 2}),
        SubmittedScorecard("one", "x", "", "2026-03-01T10:00:00.5Z", {"a": 4}),
        SubmittedScorecard("one", "y", "", "2026-03-01T09:00:00Z", {"a": 4}),
    ]
    result = ranking.rank(rubric, cards)
    assert result.candidates[0].score == 4
    assert result.as_of == "2026-03-01T10:00:00.5Z"
    assert any("1 scorecard superseded" in note for note in result.notes)


def test_ratings_of_a_question_that_left_the_bank_are_left_out_and_said() -> None:
    """Nothing disappears in silence."""
    from pipeline import ranking

    rubric = Rubric("r", "R", Scale(), (Competency("a", "A"),), (Question("a", "a", "?"),), ())
    result = ranking.rank(rubric, [SubmittedScorecard("one", "x", "", TIME, {"a": 2, "gone": 5})])
    assert result.candidates[0].score == 2
    assert any("gone (1)" in note for note in result.notes)
