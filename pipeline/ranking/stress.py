"""Would other weights change who is first? Exactly, in fractions (contract of the headline, ranking.md 1.4).

When the weight of one competency goes from W_k to W_k + d, a candidate's score is (N + d S_k) / (D + d), or stays N / D
where k was not assessed; N = sum W S, D = sum W over the assessed. Two scores cross where

    (N_a + d s_a)(D_b + d i_b) = (N_b + d s_b)(D_a + d i_a),   i = 1 if k was assessed, s = S_k i

which is linear when both were assessed on the same competencies, and quadratic otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import nsmallest
from typing import TypeVar

from pipeline.ranking.results import CandidateResult
from pipeline.ranking.words import count, listing, printable
from pipeline.scorecard import Competency, Rubric

N = TypeVar("N", float, Fraction)
CHALLENGERS = 2000  # of more candidates only the best ones are tried against the first
CLOSEST = 8  # crossings that are worked out exactly, after a look at all of them in floating point


@dataclass(frozen=True)
class Change:
    """The smallest change of one weight that makes `candidate` as good as the first; `exact` unless it is a root."""

    competency: Competency
    weight: Fraction
    candidate: str
    exact: bool


def notes(ranked: Sequence[CandidateResult], rubric: Rubric) -> list[str]:
    """What a manager should know about the weights; `ranked` in rank order."""
    found = []
    unexplained = [c.name for c in rubric.competencies if not c.why.strip()]
    counting = [competency for competency in rubric.competencies if competency.weight]
    if len({competency.weight for competency in counting}) > 1:
        if unexplained:
            names = listing(map(printable, unexplained), 12)
            found.append(f"No reason is written down for the weight of {names}.")
        if len(ranked) > 1:
            found.append(_equal_weights(ranked, counting))
    if len(ranked) > 1 and len(rubric.competencies) > 1:
        found.append(_smallest_change(ranked, rubric.competencies))
    return found


def equal_order(ranked: Sequence[CandidateResult], counting: Sequence[Competency]) -> dict[str, int]:
    """Candidate -> rank if every competency that counts had the same weight."""
    scores = {}
    for each in ranked:
        values = [s for c in counting if (s := each.competencies[c.id].score) is not None]
        scores[each.candidate] = sum(values, Fraction(0)) / len(values)
    ordered = sorted(scores.values(), reverse=True)
    first = {score: place for place, score in reversed(list(enumerate(ordered, 1)))}
    return {name: first[score] for name, score in scores.items()}


def _equal_weights(ranked: Sequence[CandidateResult], counting: Sequence[Competency]) -> str:
    order = equal_order(ranked, counting)
    moved = sum(order[each.candidate] != each.rank for each in ranked)
    if not moved:
        return "With equal weights the ranking would be the same."
    now = [each.candidate for each in ranked if each.rank == 1]
    then = [name for name, place in order.items() if place == 1]
    if sorted(now) == sorted(then):
        return f"With equal weights {_names(now)} would still be first, and {count(moved, 'rank')} would change."
    ranks = count(moved, "rank")
    return f"With equal weights {_names(then)} would be first instead of {_names(now)}; {ranks} would change."


def _smallest_change(ranked: Sequence[CandidateResult], competencies: Sequence[Competency]) -> str:
    if ranked[1].rank == 1:
        tied = [each.candidate for each in ranked if each.rank == 1]
        return f"First place is shared by {_names(tied)}: any change of a weight on which they differ decides it."
    change = smallest_change(ranked, competencies)
    if change is None:
        name = printable(ranked[0].candidate)
        return f"No change of a single weight would take first place from {name} among those ranked."
    was, now = change.competency.weight, change.weight
    about = "" if change.exact and now.denominator in (1, 2, 4, 5, 10, 20, 25, 50, 100) else "about "
    direction = "below" if now < was else "above"
    return (
        "The smallest change of one weight that would change first place among those ranked: "
        f"{printable(change.competency.name)} from {_plain(was)} to {direction} {about}{_plain(now)}, which would put "
        f"{printable(change.candidate)} first."
    )


def smallest_change(ranked: Sequence[CandidateResult], competencies: Sequence[Competency]) -> Change | None:
    """Over all competencies and challengers, the crossing nearest to today's weights; None when there is none."""
    best: Change | None = None
    for competency, challenger in _nearest(ranked, competencies):
        terms = _terms(*_sums(ranked[0], competencies, competency), *_sums(challenger, competencies, competency))
        for root, exact in _roots(*terms):
            change = Change(competency, competency.weight + root, challenger.candidate, exact)
            nearer = best is None or abs(root) < abs(best.weight - best.competency.weight)
            if change.weight > 0 and nearer:
                best = change
    return best


def _nearest(
    ranked: Sequence[CandidateResult], competencies: Sequence[Competency]
) -> list[tuple[Competency, CandidateResult]]:
    """The few pairs of competency and challenger with the nearest crossings, in floating point."""
    near: list[tuple[float, int, int]] = []
    for k, competency in enumerate(competencies):
        lead = tuple(map(float, _sums(ranked[0], competencies, competency)))
        for place in range(1, min(len(ranked), CHALLENGERS)):
            sums = tuple(map(float, _sums(ranked[place], competencies, competency)))
            near += [
                (abs(root), k, place)
                for root in _float_roots(*_terms(*lead, *sums))
                if root > -float(competency.weight) - 1e-9
            ]
    return [(competencies[k], ranked[place]) for _, k, place in nsmallest(CLOSEST, near)]


def _sums(
    result: CandidateResult, competencies: Sequence[Competency], competency: Competency
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """N, D, s and i of a candidate; N from the headline, which is N / D."""
    weight = sum((c.weight for c in competencies if result.competencies[c.id].score is not None), Fraction(0))
    score = result.competencies[competency.id].score
    points = (result.score or Fraction(0)) * weight
    return (points, weight, score or Fraction(0), Fraction(score is not None))


def _terms(n_a: N, d_a: N, s_a: N, i_a: N, n_b: N, d_b: N, s_b: N, i_b: N) -> tuple[N, N, N]:
    """Coefficients of d^2, d and 1 in (N_a + d s_a)(D_b + d i_b) - (N_b + d s_b)(D_a + d i_a)."""
    return s_a * i_b - s_b * i_a, s_a * d_b + n_a * i_b - s_b * d_a - n_b * i_a, n_a * d_b - n_b * d_a


def _float_roots(square: float, linear: float, constant: float) -> list[float]:
    if square == 0:
        return [-constant / linear] if linear else []
    inside = linear**2 - 4 * square * constant
    if inside < 0:
        return []
    root = math.sqrt(inside)
    return [(-linear - root) / (2 * square), (-linear + root) / (2 * square)]


def _roots(square: Fraction, linear: Fraction, constant: Fraction) -> list[tuple[Fraction, bool]]:
    """The crossings, with whether they are exact; an irrational one to 12 decimals."""
    if square == 0:
        return [(-constant / linear, True)] if linear else []
    inside = linear**2 - 4 * square * constant
    if inside < 0:
        return []
    top, bottom = math.isqrt(inside.numerator), math.isqrt(inside.denominator)
    exact = top**2 == inside.numerator and bottom**2 == inside.denominator
    if exact:
        root = Fraction(top, bottom)
    else:
        root = Fraction(math.isqrt(inside.numerator * 10**24 // inside.denominator), 10**12)
    return [((-linear - root) / (2 * square), exact), ((-linear + root) / (2 * square), exact)]


def _plain(weight: Fraction) -> str:
    return f"{float(weight):.4g}"


def _names(names: Sequence[str]) -> str:
    return listing(sorted(map(printable, names)))
