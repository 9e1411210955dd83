"""Scorecards -> integer sums, candidate by candidate: the one pass over all ratings (ranking.md 1.1, 6, 7).

A *cell* is one scorecard's ratings of one competency, kept as two integers: s(c,r,k) = top / bottom, where
top = sum w_q x, bottom = sum w_q, and the question weights w_q of a competency are scaled to whole numbers. The cells
carry all that the headline and the severity model need; the million ratings behind them are not looked at again.

No fractions and no numpy here: this is what has to be fast.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from math import lcm
from operator import attrgetter

from pipeline.errors import Fault, InvalidInput
from pipeline.scorecard import Rubric, SubmittedScorecard, instant, latest

Cell = tuple[int, int, int]  # top, bottom, number of ratings


@dataclass(frozen=True, slots=True)
class Card:
    """One scorecard that counts: who, and its cell per competency (by the competency's place in the rubric)."""

    interviewer: str
    round: str
    recommendation: str
    cells: dict[int, Cell]


@dataclass(frozen=True, slots=True)
class CandidateCards:
    """All scorecards of one candidate that count, by interviewer and round."""

    candidate: str
    cards: tuple[Card, ...]


@dataclass
class Levels:
    """Every rating in the order of the cards, as three flat columns: place of its card, of its question, its level."""

    card: array[int] = field(default_factory=lambda: array("I"))
    question: array[int] = field(default_factory=lambda: array("I"))
    level: array[int] = field(default_factory=lambda: array("i"))


@dataclass
class Cells:
    """The whole input, summed: candidates by name, their cards by interviewer and round.

    `skipped` counts ratings of questions that the rubric does not hold, by question id; they are left out, and said.
    """

    candidates: list[CandidateCards]
    levels: Levels
    skipped: dict[str, int]
    superseded: int
    earlier_rubrics: int
    as_of: str
    digest: str  # 64 hex digits over the cells, whatever the order in which they came


def whole_weights(weights: Sequence[Fraction]) -> list[int]:
    """The weights as whole numbers in the same proportions: 1/10, 1/4 -> 2, 5."""
    common = lcm(*(weight.denominator for weight in weights)) if weights else 1
    return [int(weight * common) for weight in weights]


def question_places(rubric: Rubric) -> dict[str, tuple[int, int, int]]:
    """Question id -> (place in the rubric's questions, place of its competency, weight as a whole number)."""
    place = {competency.id: k for k, competency in enumerate(rubric.competencies)}
    by_competency: dict[str, list[int]] = {}
    for index, question in enumerate(rubric.questions):
        if question.competency in place:
            by_competency.setdefault(question.competency, []).append(index)
    return {
        rubric.questions[index].id: (index, place[competency], weight)
        for competency, indices in by_competency.items()
        for index, weight in zip(indices, whole_weights([rubric.questions[i].weight for i in indices]), strict=True)
    }


def collect(rubric: Rubric, scorecards: Iterable[SubmittedScorecard], names: Iterable[str] = ()) -> Cells:
    """Sum up the scorecards that count; `names` are candidates who may have none yet.

    Raises:
        InvalidInput: a rating outside the rubric's scale, all of them at once. Two scales are never blended.
    """
    counted, superseded = latest(scorecards)
    counted.sort(key=attrgetter("candidate", "interviewer", "round"))
    dropped = len(superseded)
    del superseded
    places = question_places(rubric)
    low, high = rubric.scale.low, rubric.scale.high
    fingerprint = rubric.fingerprint
    levels, skipped, faults = Levels(), dict[str, int](), list[Fault]()
    note_card, note_question, note_level = levels.card.append, levels.question.append, levels.level.append
    earlier = number = 0
    found: list[CandidateCards] = []
    shared: dict[tuple[tuple[int, Cell], ...], dict[int, Cell]] = {}
    hasher = hashlib.sha256(f"{fingerprint}\n".encode())
    for candidate, group in groupby(counted, key=attrgetter("candidate")):
        cards = []
        for card in group:
            sums: dict[int, list[int]] = {}
            for question, level in card.ratings.items():
                spot = places.get(question)
                if spot is None:
                    skipped[question] = skipped.get(question, 0) + 1
                    continue
                if not low <= level <= high:
                    faults.append(_off_scale(card, question, level, rubric))
                    continue
                index, k, weight = spot
                if k in sums:
                    held = sums[k]
                    held[0] += weight * level
                    held[1] += weight
                    held[2] += 1
                else:
                    sums[k] = [weight * level, weight, 1]
                note_card(number)
                note_question(index)
                note_level(level)
            number += 1
            earlier += bool(card.rubric_version) and card.rubric_version != fingerprint
            cells = {k: (held[0], held[1], held[2]) for k, held in sorted(sums.items())}
            if len(cells) < 2:  # a scorecard of one competency comes again and again
                cells = shared.setdefault(tuple(cells.items()), cells)
            cards.append(Card(card.interviewer, card.round, card.recommendation, cells))
            hasher.update(f"{[candidate, card.interviewer, card.round]!r}{cells!r}\n".encode(errors="replace"))
        found.append(CandidateCards(candidate, tuple(cards)))
    if faults:
        raise InvalidInput(faults)
    as_of = max((card.submitted_at for card in counted), key=instant, default="")
    known = {each.candidate for each in found}
    found += [CandidateCards(name, ()) for name in sorted(set(names) - known)]
    found.sort(key=attrgetter("candidate"))
    hasher.update(json.dumps([[c.id, str(c.weight)] for c in rubric.competencies]).encode())
    return Cells(found, levels, skipped, dropped, earlier, as_of, hasher.hexdigest())


def all_cards(candidates: Iterable[CandidateCards]) -> Iterator[tuple[int, Card]]:
    """Each card with the place of its candidate, in the order of `Levels.card`."""
    for place, candidate in enumerate(candidates):
        for card in candidate.cards:
            yield place, card


def _off_scale(card: SubmittedScorecard, question: str, level: int, rubric: Rubric) -> Fault:
    return Fault(
        "scorecards",
        0,
        question,
        f"{card.interviewer} rated {card.candidate} {level}, outside the scale "
        f"{rubric.scale.low} to {rubric.scale.high}",
        "correct the rating, or take the scorecard out if it was given on another scale",
    )
