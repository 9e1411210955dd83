"""Would other weights change who is first? Exactly, in fractions (contract of the headline, ranking.md 1.4).

When the weight of one competency goes from W_k to W_k + d, a candidate's score is (N + d s) / (D + d i) and the coverage
(D + d i) / (T + d); N = sum W S and D = sum W over the assessed, T = sum of all W, i = 1 if k was assessed, s = S_k i.
First place can change where two scores cross,

    (N_a + d s_a)(D_b + d i_b) = (N_b + d s_b)(D_a + d i_a)

which is linear when both were assessed on the same competencies, and quadratic otherwise; and where the first falls
below the coverage that a rank needs, or somebody reaches it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from pipeline.ranking.results import CandidateResult
from pipeline.ranking.words import count, listing, printable
from pipeline.scorecard import Competency, Rubric

N = TypeVar("N", float, Fraction)
CHALLENGERS = 2000  # of more candidates only the best ones are tried against the first
BEYOND = 1e-6  # how far past a crossing the first look, in floating point, is taken


@dataclass(frozen=True)
class Change:
    """Beyond `weight`, up or down, `candidate` is first, or nobody ("").

    `exact` unless the weight is a root. `coverage`: whose coverage passes the line there, "" where scores cross.
    """

    competency: Competency
    weight: Fraction
    up: bool
    candidate: str
    exact: bool
    coverage: str = ""


def notes(candidates: Sequence[CandidateResult], rubric: Rubric, min_coverage: Fraction) -> list[str]:
    """What a manager should know about the weights; `candidates` in the order of the ranking."""
    found = []
    ranked = [each for each in candidates if each.status == "ranked"]
    unexplained = [c.name for c in rubric.competencies if not c.why.strip()]
    counting = [competency for competency in rubric.competencies if competency.weight]
    if len({competency.weight for competency in counting}) > 1:
        if unexplained:
            names = listing(map(printable, unexplained), 12)
            found.append(f"No reason is written down for the weight of {names}.")
        if len(ranked) > 1:
            found.append(_equal_weights(ranked, counting))
    others = [*ranked[1:CHALLENGERS], *[each for each in candidates if _lacks_coverage_only(each)][:CHALLENGERS]]
    if ranked and others and len(rubric.competencies) > 1:
        found.append(_smallest_change(ranked, others, rubric.competencies, min_coverage))
    return found


def _lacks_coverage_only(result: CandidateResult) -> bool:
    """Whether other weights could bring the candidate into the ranking."""
    lacking = [flag for flag in result.flags if not flag.startswith("disagreement:")]
    return result.status == "incomplete" and lacking == ["coverage"]


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


def _smallest_change(
    ranked: Sequence[CandidateResult],
    others: Sequence[CandidateResult],
    competencies: Sequence[Competency],
    min_coverage: Fraction,
) -> str:
    tied = [each.candidate for each in ranked if each.rank == 1]
    if len(tied) > 1:
        return f"First place is shared by {_names(tied)}: any change of a weight on which they differ decides it."
    change = smallest_change(ranked[0], others, competencies, min_coverage)
    if change is None:
        return f"No change of a single weight would take first place from {printable(ranked[0].candidate)}."
    was, now = change.competency.weight, change.weight
    about = "" if change.exact and now.denominator in (1, 2, 4, 5, 10, 20, 25, 50, 100) else "about "
    direction = "above" if change.up else "below"
    to = f"{direction} {about}{_plain(now)}"
    who = printable(change.candidate)
    then = f"which would put {who} first"
    if change.coverage == ranked[0].candidate:
        after = f"{who} would be first" if change.candidate else "nobody would be ranked"
        then = f"where too little of the weight has been assessed to rank {printable(change.coverage)}, and {after}"
    elif change.coverage:
        to = f"{about}{_plain(now)} or {'more' if change.up else 'less'}"
        then = f"where enough of the weight has been assessed to rank {who}, who would be first"
    return (
        "The smallest change of one weight that would change first place: "
        f"{printable(change.competency.name)} from {_plain(was)} to {to}, {then}."
    )


def smallest_change(
    first: CandidateResult,
    others: Sequence[CandidateResult],
    competencies: Sequence[Competency],
    min_coverage: Fraction,
) -> Change | None:
    """The change nearest to today's weights, over all competencies and challengers; None when there is none.

    Args:
        first: who alone is first.
        others: who is ranked too, or would be if more of the weight were on what was assessed.
        min_coverage: share of the total weight that must be assessed for a rank.
    """
    near: list[tuple[float, int, int]] = []
    total = sum((competency.weight for competency in competencies), Fraction(0))
    for k, competency in enumerate(competencies):
        weight, least = float(competency.weight), float(min_coverage)
        lead = _line(first, competencies, competency, float, float(total), least)
        for place, other in enumerate(others):
            duel = _Duel(lead, _line(other, competencies, competency, float, float(total), least))
            near += [
                (abs(d), k, place)
                for d in [*_float_roots(*duel.terms), *duel.limits]
                if d > -weight - 1e-9 and any(duel.lost_at(d + s * BEYOND * max(1.0, abs(d))) for s in _sides(d))
            ]
    best: tuple[Fraction, Fraction, Change] | None = None
    for distance, k, place in sorted(near):  # a look in floating point first, then exactly, the nearest first
        if best is not None and distance > float(best[0]) + 10 * BEYOND * max(1.0, distance):
            break
        found = _first_loss(first, others[place], competencies, competencies[k], total, min_coverage)
        if found is not None and (best is None or found[:2] < best[:2]):
            best = found
    vacant = _vacated(first, competencies, total, min_coverage)
    if vacant is not None and (best is None or vacant[0] < best[0]):
        return vacant[1]
    return best[2] if best else None


def _first_loss(
    first: CandidateResult,
    other: CandidateResult,
    competencies: Sequence[Competency],
    competency: Competency,
    total: Fraction,
    least: Fraction,
) -> tuple[Fraction, Fraction, Change] | None:
    """Where this candidate takes first place soonest: how far off, the score there with its sign turned, the change."""
    lead, line = (_line(each, competencies, competency, Fraction, total, least) for each in (first, other))
    duel = _Duel(lead, line)
    points = [(root, exact, "") for root, exact in _roots(*duel.terms)]
    points += [
        (d, True, name)
        for each, name in ((lead, first.candidate), (line, other.candidate))
        if (d := each.limit) is not None
    ]
    for d, exact, whose in sorted(points, key=lambda point: abs(point[0])):
        weight = competency.weight + d
        for side in _sides(d):
            if weight > 0 and duel.lost_beyond(d, side, crossing=not whose):
                return abs(d), -line.score(d), Change(competency, weight, side > 0, other.candidate, exact, whose)
    return None


def _vacated(
    first: CandidateResult, competencies: Sequence[Competency], total: Fraction, least: Fraction
) -> tuple[Fraction, Change] | None:
    """Where the first is not ranked any more, whoever comes after."""
    found = []
    for competency in competencies:
        line = _line(first, competencies, competency, Fraction, total, least)
        if (d := line.limit) is not None and competency.weight + d > 0:
            change = Change(competency, competency.weight + d, line.slope < 0, "", True, first.candidate)
            found.append((abs(d), change))
    return min(found, key=lambda each: each[0], default=None)


def _sides(d: float | Fraction) -> tuple[int, ...]:
    """The directions away from today's weight: up, down, or both when the line is met exactly today."""
    return (1,) if d > 1e-12 else (-1,) if d < -1e-12 else (1, -1)


@dataclass(frozen=True)
class _Line(Generic[N]):
    """One candidate while one weight changes by d: N, D, s and i, and by how much the coverage passes the line."""

    points: N
    weight: N
    gain: N
    assessed: N
    slack: N  # D - least T
    slope: N  # of slack with d: i - least

    @property
    def limit(self) -> N | None:
        """The change at which the coverage is just enough; None when it never changes sides."""
        return -self.slack / self.slope if self.slope else None

    def score(self, d: N) -> N:
        return (self.points + d * self.gain) / (self.weight + d * self.assessed)

    def ranked_at(self, d: N) -> bool:
        return self.weight + d * self.assessed > 0 and self.slack + d * self.slope >= 0

    def ranked_beyond(self, d: N, side: int) -> bool:
        """Whether ranked a hair beyond `d`, away from 0."""
        slack = self.slack + d * self.slope
        return self.weight + d * self.assessed > 0 and (slack > 0 or (slack == 0 and self.slope * side >= 0))


class _Duel(Generic[N]):
    """The first against one other, while one weight changes."""

    def __init__(self, first: _Line[N], other: _Line[N]) -> None:
        self.first: _Line[N] = first
        self.other: _Line[N] = other
        self.limits: list[N] = [limit for each in (first, other) if (limit := each.limit) is not None]
        a, b = first, other
        # d^2, d and 1 in (N_a + d s_a)(D_b + d i_b) - (N_b + d s_b)(D_a + d i_a)
        self.terms: tuple[N, N, N] = (
            a.gain * b.assessed - b.gain * a.assessed,
            a.gain * b.weight + a.points * b.assessed - b.gain * a.weight - b.points * a.assessed,
            a.points * b.weight - b.points * a.weight,
        )

    def lost_at(self, d: N) -> bool:
        square, linear, constant = self.terms
        ahead = square * d * d + linear * d + constant
        return self.other.ranked_at(d) and (ahead < 0 or not self.first.ranked_at(d))

    def lost_beyond(self, d: N, side: int, *, crossing: bool) -> bool:
        """Whether the other is first a hair beyond `d`; at a crossing the scores are equal, however `d` was rounded."""
        if not self.other.ranked_beyond(d, side):
            return False
        square, linear, constant = self.terms
        level = 0 if crossing else square * d * d + linear * d + constant
        turns = (2 * square * d + linear) * side
        behind = level < 0 or (level == 0 and (turns < 0 or (turns == 0 and square < 0)))
        return behind or not self.first.ranked_beyond(d, side)


def _line(
    result: CandidateResult,
    competencies: Sequence[Competency],
    competency: Competency,
    kind: Callable[[Fraction], N],
    total: N,
    least: N,
) -> _Line[N]:
    """N comes from the headline, which is N / D."""
    weight = sum((c.weight for c in competencies if result.competencies[c.id].score is not None), Fraction(0))
    score = result.competencies[competency.id].score
    points = (result.score or Fraction(0)) * weight
    assessed = kind(Fraction(score is not None))
    held = kind(weight)
    return _Line(kind(points), held, kind(score or Fraction(0)), assessed, held - least * total, assessed - least)


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
