"""The headline score, exactly: question -> competency -> interviewers -> weighted mean (ranking.md 1.1 and 7).

    s(c,r,k) = sum_q w_q x(c,r,q) / sum_q w_q        over the questions of k that scorecard r rated for c
    S(c,k)   = mean of s(c,r,k)                      over the scorecards that rated at least one question of k
    H(c)     = sum_k W_k S(c,k) / sum_k W_k          over the assessed k
    coverage = sum of W_k over the assessed k / sum of all W_k
    range    = H with every unassessed competency at the lowest .. at the highest level

All in points of the scale and in exact rationals, made from integer sums, so that scores which are equal tie and scores
which differ never do. What was not assessed is missing: never 0, never the middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import lcm
from types import MappingProxyType

from pipeline.ranking.cells import CandidateCards, Cell, whole_weights
from pipeline.ranking.policy import Policy
from pipeline.ranking.results import CandidateResult, CompetencyScore, Status
from pipeline.ranking.words import count, half_up, share
from pipeline.scorecard import RECOMMENDATIONS, Rubric

RECOMMENDATION_KEYS = tuple(name.lower().replace(" ", "_") for name in RECOMMENDATIONS)
NOBODY = CompetencyScore(None, 0, MappingProxyType({}))


@lru_cache(maxsize=1 << 16)
def _fraction(top: int, bottom: int) -> Fraction:
    """The same few values come up again and again: one object each."""
    return Fraction(top, bottom)


class Headline:
    """The score of one candidate after another by one rubric and policy, not yet ranked against each other."""

    def __init__(self, rubric: Rubric, policy: Policy) -> None:
        self._rubric = rubric
        self._policy = policy
        self._weights = whole_weights([competency.weight for competency in rubric.competencies])
        self._apart = Fraction(rubric.scale.high - rubric.scale.low, 2)  # half the scale: worth a remark

    def score(self, cards: CandidateCards) -> CandidateResult:
        """All exact numbers of one candidate, and the status that follows from them."""
        low, high = self._rubric.scale.low, self._rubric.scale.high
        each_score = _competency_scores(cards, len(self._weights))
        assessed = [
            (weight, each.score)
            for weight, each in zip(self._weights, each_score, strict=True)
            if weight and each.score is not None
        ]
        covered, total = sum(weight for weight, _ in assessed), sum(self._weights)
        coverage = _fraction(covered, total)
        common = lcm(*(value.denominator for _, value in assessed))
        points = sum(w * value.numerator * (common // value.denominator) for w, value in assessed)
        missing = (total - covered) * common
        span = (
            _fraction(points + missing * low, common * total),
            _fraction(points + missing * high, common * total),
        )
        overall = percent = None
        if covered:
            overall = _fraction(points, common * covered)
            percent = _fraction(100 * (points - low * common * covered), common * covered * (high - low))
        interviewers = tuple(sorted({card.interviewer for card in cards.cards if card.cells}))
        status, told = self._judge(each_score, cards, coverage, len(interviewers))
        return CandidateResult(
            candidate=cards.candidate,
            status=status,
            rank=None,
            tier=None,
            score=overall,
            percent=percent,
            range=span,
            competencies={c.id: each for c, each in zip(self._rubric.competencies, each_score, strict=True)},
            scorecards=len(cards.cards),
            interviewers=interviewers,
            coverage=coverage,
            recommendations=_recommendations(tuple(card.recommendation for card in cards.cards)),
            flags=tuple(told),
            reasons=tuple(told.values()),
        )

    def _judge(
        self, scores: list[CompetencyScore], cards: CandidateCards, coverage: Fraction, interviewers: int
    ) -> tuple[Status, dict[str, str]]:
        """Status, and each flag with its words; a knock-out beats incomplete (ranking.md 7, rules 3 and 4)."""
        failed: dict[str, str] = {}
        lacking: dict[str, str] = {}
        remarks: dict[str, str] = {}
        for competency, each in zip(self._rubric.competencies, scores, strict=True):
            if competency.threshold is not None:
                if each.score is None:
                    lacking[f"unassessed:{competency.id}"] = f"must-have {competency.name} was not assessed"
                elif each.score < competency.threshold:
                    text = f"{_below(each.score, competency.threshold)}, below {half_up(competency.threshold)}"
                    failed[f"must-have:{competency.id}"] = f"must-have {competency.name} is {text}"
            if len(each.by_interviewer) > 1:
                given = sorted((score, label) for label, score in each.by_interviewer.items())
                if given[-1][0] - given[0][0] >= self._apart:
                    people = {_label(card.interviewer, card.round): card.interviewer for card in cards.cards}
                    same = people[given[0][1]] == people[given[-1][1]]  # one person, in two rounds
                    ends = ", ".join(
                        f"{label if same else people[label]} {half_up(score)}" for score, label in (given[0], given[-1])
                    )
                    remarks[f"disagreement:{competency.id}"] = f"interviewers disagree on {competency.name}: {ends}"
        needed, least = self._policy.min_interviewers, self._policy.min_coverage
        if not cards.cards:
            lacking = {"no-scorecards": "no scorecard yet"}
        elif interviewers < needed:
            lacking["interviewers"] = f"rated by {count(interviewers, 'interviewer')}, {needed} are needed"
        if cards.cards and coverage < least:
            lacking["coverage"] = _too_little(coverage, least)
        if not coverage and not lacking:  # a policy that asks for nothing cannot rank a candidate without a score
            lacking["coverage"] = "nothing that counts was assessed"
        return "knocked-out" if failed else "incomplete" if lacking else "ranked", {**failed, **lacking, **remarks}


@lru_cache(maxsize=4096)
def _label(interviewer: str, round_: str) -> str:
    return f"{interviewer} ({round_})" if round_ else interviewer


def _competency_scores(cards: CandidateCards, competencies: int) -> list[CompetencyScore]:
    given: dict[int, list[tuple[str, Cell]]] = {}
    for card in cards.cards:
        label = _label(card.interviewer, card.round)
        for k, cell in card.cells.items():
            given.setdefault(k, []).append((label, cell))
    scores = []
    for k in range(competencies):
        cells = given.get(k)
        if cells is None:
            scores.append(NOBODY)
            continue
        common = lcm(*(bottom for _, (_, bottom, _) in cells))
        points = sum(top * (common // bottom) for _, (top, bottom, _) in cells)
        scores.append(
            CompetencyScore(
                _fraction(points, common * len(cells)),
                sum(ratings for _, (_, _, ratings) in cells),
                {label: _fraction(top, bottom) for label, (top, bottom, _) in cells},
            )
        )
    return scores


@lru_cache(maxsize=4096)
def _recommendations(given: tuple[str, ...]) -> Mapping[str, int]:
    return MappingProxyType(
        {key: given.count(name) for key, name in zip(RECOMMENDATION_KEYS, RECOMMENDATIONS, strict=True)}
    )


@lru_cache(maxsize=4096)
def _too_little(coverage: Fraction, least: Fraction) -> str:
    return f"{_below(100 * coverage, 100 * least, 0)} % of the weight was assessed, {share(least)} is needed"


@lru_cache(maxsize=4096)
def _below(value: Fraction, threshold: Fraction, decimals: int = 2) -> str:
    """The value with as many decimals, or more, as it takes to look smaller than the threshold."""
    while half_up(value, decimals) == half_up(threshold, decimals) and decimals < 9:
        decimals += 1
    return half_up(value, decimals)


def order(results: list[CandidateResult]) -> list[CandidateResult]:
    """Give the ranks 1, 2, 2, 4 and put all in display order: ranked, incomplete, knocked-out.

    Equal scores share a rank and stand by candidate id; who is not ranked stands by candidate id, because an incomplete
    score says nothing about a place.
    """
    ranked = sorted(
        (result for result in results if result.status == "ranked"),
        key=lambda result: (_descending(result.score), result.candidate),
    )
    placed: list[CandidateResult] = []
    rank = 0
    for place, result in enumerate(ranked):
        tied_above = place > 0 and ranked[place - 1].score == result.score
        tied_below = place + 1 < len(ranked) and ranked[place + 1].score == result.score
        rank = rank if tied_above else place + 1
        tie = tied_above or tied_below
        placed.append(
            replace(
                result,
                rank=rank,
                flags=(*result.flags, "tie") if tie else result.flags,
                reasons=(*result.reasons, "exactly the same score as another candidate") if tie else result.reasons,
            )
        )
    for status in ("incomplete", "knocked-out"):
        placed += sorted((r for r in results if r.status == status), key=lambda result: result.candidate)
    return placed


def _descending(value: Fraction | None) -> tuple[int, Fraction]:
    """Sorts higher scores first: a fast integer to 96 binary places, then the exact value where that is equal."""
    exact = -(value or Fraction(0))
    return (exact.numerator << 96) // exact.denominator, exact
